// ANCHOR: head
//! A completion port (chapter 6): a queue in the kernel, of packets that each
//! tell of one finished operation.

use std::ffi::c_void;
use std::os::windows::io::{
    AsRawHandle, BorrowedHandle, FromRawHandle, OwnedHandle, RawHandle,
};
use std::time::Duration;
use std::{io, ptr};
// ANCHOR_END: head

// ANCHOR: entry
/// A completion packet, as it is taken from the port.
///
/// <https://learn.microsoft.com/windows/win32/api/minwinbase/ns-minwinbase-overlapped_entry>
#[allow(non_camel_case_types, non_snake_case)]
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct OVERLAPPED_ENTRY {
    /// What the handle was associated with: which handle.
    pub(crate) lpCompletionKey: usize,
    /// What the operation was started with: which operation.
    pub(crate) lpOverlapped: *mut c_void,
    Internal: usize,
    pub(crate) dwNumberOfBytesTransferred: u32,
}

impl OVERLAPPED_ENTRY {
    /// For a buffer of them.
    pub(crate) const EMPTY: OVERLAPPED_ENTRY = OVERLAPPED_ENTRY {
        lpCompletionKey: 0,
        lpOverlapped: ptr::null_mut(),
        Internal: 0,
        dwNumberOfBytesTransferred: 0,
    };
}
// ANCHOR_END: entry

// ANCHOR: calls
#[allow(non_snake_case)]
#[link(name = "kernel32")]
unsafe extern "system" {
    /// <https://learn.microsoft.com/windows/win32/fileio/createiocompletionport>
    fn CreateIoCompletionPort(
        FileHandle: RawHandle,
        ExistingCompletionPort: RawHandle,
        CompletionKey: usize,
        NumberOfConcurrentThreads: u32,
    ) -> RawHandle;

    /// <https://learn.microsoft.com/windows/win32/fileio/postqueuedcompletionstatus>
    fn PostQueuedCompletionStatus(
        CompletionPort: RawHandle,
        dwNumberOfBytesTransferred: u32,
        dwCompletionKey: usize,
        lpOverlapped: *mut c_void,
    ) -> i32;

    // ANCHOR_END: calls
    // ANCHOR: wait_call
    /// <https://learn.microsoft.com/windows/win32/fileio/getqueuedcompletionstatusex-func>
    fn GetQueuedCompletionStatusEx(
        CompletionPort: RawHandle,
        lpCompletionPortEntries: *mut OVERLAPPED_ENTRY,
        ulCount: u32,
        ulNumEntriesRemoved: *mut u32,
        dwMilliseconds: u32,
        fAlertable: i32,
    ) -> i32;
}
// ANCHOR_END: wait_call

// ANCHOR: constants
const INVALID_HANDLE_VALUE: RawHandle = ptr::without_provenance_mut(!0);
const INFINITE: u32 = u32::MAX;
const WAIT_TIMEOUT: i32 = 258;
// ANCHOR_END: constants

// ANCHOR: checks
// Our declarations against those of `windows-sys`: a wrong one does not
// compile. It is there for tests only.
#[cfg(test)]
const _: () = {
    use std::mem::offset_of;
    use windows_sys::Win32::Foundation as f;
    use windows_sys::Win32::System::{IO as io, Threading};

    macro_rules! same_offset {
        ($($field:ident),*) => { $(assert!(
            offset_of!(OVERLAPPED_ENTRY, $field)
                == offset_of!(io::OVERLAPPED_ENTRY, $field)
        );)* };
    }
    same_offset!(lpCompletionKey, lpOverlapped, Internal);
    same_offset!(dwNumberOfBytesTransferred);
    type Theirs = io::OVERLAPPED_ENTRY;
    assert!(size_of::<OVERLAPPED_ENTRY>() == size_of::<Theirs>());
    assert!(align_of::<OVERLAPPED_ENTRY>() == align_of::<Theirs>());

    // The elements of an array have one type.
    let _ = [CreateIoCompletionPort, io::CreateIoCompletionPort];
    assert!(INFINITE == Threading::INFINITE);
    assert!(WAIT_TIMEOUT as u32 == f::WAIT_TIMEOUT);
};
// ANCHOR_END: checks

// ANCHOR: port
/// A completion port, closed when it is dropped. Packets that nobody has taken
/// are lost then.
pub(crate) struct CompletionPort {
    port: OwnedHandle,
}

impl CompletionPort {
    pub(crate) fn new() -> io::Result<CompletionPort> {
        // SAFETY: no file, no port: this makes a new one, and has no pointers
        // to follow.
        let port = unsafe {
            CreateIoCompletionPort(INVALID_HANDLE_VALUE, ptr::null_mut(), 0, 0)
        };
        if port.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel has just given us this handle; nothing else owns
        // it.
        let port = unsafe { OwnedHandle::from_raw_handle(port) };
        Ok(CompletionPort { port })
    }
    // ANCHOR_END: port

    // ANCHOR: associate
    /// From now on each operation on `handle` puts a packet here when it ends,
    /// with this key. A handle is associated once, until it is closed.
    pub(crate) fn associate(
        &self,
        handle: BorrowedHandle<'_>,
        key: usize,
    ) -> io::Result<()> {
        let port = self.port.as_raw_handle();
        // SAFETY: both handles are open, and there are no pointers to follow.
        let result = unsafe {
            CreateIoCompletionPort(handle.as_raw_handle(), port, key, 0)
        };
        if result.is_null() {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
    // ANCHOR_END: associate

    // ANCHOR: post
    /// Puts a packet of our own into the port. Its null pointer tells it from
    /// an operation's.
    pub(crate) fn post(&self, key: usize) -> io::Result<()> {
        let port = self.port.as_raw_handle();
        // SAFETY: the kernel does not follow the null pointer: it hands it on.
        let posted = unsafe {
            PostQueuedCompletionStatus(port, 0, key, ptr::null_mut())
        };
        if posted == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
    // ANCHOR_END: post

    // ANCHOR: wait
    /// Waits for a packet, takes as many as are there and fit into `buffer`,
    /// and returns them. None at all means that the time has passed.
    pub(crate) fn wait<'a>(
        &self,
        buffer: &'a mut [OVERLAPPED_ENTRY],
        timeout: Option<Duration>,
    ) -> io::Result<&'a [OVERLAPPED_ENTRY]> {
        let port = self.port.as_raw_handle();
        let room = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
        let timeout = timeout.map_or(INFINITE, milliseconds);
        let (entries, mut count) = (buffer.as_mut_ptr(), 0);
        // SAFETY: `entries` has room for `room` of them; the kernel writes no
        // more than that, and none after the call.
        let taken = unsafe {
            GetQueuedCompletionStatusEx(
                port, entries, room, &mut count, timeout, 0,
            )
        };
        // ANCHOR_END: wait
        // ANCHOR: waited
        if taken == 0 {
            let error = io::Error::last_os_error();
            return match error.raw_os_error() {
                Some(WAIT_TIMEOUT) => Ok(&[]),
                _ => Err(error),
            };
        }
        Ok(&buffer[..count as usize])
    }
}
// ANCHOR_END: waited

// ANCHOR: milliseconds
/// The unit of the wait, rounded up. The longest is nearly 50 days: one more
/// would be `INFINITE`.
fn milliseconds(timeout: Duration) -> u32 {
    let fraction = timeout.subsec_nanos().div_ceil(1_000_000);
    let total = timeout
        .as_secs()
        .saturating_mul(1_000)
        .saturating_add(u64::from(fraction));
    u32::try_from(total).map_or(INFINITE - 1, |total| total.min(INFINITE - 1))
}
// ANCHOR_END: milliseconds
