//! Chapter 9: a connect that does not wait, to somebody and to nobody.
//!
//! ```sh
//! cargo run --example 09-connect
//! ```

use std::io::{self, ErrorKind};
use std::net::{self, SocketAddr};

use minimio::net::TcpStream;
use minimio::{Events, Interest, Poll, Token};

// ANCHOR: connect
fn connect(addr: SocketAddr) -> io::Result<()> {
    let mut stream = TcpStream::connect(addr)?;
    println!("  connect: Ok");
    let mut poll = Poll::new()?;
    poll.registry()
        .register(&mut stream, Token(0), Interest::WRITABLE)?;
    wait_until_connected(&mut poll, &stream)
}
// ANCHOR_END: connect

// ANCHOR: wait
/// Returns when the attempt has ended, well or badly.
fn wait_until_connected(poll: &mut Poll, stream: &TcpStream) -> io::Result<()> {
    let mut events = Events::with_capacity(1);
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            println!("  an event, writable: {}", event.is_writable());
        }
        if has_connected(stream)? {
            return Ok(());
        }
    }
}
// ANCHOR_END: wait

// ANCHOR: has_connected
fn has_connected(stream: &TcpStream) -> io::Result<bool> {
    if let Some(error) = stream.take_error()? {
        println!("  take_error: {:?}", error.kind());
        return Err(error);
    }
    println!("  take_error: None");
    match stream.peer_addr() {
        Ok(_) => {
            println!("  peer_addr: Ok");
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::NotConnected => {
            println!("  peer_addr: NotConnected");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
// ANCHOR_END: has_connected

fn main() -> io::Result<()> {
    let listener = net::TcpListener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    println!("somebody listens");
    connect(addr)?;

    drop(listener);
    println!("nobody listens");
    match connect(addr) {
        Ok(()) => println!("connected, to nobody"),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            println!("refused");
        }
        Err(error) => return Err(error),
    }
    Ok(())
}
