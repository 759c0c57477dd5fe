//! How a connection ends: one direction, both, or all at once.

use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;

use super::queue::event::Event;
use super::queue::{IS_EPOLL, IS_KQUEUE, IS_LIBKQUEUE, Interest, Token};
use super::support::*;

const STREAM: Token = Token(1);
const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

#[test]
fn the_end_of_the_peers_data_is_reported_and_we_can_still_write()
-> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    peer.shutdown(Shutdown::Write)?;

    let event =
        wait_for(&mut poll, &mut events, STREAM, Event::is_read_closed)?;
    assert!(event.is_readable(), "an end of file can be read: {event:?}");
    assert!(!event.is_write_closed(), "{event:?}");
    assert!(!event.is_error(), "{event:?}");
    assert_eq!(stream.read(&mut [0; 8])?, 0);
    assert_eq!(stream.read(&mut [0; 8])?, 0, "and again");

    stream.write_all(b"still here")?;
    let mut received = [0; 10];
    peer.read_exact(&mut received)?;
    assert_eq!(&received, b"still here");
    Ok(())
}

#[test]
fn data_before_the_end_can_still_be_read() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    peer.write_all(b"last words")?;
    drop(peer);

    let mut words = Vec::new();
    let mut buffer = [0; 4];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => words.extend_from_slice(&buffer[..count]),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
            }
        }
    }
    assert_eq!(words, b"last words");
    Ok(())
}

#[test]
fn an_end_that_came_before_the_registration_is_reported() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, peer) = connection()?;
    drop(peer);
    wait_until("the end has come", || {
        matches!(stream.peek(&mut [0]), Ok(0))
    });

    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
    assert_eq!(stream.read(&mut [0; 8])?, 0);
    Ok(())
}

#[test]
fn both_directions_closed_is_both_closed() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, peer) = connection()?;
    poll.registry().register(&mut stream, STREAM, BOTH)?;
    stream.shutdown(Shutdown::Write)?;
    peer.shutdown(Shutdown::Write)?;

    if IS_KQUEUE {
        // Each direction has its own event.
        wait_for_both(
            &mut poll,
            &mut events,
            STREAM,
            Event::is_read_closed,
            Event::is_write_closed,
        )?;
    } else {
        let event =
            wait_for(&mut poll, &mut events, STREAM, Event::is_read_closed)?;
        if IS_EPOLL {
            // EPOLLHUP is both. Windows does not tell a program what it has
            // done itself.
            assert!(event.is_write_closed(), "{event:?}");
        }
    }
    assert_eq!(stream.read(&mut [0; 8])?, 0);
    Ok(())
}

/// epoll reports EPOLLHUP and EPOLLERR to those who did not ask. kqueue tells
/// each filter of its own direction.
#[test]
fn the_end_of_both_directions_is_reported_whatever_the_interest()
-> io::Result<()> {
    if !IS_EPOLL && !IS_KQUEUE {
        return Ok(());
    }
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::WRITABLE)?;
    stream.shutdown(Shutdown::Write)?;
    peer.shutdown(Shutdown::Write)?;
    wait_for(&mut poll, &mut events, STREAM, |event| {
        assert!(!IS_KQUEUE || !event.is_read_closed(), "{event:?}");
        event.is_read_closed() == IS_EPOLL && event.is_write_closed()
    })?;
    Ok(())
}

#[test]
fn a_reset_is_reported_and_the_read_says_so() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    reset(peer)?;

    let event = wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
    if IS_EPOLL {
        assert!(event.is_error(), "{event:?}");
        assert!(event.is_read_closed(), "{event:?}");
        assert!(event.is_write_closed(), "{event:?}");
    }
    if IS_KQUEUE {
        assert!(event.is_error(), "{event:?}");
        assert!(event.is_read_closed(), "{event:?}");
    }
    match stream.read(&mut [0; 8]) {
        // To make an event of the error, Wine takes it from its socket. So does
        // libkqueue, which fills in `fflags` with SO_ERROR.
        Ok(0) if is_wine() || IS_LIBKQUEUE => {}
        read => assert_error(read, ErrorKind::ConnectionReset),
    }
    Ok(())
}

/// On Unix: there the pending error is told once, by whoever asks first.
#[cfg(unix)]
#[test]
fn the_error_of_a_reset_can_be_taken_once() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, peer) = connection()?;
    poll.registry().register(&mut stream, STREAM, BOTH)?;
    assert!(stream.take_error()?.is_none());
    reset(peer)?;
    let event = wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;

    if IS_LIBKQUEUE {
        // The event has taken it: see above.
        assert!(event.is_error(), "{event:?}");
    } else {
        let error = stream.take_error()?.expect("a pending error");
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
    assert!(stream.take_error()?.is_none());
    assert_eq!(stream.read(&mut [0; 8])?, 0);
    Ok(())
}

#[test]
fn writing_to_a_peer_that_has_gone_fails_in_the_end() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, peer) = connection()?;
    poll.registry().register(&mut stream, STREAM, BOTH)?;
    drop(peer);
    wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;

    // The first write may succeed: only its answer tells that nobody is there.
    let mut failure = None;
    wait_until("a write fails", || {
        failure = stream.write(b"hello?").err();
        failure.is_some()
    });
    let kind = failure.map(|error| error.kind());
    let failures = [
        ErrorKind::BrokenPipe,
        ErrorKind::ConnectionReset,
        ErrorKind::ConnectionAborted,
    ];
    assert!(
        kind.is_some_and(|kind| failures.contains(&kind)),
        "{kind:?}"
    );
    Ok(())
}

#[test]
fn our_own_shutdown_of_writing_ends_the_peers_reading() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    stream.write_all(b"bye")?;
    stream.shutdown(Shutdown::Write)?;
    assert!(stream.write(b"x").is_err());

    let mut received = Vec::new();
    peer.read_to_end(&mut received)?;
    assert_eq!(received, b"bye");

    // The other direction is open.
    peer.write_all(b"hello")?;
    expect_to_read(&mut poll, &mut events, STREAM, &stream, b"hello")
}

#[test]
fn our_own_shutdown_of_reading_is_the_end_for_us() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, _peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    assert_silent(&mut poll, &mut events)?;
    stream.shutdown(Shutdown::Read)?;
    if IS_EPOLL || IS_KQUEUE {
        wait_for(&mut poll, &mut events, STREAM, Event::is_read_closed)?;
    }
    assert_eq!(stream.read(&mut [0; 8])?, 0);
    Ok(())
}

#[test]
fn our_own_shutdown_of_both_ends_it_for_both() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry().register(&mut stream, STREAM, BOTH)?;
    stream.shutdown(Shutdown::Both)?;
    if IS_EPOLL {
        wait_for(&mut poll, &mut events, STREAM, |event| {
            event.is_read_closed() && event.is_write_closed()
        })?;
    }
    if IS_KQUEUE {
        wait_for_both(
            &mut poll,
            &mut events,
            STREAM,
            Event::is_read_closed,
            Event::is_write_closed,
        )?;
    }
    assert_eq!(stream.read(&mut [0; 8])?, 0);
    assert!(stream.write(b"x").is_err());
    assert_eq!(peer.read(&mut [0; 8])?, 0);
    Ok(())
}

#[test]
fn a_closed_stream_can_be_deregistered() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, peer) = connection()?;
    poll.registry().register(&mut stream, STREAM, BOTH)?;
    reset(peer)?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
    poll.registry().deregister(&mut stream)?;
    assert_silent(&mut poll, &mut events)
}
