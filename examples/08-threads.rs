//! Chapter 8: one thread waits, another one registers.
//!
//! ```sh
//! cargo run --example 08-threads
//! ```

use std::io;
use std::net;
use std::{panic, thread};

use minimio::net::UdpSocket;
use minimio::{Events, Interest, Poll, Token};

// ANCHOR: main
fn main() -> io::Result<()> {
    let mut poll = Poll::new()?;
    let registry = poll.registry().try_clone()?;
    let other = thread::Builder::new().name("other".into()).spawn(
        move || -> io::Result<UdpSocket> {
            let addr = "127.0.0.1:0".parse().expect("it is an address");
            let mut socket = UdpSocket::bind(addr)?;
            let sender = net::UdpSocket::bind(addr)?;
            sender.send_to(b"early", socket.local_addr()?)?;
            registry.register(&mut socket, Token(1), Interest::READABLE)?;
            Ok(socket)
        },
    )?;

    // The other thread has registered by now, or does while this one sleeps.
    let mut events = Events::with_capacity(8);
    poll.poll(&mut events, None)?;
    // ANCHOR_END: main
    for event in &events {
        println!("{:?} is readable", event.token());
    }
    let socket = other.join().unwrap_or_else(|p| panic::resume_unwind(p))?;
    let (count, _) = socket.recv_from(&mut [0; 16])?;
    println!("{count} bytes, which had come before");
    Ok(())
}
