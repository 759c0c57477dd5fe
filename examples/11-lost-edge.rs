//! Chapter 11: a server that reads once at each event, and a client that waits
//! for its answer; then the same with a server that drains.
//!
//! ```sh
//! cargo run --example 11-lost-edge
//! ```

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;
use std::{panic, thread};

use examples::peer;
use minimio::{Events, Interest, Poll, Token, Waker, net};

const CLIENT: Token = Token(0);
const STOP: Token = Token(1);

const REQUEST: &[u8] = b"weather tomorrow Trondheim\n";

/// How long the client waits for its answer.
const PATIENCE: Duration = Duration::from_secs(1);

struct Server {
    poll: Poll,
    client: net::TcpStream,
    request: Vec<u8>,
}

impl Server {
    // ANCHOR: read_once
    fn read_once(&mut self) -> io::Result<()> {
        let mut buffer = [0; 16];
        let count = self.client.read(&mut buffer)?;
        if count == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.request.extend_from_slice(&buffer[..count]);
        Ok(())
    }
    // ANCHOR_END: read_once

    // ANCHOR: read_all
    fn read_all(&mut self) -> io::Result<()> {
        loop {
            match self.read_once() {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }
    // ANCHOR_END: read_all

    // ANCHOR: serve
    /// Until a whole line has come, or somebody says stop.
    fn serve(
        &mut self,
        read: fn(&mut Server) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut events = Events::with_capacity(8);
        while !self.request.ends_with(b"\n") {
            self.poll.poll(&mut events, None)?;
            for event in &events {
                match event.token() {
                    CLIENT => read(self)?,
                    _ => return Ok(()),
                }
            }
        }
        self.client.write_all(b"sunny\n")
    }
    // ANCHOR_END: serve
}

fn run(read: fn(&mut Server) -> io::Result<()>) -> io::Result<()> {
    let (socket, mut client) = peer::pair()?;
    let poll = Poll::new()?;
    let stop = Arc::new(Waker::new(poll.registry(), STOP)?);
    let mut socket = net::TcpStream::from_std(socket);
    let registry = poll.registry();
    registry.register(&mut socket, CLIENT, Interest::READABLE)?;
    let mut server = Server {
        poll,
        client: socket,
        request: Vec::new(),
    };
    let thread = thread::Builder::new().name("server".into());
    let thread = thread.spawn(move || {
        let result = server.serve(read);
        result.map(|()| server)
    })?;

    client.write_all(REQUEST)?;
    println!("  client: sent {} bytes", REQUEST.len());
    wait_for_answer(&client)?;

    stop.wake()?;
    let server = thread.join().unwrap_or_else(|p| panic::resume_unwind(p))?;
    let unread = server.client.peek(&mut [0; 64]).unwrap_or(0);
    let has = server.request.len();
    println!("  server: has {has} bytes, {unread} are unread");
    Ok(())
}

fn wait_for_answer(client: &TcpStream) -> io::Result<()> {
    client.set_read_timeout(Some(PATIENCE))?;
    let mut answer = String::new();
    match BufReader::new(client).read_line(&mut answer) {
        Ok(_) => println!("  client: got \"{}\"", answer.trim_end()),
        Err(error) if has_timed_out(&error) => give_up(client),
        Err(error) => return Err(error),
    }
    Ok(())
}

/// What that is called depends on the system.
fn has_timed_out(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn give_up(_client: &TcpStream) {
    println!("  client: no answer in {} ms", PATIENCE.as_millis());
}

fn main() -> io::Result<()> {
    println!("the first server");
    run(Server::read_once)?;
    println!("the second server");
    run(Server::read_all)
}
