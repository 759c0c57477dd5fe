//! Chapter 9: a server that sends back what it gets, on one thread.
//!
//! It keeps what a peer does not take yet, up to a bound, asks for write events
//! only while there is something to write, and ends a connection in the order
//! that loses no byte.
//!
//! ```sh
//! cargo run --example 09-echo                     # then: nc 127.0.0.1 PORT
//! cargo run --example 09-echo -- --clients 1000   # tests itself
//! ```

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{panic, thread};

use clap::Parser;
use examples::cost::Cost;
use minimio::net::{TcpListener, TcpStream};
use minimio::{Events, Interest, Poll, Registry, Token, Waker};

/// Sends back what it gets
#[derive(Parser)]
struct Args {
    /// Where to listen; port 0 lets the system choose one
    #[arg(long, default_value = "127.0.0.1:0")]
    addr: SocketAddr,

    /// Test it with so many clients at once, and end
    #[arg(long, value_name = "NUMBER")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=10_000))]
    clients: Option<u16>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let result = match args.clients {
        None => serve(args.addr),
        Some(count) => test(args.addr, count.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("09-echo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(addr: SocketAddr) -> io::Result<()> {
    let mut server = Server::bind(addr)?;
    println!("listening on {}", server.listener.local_addr()?);
    server.run()
}

const LISTENER: Token = Token(0);
const STOP: Token = Token(1);
const FIRST_CONNECTION: usize = 2;

/// How long to wait before accepting again when accepting failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

// ANCHOR: server
struct Server {
    poll: Poll,
    listener: TcpListener,
    accept_failed: bool,
    /// A number is given to one connection only: an event of one that has gone
    /// finds nothing.
    connections: HashMap<Token, Connection>,
    next_connection: usize,
    most_at_once: usize,
}

impl Server {
    // ANCHOR_END: server
    fn bind(addr: SocketAddr) -> io::Result<Server> {
        let poll = Poll::new()?;
        let mut listener = TcpListener::bind(addr)?;
        poll.registry().register(
            &mut listener,
            LISTENER,
            Interest::READABLE,
        )?;
        Ok(Server {
            poll,
            listener,
            accept_failed: false,
            connections: HashMap::new(),
            next_connection: FIRST_CONNECTION,
            most_at_once: 0,
        })
    }

    // ANCHOR: run
    fn run(&mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(256);
        loop {
            let timeout = self.accept_failed.then_some(ACCEPT_PAUSE);
            self.poll.poll(&mut events, timeout)?;
            for event in &events {
                match event.token() {
                    STOP => return Ok(()),
                    LISTENER => self.accept(),
                    token => self.echo(token),
                }
            }
            if self.accept_failed {
                self.accept();
            }
        }
    }
    // ANCHOR_END: run

    // ANCHOR: accept
    fn accept(&mut self) {
        loop {
            let result = self.listener.accept();
            match result.and_then(|(socket, _)| self.welcome(socket)) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                // This peer has gone again; the next one may be there.
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                // Most likely no descriptor is left. The peer stays in the
                // kernel's queue, and no new edge tells of it: `run` tries
                // again after the next event, or soon.
                Err(error) => {
                    if !self.accept_failed {
                        eprintln!("cannot accept now: {error}");
                    }
                    self.accept_failed = true;
                    return;
                }
            }
        }
        self.accept_failed = false;
    }
    // ANCHOR_END: accept

    // ANCHOR: welcome
    fn welcome(&mut self, socket: TcpStream) -> io::Result<()> {
        let token = Token(self.next_connection);
        self.next_connection += 1;
        let connection = Connection::new(socket, token, self.poll.registry())?;
        self.connections.insert(token, connection);
        self.most_at_once = self.most_at_once.max(self.connections.len());
        Ok(())
    }

    // ANCHOR_END: welcome

    // ANCHOR: echo_token
    fn echo(&mut self, token: Token) {
        let Some(connection) = self.connections.get_mut(&token) else {
            return;
        };
        match connection.echo(self.poll.registry()) {
            Ok(Progress::Waits) => {}
            // After an error nobody is there to be told.
            Ok(Progress::IsOver) | Err(_) => {
                // The drop would do, but for libkqueue (chapter 5).
                let registry = self.poll.registry();
                let _ = registry.deregister(&mut connection.socket);
                self.connections.remove(&token);
            }
        }
    }
    // ANCHOR_END: echo_token
}

// ANCHOR: bounds
/// The most that is kept for a peer that sends and does not read.
const MOST_KEPT: usize = 64 * 1024;

/// How many times in a row a connection is read and written before the others
/// get their turn.
const MOST_ROUNDS: usize = 16;

struct Connection {
    socket: TcpStream,
    token: Token,
    interest: Interest,
    /// What was read and is not yet written.
    kept: Vec<u8>,
    peer_has_finished: bool,
}
// ANCHOR_END: bounds

enum Progress {
    Waits,
    IsOver,
}

impl Connection {
    fn new(
        mut socket: TcpStream,
        token: Token,
        registry: &Registry,
    ) -> io::Result<Connection> {
        let interest = Interest::READABLE;
        registry.register(&mut socket, token, interest)?;
        Ok(Connection {
            socket,
            token,
            interest,
            kept: Vec::new(),
            peer_has_finished: false,
        })
    }

    // ANCHOR: echo
    /// Reads and writes until it would have to wait for the peer.
    fn echo(&mut self, registry: &Registry) -> io::Result<Progress> {
        let mut rounds = 0;
        while rounds < MOST_ROUNDS && self.exchange()? {
            rounds += 1;
        }
        let Some(interest) = self.what_to_wait_for() else {
            // The peer reads an end of file after the last byte.
            self.socket.shutdown(Shutdown::Write)?;
            return Ok(Progress::IsOver);
        };
        // Registering again reports what is there now: that brings the turn
        // back to one that was stopped in the middle.
        if interest != self.interest || rounds == MOST_ROUNDS {
            registry.reregister(&mut self.socket, self.token, interest)?;
            self.interest = interest;
        }
        Ok(Progress::Waits)
    }
    // ANCHOR_END: echo

    // ANCHOR: interest
    fn what_to_wait_for(&self) -> Option<Interest> {
        let reads = !self.peer_has_finished && self.kept.len() < MOST_KEPT;
        let writes = !self.kept.is_empty();
        match (reads, writes) {
            (true, true) => Some(Interest::READABLE | Interest::WRITABLE),
            (true, false) => Some(Interest::READABLE),
            (false, true) => Some(Interest::WRITABLE),
            (false, false) => None,
        }
    }
    // ANCHOR_END: interest

    // ANCHOR: exchange
    /// True when that made a difference.
    fn exchange(&mut self) -> io::Result<bool> {
        let has_read = self.read()?;
        let has_written = self.write()?;
        Ok(has_read || has_written)
    }

    // ANCHOR_END: exchange

    // ANCHOR: read
    /// Reads what is there and fits. True when that was something.
    fn read(&mut self) -> io::Result<bool> {
        let before = self.kept.len();
        let mut buffer = [0; 16 * 1024];
        while !self.peer_has_finished && self.kept.len() < MOST_KEPT {
            let room = buffer.len().min(MOST_KEPT - self.kept.len());
            match self.socket.read(&mut buffer[..room]) {
                Ok(0) => self.peer_has_finished = true,
                Ok(count) => self.kept.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.kept.len() > before)
    }
    // ANCHOR_END: read

    // ANCHOR: write
    /// Writes what the socket takes. True when that was something.
    fn write(&mut self) -> io::Result<bool> {
        let mut written = 0;
        while written < self.kept.len() {
            match self.socket.write(&self.kept[written..]) {
                Ok(count) => written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.kept.drain(..written);
        Ok(written > 0)
    }
}
// ANCHOR_END: write

/// Runs the server on this thread, and all clients on a second one.
fn test(addr: SocketAddr, count: usize) -> io::Result<()> {
    // Both ends of each connection, and some for the rest.
    examples::allow_descriptors(2 * count + 32)?;

    let mut server = Server::bind(addr)?;
    let addr = server.listener.local_addr()?;
    let stop = Arc::new(Waker::new(server.poll.registry(), STOP)?);
    let clients = {
        // The waker itself stays here: what is still unseen when it is
        // dropped is lost.
        let stop = Arc::clone(&stop);
        thread::Builder::new()
            .name("clients".into())
            .spawn(move || {
                let result = clients::run(addr, count);
                stop.wake().and(result)
            })?
    };
    let start = Instant::now();
    let before = Cost::of_this_thread();
    server.run()?;
    let cost = Cost::of_this_thread() - before;
    let elapsed = start.elapsed();
    clients.join().unwrap_or_else(|p| panic::resume_unwind(p))?;

    println!("clients: {count}");
    println!("connections at once: {}", server.most_at_once);
    println!("bytes sent and got back: {} each", clients::LENGTH);
    println!("all of it took {:.1} ms", elapsed.as_secs_f64() * 1e3);
    println!("of the server's thread:\n{cost}");
    Ok(())
}

/// What `--clients` tests the server with: each client sends, and compares what
/// comes back. When all have everything, they close.
mod clients {
    use super::*;

    /// More than the server keeps, so that it has to stop reading at times.
    pub const LENGTH: usize = 100_000;

    /// Each client sends another part of a pattern.
    const SHIFTS: usize = 251;

    /// How many clients may wait for their first byte. They are all that can
    /// be in the kernel's queue of connections to accept, which has room for
    /// 128: when it is full, the kernel keeps some waiting for a second, and
    /// resets others.
    const MOST_UNANSWERED: usize = 100;

    struct Client<'a> {
        socket: TcpStream,
        is_connected: bool,
        bytes: &'a [u8],
        sent: usize,
        got_back: usize,
    }

    pub fn run(addr: SocketAddr, count: usize) -> io::Result<()> {
        let pattern: Vec<u8> =
            (0..LENGTH + SHIFTS).map(|i| (i ^ (i >> 8)) as u8).collect();
        let mut poll = Poll::new()?;
        let mut events = Events::with_capacity(256);
        let mut exchanging = HashMap::new();
        let mut closing = HashMap::new();
        let (mut started, mut unanswered) = (0, 0);
        while closing.len() < count {
            while started < count && unanswered < MOST_UNANSWERED {
                let bytes = &pattern[started % SHIFTS..][..LENGTH];
                let token = Token(started);
                let client = Client::start(addr, bytes, token, &poll)?;
                exchanging.insert(token, client);
                started += 1;
                unanswered += 1;
            }
            poll.poll(&mut events, None)?;
            for event in &events {
                let token = event.token();
                let Some(client) = exchanging.get_mut(&token) else {
                    continue;
                };
                let was_unanswered = client.got_back == 0;
                client.exchange()?;
                if was_unanswered && client.got_back > 0 {
                    unanswered -= 1;
                }
                if client.got_back == LENGTH {
                    closing.extend(exchanging.remove_entry(&token));
                }
            }
        }

        // All are connected. Each of them now sees the server close, too.
        for client in closing.values() {
            client.socket.shutdown(Shutdown::Write)?;
        }
        while !closing.is_empty() {
            poll.poll(&mut events, None)?;
            for event in &events {
                let token = event.token();
                if let Some(client) = closing.get_mut(&token)
                    && client.sees_the_end()?
                {
                    closing.remove(&token);
                }
            }
        }
        Ok(())
    }

    impl<'a> Client<'a> {
        fn start(
            addr: SocketAddr,
            bytes: &'a [u8],
            token: Token,
            poll: &Poll,
        ) -> io::Result<Client<'a>> {
            let mut socket = TcpStream::connect(addr)?;
            let both = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(&mut socket, token, both)?;
            Ok(Client {
                socket,
                is_connected: false,
                bytes,
                sent: 0,
                got_back: 0,
            })
        }

        /// Sends and reads until it would have to wait for the server.
        fn exchange(&mut self) -> io::Result<()> {
            if !self.is_connected && !self.has_connected()? {
                return Ok(());
            }
            self.is_connected = true;
            self.send()?;
            if self.sees_the_end()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            Ok(())
        }

        fn has_connected(&self) -> io::Result<bool> {
            if let Some(error) = self.socket.take_error()? {
                return Err(error);
            }
            match self.socket.peer_addr() {
                Ok(_) => Ok(true),
                Err(error) if error.kind() == ErrorKind::NotConnected => {
                    Ok(false)
                }
                Err(error) => Err(error),
            }
        }

        fn send(&mut self) -> io::Result<()> {
            while self.sent < LENGTH {
                match self.socket.write(&self.bytes[self.sent..]) {
                    Ok(count) => self.sent += count,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        break;
                    }
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        }

        /// Reads until nothing is left, and compares. True at the end of file.
        fn sees_the_end(&mut self) -> io::Result<bool> {
            let mut buffer = [0; 16 * 1024];
            loop {
                match self.socket.read(&mut buffer) {
                    Ok(0) => return Ok(true),
                    Ok(count) => self.compare(&buffer[..count])?,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        return Ok(false);
                    }
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        }

        fn compare(&mut self, bytes: &[u8]) -> io::Result<()> {
            if !self.bytes[self.got_back..].starts_with(bytes) {
                return Err(io::Error::new(
                    ErrorKind::InvalidData,
                    "a client got back other bytes than it has sent",
                ));
            }
            self.got_back += bytes.len();
            Ok(())
        }
    }
}
