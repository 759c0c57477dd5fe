//! Chapter 11, exercise 4: a listener for each queue, all on one port.
//!
//! ```sh
//! cargo run --example 11-answer-4
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::mem;
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
    use std::time::Duration;

    use libc::{c_int, socklen_t};
    use minimio::{Events, Interest, Poll, Token, net};

    fn cvt(result: c_int) -> io::Result<c_int> {
        if result == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(result)
    }

    fn new_socket() -> io::Result<OwnedFd> {
        let kind = libc::SOCK_STREAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
        // SAFETY: no pointers are passed.
        let fd = cvt(unsafe { libc::socket(libc::AF_INET, kind, 0) })?;
        // SAFETY: the kernel has just given us this descriptor.
        Ok(unsafe { OwnedFd::from_raw_fd(fd) })
    }

    // ANCHOR: share_port
    /// It has to be set before `bind`, on each socket that shares the port.
    fn share_port(socket: &OwnedFd) -> io::Result<()> {
        let yes: c_int = 1;
        // SAFETY: `yes` lives until the call returns, and has the size that
        // is said.
        cvt(unsafe {
            libc::setsockopt(
                socket.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_REUSEPORT,
                (&raw const yes).cast(),
                size_of::<c_int>() as socklen_t,
            )
        })?;
        Ok(())
    }
    // ANCHOR_END: share_port

    /// A listener at 127.0.0.1; port 0 lets the system choose one.
    fn listen(port: u16) -> io::Result<TcpListener> {
        let socket = new_socket()?;
        share_port(&socket)?;
        // SAFETY: zero is a value of each of its fields, all integers.
        let mut addr: libc::sockaddr_in = unsafe { mem::zeroed() };
        addr.sin_family = libc::AF_INET as _;
        addr.sin_port = port.to_be();
        addr.sin_addr.s_addr = u32::from_ne_bytes([127, 0, 0, 1]);
        let length = size_of::<libc::sockaddr_in>() as socklen_t;
        let fd = socket.as_raw_fd();
        // SAFETY: `addr` is an address of `length` bytes until the call
        // returns.
        cvt(unsafe { libc::bind(fd, (&raw const addr).cast(), length) })?;
        // SAFETY: no pointers are passed.
        cvt(unsafe { libc::listen(fd, 128) })?;
        Ok(TcpListener::from(socket))
    }

    /// How many of four queues report something, after so many connections.
    fn woken(connections: usize) -> io::Result<usize> {
        let first = listen(0)?;
        let addr = first.local_addr()?;
        let mut workers = Vec::new();
        let others = (1..4).map(|_| listen(addr.port()));
        for listener in [Ok(first)].into_iter().chain(others) {
            let poll = Poll::new()?;
            let mut listener = net::TcpListener::from_std(listener?);
            let registry = poll.registry();
            registry.register(&mut listener, Token(0), Interest::READABLE)?;
            workers.push((poll, listener));
        }
        let clients: io::Result<Vec<_>> =
            (0..connections).map(|_| TcpStream::connect(addr)).collect();
        let _clients = clients?;

        let mut count = 0;
        let mut events = Events::with_capacity(8);
        for (poll, _listener) in &mut workers {
            poll.poll(&mut events, Some(Duration::from_millis(100)))?;
            count += usize::from(!events.is_empty());
        }
        Ok(count)
    }

    pub fn main() -> io::Result<()> {
        for connections in [1, 100] {
            let count = woken(connections)?;
            println!("connections: {connections:3}, woken: {count} of 4");
        }
        Ok(())
    }
}

#[cfg(target_os = "linux")]
fn main() -> std::io::Result<()> {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    examples::needs("Linux");
}
