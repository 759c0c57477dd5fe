//! Chapter 3, answer 3: a source of one's own.
//!
//! ```sh
//! cargo run --example 03-answer-3
//! ```

use std::io;
use std::net;

use minimio::event::Source;
use minimio::net::{TcpListener, UdpSocket};
use minimio::{Events, Interest, Poll, Registry, Token};

// ANCHOR: counted
/// Passes the calls on, and counts them.
struct Counted<S: ?Sized> {
    calls: u32,
    source: S,
}

impl<S: Source + ?Sized> Source for Counted<S> {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.calls += 1;
        self.source.register(registry, token, interest)
    }
    // ANCHOR_END: counted

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.calls += 1;
        self.source.reregister(registry, token, interest)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        self.calls += 1;
        self.source.deregister(registry)
    }
}

fn main() -> io::Result<()> {
    let any = "127.0.0.1:0".parse().expect("it is an address");
    let datagrams = UdpSocket::bind(any)?;
    let addr = datagrams.local_addr()?;
    let sources: Vec<Box<dyn Source>> =
        vec![Box::new(TcpListener::bind(any)?), Box::new(datagrams)];

    let mut poll = Poll::new()?;
    // ANCHOR: main
    let mut registered = Vec::new();
    for (index, source) in sources.into_iter().enumerate() {
        // A box of a source is a source, and so is a counted box.
        let mut counted = Counted { calls: 0, source };
        let registry = poll.registry();
        registry.register(&mut counted, Token(9), Interest::WRITABLE)?;
        registry.reregister(&mut counted, Token(index), Interest::READABLE)?;
        println!("source {index}: {} calls", counted.calls);
        registered.push(counted);
    }
    // ANCHOR_END: main
    net::UdpSocket::bind("127.0.0.1:0")?.send_to(b"x", addr)?;
    let mut events = Events::with_capacity(8);
    poll.poll(&mut events, None)?;
    for event in &events {
        println!("{:?} is readable: {}", event.token(), event.is_readable());
    }
    Ok(())
}
