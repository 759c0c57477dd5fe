//! Chapter 7: when an edge comes, from a kernel that has edges (epoll, kqueue)
//! and from one where we make them (AFD).
//!
//! Each line does one thing to a registered socket, polls, and prints what the
//! queue reports.
//!
//! ```sh
//! cargo run --example 07-edge
//! ```

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use examples::peer;
use minimio::{Events, Interest, Poll, Token, net};

struct Watched {
    poll: Poll,
    events: Events,
    socket: net::TcpStream,
    /// A copy of the socket that minimio does not know of.
    copy: TcpStream,
    peer: TcpStream,
}

impl Watched {
    fn new() -> io::Result<Watched> {
        let (socket, peer) = peer::pair()?;
        Ok(Watched {
            poll: Poll::new()?,
            events: Events::with_capacity(8),
            copy: socket.try_clone()?,
            socket: net::TcpStream::from_std(socket),
            peer,
        })
    }

    /// Returns when `unread` bytes are in the socket.
    fn arrive(&mut self, bytes: &[u8], unread: usize) -> io::Result<()> {
        self.peer.write_all(bytes)?;
        peer::wait_until_unread(&self.copy, unread)
    }

    fn register(&mut self) -> io::Result<()> {
        let registry = self.poll.registry();
        registry.register(&mut self.socket, Token(0), Interest::READABLE)
    }

    fn reregister(&mut self) -> io::Result<()> {
        let registry = self.poll.registry();
        registry.reregister(&mut self.socket, Token(0), Interest::READABLE)
    }

    fn read(&mut self, count: usize) -> io::Result<()> {
        self.socket.read_exact(&mut vec![0; count])
    }

    fn drain(&mut self) -> io::Result<()> {
        loop {
            match self.socket.read(&mut [0; 16]) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn report(&mut self, what: &str) -> io::Result<()> {
        let grace = Some(Duration::from_millis(100));
        self.poll.poll(&mut self.events, grace)?;
        let event = match self.events.iter().next() {
            Some(event) if event.is_readable() => "readable",
            Some(_) => "another event",
            None => "-",
        };
        println!("{what:36}{event}");
        Ok(())
    }
}

fn main() -> io::Result<()> {
    println!("{:36}event", "");
    let mut watched = Watched::new()?;
    watched.arrive(b"hello", 5)?;
    watched.register()?;
    watched.report("register; 5 bytes were there before")?;
    watched.report("poll again, nothing read")?;
    watched.read(2)?;
    watched.report("read 2 bytes, 3 are left")?;
    watched.arrive(b"!", 4)?;
    watched.report("1 more byte arrives")?;
    watched.drain()?;
    watched.report("read until WouldBlock")?;
    watched.arrive(b"ok", 2)?;
    watched.report("2 bytes arrive")?;
    watched.reregister()?;
    watched.report("reregister, nothing read")?;
    watched.report("poll again, nothing read")
}
