//! Chapter 11, exercise 1: a read with room for everything, once at each
//! event.
//!
//! ```sh
//! cargo run --example 11-answer-1
//! ```

use std::io::{self, Read, Write};
use std::time::Duration;

use examples::peer;
use minimio::{Events, Interest, Poll, Token, net};

fn main() -> io::Result<()> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(8);
    let (socket, mut peer) = peer::pair()?;
    let copy = socket.try_clone()?;
    let mut socket = net::TcpStream::from_std(socket);
    let registry = poll.registry();
    registry.register(&mut socket, Token(0), Interest::READABLE)?;

    // ANCHOR: main
    for request in ["first", "second", "third"] {
        peer.write_all(request.as_bytes())?;
        peer::wait_until_unread(&copy, request.len())?;
        poll.poll(&mut events, Some(Duration::from_millis(200)))?;
        if events.is_empty() {
            println!("{request}: no event");
            break;
        }
        let count = socket.read(&mut [0; 64])?;
        println!("{request}: read {count} bytes of 64");
    }
    // ANCHOR_END: main
    Ok(())
}
