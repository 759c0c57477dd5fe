//! AFD polls, on the modules of chapters 6 and 7, for the experiments of
//! chapter 7.

use std::cell::Cell;
use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle, AsRawSocket};
use std::time::Duration;

use windows_sys::Win32::System::IO::CancelIoEx;

use self::minimio_afd::{Afd, Request};
use self::minimio_iocp::{CompletionPort, OVERLAPPED_ENTRY};

#[allow(dead_code)]
#[path = "../minimio/src/sys/windows/afd.rs"]
mod minimio_afd;
#[allow(dead_code)]
#[path = "../minimio/src/sys/windows/iocp.rs"]
mod minimio_iocp;

/// The bits of a poll, without the `AFD_POLL_` before their names.
pub const RECEIVE: u32 = minimio_afd::AFD_POLL_RECEIVE;
#[allow(missing_docs)]
pub const SEND: u32 = minimio_afd::AFD_POLL_SEND;
#[allow(missing_docs)]
pub const DISCONNECT: u32 = minimio_afd::AFD_POLL_DISCONNECT;
#[allow(missing_docs)]
pub const ABORT: u32 = minimio_afd::AFD_POLL_ABORT;
#[allow(missing_docs)]
pub const LOCAL_CLOSE: u32 = minimio_afd::AFD_POLL_LOCAL_CLOSE;
#[allow(missing_docs)]
pub const ACCEPT: u32 = minimio_afd::AFD_POLL_ACCEPT;
#[allow(missing_docs)]
pub const CONNECT_FAIL: u32 = minimio_afd::AFD_POLL_CONNECT_FAIL;

const NAMES: [(u32, &str); 7] = [
    (RECEIVE, "RECEIVE"),
    (SEND, "SEND"),
    (DISCONNECT, "DISCONNECT"),
    (ABORT, "ABORT"),
    (LOCAL_CLOSE, "LOCAL_CLOSE"),
    (ACCEPT, "ACCEPT"),
    (CONNECT_FAIL, "CONNECT_FAIL"),
];

/// A completion port, and an AFD handle whose polls complete there.
pub struct Polls {
    port: CompletionPort,
    afd: Afd,
    pending: Cell<usize>,
}

impl Polls {
    /// How many bytes the kernel is lent for a poll.
    pub const LENT: usize = size_of::<Request>();

    /// One without a poll.
    pub fn new() -> io::Result<Polls> {
        let port = CompletionPort::new()?;
        let afd = Afd::open()?;
        port.associate(afd.as_handle(), 0)?;
        let pending = Cell::new(0);
        Ok(Polls { port, afd, pending })
    }

    /// Starts a poll. When this answers `Ok`, one packet will come.
    pub fn start(
        &self,
        socket: &impl AsRawSocket,
        events: u32,
    ) -> io::Result<Pending> {
        let socket = socket.as_raw_socket();
        let request = Box::into_raw(Box::new(Request::new(0, 0)));
        // SAFETY: `request` stays where it is, and nobody has it but the
        // kernel, until the packet brings it back.
        let started =
            unsafe { self.afd.poll(request, socket, events, request.cast()) };
        if let Err(error) = started {
            // SAFETY: it was refused, so the kernel does not have it.
            drop(unsafe { Box::from_raw(request) });
            return Err(error);
        }
        self.pending.set(self.pending.get() + 1);
        Ok(Pending { request })
    }

    /// Takes a packet, and tells what it answers: nothing, after a cancel.
    /// `None` when the time has passed.
    pub fn wait(&self, timeout: Option<Duration>) -> io::Result<Option<u32>> {
        let mut buffer = [OVERLAPPED_ENTRY::EMPTY];
        let [packet] = self.port.wait(&mut buffer, timeout)? else {
            return Ok(None);
        };
        self.pending.set(self.pending.get() - 1);
        // SAFETY: it is from `into_raw` in `start`, the only place that starts
        // operations, and the kernel is done with it.
        let request =
            unsafe { Box::from_raw(packet.lpOverlapped.cast::<Request>()) };
        Ok(Some(request.answer()))
    }

    /// Takes the packet that is there, if one is.
    pub fn packet(&self) -> io::Result<Option<u32>> {
        self.wait(Some(Duration::ZERO))
    }

    /// `CancelIoEx`. The operation has its packet in any case.
    pub fn cancel(&self, poll: Pending) -> io::Result<()> {
        let afd = self.afd.as_handle().as_raw_handle();
        // SAFETY: the pointer is compared, not followed.
        match unsafe { CancelIoEx(afd, poll.request.cast()) } {
            0 => Err(io::Error::last_os_error()),
            _ => Ok(()),
        }
    }

    /// Which of `events` hold now. There must be no other poll.
    pub fn now(
        &self,
        socket: &impl AsRawSocket,
        events: u32,
    ) -> io::Result<u32> {
        let poll = self.start(socket, events)?;
        if let Some(answer) = self.packet()? {
            return Ok(answer);
        }
        // If it is not found, it has been answered in the meantime.
        let _ = self.cancel(poll);
        Ok(self.wait(None)?.unwrap_or(0))
    }

    /// Waits until one of `events` holds. There must be no other poll.
    pub fn until(
        &self,
        socket: &impl AsRawSocket,
        events: u32,
    ) -> io::Result<()> {
        self.start(socket, events)?;
        self.wait(None)?;
        Ok(())
    }
}

impl Drop for Polls {
    fn drop(&mut self) {
        let mut ended = self.afd.cancel(None);
        while ended.is_ok() && self.pending.get() > 0 {
            ended = self.wait(None).map(drop);
        }
    }
}

/// The address of a poll, for as long as the kernel has it.
#[derive(Clone, Copy)]
pub struct Pending {
    request: *const Request,
}

/// The names of the bits; `-` for none.
pub fn names(events: u32) -> String {
    let set = NAMES.iter().filter(|(event, _)| events & event != 0);
    let names: Vec<&str> = set.map(|(_, name)| *name).collect();
    match names[..] {
        [] => "-".into(),
        _ => names.join(" "),
    }
}
