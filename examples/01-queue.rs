//! Chapter 1: one thread that sleeps until any of its sockets has something.
//!
//! The sockets do not block, as in `01-busy-loop`, but the thread reads only
//! from those that the kernel names.
//!
//! ```sh
//! cargo run --example 01-queue
//! cargo run --example 01-queue -- --requests 1000 --quiet
//! ```

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{self, SocketAddr};
use std::time::Instant;

use clap::Parser;
use examples::cost::{Cost, milliseconds};
use examples::{JobArgs, http};
use minimio::net::TcpStream;
use minimio::{Events, Interest, Poll, Token};

/// Waits for answers of a delay server, with one thread and a queue
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    job: JobArgs,
}

struct Connection {
    stream: TcpStream,
    response: Vec<u8>,
}

fn main() -> io::Result<()> {
    let Args { job } = Args::parse();
    rlimit::increase_nofile_limit(u64::MAX)?;
    let server = job.server()?;
    let start = Instant::now();
    let before = Cost::of_this_thread();

    // ANCHOR: register
    let mut poll = Poll::new()?;
    let mut connections = HashMap::new();
    for (number, path) in job.paths().enumerate() {
        job.print(format_args!("-> GET {path}"));
        let mut connection = ask(server.addr(), &path)?;
        let token = Token(number);
        poll.registry().register(
            &mut connection.stream,
            token,
            Interest::READABLE,
        )?;
        connections.insert(token, connection);
    }
    // ANCHOR_END: register

    // ANCHOR: loop
    let mut events = Events::with_capacity(64);
    while !connections.is_empty() {
        poll.poll(&mut events, None)?;
        for event in &events {
            let token = event.token();
            // An event is a hint, and one may come after the end.
            let Some(connection) = connections.get_mut(&token) else {
                continue;
            };
            if read_what_is_there(connection)? {
                let answer = http::body(&connection.response);
                job.print(format_args!("<- {answer}"));
                connections.remove(&token);
            }
        }
    }
    // ANCHOR_END: loop
    println!("threads: 1");
    println!("time: {}", milliseconds(start.elapsed()));
    println!("{}", Cost::of_this_thread() - before);
    Ok(())
}

fn ask(addr: SocketAddr, path: &str) -> io::Result<Connection> {
    let mut stream = net::TcpStream::connect(addr)?;
    stream.write_all(http::request(path).as_bytes())?;
    stream.set_nonblocking(true)?;
    Ok(Connection {
        stream: TcpStream::from_std(stream),
        response: Vec::new(),
    })
}

/// Adds what has arrived to the response. True when it is complete.
fn read_what_is_there(connection: &mut Connection) -> io::Result<bool> {
    match connection.stream.read_to_end(&mut connection.response) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error),
    }
}
