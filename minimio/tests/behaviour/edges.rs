//! What an edge is: an event tells of a change, once.

use std::io::{self, ErrorKind, Read, Write};

use super::queue::event::Event;
use super::queue::net::TcpListener;
use super::queue::{IS_EPOLL, Interest, Token};
use super::support::*;

const STREAM: Token = Token(1);

#[test]
fn leftover_data_alone_gives_no_event() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    peer.write_all(b"hello")?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
    wait_until_arrived(&stream, 5);

    assert_silent(&mut poll, &mut events)?;
    assert_eq!(stream.read(&mut [0; 2])?, 2);
    assert_silent(&mut poll, &mut events)?;
    assert_eq!(drain(&stream)?, b"llo");
    Ok(())
}

/// But not on Windows: there the socket is armed again by a `WouldBlock`, and
/// not before.
#[test]
fn new_data_gives_an_event_even_behind_data_that_was_left() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    peer.write_all(b"hello ")?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
    wait_until_arrived(&stream, 6);
    assert_eq!(stream.read(&mut [0; 2])?, 2);
    assert_silent(&mut poll, &mut events)?;

    peer.write_all(b"world")?;
    if cfg!(windows) {
        wait_until_arrived(&stream, 9);
        assert_silent(&mut poll, &mut events)?;
    } else {
        wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
    }
    assert_eq!(drain(&stream)?, b"llo world");

    peer.write_all(b"!")?;
    expect_to_read(&mut poll, &mut events, STREAM, &stream, b"!")
}

#[test]
fn each_message_after_a_drain_gives_an_event() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    for round in 0..100 {
        let message = format!("message {round}");
        peer.write_all(message.as_bytes())?;
        expect_to_read(
            &mut poll,
            &mut events,
            STREAM,
            &stream,
            message.as_bytes(),
        )?;
        assert_would_block(stream.read(&mut [0; 1]));
    }
    assert_silent(&mut poll, &mut events)
}

#[test]
fn a_would_block_before_the_data_comes_costs_nothing() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    assert_would_block(stream.read(&mut [0; 8]));
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    for _ in 0..3 {
        assert_would_block(stream.read(&mut [0; 8]));
        assert_would_block(stream.peek(&mut [0; 8]));
        assert_silent(&mut poll, &mut events)?;
    }
    peer.write_all(b"hello")?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
    Ok(())
}

#[test]
fn a_peek_that_would_block_arms_the_stream_as_a_read_does() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    for message in [b"one", b"two"] {
        peer.write_all(message)?;
        wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
        wait_until_arrived(&stream, 3);
        stream.read_exact(&mut [0; 3])?;
        assert_would_block(stream.peek(&mut [0; 1]));
    }
    Ok(())
}

#[test]
fn a_short_read_is_not_the_end() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    peer.write_all(b"hello")?;
    drop(peer);

    // The data and the end of file behind it may have come in one event. Who
    // stops at the short read never hears of the end.
    wait_for(&mut poll, &mut events, STREAM, |event| event.is_readable())?;
    wait_until_arrived(&stream, 5);
    let mut buffer = [0; 1024];
    assert_eq!(stream.read(&mut buffer)?, 5);
    loop {
        match stream.read(&mut buffer) {
            Ok(count) => {
                assert_eq!(count, 0);
                return Ok(());
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
        }
        wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
    }
}

#[test]
fn a_writable_stream_is_reported_once() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::WRITABLE)?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_writable)?;
    assert_silent(&mut poll, &mut events)?;
    if IS_EPOLL {
        // kqueue may tell of the room that the byte has left.
        stream.write_all(b"x")?;
        peer.read_exact(&mut [0])?;
        assert_silent(&mut poll, &mut events)?;
    }
    Ok(())
}

#[test]
fn a_full_stream_is_writable_again_when_the_peer_has_read() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::WRITABLE)?;
    let mut rest = vec![0; 64 * 1024];
    for _ in 0..2 {
        let mut count = fill(&mut poll, &mut events, STREAM, &stream)?;
        assert!(count > 0);
        assert_would_block(stream.write(b"x"));

        while count > 0 {
            let most = rest.len().min(count);
            count -= peer.read(&mut rest[..most])?;
        }
        wait_for(&mut poll, &mut events, STREAM, Event::is_writable)?;
        assert_eq!(stream.write(b"x")?, 1);
        peer.read_exact(&mut [0])?;
    }
    Ok(())
}

#[test]
fn a_stream_that_cannot_be_written_can_still_be_read() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    let both = Interest::READABLE | Interest::WRITABLE;
    poll.registry().register(&mut stream, STREAM, both)?;
    fill(&mut poll, &mut events, STREAM, &stream)?;

    peer.write_all(b"hello")?;
    let event = wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
    assert!(!IS_EPOLL || !event.is_writable(), "{event:?}");
    assert_eq!(drain(&stream)?, b"hello");
    Ok(())
}

#[test]
fn each_connection_after_a_drain_gives_an_event() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let mut listener = TcpListener::bind(localhost())?;
    poll.registry()
        .register(&mut listener, STREAM, Interest::READABLE)?;
    for _ in 0..20 {
        let peer = connect_peer(&listener)?;
        wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
        assert_eq!(listener.accept()?.1, peer.local_addr()?);
        assert_would_block(listener.accept());
    }
    assert_silent(&mut poll, &mut events)
}
