//! Chapter 9: what `connect` says, and what proves it.
//!
//! ```sh
//! cargo run --example 09-connect
//! ```

use std::io;
use std::net::{self, SocketAddr};

use minimio::net::TcpStream;
use minimio::{Events, Interest, Poll, Token};

fn main() -> io::Result<()> {
    let listener = net::TcpListener::bind("127.0.0.1:0")?;
    // The port is free again at the end of this statement.
    let nobody = net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;

    println!("a server listens at {}", listener.local_addr()?);
    attempt(listener.local_addr()?)?;
    println!("nobody listens at {nobody}");
    attempt(nobody)
}

// ANCHOR: attempt
fn attempt(addr: SocketAddr) -> io::Result<()> {
    let mut stream = match TcpStream::connect(addr) {
        Ok(stream) => stream,
        Err(error) => {
            println!("  connect: {:?}", error.kind());
            return Ok(());
        }
    };
    println!("  connect: Ok");

    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1);
    poll.registry()
        .register(&mut stream, Token(0), Interest::WRITABLE)?;
    while !has_ended(&stream)? {
        poll.poll(&mut events, None)?;
    }
    Ok(())
}
// ANCHOR_END: attempt

// ANCHOR: has_ended
fn has_ended(stream: &TcpStream) -> io::Result<bool> {
    if let Some(error) = stream.take_error()? {
        println!("  SO_ERROR: {:?}", error.kind());
        return Ok(true);
    }
    match stream.peer_addr() {
        Ok(peer) => {
            println!("  SO_ERROR: none; peer: {peer}");
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
        Err(error) => Err(error),
    }
}
// ANCHOR_END: has_ended
