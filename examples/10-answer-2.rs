//! Chapter 10, exercise 2: a waker from a UDP socket that is connected to
//! itself.
//!
//! ```sh
//! cargo run --example 10-answer-2
//! ```

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use std::{panic, thread};

use minimio::net::UdpSocket;
use minimio::{Events, Interest, Poll, Registry, Token};

// ANCHOR: waker
struct Waker {
    socket: UdpSocket,
}

impl Waker {
    fn new(registry: &Registry, token: Token) -> io::Result<Waker> {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut socket = UdpSocket::bind(any_port)?;
        // From now on it takes datagrams from itself alone.
        socket.connect(socket.local_addr()?)?;
        registry.register(&mut socket, token, Interest::READABLE)?;
        Ok(Waker { socket })
    }

    fn wake(&self) -> io::Result<()> {
        match self.socket.send(&[1]) {
            // It is full of wake-ups that nobody has seen.
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            result => result.map(drop),
        }
    }
    // ANCHOR_END: waker

    // ANCHOR: drain
    /// To be called at each event, before the list is looked at.
    fn drain(&self) -> io::Result<()> {
        loop {
            match self.socket.recv(&mut [0]) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }
    // ANCHOR_END: drain
}

fn main() -> io::Result<()> {
    let mut poll = Poll::new()?;
    let waker = Arc::new(Waker::new(poll.registry(), Token(0))?);
    let mut events = Events::with_capacity(8);

    // More than the socket has room for.
    for _ in 0..10_000 {
        waker.wake()?;
    }
    poll.poll(&mut events, None)?;
    println!("10,000 wake-ups: events: {}", events.iter().count());
    waker.drain()?;
    poll.poll(&mut events, Some(Duration::ZERO))?;
    println!("drained: events: {}", events.iter().count());

    let other = thread::Builder::new().name("other".into()).spawn({
        let waker = Arc::clone(&waker);
        move || waker.wake()
    })?;
    poll.poll(&mut events, None)?;
    println!("another thread's: events: {}", events.iter().count());
    other.join().unwrap_or_else(|p| panic::resume_unwind(p))
}
