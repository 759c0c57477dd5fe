//! Chapter 1: one thread that asks every socket, again and again.
//!
//! The sockets do not block: a read that finds nothing says so at once. The
//! thread never sleeps.
//!
//! ```sh
//! cargo run --example 01-busy-loop
//! ```

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

use clap::Parser;
use examples::cost::{Cost, milliseconds};
use examples::{JobArgs, http};

/// Waits for answers of a delay server, with one thread that never sleeps
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    job: JobArgs,
}

struct Connection {
    stream: TcpStream,
    response: Vec<u8>,
    is_complete: bool,
}

fn main() -> io::Result<()> {
    let Args { job } = Args::parse();
    rlimit::increase_nofile_limit(u64::MAX)?;
    let server = job.server()?;
    let start = Instant::now();
    let before = Cost::of_this_thread();

    let mut connections = Vec::new();
    for path in job.paths() {
        job.print(format_args!("-> GET {path}"));
        connections.push(ask(server.addr(), &path)?);
    }

    // ANCHOR: loop
    let mut unanswered = connections.len();
    let mut reads_in_vain = 0;
    while unanswered > 0 {
        for connection in connections.iter_mut().filter(|c| !c.is_complete) {
            if read_what_is_there(connection)? {
                let answer = http::body(&connection.response);
                job.print(format_args!("<- {answer}"));
                connection.is_complete = true;
                unanswered -= 1;
            } else {
                reads_in_vain += 1;
            }
        }
    }
    // ANCHOR_END: loop
    println!("threads: 1");
    println!("time: {}", milliseconds(start.elapsed()));
    println!("{}", Cost::of_this_thread() - before);
    println!("reads in vain: {reads_in_vain}");
    Ok(())
}

// ANCHOR: ask
fn ask(addr: SocketAddr, path: &str) -> io::Result<Connection> {
    let mut stream = TcpStream::connect(addr)?;
    stream.write_all(http::request(path).as_bytes())?;
    stream.set_nonblocking(true)?;
    Ok(Connection {
        stream,
        response: Vec::new(),
        is_complete: false,
    })
}
// ANCHOR_END: ask

// ANCHOR: read_what_is_there
/// Adds what has arrived to the response. True when it is complete.
fn read_what_is_there(connection: &mut Connection) -> io::Result<bool> {
    match connection.stream.read_to_end(&mut connection.response) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error),
    }
}
// ANCHOR_END: read_what_is_there
