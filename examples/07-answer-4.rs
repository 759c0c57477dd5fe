//! Chapter 7, exercise 4: what a read that would block asks for again.
//!
//! The same reader on two crates: it tries to read at every event. minimio
//! asks for readability again, mio for all of the interest.
//!
//! ```sh
//! cargo run --example 07-answer-4
//! ```

use std::io;

const MOST: usize = 100;

macro_rules! reader_on {
    ($library:ident, $name:ident) => {
        mod $name {
            use std::io::{self, ErrorKind, Read};
            use std::net;
            use std::time::Duration;

            use $library::{Events, Interest, Poll, Token, net::TcpStream};

            /// How many polls have an event, while the peer says nothing.
            pub fn polls_with_events(most: usize) -> io::Result<usize> {
                let listener = net::TcpListener::bind("127.0.0.1:0")?;
                let mut stream = TcpStream::connect(listener.local_addr()?)?;
                let _peer = listener.accept()?;
                let mut poll = Poll::new()?;
                let mut events = Events::with_capacity(8);
                let interest = Interest::READABLE | Interest::WRITABLE;
                poll.registry().register(&mut stream, Token(0), interest)?;

                // ANCHOR: polls
                for count in 0..most {
                    let grace = Duration::from_millis(100);
                    poll.poll(&mut events, Some(grace))?;
                    if events.is_empty() {
                        return Ok(count);
                    }
                    match stream.read(&mut [0; 16]) {
                        Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                        result => drop(result?),
                    }
                }
                Ok(most)
            }
        }
    };
}

reader_on!(minimio, on_minimio);
reader_on!(mio, on_mio);
// ANCHOR_END: polls

fn main() -> io::Result<()> {
    for (library, polls_with_events) in [
        ("minimio", on_minimio::polls_with_events as fn(_) -> _),
        ("mio", on_mio::polls_with_events),
    ] {
        let count: io::Result<usize> = polls_with_events(MOST);
        println!("{library:8}{:>4} of {MOST} polls had an event", count?);
    }
    Ok(())
}
