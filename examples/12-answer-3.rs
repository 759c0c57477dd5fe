//! Chapter 12, exercise 3: a socket that remembers that it is ready, as those
//! of a runtime do, and what becomes of an event that comes while it forgets.
//!
//! ```sh
//! cargo run --example 12-answer-3
//! ```

use std::io::{self, ErrorKind, Read, Write};
use std::net;
use std::time::Duration;

use minimio::net::TcpStream;
use minimio::{Events, Interest, Poll, Token};

// ANCHOR: cached
/// A socket, and what the last events and reads have told about it.
struct Cached {
    socket: TcpStream,
    is_readable: bool,
    /// How many events there have been.
    tick: u64,
}

impl Cached {
    fn event(&mut self) {
        self.is_readable = true;
        self.tick += 1;
    }

    /// Forgets that it is readable, if `seen` is still the newest event.
    fn clear(&mut self, seen: u64) {
        if self.tick == seen {
            self.is_readable = false;
        }
    }

    fn clear_without_looking(&mut self) {
        self.is_readable = false;
    }
}
// ANCHOR_END: cached

// ANCHOR: run
/// What a thread that reads and a thread that polls may do, in this order.
fn run(clear: fn(&mut Cached, seen: u64)) -> io::Result<()> {
    let mut poll = Poll::new()?;
    let (socket, mut peer) = pair()?;
    let mut cached = Cached {
        socket,
        is_readable: true,
        tick: 0,
    };
    let registry = poll.registry();
    registry.register(&mut cached.socket, Token(0), Interest::READABLE)?;

    // The reader finds nothing,
    let seen = cached.tick;
    let nothing = cached.socket.read(&mut [0; 16]).unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
    // but before it has noted that, there is something, and the poller hears.
    peer.write_all(b"x")?;
    poll.poll(&mut Events::with_capacity(8), None)?;
    cached.event();
    // Now the reader notes what it has found.
    clear(&mut cached, seen);
    // ANCHOR_END: run

    let mut events = Events::with_capacity(8);
    poll.poll(&mut events, Some(Duration::ZERO))?;
    println!("  readable: {}", cached.is_readable);
    println!("  further events: {}", events.iter().count());
    println!("  unread: {} byte", cached.socket.peek(&mut [0; 16])?);
    Ok(())
}

fn pair() -> io::Result<(TcpStream, net::TcpStream)> {
    let listener = net::TcpListener::bind("127.0.0.1:0")?;
    let socket = net::TcpStream::connect(listener.local_addr()?)?;
    socket.set_nonblocking(true)?;
    let (peer, _) = listener.accept()?;
    Ok((TcpStream::from_std(socket), peer))
}

fn main() -> io::Result<()> {
    println!("cleared in any case:");
    run(|cached, _| cached.clear_without_looking())?;
    println!("cleared unless there was an event:");
    run(Cached::clear)
}
