//! Completion ports through the `windows-sys` crate, for the experiments of
//! chapter 6.
//!
//! A thin cover: it turns a failure into an error, and hides no answer. What
//! the kernel is given is an [`Operation`] in a box, and the packet brings that
//! box back.

use std::borrow::Cow;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::os::windows::io::{
    AsRawHandle, AsRawSocket, FromRawHandle, OwnedHandle, RawHandle,
};
use std::{ptr, thread};

use windows_sys::Win32::Foundation::{
    ERROR_INVALID_PARAMETER, ERROR_NETNAME_DELETED, ERROR_NOT_FOUND,
    ERROR_OPERATION_ABORTED, INVALID_HANDLE_VALUE, RtlNtStatusToDosError,
    WAIT_TIMEOUT,
};
use windows_sys::Win32::Networking::WinSock::{
    LINGER, SO_LINGER, SOCKET, SOL_SOCKET, WSA_IO_PENDING, WSABUF, WSARecv,
    WSASend, setsockopt,
};
use windows_sys::Win32::Storage::FileSystem;
use windows_sys::Win32::System::IO::{
    CancelIoEx, CreateIoCompletionPort, GetQueuedCompletionStatusEx,
    OVERLAPPED, OVERLAPPED_ENTRY, PostQueuedCompletionStatus,
};
use windows_sys::Win32::System::WindowsProgramming;

/// For [`Port::take`]: wait for as long as it takes.
pub const INFINITE: u32 = u32::MAX;

/// For [`set_modes`]: what succeeds at once brings no packet.
pub const FILE_SKIP_COMPLETION_PORT_ON_SUCCESS: u32 =
    WindowsProgramming::FILE_SKIP_COMPLETION_PORT_ON_SUCCESS;

/// What has to come comes before so many milliseconds have passed.
const LONGEST_WAIT: u32 = 10_000;

/// A completion port.
///
/// Every operation whose packet comes here is an [`Operation`], unless the
/// packets are taken with [`Port::entries`].
pub struct Port {
    handle: OwnedHandle,
}

impl Port {
    /// `CreateIoCompletionPort`, for a new port.
    pub fn new() -> io::Result<Port> {
        // SAFETY: no file, no port: this makes a new one.
        let handle = unsafe {
            CreateIoCompletionPort(INVALID_HANDLE_VALUE, ptr::null_mut(), 0, 0)
        };
        check(!handle.is_null())?;
        // SAFETY: the kernel has just given us this handle.
        let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
        Ok(Port { handle })
    }

    /// `CreateIoCompletionPort`, for a socket.
    pub fn associate(&self, socket: &TcpStream, key: usize) -> io::Result<()> {
        let socket = socket.as_raw_socket() as RawHandle;
        let port = self.handle.as_raw_handle();
        // SAFETY: both handles are open; there are no pointers to follow.
        let handle = unsafe { CreateIoCompletionPort(socket, port, key, 0) };
        check(!handle.is_null())
    }

    /// `PostQueuedCompletionStatus`, without an operation.
    pub fn post(&self, key: usize, bytes: u32) -> io::Result<()> {
        let port = self.handle.as_raw_handle();
        // SAFETY: the port is open; there are no pointers to follow.
        let result = unsafe {
            PostQueuedCompletionStatus(port, bytes, key, ptr::null())
        };
        check(result != 0)
    }

    /// `GetQueuedCompletionStatusEx`, for up to `room` entries. None, when so
    /// many milliseconds have passed.
    pub fn entries(
        &self,
        room: usize,
        milliseconds: u32,
    ) -> io::Result<Vec<OVERLAPPED_ENTRY>> {
        let mut entries = vec![OVERLAPPED_ENTRY::default(); room];
        let mut count = 0;
        // SAFETY: there is room for as many entries as we say.
        let result = unsafe {
            GetQueuedCompletionStatusEx(
                self.handle.as_raw_handle(),
                entries.as_mut_ptr(),
                room as u32,
                &mut count,
                milliseconds,
                0,
            )
        };
        if let Err(error) = check(result != 0) {
            if error.raw_os_error() != Some(WAIT_TIMEOUT as i32) {
                return Err(error);
            }
            // There is no telling what the kernel has put there.
            count = 0;
        }
        entries.truncate(count as usize);
        Ok(entries)
    }

    /// Up to 8 packets; none, when so many milliseconds have passed.
    pub fn take(&self, milliseconds: u32) -> io::Result<Vec<Packet>> {
        let entries = self.entries(8, milliseconds)?;
        Ok(entries.iter().map(Packet::new).collect())
    }

    /// The next packet, which has to come.
    pub fn wait(&self) -> io::Result<Packet> {
        let entries = self.entries(1, LONGEST_WAIT)?;
        let entry = entries.first().ok_or(io::ErrorKind::TimedOut)?;
        Ok(Packet::new(entry))
    }
}

impl AsRawHandle for Port {
    fn as_raw_handle(&self) -> RawHandle {
        self.handle.as_raw_handle()
    }
}

/// A completion packet.
pub struct Packet {
    /// The key of the socket, or what was posted.
    pub key: usize,
    /// How many bytes were transferred, or what was posted.
    pub bytes: u32,
    /// The operation that has ended, which is ours again. None was posted.
    pub operation: Option<Box<Operation>>,
}

impl Packet {
    fn new(entry: &OVERLAPPED_ENTRY) -> Packet {
        let operation = entry.lpOverlapped.cast::<Operation>();
        Packet {
            key: entry.lpCompletionKey,
            bytes: entry.dwNumberOfBytesTransferred,
            // SAFETY: it is from `into_raw` in `Operation::start`, since the
            // port has no others, and the kernel is done with it.
            operation: (!operation.is_null())
                .then(|| unsafe { Box::from_raw(operation) }),
        }
    }

    /// The error that the operation has ended with, as
    /// `GetQueuedCompletionStatus` would give it; 0 for none.
    pub fn error(&self) -> u32 {
        let status = self
            .operation
            .as_ref()
            .map_or(0, |operation| operation.overlapped.Internal as i32);
        // SAFETY: it looks the number up.
        unsafe { RtlNtStatusToDosError(status) }
    }

    /// The operation, if it has succeeded.
    pub fn into_operation(self) -> io::Result<Box<Operation>> {
        match (self.error(), self.operation) {
            (0, Some(operation)) => Ok(operation),
            (0, None) => Err(io::Error::other("it was posted")),
            (error, _) => Err(io::Error::from_raw_os_error(error as i32)),
        }
    }

    /// The bytes that were transferred, as text.
    pub fn text(&self) -> Cow<'_, str> {
        let buffer = self.operation.as_ref().map(|one| &one.buffer[..]);
        let bytes = buffer.unwrap_or_default();
        String::from_utf8_lossy(&bytes[..self.bytes as usize])
    }
}

/// A read or a write: what the kernel knows it by, and what it is to us.
#[repr(C)]
pub struct Operation {
    overlapped: OVERLAPPED,
    /// What we call it.
    pub name: &'static str,
    /// Where the bytes go to, or come from. It stays as long as it is.
    pub buffer: Vec<u8>,
}

// SAFETY: the pointers in its OVERLAPPED lead nowhere. The packet may come to
// another thread than the one that has started it.
unsafe impl Send for Operation {}

impl Operation {
    /// An operation that nobody has started.
    pub fn new(
        name: &'static str,
        buffer: impl Into<Vec<u8>>,
    ) -> Box<Operation> {
        Box::new(Operation {
            overlapped: OVERLAPPED::default(),
            name,
            buffer: buffer.into(),
        })
    }

    /// `WSARecv`, for as many bytes as there is room in the buffer.
    pub fn recv(self: Box<Self>, socket: &TcpStream) -> io::Result<Started> {
        self.start(socket, |socket, buffer, count, overlapped| {
            let mut flags = 0;
            // SAFETY: as `start` promises.
            unsafe {
                WSARecv(socket, buffer, 1, count, &mut flags, overlapped, None)
            }
        })
    }

    /// `WSASend`, of what is in the buffer.
    pub fn send(self: Box<Self>, socket: &TcpStream) -> io::Result<Started> {
        self.start(socket, |socket, buffer, count, overlapped| {
            // SAFETY: as `start` promises.
            unsafe { WSASend(socket, buffer, 1, count, 0, overlapped, None) }
        })
    }

    /// Gives the operation to the kernel. The pointers that `call` gets are
    /// valid: the last one, and the buffer, until the packet comes.
    fn start(
        mut self: Box<Self>,
        socket: &TcpStream,
        call: fn(SOCKET, *const WSABUF, *mut u32, *mut OVERLAPPED) -> i32,
    ) -> io::Result<Started> {
        let socket = socket.as_raw_socket() as SOCKET;
        let buffer = WSABUF {
            len: self.buffer.len() as u32,
            buf: self.buffer.as_mut_ptr(),
        };
        self.overlapped = OVERLAPPED::default();
        let operation = Box::into_raw(self);
        let mut count = 0;
        let result = call(socket, &buffer, &mut count, operation.cast());
        let mut at_once = Some(count);
        if let Err(error) = check(result == 0) {
            if error.raw_os_error() != Some(WSA_IO_PENDING) {
                // SAFETY: it was refused, so the kernel does not have it.
                drop(unsafe { Box::from_raw(operation) });
                return Err(error);
            }
            at_once = None;
        }
        let operation = Pending { operation };
        Ok(Started { at_once, operation })
    }
}

/// What a call says that has started an operation.
pub struct Started {
    /// How many bytes were transferred at once; none: `WSA_IO_PENDING`. Its
    /// packet comes in both cases, unless the socket was told otherwise.
    pub at_once: Option<u32>,
    /// Which operation it is.
    pub operation: Pending,
}

/// The address of an operation, for as long as the kernel has it.
#[derive(Clone, Copy, PartialEq)]
pub struct Pending {
    operation: *mut Operation,
}

impl Pending {
    // ANCHOR: cancel
    /// `CancelIoEx`. The operation has its packet in any case.
    pub fn cancel(self, socket: &TcpStream) -> io::Result<()> {
        let socket = socket.as_raw_socket() as RawHandle;
        // SAFETY: the pointer is compared, not followed.
        check(unsafe { CancelIoEx(socket, self.operation.cast()) } != 0)
    }
    // ANCHOR_END: cancel

    /// Where it is.
    pub fn as_ptr(self) -> *const Operation {
        self.operation
    }

    /// The operation, where no packet brings it.
    ///
    /// # Safety
    ///
    /// The kernel is done with it, and no packet comes.
    pub unsafe fn take_back(self) -> Box<Operation> {
        // SAFETY: it is from `into_raw` in `Operation::start`, and ours.
        unsafe { Box::from_raw(self.operation) }
    }
}

/// `SetFileCompletionNotificationModes`.
pub fn set_modes(socket: &TcpStream, flags: u32) -> io::Result<()> {
    let socket = socket.as_raw_socket() as RawHandle;
    // SAFETY: there are no pointers to follow.
    let result = unsafe {
        FileSystem::SetFileCompletionNotificationModes(socket, flags as u8)
    };
    check(result != 0)
}

/// Two TCP sockets that are connected.
pub fn pair() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let ours = TcpStream::connect(listener.local_addr()?)?;
    let (theirs, _) = listener.accept()?;
    Ok((ours, theirs))
}

/// Waits until so many bytes have arrived, and leaves them there.
pub fn wait_for_bytes(socket: &TcpStream, count: usize) -> io::Result<()> {
    let mut buffer = vec![0; count];
    loop {
        match socket.peek(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            arrived if arrived >= count => return Ok(()),
            _ => thread::yield_now(),
        }
    }
}

/// Closes a connection so that the other side is told of an error.
pub fn reset(socket: TcpStream) -> io::Result<()> {
    let at_once = LINGER {
        l_onoff: 1,
        l_linger: 0,
    };
    // SAFETY: it is read during the call, and as long as we say.
    let result = unsafe {
        setsockopt(
            socket.as_raw_socket() as SOCKET,
            SOL_SOCKET,
            SO_LINGER,
            (&raw const at_once).cast(),
            size_of::<LINGER>() as i32,
        )
    };
    check(result == 0)
}

/// The number and the name of an error.
pub fn name(error: u32) -> String {
    let known = [
        (ERROR_NETNAME_DELETED, "ERROR_NETNAME_DELETED"),
        (ERROR_INVALID_PARAMETER, "ERROR_INVALID_PARAMETER"),
        (ERROR_OPERATION_ABORTED, "ERROR_OPERATION_ABORTED"),
        (WSA_IO_PENDING as u32, "WSA_IO_PENDING"),
        (ERROR_NOT_FOUND, "ERROR_NOT_FOUND"),
    ];
    let name = known.iter().find(|(number, _)| *number == error);
    name.map_or(error.to_string(), |(_, name)| format!("{error} {name}"))
}

fn check(success: bool) -> io::Result<()> {
    if success {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
