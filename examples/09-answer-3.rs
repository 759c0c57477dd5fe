//! Chapter 9, exercise 3: one event for three datagrams.
//!
//! ```sh
//! cargo run --example 09-answer-3
//! ```

use std::io;
use std::time::Duration;

use minimio::net::UdpSocket;
use minimio::{Events, Interest, Poll, Token};

fn main() -> io::Result<()> {
    let any = "127.0.0.1:0".parse().map_err(io::Error::other)?;
    let mut receiver = UdpSocket::bind(any)?;
    let sender = UdpSocket::bind(any)?;
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(8);
    poll.registry()
        .register(&mut receiver, Token(0), Interest::READABLE)?;
    for text in ["one", "two", "three"] {
        sender.send_to(text.as_bytes(), receiver.local_addr()?)?;
    }
    // ANCHOR: answer
    let mut received = 0;
    poll.poll(&mut events, None)?;
    while !events.is_empty() {
        receiver.recv(&mut [0; 16])?;
        received += 1;
        poll.poll(&mut events, Some(Duration::ZERO))?;
    }
    // ANCHOR_END: answer
    println!("received: {received} of 3");
    Ok(())
}
