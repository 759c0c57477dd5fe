//! Chapter 10: bytes that are there before the socket is registered, and a
//! task that notes too late that it waits.
//!
//! ```sh
//! cargo run --example 10-late
//! ```

use std::io::{self, ErrorKind, Read, Write};
use std::net;
use std::time::Duration;

use minimio::net::TcpStream;
use minimio::{Events, Interest, Poll, Token};

const STREAM: Token = Token(0);

struct Runtime {
    poll: Poll,
    events: Events,
    stream: TcpStream,
    peer: net::TcpStream,
    /// A task waits for the stream.
    noted: bool,
    /// An event came that nobody was waiting for.
    remembered: bool,
}

impl Runtime {
    // ANCHOR: register
    fn new() -> io::Result<Runtime> {
        let listener = net::TcpListener::bind("127.0.0.1:0")?;
        let mut peer = net::TcpStream::connect(listener.local_addr()?)?;
        let (stream, _) = listener.accept()?;
        peer.write_all(b"x")?;
        stream.peek(&mut [0])?; // It blocks until the byte has arrived.

        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        let mut poll = Poll::new()?;
        poll.registry()
            .register(&mut stream, STREAM, Interest::READABLE)?;
        let mut events = Events::with_capacity(8);
        poll.poll(&mut events, None)?;
        let count = events.iter().count();
        println!("a byte, then register, then poll: events: {count}");
        // ANCHOR_END: register
        Ok(Runtime {
            poll,
            events,
            stream,
            peer,
            noted: false,
            remembered: false,
        })
    }

    // ANCHOR: turn
    /// One turn of the loop: wakes the task that is noted.
    fn turn(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.poll.poll(&mut self.events, timeout)?;
        if self.events.is_empty() {
            println!("  loop: no event");
        } else if self.noted {
            self.noted = false;
            println!("  loop: an event, wakes the task");
        } else {
            self.remembered = true;
            println!("  loop: an event, and nobody waits");
        }
        Ok(())
    }
    // ANCHOR_END: turn

    fn read(&mut self) -> io::Result<()> {
        match self.stream.read(&mut [0; 16]) {
            Ok(count) => println!("  task: reads {count} byte"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                println!("  task: reads WouldBlock");
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn note(&mut self) {
        self.noted = true;
        println!("  task: notes that it waits");
    }

    fn arrive(&mut self) -> io::Result<()> {
        self.peer.write_all(b"x")?;
        println!("  peer: sends a byte");
        Ok(())
    }

    // ANCHOR: too_late
    fn too_late(&mut self) -> io::Result<()> {
        self.read()?;
        self.arrive()?;
        self.turn(None)?;
        self.note();
        self.turn(Some(Duration::ZERO))
    }
    // ANCHOR_END: too_late

    // ANCHOR: in_time
    fn in_time(&mut self) -> io::Result<()> {
        self.note();
        self.read()?;
        self.arrive()?;
        self.turn(None)?;
        self.read()
    }
    // ANCHOR_END: in_time

    fn remembering(&mut self) -> io::Result<()> {
        self.read()?;
        self.arrive()?;
        self.turn(None)?;
        self.note();
        if self.remembered {
            println!("  task: finds an event, reads again");
            self.read()?;
        }
        Ok(())
    }

    /// Empties the stream, before the next experiment.
    fn start_again(&mut self) -> io::Result<()> {
        while matches!(self.stream.read(&mut [0; 16]), Ok(1..)) {}
        self.poll.poll(&mut self.events, Some(Duration::ZERO))?;
        self.noted = false;
        self.remembered = false;
        Ok(())
    }
}

fn main() -> io::Result<()> {
    let mut runtime = Runtime::new()?;
    runtime.start_again()?;
    println!("read, then note:");
    runtime.too_late()?;
    runtime.start_again()?;
    println!("note, then read:");
    runtime.in_time()?;
    runtime.start_again()?;
    println!("read, then note, with a memory:");
    runtime.remembering()
}
