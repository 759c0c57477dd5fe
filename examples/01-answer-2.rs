//! Chapter 1, exercise 2: take the first answer, and stop waiting for the
//! others.
//!
//! Those are due in a minute, and under Wine that is how long it takes: a
//! shutdown does not wake a read there.
//!
//! ```sh
//! cargo run --example 01-answer-2
//! ```

use std::io::{self, ErrorKind, Read, Write};
use std::net::{self, Shutdown, SocketAddr};
use std::sync::mpsc;
use std::thread;

use examples::{DelayServer, http};
use minimio::net::TcpStream;
use minimio::{Events, Interest, Poll, Token};

const PATHS: [&str; 3] = ["/60000/slow", "/100/quick", "/60000/slower"];

fn main() -> io::Result<()> {
    let server = DelayServer::start()?;
    first_by_queue(server.addr())?;
    first_by_threads(server.addr())
}

fn ask(addr: SocketAddr, path: &str) -> io::Result<net::TcpStream> {
    let mut stream = net::TcpStream::connect(addr)?;
    stream.write_all(http::request(path).as_bytes())?;
    Ok(stream)
}

fn first_by_queue(addr: SocketAddr) -> io::Result<()> {
    let mut poll = Poll::new()?;
    let mut connections = Vec::new();
    for (number, path) in PATHS.iter().enumerate() {
        let stream = ask(addr, path)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        let token = Token(number);
        poll.registry()
            .register(&mut stream, token, Interest::READABLE)?;
        connections.push((stream, Vec::new()));
    }

    // ANCHOR: queue
    let mut events = Events::with_capacity(8);
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            let (stream, response) = &mut connections[event.token().0];
            match stream.read_to_end(response) {
                Ok(_) => {
                    println!("the queue: {}", http::body(response));
                    return Ok(()); // and drops them all
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
    // ANCHOR_END: queue
}

fn first_by_threads(addr: SocketAddr) -> io::Result<()> {
    // ANCHOR: spawn
    let (sender, receiver) = mpsc::channel();
    let (mut streams, mut threads) = (Vec::new(), Vec::new());
    for path in PATHS {
        let stream = ask(addr, path)?;
        streams.push(stream.try_clone()?);
        let sender = sender.clone();
        let thread = thread::Builder::new().name(path.into());
        threads.push(thread.spawn(move || sender.send(wait(stream)))?);
    }
    drop(sender);
    // ANCHOR_END: spawn

    // ANCHOR: shutdown
    let first = receiver.recv().map_err(io::Error::other)??;
    println!("threads: {first:?}");
    for stream in &streams {
        // The one that is done may have no connection any more.
        let _ = stream.shutdown(Shutdown::Both);
    }
    // This ends when the last sender is gone.
    for response in receiver {
        println!("threads: {:?} after the shutdown", response?);
    }
    for thread in threads {
        let _ = thread.join();
    }
    // ANCHOR_END: shutdown
    Ok(())
}

fn wait(mut stream: net::TcpStream) -> io::Result<String> {
    let mut response = Vec::new();
    stream.read_to_end(&mut response)?;
    Ok(http::body(&response).into_owned())
}
