//! When an event comes, and what it says.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::time::Duration;

use super::queue::event::Event;
use super::queue::net::{TcpListener, TcpStream, UdpSocket};
use super::queue::{Events, IS_EPOLL, IS_KQUEUE, IS_MINIMIO, Interest, Token};
use super::support::*;

const STREAM: Token = Token(1);
const LISTENER: Token = Token(2);
const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

#[test]
fn a_stream_is_readable_when_data_has_come_and_not_before() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    assert_silent(&mut poll, &mut events)?;
    assert_would_block(stream.read(&mut [0; 8]));

    peer.write_all(b"hello")?;
    let event = wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
    assert!(!event.is_writable(), "nobody has asked for that");
    assert!(!event.is_error());
    assert!(!event.is_read_closed());
    assert!(!event.is_write_closed());
    assert_eq!(drain(&stream)?, b"hello");
    Ok(())
}

#[test]
fn a_connected_stream_is_writable_at_once() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::WRITABLE)?;

    let event = wait_for(&mut poll, &mut events, STREAM, Event::is_writable)?;
    assert!(!event.is_readable(), "nobody has asked for that");
    stream.write_all(b"hello")?;
    let mut buffer = [0; 5];
    peer.read_exact(&mut buffer)?;
    assert_eq!(&buffer, b"hello");
    Ok(())
}

#[test]
fn a_stream_can_be_readable_and_writable() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    peer.write_all(b"x")?;
    wait_until_arrived(&stream, 1);
    poll.registry().register(&mut stream, STREAM, BOTH)?;

    if IS_EPOLL {
        // It has one entry for the stream, and one event for both. Others may
        // tell in two.
        let event = wait_for(&mut poll, &mut events, STREAM, |_| true)?;
        assert!(event.is_readable() && event.is_writable(), "{event:?}");
        return Ok(());
    }
    wait_for_both(
        &mut poll,
        &mut events,
        STREAM,
        Event::is_readable,
        Event::is_writable,
    )?;
    if IS_KQUEUE {
        // And kqueue always does: one for each filter.
        let one_of = |event: &Event| event.is_readable() ^ event.is_writable();
        assert!(events.iter().all(one_of), "{events:?}");
    }
    Ok(())
}

#[test]
fn a_listener_is_readable_when_a_connection_waits_and_not_before()
-> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let mut listener = TcpListener::bind(localhost())?;
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)?;
    assert_silent(&mut poll, &mut events)?;
    assert_would_block(listener.accept());

    let peer = connect_peer(&listener)?;
    wait_for(&mut poll, &mut events, LISTENER, Event::is_readable)?;
    let (stream, from) = listener.accept()?;
    assert_eq!(from, peer.local_addr()?);
    assert_eq!(stream.peer_addr()?, peer.local_addr()?);
    assert_eq!(stream.local_addr()?, listener.local_addr()?);
    assert!(listener.take_error()?.is_none());
    Ok(())
}

#[test]
fn no_socket_blocks() -> io::Result<()> {
    without_hanging(|| {
        let listener = TcpListener::bind(localhost())?;
        assert_would_block(listener.accept());

        let mut stream = TcpStream::connect(listener.local_addr()?)?;
        let mut accepted = None;
        wait_until("the connection is accepted", || {
            accepted = listener.accept().ok();
            accepted.is_some() && stream.peer_addr().is_ok()
        });
        assert_would_block(listener.accept());
        assert_would_block(stream.read(&mut [0; 8]));
        assert_would_block(stream.peek(&mut [0; 8]));

        let (mut accepted, _) = accepted.expect("it is accepted");
        assert_would_block(accepted.read(&mut [0; 8]));
        assert_would_block(accepted.peek(&mut [0; 8]));

        let socket = UdpSocket::bind(localhost())?;
        assert_would_block(socket.recv_from(&mut [0; 8]));
        assert_would_block(socket.peek_from(&mut [0; 8]));
        Ok(())
    })
}

#[test]
fn several_connections_may_wait_behind_one_event() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let mut listener = TcpListener::bind(localhost())?;
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)?;
    let peers = (0..5)
        .map(|_| connect_peer(&listener))
        .collect::<io::Result<Vec<_>>>()?;

    // Accept until WouldBlock, and none is left behind.
    let mut waiting: Vec<_> = peers
        .iter()
        .map(|peer| peer.local_addr())
        .collect::<io::Result<_>>()?;
    while !waiting.is_empty() {
        wait_for(&mut poll, &mut events, LISTENER, Event::is_readable)?;
        while let Ok((_, from)) = listener.accept() {
            waiting.retain(|addr| *addr != from);
        }
    }
    assert_would_block(listener.accept());
    Ok(())
}

#[test]
fn both_ends_of_a_connection_can_be_in_one_queue() -> io::Result<()> {
    const CLIENT: Token = Token(3);
    const SERVER: Token = Token(4);

    let (mut poll, mut events) = new_poll()?;
    let mut listener = TcpListener::bind(localhost())?;
    poll.registry()
        .register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    poll.registry().register(&mut client, CLIENT, BOTH)?;
    wait_for_each(&mut poll, &mut events, &[LISTENER, CLIENT], |_| true)?;
    let (mut server, _) = listener.accept()?;
    poll.registry().register(&mut server, SERVER, BOTH)?;

    for round in 0..100 {
        let message = format!("message {round}");
        client.write_all(message.as_bytes())?;
        expect_to_read(
            &mut poll,
            &mut events,
            SERVER,
            &server,
            message.as_bytes(),
        )?;
        server.write_all(message.as_bytes())?;
        expect_to_read(
            &mut poll,
            &mut events,
            CLIENT,
            &client,
            message.as_bytes(),
        )?;
    }
    Ok(())
}

#[test]
fn a_read_can_fill_several_buffers() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    peer.write_all(b"hello world")?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;

    let (mut hello, mut rest) = ([0; 6], [0; 16]);
    let buffers =
        &mut [IoSliceMut::new(&mut hello), IoSliceMut::new(&mut rest)];
    assert_eq!(stream.read_vectored(buffers)?, 11);
    assert_eq!((&hello, &rest[..5]), (b"hello ", &b"world"[..]));

    let buffers =
        &mut [IoSliceMut::new(&mut hello), IoSliceMut::new(&mut rest)];
    assert_would_block((&stream).read_vectored(buffers));
    Ok(())
}

#[test]
fn a_write_can_take_several_buffers() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::WRITABLE)?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_writable)?;

    let buffers = [IoSlice::new(b"hello "), IoSlice::new(b"world")];
    assert_eq!(stream.write_vectored(&buffers)?, 11);
    assert_eq!((&stream).write_vectored(&buffers)?, 11);
    stream.flush()?;
    let mut received = [0; 22];
    peer.read_exact(&mut received)?;
    assert_eq!(&received, b"hello worldhello world");
    Ok(())
}

#[test]
fn a_shared_stream_can_be_read_and_written() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    let shared = &stream;
    (&*shared).write_all(b"ping")?;
    (&*shared).flush()?;
    let mut buffer = [0; 4];
    peer.read_exact(&mut buffer)?;
    peer.write_all(&buffer)?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
    (&*shared).read_exact(&mut buffer)?;
    assert_eq!(&buffer, b"ping");
    Ok(())
}

#[test]
fn a_peek_leaves_the_data_there() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    assert_would_block(stream.peek(&mut [0; 8]));
    peer.write_all(b"hello")?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;

    let mut buffer = [0; 8];
    for _ in 0..2 {
        assert_eq!(stream.peek(&mut buffer)?, 5);
        assert_eq!(&buffer[..5], b"hello");
    }
    assert_eq!(stream.peek(&mut buffer[..2])?, 2);
    assert_eq!(stream.read(&mut buffer)?, 5);
    assert_would_block(stream.peek(&mut buffer));
    Ok(())
}

#[test]
fn a_poll_replaces_what_the_last_one_reported() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, _peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::WRITABLE)?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_writable)?;

    assert!(!events.is_empty());
    assert_eq!(events.iter().count(), 1);
    assert_eq!((&events).into_iter().count(), 1, "they can be read twice");
    poll.poll(&mut events, Some(Duration::ZERO))?;
    assert!(events.is_empty());
    assert_eq!(events.iter().next().map(Event::token), None);
    Ok(())
}

#[test]
fn events_can_be_cleared() -> io::Result<()> {
    let (mut poll, _) = new_poll()?;
    let mut events = Events::with_capacity(3);
    let (mut stream, _peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::WRITABLE)?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_writable)?;

    events.clear();
    assert!(events.is_empty());
    assert_eq!(events.capacity(), 3);
    Ok(())
}

#[test]
fn an_event_can_be_kept_and_shows_what_it_says() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, _peer) = connection()?;
    poll.registry()
        .register(&mut stream, Token(4711), Interest::WRITABLE)?;
    let event =
        wait_for(&mut poll, &mut events, Token(4711), Event::is_writable)?;
    drop((poll, events, stream));

    assert_eq!(event.token(), Token(4711));
    let (short, long) = (format!("{event:?}"), format!("{event:#?}"));
    assert!(short.contains("4711"), "{short}");
    // mio has the kernel's names in the long form only.
    let shown = if IS_MINIMIO { short } else { long };
    if IS_EPOLL {
        assert!(shown.contains("EPOLLOUT"), "{shown}");
        assert!(!shown.contains("EPOLLIN"), "{shown}");
    }
    if IS_KQUEUE {
        assert!(shown.contains("EVFILT_WRITE"), "{shown}");
        assert!(!shown.contains("EVFILT_READ"), "{shown}");
    }
    Ok(())
}

#[test]
fn two_queues_do_not_hear_of_each_other() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut other, mut events_of_other) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    let (mut stream_of_other, mut peer_of_other) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    other.registry().register(
        &mut stream_of_other,
        STREAM,
        Interest::READABLE,
    )?;

    peer.write_all(b"x")?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
    assert_silent(&mut other, &mut events_of_other)?;
    peer_of_other.write_all(b"y")?;
    wait_for(&mut other, &mut events_of_other, STREAM, |event| {
        event.is_readable()
    })?;
    assert_silent(&mut poll, &mut events)
}
