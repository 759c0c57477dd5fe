//! Chapter 11, exercise 3: a loop that notices a lost edge.
//!
//! ```sh
//! cargo run --example 11-answer-3
//! ```

use std::io::{self, Read, Write};
use std::time::Duration;

use examples::peer;
use minimio::{Events, Interest, Poll, Token, net};

const QUIET_FOR: Duration = Duration::from_millis(200);

// ANCHOR: look
/// Which sockets have bytes though nothing has been reported for a while.
fn lost_edges(sockets: &[net::TcpStream]) -> Vec<usize> {
    let mut lost = Vec::new();
    for (index, socket) in sockets.iter().enumerate() {
        if let Ok(count) = socket.peek(&mut [0; 64]) {
            println!("token {index}: {count} bytes are unread, and no event");
            lost.push(index);
        }
    }
    lost
}
// ANCHOR_END: look

fn main() -> io::Result<()> {
    let mut poll = Poll::new()?;
    let (mut sockets, mut peers) = (Vec::new(), Vec::new());
    for token in [0, 1, 2].map(Token) {
        let (socket, peer) = peer::pair()?;
        let mut socket = net::TcpStream::from_std(socket);
        let registry = poll.registry();
        registry.register(&mut socket, token, Interest::READABLE)?;
        sockets.push(socket);
        peers.push(peer);
    }
    peers[1].write_all(b"27 bytes, and none to spare")?;

    let mut events = Events::with_capacity(8);
    let mut has = 0;
    while has < 27 {
        // ANCHOR: loop
        poll.poll(&mut events, Some(QUIET_FOR))?;
        let mut ready: Vec<_> =
            events.iter().map(|event| event.token().0).collect();
        if ready.is_empty() {
            ready = lost_edges(&sockets);
        }
        for index in ready {
            // The bug: it does not drain.
            has += sockets[index].read(&mut [0; 16])?;
            println!("token {index}: has {has} bytes");
        }
        // ANCHOR_END: loop
    }
    Ok(())
}
