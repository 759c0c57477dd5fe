//! Chapter 12, exercise 2: a Unix socket, on minimio by its descriptor and on
//! mio by its type.
//!
//! ```sh
//! cargo run --example 12-answer-2
//! ```

#[cfg(unix)]
mod unix {
    use std::io::{self, Read, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    // ANCHOR: on_minimio
    fn on_minimio() -> io::Result<()> {
        use minimio::unix::SourceFd;
        use minimio::{Events, Interest, Poll, Token};

        let (mut socket, mut peer) = UnixStream::pair()?;
        socket.set_nonblocking(true)?;
        let fd = socket.as_raw_fd();

        let mut poll = Poll::new()?;
        let registry = poll.registry();
        registry.register(&mut SourceFd(&fd), Token(0), Interest::READABLE)?;
        peer.write_all(b"hello")?;
        poll.poll(&mut Events::with_capacity(8), None)?;

        let count = socket.read(&mut [0; 16])?;
        println!("minimio: {count} bytes");
        // Nothing else does it, and `fd` is only good until the next line.
        poll.registry().deregister(&mut SourceFd(&fd))?;
        drop(socket);
        Ok(())
    }
    // ANCHOR_END: on_minimio

    // ANCHOR: on_mio
    fn on_mio() -> io::Result<()> {
        use mio::net::UnixStream;
        use mio::{Events, Interest, Poll, Token};

        let (mut socket, mut peer) = UnixStream::pair()?;

        let mut poll = Poll::new()?;
        let registry = poll.registry();
        registry.register(&mut socket, Token(0), Interest::READABLE)?;
        peer.write_all(b"hello")?;
        poll.poll(&mut Events::with_capacity(8), None)?;

        let count = socket.read(&mut [0; 16])?;
        println!("mio: {count} bytes");
        poll.registry().deregister(&mut socket)
    }
    // ANCHOR_END: on_mio

    pub fn main() -> io::Result<()> {
        on_minimio()?;
        on_mio()
    }
}

#[cfg(unix)]
fn main() -> std::io::Result<()> {
    unix::main()
}

#[cfg(not(unix))]
fn main() {
    examples::needs("a Unix");
}
