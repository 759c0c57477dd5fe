//! Chapter 11: an event for a connection that is closed reaches the one that
//! has got its place.
//!
//! A proxy has two connections that belong together. Both peers hang up at
//! once, so that both are reported by one poll, while a new client waits to be
//! accepted.
//!
//! ```sh
//! cargo run --example 11-stale-token
//! ```

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};

use examples::peer;
use minimio::event::Event;
use minimio::net::TcpListener;
use minimio::{Events, Interest, Poll, Token, net};

#[derive(Clone, Copy, PartialEq)]
enum Way {
    BelieveTheEvent,
    AskTheSocket,
    CompareGenerations,
    ReuseAfterTheBatch,
}

/// A place in the table. Its connection changes, the place stays.
#[derive(Default)]
struct Place {
    generation: usize,
    stream: Option<net::TcpStream>,
}

struct Proxy {
    way: Way,
    poll: Poll,
    listener: TcpListener,
    places: Vec<Place>,
    free: Vec<usize>,
    freed_in_this_batch: Vec<usize>,
    stale_events: usize,
}

// ANCHOR: token
const HALF: u32 = usize::BITS / 2;
const LOW: usize = (1 << HALF) - 1;

fn token(index: usize, generation: usize) -> Token {
    Token(index | generation << HALF)
}

fn index_and_generation(token: Token) -> (usize, usize) {
    let index = token.0 & LOW;
    let generation = token.0 >> HALF;
    (index, generation)
}
// ANCHOR_END: token

impl Proxy {
    fn new(way: Way) -> io::Result<Proxy> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Ok(Proxy {
            way,
            poll: Poll::new()?,
            listener: TcpListener::bind(any)?,
            places: vec![Place::default(), Place::default()],
            free: vec![0, 1],
            freed_in_this_batch: Vec::new(),
            stale_events: 0,
        })
    }

    fn insert(&mut self, mut stream: net::TcpStream) -> io::Result<()> {
        let index = self.free.pop().ok_or(ErrorKind::StorageFull)?;
        let place = &mut self.places[index];
        let token = token(index, place.generation);
        let registry = self.poll.registry();
        registry.register(&mut stream, token, Interest::READABLE)?;
        place.stream = Some(stream);
        Ok(())
    }

    // ANCHOR: close
    fn close(&mut self, index: usize) -> io::Result<()> {
        let place = &mut self.places[index];
        let Some(mut stream) = place.stream.take() else {
            return Ok(());
        };
        self.poll.registry().deregister(&mut stream)?;
        place.generation = (place.generation + 1) & LOW;
        match self.way {
            Way::ReuseAfterTheBatch => self.freed_in_this_batch.push(index),
            _ => self.free.push(index),
        }
        Ok(())
    }
    // ANCHOR_END: close

    // ANCHOR: handle
    fn handle(&mut self, event: &Event) -> io::Result<()> {
        let (index, generation) = index_and_generation(event.token());
        let place = &mut self.places[index];
        let is_stale = place.generation != generation;
        self.stale_events += usize::from(is_stale);
        if self.way == Way::CompareGenerations && is_stale {
            return Ok(());
        }
        let Some(stream) = &mut place.stream else {
            return Ok(());
        };
        let has_hung_up = match self.way {
            Way::AskTheSocket => match stream.peek(&mut [0]) {
                Ok(count) => count == 0,
                Err(error) => error.kind() != ErrorKind::WouldBlock,
            },
            _ => event.is_read_closed(),
        };
        if has_hung_up {
            self.close(index)?;
            self.close(1 - index)?;
            self.accept()?;
        }
        Ok(())
    }
    // ANCHOR_END: handle

    /// Takes one client, if there is one and there is a place.
    fn accept(&mut self) -> io::Result<()> {
        if self.free.is_empty() {
            return Ok(());
        }
        match self.listener.accept() {
            Ok((stream, _)) => self.insert(stream),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn end_of_batch(&mut self) -> io::Result<()> {
        self.free.append(&mut self.freed_in_this_batch);
        self.accept()
    }
}

fn show(name: &str, way: Way) -> io::Result<()> {
    let mut proxy = Proxy::new(way)?;
    let _new_client = TcpStream::connect(proxy.listener.local_addr()?)?;
    for _ in 0..2 {
        let (stream, peer) = peer::pair()?;
        drop(peer);
        peer::wait_until_unread(&stream, 0)?;
        proxy.insert(net::TcpStream::from_std(stream))?;
    }

    let mut events = Events::with_capacity(8);
    proxy.poll.poll(&mut events, None)?;
    for event in &events {
        proxy.handle(event)?;
    }
    proxy.end_of_batch()?;

    let is_open = proxy.places.iter().any(|place| place.stream.is_some());
    let (count, stale) = (events.iter().count(), proxy.stale_events);
    let fate = if is_open { "open" } else { "closed" };
    println!("{name:22}{count:6}{stale:7}  {fate}");
    Ok(())
}

fn main() -> io::Result<()> {
    println!("{:22}events  stale  the new client", "");
    show("believe the event", Way::BelieveTheEvent)?;
    show("ask the socket", Way::AskTheSocket)?;
    show("compare generations", Way::CompareGenerations)?;
    show("reuse after the batch", Way::ReuseAfterTheBatch)
}
