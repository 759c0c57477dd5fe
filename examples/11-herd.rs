//! Chapter 11: four queues with the same listener, and one connection.
//!
//! ```sh
//! cargo run --example 11-herd
//! ```

use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use minimio::{Events, Interest, Poll, Token, net};

/// What a thread of a server has that accepts in each thread.
struct Worker {
    poll: Poll,
    listener: net::TcpListener,
}

impl Worker {
    fn new(listener: &TcpListener) -> io::Result<Worker> {
        let poll = Poll::new()?;
        let copy = listener.try_clone()?;
        let mut listener = net::TcpListener::from_std(copy);
        let registry = poll.registry();
        registry.register(&mut listener, Token(0), Interest::READABLE)?;
        Ok(Worker { poll, listener })
    }

    fn would_wake(&mut self) -> io::Result<bool> {
        let mut events = Events::with_capacity(8);
        let grace = Duration::from_millis(200);
        self.poll.poll(&mut events, Some(grace))?;
        Ok(!events.is_empty())
    }
}

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let mut workers = Vec::new();
    for _ in 0..4 {
        workers.push(Worker::new(&listener)?);
    }

    let _client = TcpStream::connect(listener.local_addr()?)?;
    // None of them accepts before all have looked.
    let mut awake = Vec::new();
    for mut worker in workers {
        if worker.would_wake()? {
            awake.push(worker);
        }
    }
    let woken = awake.len();
    let (mut accepted, mut in_vain) = (0, 0);
    for worker in awake {
        match worker.listener.accept() {
            Ok(_) => accepted += 1,
            Err(error) if error.kind() == ErrorKind::WouldBlock => in_vain += 1,
            Err(error) => return Err(error),
        }
    }
    println!("woken: {woken} of 4");
    println!("accepted: {accepted}, WouldBlock: {in_vain}");
    Ok(())
}
