//! Chapter 8: the job of `04-epoll`, `05-kqueue` and `06-iocp`, once, for
//! every system.
//!
//! Five connections are made without waiting, five requests are written when
//! there is room for them, and one thread prints the replies as they arrive.
//!
//! ```sh
//! cargo run --example 08-one-queue
//! cargo run --example 08-one-queue -- --addr 127.0.0.1:8080
//! ```

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;

use clap::Parser;
use examples::{ServerArgs, http};
use minimio::net::TcpStream;
use minimio::{Events, Interest, Poll, Registry, Token};

const PATHS: [&str; 5] = [
    "/500/first",
    "/400/second",
    "/300/third",
    "/200/fourth",
    "/100/fifth",
];

// ANCHOR: connection
struct Connection {
    stream: TcpStream,
    is_connected: bool,
    /// What is left of the request.
    unwritten: Vec<u8>,
    reply: Vec<u8>,
}
// ANCHOR_END: connection

// ANCHOR: ask
fn ask(server: SocketAddr, path: &str) -> io::Result<Connection> {
    Ok(Connection {
        stream: TcpStream::connect(server)?,
        is_connected: false,
        unwritten: http::request(path).into_bytes(),
        reply: Vec::new(),
    })
}
// ANCHOR_END: ask

// ANCHOR: advance
/// Goes on until it would have to wait. True when the reply is complete.
fn advance(
    connection: &mut Connection,
    registry: &Registry,
    token: Token,
) -> io::Result<bool> {
    if !connection.is_connected {
        if !has_connected(&connection.stream)? {
            return Ok(false);
        }
        connection.is_connected = true;
    }
    if !connection.unwritten.is_empty() {
        if !write_request(connection)? {
            return Ok(false);
        }
        let stream = &mut connection.stream;
        registry.reregister(stream, token, Interest::READABLE)?;
    }
    drain(connection)
}
// ANCHOR_END: advance

// ANCHOR: has_connected
fn has_connected(stream: &TcpStream) -> io::Result<bool> {
    if let Some(error) = stream.take_error()? {
        return Err(error);
    }
    match stream.peer_addr() {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotConnected => Ok(false),
        Err(error) => Err(error),
    }
}
// ANCHOR_END: has_connected

// ANCHOR: write_request
/// True when nothing is left to be written.
fn write_request(connection: &mut Connection) -> io::Result<bool> {
    while !connection.unwritten.is_empty() {
        match connection.stream.write(&connection.unwritten) {
            Ok(count) => drop(connection.unwritten.drain(..count)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                return Ok(false);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
// ANCHOR_END: write_request

// ANCHOR: drain
/// Reads until nothing is left. True when the reply is complete.
fn drain(connection: &mut Connection) -> io::Result<bool> {
    // On an error it keeps what it has read so far.
    match connection.stream.read_to_end(&mut connection.reply) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error),
    }
}
// ANCHOR_END: drain

fn main() -> io::Result<()> {
    let server = ServerArgs::parse().server()?;
    let mut poll = Poll::new()?;
    // ANCHOR: main_ask

    let mut connections = HashMap::new();
    for (number, path) in PATHS.iter().enumerate() {
        let mut connection = ask(server.addr(), path)?;
        let token = Token(number);
        let stream = &mut connection.stream;
        poll.registry()
            .register(stream, token, Interest::WRITABLE)?;
        println!("-> token {number}: GET {path}");
        connections.insert(token, connection);
    }
    // ANCHOR_END: main_ask

    // ANCHOR: main_wait
    let mut events = Events::with_capacity(8);
    while !connections.is_empty() {
        poll.poll(&mut events, None)?;
        for event in &events {
            let token = event.token();
            // An event is a hint, and one may come after the end.
            let Some(connection) = connections.get_mut(&token) else {
                continue;
            };
            if advance(connection, poll.registry(), token)? {
                let body = http::body(&connection.reply);
                println!("<- token {}: {body}", token.0);
                connections.remove(&token);
            }
        }
    }
    // ANCHOR_END: main_wait
    Ok(())
}
