// ANCHOR: head
//! Polls of AFD, the Ancillary Function Driver for WinSock (chapter 7): the
//! part of the kernel that is behind every socket.
//!
//! Microsoft documents the calls, but not this request. Its form is known from
//! wepoll, libuv and mio, which rely on it, and from the headers of Wine and
//! ReactOS, which implement it.

use std::ffi::c_void;
use std::os::windows::io::{
    AsHandle, AsRawHandle, BorrowedHandle, FromRawHandle, OwnedHandle,
    RawHandle, RawSocket,
};
use std::{io, ptr};
// ANCHOR_END: head

// ANCHOR: status_block
#[allow(clippy::upper_case_acronyms)]
type NTSTATUS = i32;

/// How an operation ended. (It is also how an OVERLAPPED begins.)
///
/// <https://learn.microsoft.com/windows-hardware/drivers/ddi/wdm/ns-wdm-_io_status_block>
#[allow(non_camel_case_types, non_snake_case)]
#[repr(C)]
struct IO_STATUS_BLOCK {
    Status: NTSTATUS,
    Information: usize,
}
// ANCHOR_END: status_block

// ANCHOR: poll_info
/// What is asked about one socket, and what is answered.
#[allow(non_camel_case_types, non_snake_case)]
#[repr(C)]
struct AFD_POLL_HANDLE_INFO {
    Handle: RawSocket,
    Events: u32,
    Status: NTSTATUS,
}

/// A poll of sockets: here, always of one.
#[allow(non_camel_case_types, non_snake_case)]
#[repr(C)]
struct AFD_POLL_INFO {
    Timeout: i64,
    NumberOfHandles: u32,
    Exclusive: u32,
    Handles: [AFD_POLL_HANDLE_INFO; 1],
}
// ANCHOR_END: poll_info

// ANCHOR: constants
const IOCTL_AFD_POLL: u32 = 0x12024;

pub(crate) const AFD_POLL_RECEIVE: u32 = 0x1;
pub(crate) const AFD_POLL_SEND: u32 = 0x4;
pub(crate) const AFD_POLL_DISCONNECT: u32 = 0x8;
pub(crate) const AFD_POLL_ABORT: u32 = 0x10;
pub(crate) const AFD_POLL_LOCAL_CLOSE: u32 = 0x20;
pub(crate) const AFD_POLL_ACCEPT: u32 = 0x80;
pub(crate) const AFD_POLL_CONNECT_FAIL: u32 = 0x100;

const STATUS_CANCELLED: NTSTATUS = 0xC000_0120_u32 as NTSTATUS;
pub(crate) const ERROR_INVALID_HANDLE: i32 = 6;
const ERROR_NOT_FOUND: i32 = 1168;

const SYNCHRONIZE: u32 = 0x10_0000;
const FILE_SHARE_READ: u32 = 0x1;
const FILE_SHARE_WRITE: u32 = 0x2;
const FILE_OPEN: u32 = 1;
// ANCHOR_END: constants

// ANCHOR: names
/// <https://learn.microsoft.com/windows/win32/api/ntdef/ns-ntdef-_unicode_string>
#[allow(non_camel_case_types, non_snake_case)]
#[repr(C)]
struct UNICODE_STRING {
    Length: u16,
    MaximumLength: u16,
    Buffer: *const u16,
}

/// <https://learn.microsoft.com/windows/win32/api/ntdef/ns-ntdef-_object_attributes>
#[allow(non_camel_case_types, non_snake_case)]
#[repr(C)]
struct OBJECT_ATTRIBUTES {
    Length: u32,
    RootDirectory: RawHandle,
    ObjectName: *const UNICODE_STRING,
    Attributes: u32,
    SecurityDescriptor: *const c_void,
    SecurityQualityOfService: *const c_void,
}
// ANCHOR_END: names

// ANCHOR: native_calls
#[allow(non_snake_case)]
#[link(name = "ntdll")]
unsafe extern "system" {
    /// <https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-ntcreatefile>
    fn NtCreateFile(
        FileHandle: *mut RawHandle,
        DesiredAccess: u32,
        ObjectAttributes: *const OBJECT_ATTRIBUTES,
        IoStatusBlock: *mut IO_STATUS_BLOCK,
        AllocationSize: *const i64,
        FileAttributes: u32,
        ShareAccess: u32,
        CreateDisposition: u32,
        CreateOptions: u32,
        EaBuffer: *const c_void,
        EaLength: u32,
    ) -> NTSTATUS;

    /// <https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-rtlntstatustodoserror>
    safe fn RtlNtStatusToDosError(Status: NTSTATUS) -> u32;
}
// ANCHOR_END: native_calls

// ANCHOR: poll_call
#[allow(non_snake_case)]
#[link(name = "ntdll")]
unsafe extern "system" {
    /// <https://learn.microsoft.com/windows/win32/api/winternl/nf-winternl-ntdeviceiocontrolfile>
    fn NtDeviceIoControlFile(
        FileHandle: RawHandle,
        Event: RawHandle,
        ApcRoutine: *const c_void,
        ApcContext: *const c_void,
        IoStatusBlock: *mut IO_STATUS_BLOCK,
        IoControlCode: u32,
        InputBuffer: *const c_void,
        InputBufferLength: u32,
        OutputBuffer: *mut c_void,
        OutputBufferLength: u32,
    ) -> NTSTATUS;
}
// ANCHOR_END: poll_call

// ANCHOR: cancel_call
#[allow(non_snake_case)]
#[link(name = "kernel32")]
unsafe extern "system" {
    /// <https://learn.microsoft.com/windows/win32/fileio/cancelioex-func>
    fn CancelIoEx(
        hFile: RawHandle,
        lpOverlapped: *const IO_STATUS_BLOCK,
    ) -> i32;
}
// ANCHOR_END: cancel_call

// ANCHOR: same
#[cfg(test)]
const _: () = {
    use std::mem::offset_of;
    use windows_sys::Wdk::Foundation as wdk;
    use windows_sys::Wdk::Storage::FileSystem as fs;
    use windows_sys::Win32::Foundation as f;
    use windows_sys::Win32::Storage::FileSystem as files;
    use windows_sys::Win32::System::IO as io;

    macro_rules! same {
        ($ours:ident, $theirs:ty: $($field:ident),*) => {
            assert!(size_of::<$ours>() == size_of::<$theirs>());
            assert!(align_of::<$ours>() == align_of::<$theirs>());
            $(assert!(
                offset_of!($ours, $field) == offset_of!($theirs, $field)
            );)*
        };
    }
    // ANCHOR_END: same
    // ANCHOR: checks
    same!(IO_STATUS_BLOCK, io::IO_STATUS_BLOCK: Information);
    same!(UNICODE_STRING, f::UNICODE_STRING: Length, MaximumLength, Buffer);
    same!(
        OBJECT_ATTRIBUTES, wdk::OBJECT_ATTRIBUTES: Length, RootDirectory,
        ObjectName, Attributes, SecurityDescriptor, SecurityQualityOfService
    );
    // CancelIoEx knows an operation by the address of its OVERLAPPED: here, of
    // what that begins with.
    assert!(offset_of!(io::OVERLAPPED, InternalHigh) == size_of::<usize>());
    // No header of Microsoft's has these.
    assert!(size_of::<AFD_POLL_HANDLE_INFO>() == size_of::<usize>() + 8);
    assert!(offset_of!(AFD_POLL_INFO, Handles) == 16);

    assert!(STATUS_CANCELLED == f::STATUS_CANCELLED);
    assert!(ERROR_INVALID_HANDLE as u32 == f::ERROR_INVALID_HANDLE);
    assert!(ERROR_NOT_FOUND as u32 == f::ERROR_NOT_FOUND);
    assert!(SYNCHRONIZE == files::SYNCHRONIZE);
    assert!(FILE_SHARE_READ == files::FILE_SHARE_READ);
    assert!(FILE_SHARE_WRITE == files::FILE_SHARE_WRITE);
    assert!(FILE_OPEN == fs::FILE_OPEN);
};
// ANCHOR_END: checks

// ANCHOR: request
/// One poll of one socket: what the kernel reads, and where it writes.
#[repr(C)]
pub(crate) struct Request {
    status: IO_STATUS_BLOCK,
    info: AFD_POLL_INFO,
}
// ANCHOR_END: request

// ANCHOR: new_request
impl Request {
    pub(crate) fn new(socket: RawSocket, events: u32) -> Request {
        Request {
            status: IO_STATUS_BLOCK {
                Status: 0,
                Information: 0,
            },
            info: AFD_POLL_INFO {
                Timeout: i64::MAX, // never
                NumberOfHandles: 1,
                Exclusive: 0,
                Handles: [AFD_POLL_HANDLE_INFO {
                    Handle: socket,
                    Events: events,
                    Status: 0,
                }],
            },
        }
    }
    // ANCHOR_END: new_request

    // ANCHOR: answer
    /// What has happened, once the packet has come: a set of `AFD_POLL_…`,
    /// empty when the poll was cancelled.
    pub(crate) fn answer(&self) -> u32 {
        match self.status.Status {
            STATUS_CANCELLED => 0,
            // The poll itself has failed. As if everything had happened, so
            // that the program tries, and learns why.
            status if status < 0 => !AFD_POLL_LOCAL_CLOSE,
            _ if self.info.NumberOfHandles == 0 => 0,
            _ => self.info.Handles[0].Events,
        }
    }
}
// ANCHOR_END: answer

// ANCHOR: afd
/// A handle on AFD itself, not on a socket. It takes the polls.
pub(crate) struct Afd {
    afd: OwnedHandle,
}

impl Afd {
    // ANCHOR_END: afd
    // ANCHOR: open
    pub(crate) fn open() -> io::Result<Afd> {
        // AFD does not care what comes after its own name.
        let path: Vec<u16> = r"\Device\Afd\minimio".encode_utf16().collect();
        let length = (path.len() * size_of::<u16>()) as u16;
        let name = UNICODE_STRING {
            Length: length,
            MaximumLength: length,
            Buffer: path.as_ptr(),
        };
        let attributes = OBJECT_ATTRIBUTES {
            Length: size_of::<OBJECT_ATTRIBUTES>() as u32,
            RootDirectory: ptr::null_mut(),
            ObjectName: &name,
            Attributes: 0,
            SecurityDescriptor: ptr::null(),
            SecurityQualityOfService: ptr::null(),
        };
        // ANCHOR_END: open
        // ANCHOR: create
        let mut handle = ptr::null_mut();
        let mut status_block = IO_STATUS_BLOCK {
            Status: 0,
            Information: 0,
        };
        // SAFETY: the attributes, the name and its text live until the call
        // returns, and so does where it writes. Without FILE_SYNCHRONOUS_IO_…
        // among the options the handle is one for overlapped operations.
        let status = unsafe {
            NtCreateFile(
                &mut handle,
                SYNCHRONIZE,
                &attributes,
                &mut status_block,
                ptr::null(),
                0,
                FILE_SHARE_READ | FILE_SHARE_WRITE,
                FILE_OPEN,
                0,
                ptr::null(),
                0,
            )
        };
        // ANCHOR_END: create
        // ANCHOR: created
        cvt(status)?;
        // SAFETY: the kernel has just given us this handle; nothing else owns
        // it.
        let afd = unsafe { OwnedHandle::from_raw_handle(handle) };
        Ok(Afd { afd })
    }
    // ANCHOR_END: created

    // ANCHOR: poll
    /// Asks for a packet as soon as one of `events` holds for `socket`; if one
    /// does already, at once. The packet's OVERLAPPED will be `context`.
    ///
    /// When this answers `Ok`, one packet will come to the port that the
    /// handle is associated with. After an error none will, nor if `context`
    /// is null.
    ///
    /// # Safety
    ///
    /// `request` is the kernel's from the call until the packet has been taken
    /// (or the call has failed): it must stay where it is, and nobody else may
    /// read it or write to it.
    pub(crate) unsafe fn poll(
        &self,
        request: *mut Request,
        socket: RawSocket,
        events: u32,
        context: *const c_void,
    ) -> io::Result<()> {
        // ANCHOR_END: poll
        // ANCHOR: ioctl
        let length = size_of::<AFD_POLL_INFO>() as u32;
        // SAFETY: the caller has given us `request`, and the kernel has it
        // from the call on. What is asked and what is answered may lie in the
        // same place.
        let status = unsafe {
            request.write(Request::new(socket, events));
            let info = (&raw mut (*request).info).cast::<c_void>();
            NtDeviceIoControlFile(
                self.afd.as_raw_handle(),
                ptr::null_mut(),
                ptr::null(),
                context,
                &raw mut (*request).status,
                IOCTL_AFD_POLL,
                info,
                length,
                info,
                length,
            )
        };
        cvt(status)
    }
    // ANCHOR_END: ioctl

    // ANCHOR: cancel
    /// Ends a poll early, or all that are pending on this handle. Their packets
    /// come all the same, and until then the requests are the kernel's.
    pub(crate) fn cancel(
        &self,
        request: Option<*mut Request>,
    ) -> io::Result<()> {
        // A request begins with its status block.
        let status_block =
            request.map_or(ptr::null(), |request| request.cast_const().cast());
        // SAFETY: the kernel compares the address with those of its pending
        // operations. It does not follow it.
        let found =
            unsafe { CancelIoEx(self.afd.as_raw_handle(), status_block) };
        if found != 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            // It has ended already: its packet is on its way.
            Some(ERROR_NOT_FOUND) => Ok(()),
            _ => Err(error),
        }
    }
}

// ANCHOR_END: cancel

// ANCHOR: as_handle
impl AsHandle for Afd {
    fn as_handle(&self) -> BorrowedHandle<'_> {
        self.afd.as_handle()
    }
}
// ANCHOR_END: as_handle

// ANCHOR: cvt
/// From an NTSTATUS to [`io::Result`]. Its two highest bits are the severity:
/// 3 is an error. (2 is a warning about an operation that did take place.)
fn cvt(status: NTSTATUS) -> io::Result<()> {
    if status as u32 >> 30 == 3 {
        let code = RtlNtStatusToDosError(status);
        Err(io::Error::from_raw_os_error(code as i32))
    } else {
        Ok(())
    }
}
// ANCHOR_END: cvt
