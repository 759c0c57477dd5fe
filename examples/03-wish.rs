//! Chapter 3: the program that we wish to write, and can.
//!
//! One thread serves datagrams, connections and whoever connects. A client on
//! the same thread takes one step at a time, so that the order is certain.
//!
//! ```sh
//! cargo run --example 03-wish
//! ```

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net;

use minimio::net::{TcpListener, TcpStream, UdpSocket};
use minimio::{Events, Interest, Poll, Token};

// ANCHOR: tokens
const LISTENER: Token = Token(0);
const DATAGRAMS: Token = Token(1);
const FIRST_CONNECTION: usize = 2;
// ANCHOR_END: tokens

struct Server {
    poll: Poll,
    events: Events,
    listener: TcpListener,
    datagrams: UdpSocket,
    connections: HashMap<Token, TcpStream>,
    next_connection: usize,
}

impl Server {
    // ANCHOR: new
    fn new() -> io::Result<Server> {
        let any = "127.0.0.1:0".parse().expect("it is an address");
        let poll = Poll::new()?;
        let mut listener = TcpListener::bind(any)?;
        let mut datagrams = UdpSocket::bind(any)?;
        let registry = poll.registry();
        registry.register(&mut listener, LISTENER, Interest::READABLE)?;
        registry.register(&mut datagrams, DATAGRAMS, Interest::READABLE)?;
        Ok(Server {
            poll,
            events: Events::with_capacity(8),
            listener,
            datagrams,
            connections: HashMap::new(),
            next_connection: FIRST_CONNECTION,
        })
    }
    // ANCHOR_END: new

    // ANCHOR: serve_once
    fn serve_once(&mut self) -> io::Result<()> {
        self.poll.poll(&mut self.events, None)?;
        for event in &self.events {
            match event.token() {
                LISTENER => accept(
                    &self.listener,
                    &mut self.connections,
                    &mut self.next_connection,
                    &self.poll,
                )?,
                DATAGRAMS => receive(&self.datagrams)?,
                token => {
                    let Some(socket) = self.connections.get_mut(&token) else {
                        continue;
                    };
                    if read(socket, token)? {
                        self.connections.remove(&token);
                    }
                }
            }
        }
        Ok(())
    }
    // ANCHOR_END: serve_once
}

// ANCHOR: accept
fn accept(
    listener: &TcpListener,
    connections: &mut HashMap<Token, TcpStream>,
    next_connection: &mut usize,
    poll: &Poll,
) -> io::Result<()> {
    while let Some((mut socket, _)) = unless_blocked(listener.accept())? {
        let token = Token(*next_connection);
        *next_connection += 1;
        poll.registry()
            .register(&mut socket, token, Interest::READABLE)?;
        connections.insert(token, socket);
        println!("  {LISTENER:?}: a connection, which gets {token:?}");
    }
    Ok(())
}
// ANCHOR_END: accept

fn receive(datagrams: &UdpSocket) -> io::Result<()> {
    let mut buffer = [0; 64];
    while let Some((count, _)) =
        unless_blocked(datagrams.recv_from(&mut buffer))?
    {
        println!("  {DATAGRAMS:?}: a datagram of {count} bytes");
    }
    Ok(())
}

// ANCHOR: read
/// True at the end.
fn read(mut socket: &TcpStream, token: Token) -> io::Result<bool> {
    let mut buffer = [0; 64];
    while let Some(count) = unless_blocked(socket.read(&mut buffer))? {
        if count == 0 {
            println!("  {token:?}: the end");
            return Ok(true);
        }
        println!("  {token:?}: {count} bytes");
    }
    Ok(false)
}
// ANCHOR_END: read

// ANCHOR: unless_blocked
/// None when there is nothing more to be had now.
fn unless_blocked<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}
// ANCHOR_END: unless_blocked

fn main() -> io::Result<()> {
    let mut server = Server::new()?;

    println!("a datagram is sent");
    let client = net::UdpSocket::bind("127.0.0.1:0")?;
    client.send_to(b"ping", server.datagrams.local_addr()?)?;
    server.serve_once()?;

    println!("somebody connects");
    let mut client = net::TcpStream::connect(server.listener.local_addr()?)?;
    server.serve_once()?;

    println!("sends ten bytes");
    client.write_all(b"0123456789")?;
    server.serve_once()?;

    println!("and closes");
    drop(client);
    while !server.connections.is_empty() {
        server.serve_once()?;
    }
    Ok(())
}
