//! Chapter 9: a connect that takes its time.
//!
//! The listener has room for one connection that nobody has accepted. It does
//! not answer a second one, whose kernel asks again after a second.
//!
//! ```sh
//! cargo run --example 09-in-progress
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, ErrorKind, Read, Write};
    use std::net::{self, SocketAddr};
    use std::os::fd::AsRawFd;
    use std::time::Duration;

    use minimio::net::TcpStream;
    use minimio::{Events, Interest, Poll, Token};

    // ANCHOR: listener
    fn listener_with_room_for_one() -> io::Result<net::TcpListener> {
        let listener = net::TcpListener::bind("127.0.0.1:0")?;
        // SAFETY: no pointers are passed. It listens already, with another
        // number.
        if unsafe { libc::listen(listener.as_raw_fd(), 0) } == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(listener)
    }
    // ANCHOR_END: listener

    // ANCHOR: ask
    /// What the socket answers to whoever asks.
    fn ask_state(mut stream: &TcpStream) -> io::Result<()> {
        let error = stream.take_error()?.map(|error| error.kind());
        let peer = stream.peer_addr().map(drop).map_err(|it| it.kind());
        let read = stream.read(&mut [0]).map_err(|error| error.kind());
        let write = stream.write(b"x").map_err(|error| error.kind());
        println!("  take_error: {error:?}, peer_addr: {peer:?}");
        println!("  read: {read:?}, write: {write:?}");
        Ok(())
    }
    // ANCHOR_END: ask

    fn start(addr: SocketAddr, poll: &Poll) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect(addr)?;
        poll.registry()
            .register(&mut stream, Token(0), Interest::WRITABLE)?;
        Ok(stream)
    }

    pub fn main() -> io::Result<()> {
        let listener = listener_with_room_for_one()?;
        let addr = listener.local_addr()?;
        let _first = net::TcpStream::connect(addr)?;

        let mut poll = Poll::new()?;
        let mut events = Events::with_capacity(1);
        // ANCHOR: main
        let stream = start(addr, &poll)?;
        poll.poll(&mut events, Some(Duration::ZERO))?;
        println!("in progress, events: {}", events.iter().count());
        ask_state(&stream)?;
        // ANCHOR_END: main

        drop(listener.accept()?);
        let mut is_connected = false;
        while !is_connected {
            poll.poll(&mut events, None)?;
            is_connected = match stream.peer_addr() {
                Ok(_) => true,
                Err(it) if it.kind() == ErrorKind::NotConnected => false,
                Err(error) => return Err(error),
            };
        }
        println!("connected");
        ask_state(&stream)
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
