//! Chapter 9, answer 5: connect to several addresses at once, and take the
//! first that answers.
//!
//! ```sh
//! cargo run --example 09-answer-5
//! ```

use std::io::{self, ErrorKind};
use std::net::{self, SocketAddr};

use minimio::net::TcpStream;
use minimio::{Events, Interest, Poll, Token};

// ANCHOR: connect
fn connect_to_any(addrs: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(8);
    let mut attempts = Vec::new();
    let mut last_error = io::Error::from(ErrorKind::InvalidInput);
    for (index, &addr) in addrs.iter().enumerate() {
        let mut stream = match TcpStream::connect(addr) {
            Ok(stream) => stream,
            Err(error) => {
                last_error = error;
                attempts.push(None);
                continue;
            }
        };
        poll.registry().register(
            &mut stream,
            Token(index),
            Interest::WRITABLE,
        )?;
        attempts.push(Some(stream));
    }
    // ANCHOR_END: connect
    // ANCHOR: wait
    while attempts.iter().any(Option::is_some) {
        poll.poll(&mut events, None)?;
        for event in &events {
            let attempt = &mut attempts[event.token().0];
            match has_connected(attempt.as_ref()) {
                Ok(false) => {}
                Err(error) => {
                    last_error = error;
                    *attempt = None;
                }
                Ok(true) => {
                    if let Some(mut stream) = attempt.take() {
                        poll.registry().deregister(&mut stream)?;
                        return Ok(stream);
                    }
                }
            }
        }
    }
    // ANCHOR_END: wait
    Err(last_error)
}

/// False also for an attempt that has ended before.
fn has_connected(stream: Option<&TcpStream>) -> io::Result<bool> {
    let Some(stream) = stream else {
        return Ok(false);
    };
    if let Some(error) = stream.take_error()? {
        return Err(error);
    }
    match stream.peer_addr() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotConnected => Ok(false),
        Err(error) => Err(error),
    }
}

fn main() -> io::Result<()> {
    let listener = net::TcpListener::bind("127.0.0.1:0")?;
    let somebody = listener.local_addr()?;
    let nobody = net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;

    // TCP does not go to everybody, which the system says at once.
    let nowhere = SocketAddr::from(([255, 255, 255, 255], 1));

    let stream = connect_to_any(&[nowhere, nobody, somebody])?;
    println!("one of three: {}", stream.peer_addr()? == somebody);
    match connect_to_any(&[nobody, nobody]) {
        Ok(_) => println!("connected, to nobody"),
        Err(error) => println!("none: {:?}", error.kind()),
    }
    Ok(())
}
