//! Chapter 3, answer 1: two sources with one token.
//!
//! ```sh
//! cargo run --example 03-answer-1
//! ```

use std::io;
use std::net;

use minimio::net::UdpSocket;
use minimio::{Events, Interest, Poll, Token};

// ANCHOR: main
fn main() -> io::Result<()> {
    let any = "127.0.0.1:0".parse().expect("it is an address");
    let sender = net::UdpSocket::bind("127.0.0.1:0")?;
    let mut poll = Poll::new()?;
    let mut sockets = Vec::new();
    for _ in 0..2 {
        let mut socket = UdpSocket::bind(any)?;
        poll.registry()
            .register(&mut socket, Token(7), Interest::READABLE)?;
        sender.send_to(b"x", socket.local_addr()?)?;
        sockets.push(socket);
    }
    let mut events = Events::with_capacity(8);
    let mut tokens = Vec::new();
    while tokens.len() < sockets.len() {
        poll.poll(&mut events, None)?;
        tokens.extend(events.iter().map(|event| event.token()));
    }
    println!("events: {tokens:?}");
    Ok(())
}
// ANCHOR_END: main
