//! Chapter 7: what becomes of a poll when we close a part of what it needs.
//!
//! Each line starts a poll that stays pending, closes one thing (or cancels),
//! and prints whether a packet came, whether the kernel has written to the
//! poll's memory, and whether it still has the poll. The memory is never freed,
//! so that all of them are safe here.
//!
//! ```sh
//! cargo run --example 07-closing-order
//! ```

#[cfg(windows)]
#[allow(dead_code)]
#[path = "../minimio/src/sys/windows/afd.rs"]
mod afd;
#[cfg(windows)]
#[allow(dead_code)]
#[path = "../minimio/src/sys/windows/iocp.rs"]
mod iocp;

#[cfg(windows)]
mod windows {
    use std::io;
    use std::net::TcpStream;
    use std::os::windows::io::{AsHandle, AsRawHandle, AsRawSocket};
    use std::time::Duration;

    use examples::iocp::pair;
    use windows_sys::Win32::System::IO::CancelIoEx;

    use super::afd::{AFD_POLL_RECEIVE, Afd, Request};
    use super::iocp::{CompletionPort, OVERLAPPED_ENTRY};

    /// A poll that nothing has answered yet, and all that it needs.
    struct Pending {
        port: Option<CompletionPort>,
        afd: Option<Afd>,
        socket: Option<TcpStream>,
        _peer: TcpStream,
        /// It stays where it is for as long as the program runs.
        request: *mut Request,
        /// What was in the status block when the poll was pending.
        before: (i32, usize),
    }

    impl Pending {
        fn start() -> io::Result<Pending> {
            let port = CompletionPort::new()?;
            let afd = Afd::open()?;
            port.associate(afd.as_handle(), 0)?;
            let (socket, peer) = pair()?;
            let raw = socket.as_raw_socket();
            let request = Box::into_raw(Box::new(Request::new(0, 0)));
            // SAFETY: `request` is never freed, and nobody writes to it but
            // the kernel.
            unsafe {
                afd.poll(request, raw, AFD_POLL_RECEIVE, request.cast())?;
            }
            Ok(Pending {
                port: Some(port),
                afd: Some(afd),
                socket: Some(socket),
                _peer: peer,
                request,
                // SAFETY: it is never freed.
                before: unsafe { status_block(request) },
            })
        }

        fn report(&self, what: &str) -> io::Result<()> {
            let packet = match &self.port {
                Some(port) => took_packet(port)?,
                None => false, // From where?
            };
            // SAFETY: it is never freed.
            let written = unsafe { status_block(self.request) } != self.before;
            let pending = self.cancel();
            let yes = |it| if it { "yes" } else { "-" };
            let (packet, written) = (yes(packet), yes(written));
            println!("{what:24}{packet:8}{written:9}{}", yes(pending));
            Ok(())
        }

        /// True when the kernel has the poll until now.
        fn cancel(&self) -> bool {
            self.afd.as_ref().is_some_and(|afd| {
                let afd = afd.as_handle().as_raw_handle();
                // SAFETY: the pointer is compared, not followed.
                unsafe { CancelIoEx(afd, self.request.cast()) != 0 }
            })
        }
    }

    fn took_packet(port: &CompletionPort) -> io::Result<bool> {
        let mut buffer = [OVERLAPPED_ENTRY::EMPTY];
        let longest = Duration::from_secs(10);
        Ok(!port.wait(&mut buffer, Some(longest))?.is_empty())
    }

    /// How a request begins: `Status` and `Information`.
    ///
    /// # Safety
    ///
    /// It has not been freed.
    unsafe fn status_block(request: *const Request) -> (i32, usize) {
        // SAFETY: so says the caller. The kernel may write at the same time,
        // which is what we watch for.
        unsafe {
            let status = request.cast::<i32>().read_volatile();
            let information = request.cast::<usize>().add(1).read_volatile();
            (status, information)
        }
    }

    pub fn main() -> io::Result<()> {
        println!("{:24}packet  written  pending", "");

        let poll = Pending::start()?;
        assert!(poll.cancel(), "it is pending");
        poll.report("cancelled")?;

        let mut poll = Pending::start()?;
        poll.socket = None;
        poll.report("the socket closed")?;

        let mut poll = Pending::start()?;
        poll.afd = None;
        poll.report("the AFD handle closed")?;

        let mut poll = Pending::start()?;
        poll.port = None;
        poll.report("the port closed")
    }
}

#[cfg(windows)]
fn main() -> std::io::Result<()> {
    windows::main()
}

#[cfg(not(windows))]
fn main() {
    examples::needs_windows();
}
