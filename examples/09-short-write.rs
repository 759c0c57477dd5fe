//! Chapter 9: a write that takes a part, to a peer that does not read.
//!
//! ```sh
//! cargo run --example 09-short-write
//! ```

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use minimio::net::TcpStream;
use minimio::{Events, Interest, Poll, Token};

const LENGTH: usize = 64 * 1024 * 1024;

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut stream = TcpStream::connect(listener.local_addr()?)?;
    let (mut peer, _) = listener.accept()?;
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1);
    poll.registry()
        .register(&mut stream, Token(0), Interest::WRITABLE)?;
    poll.poll(&mut events, None)?;

    // ANCHOR: write
    let bytes = vec![0; LENGTH];
    let mut written = stream.write(&bytes)?;
    println!("one write takes all of it: {}", written == LENGTH);
    let error = loop {
        match stream.write(&bytes[written..]) {
            Ok(count) => written += count,
            Err(error) => break error.kind(),
        }
    };
    println!("the last write: {error:?}");
    // ANCHOR_END: write

    // ANCHOR: room
    // Throw away what was reported while the writes went on.
    poll.poll(&mut events, Some(Duration::ZERO))?;
    peer.read_exact(&mut [0])?;
    poll.poll(&mut events, Some(Duration::ZERO))?;
    println!("events after the peer reads 1: {}", events.iter().count());

    peer.set_nonblocking(true)?;
    let mut buffer = vec![0; 64 * 1024];
    let mut read = 1;
    while events.is_empty() {
        match peer.read(&mut buffer) {
            Ok(count) => read += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        poll.poll(&mut events, Some(Duration::ZERO))?;
    }
    println!("writable before it has read all: {}", read < written);
    // ANCHOR_END: room
    Ok(())
}
