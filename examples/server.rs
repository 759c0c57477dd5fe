//! The delay server: `GET /<ms>/<text>` is answered with `<text>`, after so
//! many milliseconds. One thread and one queue serve all clients.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{mem, panic};

use minimio::net::{TcpListener, TcpStream};
use minimio::{Events, Interest, Poll, Registry, Token, Waker};

use crate::http;

const STOP: Token = Token(0);
const LISTENER: Token = Token(1);
const FIRST_CLIENT: usize = 2;

/// How long a client may leave its end open after the answer.
const LINGER: Duration = Duration::from_secs(5);

/// How long to wait before accepting again when accepting failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How many reads in a row a client gets before it counts as one that sends
/// without end, for whom the others would wait.
const MOST_READS: usize = 64;

/// A delay server that runs on a thread of its own and stops when it is
/// dropped.
pub struct DelayServer {
    addr: SocketAddr,
    stop: Waker,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl DelayServer {
    /// Starts a server on a free port of 127.0.0.1.
    pub fn start() -> io::Result<DelayServer> {
        DelayServer::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// Starts a server that listens on `addr`.
    pub fn bind(addr: SocketAddr) -> io::Result<DelayServer> {
        let poll = Poll::new()?;
        let mut listener = TcpListener::bind(addr)?;
        let addr = listener.local_addr()?;
        let stop = Waker::new(poll.registry(), STOP)?;
        poll.registry().register(
            &mut listener,
            LISTENER,
            Interest::READABLE,
        )?;
        let server = EventLoop {
            poll,
            listener,
            accept_paused: false,
            clients: HashMap::new(),
            next_client: FIRST_CLIENT,
            timers: BinaryHeap::new(),
        };
        let thread = thread::Builder::new()
            .name("delay-server".into())
            .spawn(|| server.run())?;
        Ok(DelayServer {
            addr,
            stop,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves for as long as the process lives, or until the queue fails.
    pub fn run(mut self) -> io::Result<()> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Err(panic)) => panic::resume_unwind(panic),
            Some(Ok(result)) => result,
            None => Ok(()),
        }
    }
}

impl Drop for DelayServer {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take()
            && self.stop.wake().is_ok()
        {
            // If the queue has failed, nobody is left to be told.
            let _ = thread.join();
        }
    }
}

struct EventLoop {
    poll: Poll,
    listener: TcpListener,
    accept_paused: bool,
    /// A client's number is never given to another one: an event or a timer
    /// of a client that has gone finds nobody.
    clients: HashMap<Token, Client>,
    next_client: usize,
    /// What is due when, the earliest on top.
    timers: BinaryHeap<Reverse<(Instant, Token)>>,
}

impl EventLoop {
    fn run(mut self) -> io::Result<()> {
        let mut events = Events::with_capacity(256);
        loop {
            let timeout = self.time_until_next_timer();
            self.poll.poll(&mut events, timeout)?;
            for event in &events {
                match event.token() {
                    STOP => return Ok(()),
                    LISTENER => self.accept(),
                    client => self.serve(client, Client::ready),
                }
            }
            while let Some(token) = self.next_due() {
                match token {
                    LISTENER => {
                        self.accept_paused = false;
                        self.accept();
                    }
                    client => self.serve(client, Client::due),
                }
            }
        }
    }

    fn accept(&mut self) {
        while !self.accept_paused {
            match self.listener.accept() {
                Ok((socket, _)) => self.welcome(socket),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // This client has gone again; the next one may be there.
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                // Most likely the process has no descriptor left. The client
                // stays in the kernel's queue, and no new edge will tell of
                // it: look again when some time has passed.
                Err(_) => {
                    self.accept_paused = true;
                    self.set_timer(ACCEPT_PAUSE, LISTENER);
                }
            }
        }
    }

    fn welcome(&mut self, mut socket: TcpStream) {
        let token = Token(self.next_client);
        let registry = self.poll.registry();
        let result = registry.register(&mut socket, token, Interest::READABLE);
        // On an error the socket is dropped, and so closed.
        if result.is_ok() {
            self.next_client += 1;
            self.clients.insert(token, Client::new(socket, token));
        }
    }

    /// Lets `step` take a client as far as it gets for now.
    fn serve(
        &mut self,
        token: Token,
        step: fn(&mut Client, &Registry) -> io::Result<Next>,
    ) {
        let Some(client) = self.clients.get_mut(&token) else {
            return;
        };
        match step(client, self.poll.registry()) {
            Ok(Next::Event) => {}
            Ok(Next::Timer(delay)) => self.set_timer(delay, token),
            // An error is the client's loss: it has reset the connection.
            Ok(Next::Close) | Err(_) => {
                // The drop would do, but for libkqueue (chapter 5), which does
                // not notice that a descriptor is closed.
                let _ = self.poll.registry().deregister(&mut client.socket);
                self.clients.remove(&token);
            }
        }
    }

    fn set_timer(&mut self, delay: Duration, token: Token) {
        self.timers.push(Reverse((Instant::now() + delay, token)));
    }

    fn next_due(&mut self) -> Option<Token> {
        let &Reverse((due, token)) = self.timers.peek()?;
        if due > Instant::now() {
            return None;
        }
        self.timers.pop();
        Some(token)
    }

    fn time_until_next_timer(&self) -> Option<Duration> {
        let Reverse((due, _)) = self.timers.peek()?;
        Some(due.saturating_duration_since(Instant::now()))
    }
}

/// What a client is waiting for after a step.
enum Next {
    Event,
    Timer(Duration),
    Close,
}

struct Client {
    socket: TcpStream,
    token: Token,
    interest: Interest,
    state: State,
    /// The client has closed its end. It may still be reading.
    has_finished: bool,
}

enum State {
    /// With what has arrived of the request's head.
    Reading(Vec<u8>),
    /// With the answer, until the timer fires.
    Waiting(Vec<u8>),
    /// With what is left of the answer.
    Writing(Vec<u8>),
    /// Until the client closes its end, or the timer fires. Closing while its
    /// bytes are unread would reset the connection, and the answer might never
    /// be seen.
    Lingering,
}

impl Client {
    fn new(socket: TcpStream, token: Token) -> Client {
        Client {
            socket,
            token,
            interest: Interest::READABLE,
            state: State::Reading(Vec::new()),
            has_finished: false,
        }
    }

    /// An event has come.
    fn ready(&mut self, registry: &Registry) -> io::Result<Next> {
        self.receive()?;
        match &self.state {
            State::Reading(head) => {
                if let Some((delay, answer)) = http::answer(head) {
                    self.state = State::Waiting(answer);
                    Ok(Next::Timer(delay))
                } else if self.has_finished {
                    Ok(Next::Close)
                } else {
                    Ok(Next::Event)
                }
            }
            State::Waiting(_) => Ok(Next::Event),
            State::Writing(_) => self.send(registry),
            State::Lingering if self.has_finished => Ok(Next::Close),
            State::Lingering => Ok(Next::Event),
        }
    }

    /// The timer has fired.
    fn due(&mut self, registry: &Registry) -> io::Result<Next> {
        match &mut self.state {
            State::Waiting(answer) => {
                self.state = State::Writing(mem::take(answer));
                self.send(registry)
            }
            _ => Ok(Next::Close),
        }
    }

    /// Reads until nothing is left. What comes after the head is thrown away.
    fn receive(&mut self) -> io::Result<()> {
        let mut buffer = [0; 4096];
        for _ in 0..MOST_READS {
            match self.socket.read(&mut buffer) {
                Ok(0) => {
                    self.has_finished = true;
                    return Ok(());
                }
                Ok(count) => {
                    if let State::Reading(head) = &mut self.state {
                        head.extend_from_slice(&buffer[..count]);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("the client sends without end"))
    }

    /// Writes as much as the socket takes now.
    fn send(&mut self, registry: &Registry) -> io::Result<Next> {
        let State::Writing(answer) = &mut self.state else {
            return Ok(Next::Event);
        };
        while !answer.is_empty() {
            match self.socket.write(answer) {
                Ok(count) => drop(answer.drain(..count)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let both = Interest::READABLE | Interest::WRITABLE;
                    self.wait_for(both, registry)?;
                    return Ok(Next::Event);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.socket.shutdown(Shutdown::Write)?;
        if self.has_finished {
            return Ok(Next::Close);
        }
        self.wait_for(Interest::READABLE, registry)?;
        self.state = State::Lingering;
        Ok(Next::Timer(LINGER))
    }

    fn wait_for(
        &mut self,
        interest: Interest,
        registry: &Registry,
    ) -> io::Result<()> {
        if self.interest != interest {
            registry.reregister(&mut self.socket, self.token, interest)?;
            self.interest = interest;
        }
        Ok(())
    }
}
