//! Chapter 11: a socket is dropped, and a copy of it lives on.
//!
//! ```sh
//! cargo run --example 11-dup
//! ```

use std::io::{self, Write};
use std::time::Duration;

use examples::peer;
use minimio::{Events, Interest, Poll, Token, net};

/// How many events a byte brings that arrives when our socket is gone.
fn events_after_drop(deregister: bool) -> io::Result<usize> {
    let mut poll = Poll::new()?;
    let (socket, mut peer) = peer::pair()?;
    // ANCHOR: drop
    let copy = socket.try_clone()?;
    let mut socket = net::TcpStream::from_std(socket);
    let registry = poll.registry();
    registry.register(&mut socket, Token(7), Interest::READABLE)?;
    if deregister {
        registry.deregister(&mut socket)?;
    }
    drop(socket);
    // ANCHOR_END: drop

    peer.write_all(b"x")?;
    peer::wait_until_unread(&copy, 1)?;
    let mut events = Events::with_capacity(8);
    poll.poll(&mut events, Some(Duration::from_millis(100)))?;
    Ok(events.iter().count())
}

fn main() -> io::Result<()> {
    let dropped = events_after_drop(false)?;
    println!("drop: events for its token: {dropped}");
    let deregistered = events_after_drop(true)?;
    println!("deregister, drop: events for its token: {deregistered}");
    Ok(())
}
