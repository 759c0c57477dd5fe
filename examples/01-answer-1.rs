//! Chapter 1, exercise 1: the busy loop, with a nap in each round.
//!
//! ```sh
//! cargo run --example 01-answer-1
//! ```

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use examples::cost::{Cost, milliseconds};
use examples::{DelayServer, http};

const DELAY: Duration = Duration::from_millis(205);

fn main() -> io::Result<()> {
    let server = DelayServer::start()?;
    for nap in [0, 1, 10, 100] {
        let mut stream = TcpStream::connect(server.addr())?;
        let path = format!("/{}/answer", DELAY.as_millis());
        stream.write_all(http::request(&path).as_bytes())?;
        stream.set_nonblocking(true)?;
        println!("a nap of {nap} ms after each read in vain");
        wait_in_naps(&mut stream, Duration::from_millis(nap))?;
    }
    Ok(())
}

// ANCHOR: wait
fn wait_in_naps(stream: &mut TcpStream, nap: Duration) -> io::Result<()> {
    let start = Instant::now();
    let before = Cost::of_this_thread();
    let mut response = Vec::new();
    let mut reads_in_vain = 0;
    while let Err(error) = stream.read_to_end(&mut response) {
        if error.kind() != ErrorKind::WouldBlock {
            return Err(error);
        }
        reads_in_vain += 1;
        if !nap.is_zero() {
            thread::sleep(nap);
        }
    }
    let late = start.elapsed().saturating_sub(DELAY);
    println!("late by: {}", milliseconds(late));
    println!("{}", Cost::of_this_thread() - before);
    println!("reads in vain: {reads_in_vain}");
    Ok(())
}
// ANCHOR_END: wait
