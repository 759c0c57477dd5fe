//! Chapter 11: how a runtime loses an edge between two of its own steps.
//!
//! A task and the reactor, which are two threads in earnest, take their steps
//! in the worst order, on one thread.
//!
//! ```sh
//! cargo run --example 11-late-note
//! ```

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use examples::peer;
use minimio::{Events, Interest, Poll, Token, net};

const TASK: Token = Token(0);

/// The part of a runtime that polls.
struct Reactor {
    poll: Poll,
    events: Events,
    /// The notes: which tasks are to be woken by an event.
    waiting: HashSet<Token>,
}

struct Task {
    socket: net::TcpStream,
    /// Another descriptor for it, to see what arrives.
    copy: TcpStream,
    peer: TcpStream,
}

impl Reactor {
    fn turn(&mut self) -> io::Result<()> {
        let grace = Some(Duration::from_millis(100));
        self.poll.poll(&mut self.events, grace)?;
        let mut woken = 0;
        for event in &self.events {
            // Without a note there is nobody to wake: the event is gone.
            if self.waiting.remove(&event.token()) {
                woken += 1;
            }
        }
        let count = self.events.iter().count();
        println!("  reactor: events {count}, tasks woken {woken}");
        Ok(())
    }

    fn note(&mut self) {
        println!("  task: notes that it waits");
        self.waiting.insert(TASK);
    }
}

impl Task {
    fn read(&mut self) {
        match self.socket.read(&mut [0; 16]) {
            Ok(count) => println!("  task: reads {count} bytes"),
            Err(error) => println!("  task: read says {:?}", error.kind()),
        }
    }

    fn bytes_arrive(&mut self) -> io::Result<()> {
        self.peer.write_all(b"hello")?;
        peer::wait_until_unread(&self.copy, 5)?;
        println!("  5 bytes arrive");
        Ok(())
    }
}

fn start() -> io::Result<(Reactor, Task)> {
    let poll = Poll::new()?;
    let (socket, peer) = peer::pair()?;
    let copy = socket.try_clone()?;
    let mut socket = net::TcpStream::from_std(socket);
    let registry = poll.registry();
    registry.register(&mut socket, TASK, Interest::READABLE)?;
    let reactor = Reactor {
        poll,
        events: Events::with_capacity(8),
        waiting: HashSet::new(),
    };
    let task = Task { socket, copy, peer };
    Ok((reactor, task))
}

fn main() -> io::Result<()> {
    println!("read, then note");
    let (mut reactor, mut task) = start()?;
    // ANCHOR: wrong
    task.read();
    task.bytes_arrive()?;
    reactor.turn()?;
    reactor.note();
    reactor.turn()?;
    // ANCHOR_END: wrong

    println!("note, then read");
    let (mut reactor, mut task) = start()?;
    // ANCHOR: right
    reactor.note();
    task.read();
    task.bytes_arrive()?;
    reactor.turn()?;
    task.read();
    // ANCHOR_END: right
    Ok(())
}
