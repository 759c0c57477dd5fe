//! Chapter 9: a connect that stays in progress, as the server's queue of
//! connections is full.
//!
//! ```sh
//! cargo run --example 09-in-progress
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::net::TcpListener;
    use std::os::fd::AsRawFd;
    use std::time::Duration;

    use minimio::net::TcpStream;
    use minimio::{Events, Interest, Poll, Token};

    fn look(when: &str, stream: &TcpStream) -> io::Result<()> {
        let error = stream.take_error()?.map(|error| error.kind());
        let peer = stream.peer_addr().map_err(|error| error.kind());
        println!("{when}: SO_ERROR {error:?}, peer {peer:?}");
        Ok(())
    }

    pub fn main() -> io::Result<()> {
        // ANCHOR: full
        let listener = TcpListener::bind("127.0.0.1:0")?;
        // SAFETY: no pointers are passed.
        if unsafe { libc::listen(listener.as_raw_fd(), 0) } == -1 {
            return Err(io::Error::last_os_error());
        }
        let addr = listener.local_addr()?;
        // Linux keeps one more than it is told to.
        let _first = std::net::TcpStream::connect(addr)?;
        let mut second = TcpStream::connect(addr)?;
        look("after connect", &second)?;
        // ANCHOR_END: full

        // ANCHOR: wait
        let mut poll = Poll::new()?;
        let mut events = Events::with_capacity(1);
        poll.registry()
            .register(&mut second, Token(0), Interest::WRITABLE)?;
        poll.poll(&mut events, Some(Duration::ZERO))?;
        println!("events now: {}", events.iter().count());

        listener.accept()?;
        poll.poll(&mut events, None)?;
        look("after the event", &second)
        // ANCHOR_END: wait
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
