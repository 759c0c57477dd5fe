//! Chapter 11: a timeout that starts over with each event, and a deadline.
//!
//! ```sh
//! cargo run --example 11-deadline
//! ```

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use examples::peer;
use minimio::{Events, Interest, Poll, Token, net};

/// The answer of a peer that has died is waited for so long.
const TIMEOUT: Duration = Duration::from_millis(300);

/// What another peer sends in the meantime, and how long each takes us.
const MESSAGES: usize = 10;
const WORK: Duration = Duration::from_millis(100);

struct Waiting {
    poll: Poll,
    events: Events,
    other: net::TcpStream,
    copy: TcpStream,
    other_peer: TcpStream,
    handled: usize,
}

impl Waiting {
    fn new() -> io::Result<Waiting> {
        let poll = Poll::new()?;
        let (other, other_peer) = peer::pair()?;
        let copy = other.try_clone()?;
        let mut other = net::TcpStream::from_std(other);
        let registry = poll.registry();
        registry.register(&mut other, Token(0), Interest::READABLE)?;
        let mut waiting = Waiting {
            poll,
            events: Events::with_capacity(8),
            other,
            copy,
            other_peer,
            handled: 0,
        };
        waiting.next_message()?;
        Ok(waiting)
    }

    /// The other peer is always faster than we are.
    fn next_message(&mut self) -> io::Result<()> {
        self.other_peer.write_all(b"x")?;
        peer::wait_until_unread(&self.copy, 1)
    }

    fn handle(&mut self) -> io::Result<()> {
        while matches!(self.other.read(&mut [0; 16]), Ok(1..)) {}
        thread::sleep(WORK);
        self.handled += 1;
        if self.handled < MESSAGES {
            self.next_message()?;
        }
        Ok(())
    }

    // ANCHOR: timeout
    fn with_a_timeout(&mut self) -> io::Result<()> {
        loop {
            self.poll.poll(&mut self.events, Some(TIMEOUT))?;
            if self.events.is_empty() {
                return Ok(());
            }
            self.handle()?;
        }
    }
    // ANCHOR_END: timeout

    // ANCHOR: deadline
    fn with_a_deadline(&mut self) -> io::Result<()> {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            self.poll.poll(&mut self.events, Some(left))?;
            if !self.events.is_empty() {
                self.handle()?;
            }
        }
    }
    // ANCHOR_END: deadline
}

fn show(
    name: &str,
    wait: fn(&mut Waiting) -> io::Result<()>,
) -> io::Result<()> {
    let mut waiting = Waiting::new()?;
    let start = Instant::now();
    wait(&mut waiting)?;
    let waited = start.elapsed().as_secs_f64() * 1_000.0;
    let all = waiting.handled == MESSAGES;
    println!("{name:10}all messages came first: {all:5} {waited:8.1} ms");
    Ok(())
}

fn main() -> io::Result<()> {
    let timeout = TIMEOUT.as_millis();
    println!("no answer in {timeout} ms, and {MESSAGES} messages of another");
    show("timeout", Waiting::with_a_timeout)?;
    show("deadline", Waiting::with_a_deadline)
}
