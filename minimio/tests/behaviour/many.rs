//! Many sources, and little room for their events.

use std::collections::HashSet;
use std::io::{self, ErrorKind, Read, Write};

use super::queue::net::{TcpListener, TcpStream};
use super::queue::{Events, IS_EPOLL, IS_LIBKQUEUE, Interest, Poll, Token};
use super::support::*;

const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

/// One end of a connection, which sends a message and receives one.
struct End {
    stream: TcpStream,
    to_send: Vec<u8>,
    received: Vec<u8>,
}

impl End {
    const MESSAGE: usize = 8;

    fn new(stream: TcpStream, to_send: Vec<u8>) -> End {
        End {
            stream,
            to_send,
            received: Vec::new(),
        }
    }

    fn send(&mut self) -> io::Result<()> {
        while !self.to_send.is_empty() {
            match self.stream.write(&self.to_send) {
                Ok(count) => drop(self.to_send.drain(..count)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                // Some kernels say so while the connect is under way.
                Err(error) if error.kind() == ErrorKind::NotConnected => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn receive(&mut self) -> io::Result<()> {
        let mut buffer = [0; 2 * Self::MESSAGE];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => panic!("nobody has closed it"),
                Ok(count) => self.received.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::NotConnected => {
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn is_done(&self) -> bool {
        self.to_send.is_empty() && self.received.len() == Self::MESSAGE
    }
}

/// Both ends of each are in the queue, and the listener too.
#[test]
fn two_thousand_connections_each_get_their_own_echo() -> io::Result<()> {
    const CONNECTIONS: usize = 2_000;
    const AT_ONCE: usize = 64; // fewer than a listener's queue has room for
    const LISTENER: Token = Token(2 * CONNECTIONS);

    rlimit::increase_nofile_limit(8192)?;
    let mut poll = Poll::new()?;
    // libkqueue asks epoll for as many sockets as there is room for events, and
    // loses the second event of a socket where the room ends (its issue 89). So
    // there must be room for both of each. (A kernel keeps it for the next time.)
    let room = if IS_LIBKQUEUE { 512 } else { 256 };
    let mut events = Events::with_capacity(room);
    let mut listener = TcpListener::bind(localhost())?;
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)?;

    // Client i has the token i, server j CONNECTIONS + j.
    let mut clients: Vec<End> = Vec::new();
    let mut servers: Vec<End> = Vec::new();
    let mut done = 0;
    while done < CONNECTIONS {
        while clients.len() < CONNECTIONS
            && clients.len() - servers.len() < AT_ONCE
        {
            let token = Token(clients.len());
            let mut stream = TcpStream::connect(listener.local_addr()?)?;
            poll.registry().register(&mut stream, token, BOTH)?;
            clients.push(End::new(stream, token.0.to_be_bytes().to_vec()));
        }

        poll.poll(&mut events, Some(PATIENCE))?;
        assert!(!events.is_empty(), "stuck with {done} done");
        for event in &events {
            match event.token() {
                LISTENER => loop {
                    match listener.accept() {
                        Ok((mut stream, _)) => {
                            let token = Token(CONNECTIONS + servers.len());
                            poll.registry().register(
                                &mut stream,
                                token,
                                BOTH,
                            )?;
                            servers.push(End::new(stream, Vec::new()));
                        }
                        Err(error) if error.kind() == ErrorKind::WouldBlock => {
                            break;
                        }
                        Err(error) => return Err(error),
                    }
                },
                Token(client) if client < CONNECTIONS => {
                    let end = &mut clients[client];
                    let was_done = end.is_done();
                    end.send()?;
                    end.receive()?;
                    done += usize::from(end.is_done() && !was_done);
                }
                Token(server) => {
                    let end = &mut servers[server - CONNECTIONS];
                    let was_done = end.is_done();
                    end.receive()?;
                    if end.received.len() == End::MESSAGE && !was_done {
                        end.to_send = end.received.clone();
                    }
                    end.send()?;
                }
            }
        }
    }

    assert_eq!(servers.len(), CONNECTIONS);
    for (number, client) in clients.iter().enumerate() {
        assert_eq!(client.received, number.to_be_bytes());
    }
    let echoed: HashSet<_> =
        servers.iter().map(|server| &server.received).collect();
    assert_eq!(echoed.len(), CONNECTIONS);
    Ok(())
}

fn ready_streams(
    poll: &Poll,
    count: usize,
) -> io::Result<Vec<(TcpStream, std::net::TcpStream)>> {
    (0..count)
        .map(|number| {
            let (mut stream, mut peer) = connection()?;
            poll.registry().register(
                &mut stream,
                Token(number),
                Interest::READABLE,
            )?;
            peer.write_all(b"x")?;
            wait_until_arrived(&stream, 1);
            Ok((stream, peer))
        })
        .collect()
}

#[test]
fn room_for_one_event_gives_one_at_a_time_and_none_is_lost() -> io::Result<()> {
    const READY: usize = 64;

    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1);
    let streams = ready_streams(&poll, READY)?;

    let mut seen = HashSet::new();
    for _ in 0..READY {
        poll.poll(&mut events, Some(PATIENCE))?;
        assert_eq!(events.iter().count(), 1);
        assert_eq!(events.capacity(), 1);
        seen.extend(events.iter().map(|event| event.token()));
    }
    assert_eq!(seen.len(), READY, "all of them, each once");
    assert_silent(&mut poll, &mut events)?;
    drop(streams);
    Ok(())
}

#[test]
fn a_poll_never_reports_more_than_there_is_room_for() -> io::Result<()> {
    const READY: usize = 20;

    for capacity in [2, 3, 7, 19, 20, 21] {
        let mut poll = Poll::new()?;
        let mut events = Events::with_capacity(capacity);
        let streams = ready_streams(&poll, READY)?;

        let mut seen = HashSet::new();
        while seen.len() < READY {
            poll.poll(&mut events, Some(PATIENCE))?;
            let count = events.iter().count();
            assert!((1..=capacity).contains(&count), "{count} of {capacity}");
            if IS_EPOLL {
                // All are ready, so it fills what room there is.
                assert_eq!(count, capacity.min(READY - seen.len()));
            }
            for event in &events {
                assert!(seen.insert(event.token()), "each once");
            }
        }
        drop(streams);
    }
    Ok(())
}

#[test]
fn a_busy_source_does_not_starve_the_others() -> io::Result<()> {
    const BUSY: Token = Token(usize::MAX);

    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1);
    let streams = ready_streams(&poll, 8)?;
    let (mut busy, mut peer) = connection()?;
    poll.registry()
        .register(&mut busy, BUSY, Interest::READABLE)?;

    // It is ready again before each poll, and still everybody's turn comes.
    let mut seen = HashSet::new();
    for _ in 0..1_000 {
        peer.write_all(b"x")?;
        wait_until("there is something to read", || {
            matches!(drain(&busy).as_deref(), Ok([_, ..]))
        });
        peer.write_all(b"x")?;
        poll.poll(&mut events, Some(PATIENCE))?;
        seen.extend(events.iter().map(|event| event.token()));
        if seen.len() == streams.len() + 1 {
            return Ok(());
        }
    }
    panic!("only {seen:?} had a turn");
}
