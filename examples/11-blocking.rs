//! Chapter 11: one socket of two is blocking, and the whole loop waits for its
//! peer.
//!
//! ```sh
//! cargo run --example 11-blocking
//! ```

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;
use std::{panic, thread};

use examples::peer;
use minimio::event::Event;
use minimio::{Events, Interest, Poll, Token, net};

/// Drains both sockets, and says so of each.
fn serve(sockets: [TcpStream; 2], says: &Sender<String>) -> io::Result<()> {
    let mut poll = Poll::new()?;
    let mut sockets = sockets.map(net::TcpStream::from_std);
    for (index, socket) in sockets.iter_mut().enumerate() {
        let token = Token(index);
        poll.registry()
            .register(socket, token, Interest::READABLE)?;
    }
    let mut events = Events::with_capacity(8);
    let mut drained = 0;
    while drained < sockets.len() {
        poll.poll(&mut events, None)?;
        // No kernel promises an order, and we want a first.
        let mut tokens: Vec<_> = events.iter().map(Event::token).collect();
        tokens.sort();
        for Token(index) in tokens {
            let count = drain(&mut sockets[index])?;
            drained += 1;
            let name = ["a", "b"][index];
            let _ = says.send(format!("{name} is drained: {count} bytes"));
        }
    }
    Ok(())
}

fn drain(socket: &mut net::TcpStream) -> io::Result<usize> {
    let mut total = 0;
    let mut buffer = [0; 16];
    loop {
        match socket.read(&mut buffer) {
            Ok(0) => return Ok(total),
            Ok(count) => total += count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                return Ok(total);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Both peers have sent a byte before the loop begins.
fn run(forgets: bool) -> io::Result<()> {
    let (a, mut a_peer) = peer::pair()?;
    let (b, mut b_peer) = peer::pair()?;
    a_peer.write_all(b"x")?;
    b_peer.write_all(b"x")?;
    peer::wait_until_unread(&a, 1)?;
    peer::wait_until_unread(&b, 1)?;
    // A socket comes blocking from std's `accept`, on Linux.
    a.set_nonblocking(!forgets)?;

    let (says, said) = mpsc::channel();
    let looping = thread::Builder::new().name("loop".into());
    let looping = looping.spawn(move || serve([a, b], &says))?;
    if forgets {
        watch(&said, a_peer);
    } else {
        said.iter().take(2).for_each(|line| println!("  {line}"));
    }
    said.iter().for_each(|line| println!("  {line}"));
    looping.join().unwrap_or_else(|p| panic::resume_unwind(p))
}

/// Until the loop has been silent for a second; then frees it.
fn watch(said: &Receiver<String>, a_peer: TcpStream) {
    let patience = Duration::from_secs(1);
    loop {
        match said.recv_timeout(patience) {
            Ok(line) => println!("  {line}"),
            Err(RecvTimeoutError::Timeout) => break,
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
    println!("  nothing in {} ms", patience.as_millis());
    println!("  the peer of a closes");
    drop(a_peer);
}

fn main() -> io::Result<()> {
    println!("a is blocking");
    run(true)?;
    println!("neither is blocking");
    run(false)
}
