//! Chapter 9, answer 4: a connect with a deadline.
//!
//! ```sh
//! cargo run --example 09-answer-4
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, ErrorKind};
    use std::net::{self, SocketAddr};
    use std::os::fd::AsRawFd;
    use std::time::{Duration, Instant};

    use minimio::net::TcpStream;
    use minimio::{Events, Interest, Poll, Token};

    fn connect(addr: SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
        let deadline = Instant::now() + timeout;
        let mut poll = Poll::new()?;
        let mut events = Events::with_capacity(1);
        let mut stream = TcpStream::connect(addr)?;
        poll.registry()
            .register(&mut stream, Token(0), Interest::WRITABLE)?;
        // ANCHOR: connect
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            poll.poll(&mut events, Some(left))?;
            if let Some(error) = stream.take_error()? {
                return Err(error);
            }
            match stream.peer_addr() {
                Ok(_) => break,
                Err(it) if it.kind() != ErrorKind::NotConnected => {
                    return Err(it);
                }
                Err(_) if events.is_empty() => {
                    return Err(ErrorKind::TimedOut.into());
                }
                Err(_) => {} // The event was a hint too early.
            }
        }
        // ANCHOR_END: connect
        poll.registry().deregister(&mut stream)?;
        Ok(stream)
    }

    pub fn main() -> io::Result<()> {
        let listener = net::TcpListener::bind("127.0.0.1:0")?;
        // SAFETY: no pointers are passed.
        if unsafe { libc::listen(listener.as_raw_fd(), 0) } == -1 {
            return Err(io::Error::last_os_error());
        }
        let addr = listener.local_addr()?;
        let mut connected = Vec::new(); // Kept, since it takes the place.
        for what in ["room for one", "no room"] {
            let result = connect(addr, Duration::from_millis(100));
            let result = result.map(|it| connected.push(it));
            let result = result.map_err(|it| it.kind());
            println!("{what}: {result:?}");
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
