//! Chapter 8, answer 1: a registry that outlives its `Poll`.
//!
//! ```sh
//! cargo run --example 08-answer-1
//! ```

use std::io;

use minimio::net::UdpSocket;
use minimio::{Interest, Poll, Token};

// ANCHOR: main
fn main() -> io::Result<()> {
    let addr = "127.0.0.1:0".parse().expect("it is an address");
    let mut socket = UdpSocket::bind(addr)?;
    let registry = Poll::new()?.registry().try_clone()?;
    // The `Poll` is gone, and with it the right to wait.
    registry.register(&mut socket, Token(1), Interest::READABLE)?;
    println!("registered with a queue that nobody can wait on");

    drop(registry);
    // The queue is gone too: the socket is free again.
    let poll = Poll::new()?;
    poll.registry()
        .register(&mut socket, Token(1), Interest::READABLE)?;
    println!("registered with another one");
    Ok(())
}
// ANCHOR_END: main
