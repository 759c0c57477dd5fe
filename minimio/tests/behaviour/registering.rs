//! What is registered, with which token, and what misuse is told.

use std::io::{self, ErrorKind, Write};

use super::queue::event::Event;
use super::queue::net::{TcpListener, UdpSocket};
use super::queue::{IS_MINIMIO, Interest, Token};
use super::support::*;

const FIRST: Token = Token(1);
const SECOND: Token = Token(2);

#[test]
fn a_stream_that_is_ready_before_it_is_registered_is_reported() -> io::Result<()>
{
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    peer.write_all(b"early")?;
    wait_until_arrived(&stream, 5);

    poll.registry()
        .register(&mut stream, FIRST, Interest::READABLE)?;
    wait_for(&mut poll, &mut events, FIRST, Event::is_readable)?;
    assert_eq!(drain(&stream)?, b"early");
    Ok(())
}

#[test]
fn a_listener_that_is_ready_before_it_is_registered_is_reported()
-> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let mut listener = TcpListener::bind(localhost())?;
    let early = connect_peer(&listener)?;

    poll.registry()
        .register(&mut listener, FIRST, Interest::READABLE)?;
    wait_for(&mut poll, &mut events, FIRST, Event::is_readable)?;
    assert_eq!(listener.accept()?.1, early.local_addr()?);
    Ok(())
}

#[test]
fn a_datagram_socket_that_is_ready_before_it_is_registered_is_reported()
-> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let mut socket = UdpSocket::bind(localhost())?;
    let sender = UdpSocket::bind(localhost())?;
    sender.send_to(b"early", socket.local_addr()?)?;
    wait_until("the datagram is there", || socket.peek(&mut [0; 5]).is_ok());

    poll.registry()
        .register(&mut socket, FIRST, Interest::READABLE)?;
    wait_for(&mut poll, &mut events, FIRST, Event::is_readable)?;
    Ok(())
}

#[test]
fn every_value_of_a_token_comes_back_as_it_was() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    for value in [
        0,
        1,
        u32::MAX as usize,
        usize::MAX / 3,
        usize::MAX - 1,
        usize::MAX,
    ] {
        let (mut stream, _peer) = connection()?;
        poll.registry().register(
            &mut stream,
            Token(value),
            Interest::WRITABLE,
        )?;
        wait_for(&mut poll, &mut events, Token(value), Event::is_writable)?;
        about_to_drop(poll.registry(), &mut stream)?;
    }
    Ok(())
}

#[test]
fn registering_twice_is_refused_and_the_first_registration_stays()
-> io::Result<()> {
    if !CHECKS_MISUSE {
        return Ok(());
    }
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    let registry = poll.registry();
    registry.register(&mut stream, FIRST, Interest::READABLE)?;

    let error = registry
        .register(&mut stream, SECOND, Interest::WRITABLE)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    let message = error.to_string();
    assert!(message.contains("already"), "{message}");
    assert!(message.contains("registered"), "{message}");

    peer.write_all(b"x")?;
    let event = wait_for(&mut poll, &mut events, FIRST, Event::is_readable)?;
    assert!(!event.is_writable());
    assert_silent(&mut poll, &mut events)
}

#[test]
fn each_kind_of_socket_refuses_to_be_registered_twice() -> io::Result<()> {
    if !CHECKS_MISUSE {
        return Ok(());
    }
    let (poll, _) = new_poll()?;
    let registry = poll.registry();
    let mut listener = TcpListener::bind(localhost())?;
    let mut socket = UdpSocket::bind(localhost())?;
    registry.register(&mut listener, FIRST, Interest::READABLE)?;
    registry.register(&mut socket, FIRST, Interest::READABLE)?;

    let twice = registry.register(&mut listener, FIRST, Interest::READABLE);
    assert_error(twice, ErrorKind::AlreadyExists);
    let twice = registry.register(&mut socket, FIRST, Interest::READABLE);
    assert_error(twice, ErrorKind::AlreadyExists);
    Ok(())
}

#[test]
fn reregistering_changes_the_token() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, FIRST, Interest::READABLE)?;
    poll.registry()
        .reregister(&mut stream, SECOND, Interest::READABLE)?;

    peer.write_all(b"x")?;
    wait_for(&mut poll, &mut events, SECOND, |event| event.is_readable())?;
    assert_eq!(drain(&stream)?, b"x");
    peer.write_all(b"y")?;
    poll.poll(&mut events, Some(PATIENCE))?;
    assert!(events.iter().all(|event| event.token() == SECOND));
    Ok(())
}

#[test]
fn reregistering_changes_the_interest() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, FIRST, Interest::READABLE)?;
    assert_silent(&mut poll, &mut events)?;

    poll.registry()
        .reregister(&mut stream, FIRST, Interest::WRITABLE)?;
    let event = wait_for(&mut poll, &mut events, FIRST, Event::is_writable)?;
    assert!(!event.is_readable());

    // Nobody asks for it any more.
    peer.write_all(b"x")?;
    wait_until_arrived(&stream, 1);
    poll.poll(&mut events, Some(SILENCE))?;
    assert!(!events.iter().any(Event::is_readable), "{events:?}");

    poll.registry()
        .reregister(&mut stream, FIRST, Interest::READABLE)?;
    let event = wait_for(&mut poll, &mut events, FIRST, Event::is_readable)?;
    assert!(!event.is_writable());
    Ok(())
}

#[test]
fn reregistering_reports_again_what_was_reported_before() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, FIRST, Interest::READABLE)?;
    peer.write_all(b"x")?;
    wait_for(&mut poll, &mut events, FIRST, Event::is_readable)?;
    assert_silent(&mut poll, &mut events)?;

    // The byte still lies there: same token, same interest, a new event.
    for _ in 0..3 {
        poll.registry()
            .reregister(&mut stream, FIRST, Interest::READABLE)?;
        wait_for_again(&mut poll, &mut events, FIRST, Event::is_readable)?;
    }
    Ok(())
}

#[test]
fn deregistering_ends_the_events() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, FIRST, Interest::READABLE)?;
    peer.write_all(b"x")?;
    wait_for(&mut poll, &mut events, FIRST, Event::is_readable)?;
    assert_eq!(drain(&stream)?, b"x");

    poll.registry().deregister(&mut stream)?;
    peer.write_all(b"y")?;
    wait_until_arrived(&stream, 1);
    assert_silent(&mut poll, &mut events)?;

    // The stream itself goes on.
    assert_eq!(drain(&stream)?, b"y");
    Ok(())
}

#[test]
fn an_event_that_waits_to_be_reported_goes_with_the_registration()
-> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, FIRST, Interest::READABLE)?;
    peer.write_all(b"x")?;
    wait_until_arrived(&stream, 1);

    poll.registry().deregister(&mut stream)?;
    assert_silent(&mut poll, &mut events)
}

#[test]
fn what_is_not_registered_cannot_be_changed_or_deregistered() -> io::Result<()>
{
    let (poll, _) = new_poll()?;
    let (mut stream, _peer) = connection()?;
    let registry = poll.registry();

    let error = registry.deregister(&mut stream).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    if CHECKS_MISUSE {
        assert!(error.to_string().contains("not registered"), "{error}");
    }
    let error = registry
        .reregister(&mut stream, FIRST, Interest::READABLE)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    if CHECKS_MISUSE {
        assert!(error.to_string().contains("not registered"), "{error}");
    }

    // Neither did any harm.
    registry.register(&mut stream, FIRST, Interest::READABLE)
}

#[test]
fn deregistering_twice_is_refused() -> io::Result<()> {
    let (poll, _) = new_poll()?;
    let (mut stream, _peer) = connection()?;
    let registry = poll.registry();
    registry.register(&mut stream, FIRST, Interest::READABLE)?;
    registry.deregister(&mut stream)?;

    assert_error(registry.deregister(&mut stream), ErrorKind::NotFound);
    let changed = registry.reregister(&mut stream, FIRST, Interest::READABLE);
    assert_error(changed, ErrorKind::NotFound);
    Ok(())
}

#[test]
fn a_source_can_be_registered_again_after_it_was_deregistered() -> io::Result<()>
{
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    for round in 0..10 {
        let token = Token(round);
        poll.registry()
            .register(&mut stream, token, Interest::READABLE)?;
        peer.write_all(b"x")?;
        expect_to_read(&mut poll, &mut events, token, &stream, b"x")?;
        poll.registry().deregister(&mut stream)?;
    }
    Ok(())
}

#[test]
fn a_source_can_move_to_another_queue() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut elsewhere, mut events_elsewhere) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, FIRST, Interest::READABLE)?;
    poll.registry().deregister(&mut stream)?;
    elsewhere
        .registry()
        .register(&mut stream, SECOND, Interest::READABLE)?;

    peer.write_all(b"x")?;
    wait_for(
        &mut elsewhere,
        &mut events_elsewhere,
        SECOND,
        Event::is_readable,
    )?;
    assert_silent(&mut poll, &mut events)
}

#[test]
fn a_source_is_registered_with_one_queue_only() -> io::Result<()> {
    if !CHECKS_MISUSE {
        return Ok(());
    }
    let (mut poll, mut events) = new_poll()?;
    let (mut elsewhere, mut events_elsewhere) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, FIRST, Interest::READABLE)?;

    let refused =
        elsewhere
            .registry()
            .register(&mut stream, SECOND, Interest::READABLE);
    assert_error(refused, ErrorKind::AlreadyExists);

    peer.write_all(b"x")?;
    wait_for(&mut poll, &mut events, FIRST, Event::is_readable)?;
    assert_silent(&mut elsewhere, &mut events_elsewhere)?;

    // minimio changes nothing when it refuses. mio has noted the queue that it
    // was refused for, and now takes the right one for a stranger.
    let changed =
        poll.registry()
            .reregister(&mut stream, SECOND, Interest::READABLE);
    if IS_MINIMIO {
        changed?;
        wait_for_again(&mut poll, &mut events, SECOND, Event::is_readable)?;
    } else {
        assert_error(changed, ErrorKind::AlreadyExists);
    }
    Ok(())
}

#[test]
fn a_registration_cannot_be_changed_through_another_queue() -> io::Result<()> {
    if !CHECKS_MISUSE {
        return Ok(());
    }
    let (mut poll, mut events) = new_poll()?;
    let (elsewhere, _) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, FIRST, Interest::READABLE)?;

    let error = elsewhere
        .registry()
        .reregister(&mut stream, SECOND, Interest::WRITABLE)
        .unwrap_err();
    if IS_MINIMIO {
        // As for a source that is registered nowhere, since it is not there.
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("another queue"), "{error}");
    } else {
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    }

    peer.write_all(b"x")?;
    wait_for(&mut poll, &mut events, FIRST, Event::is_readable)?;
    poll.registry()
        .reregister(&mut stream, SECOND, Interest::READABLE)?;
    wait_for_again(&mut poll, &mut events, SECOND, Event::is_readable)
}

#[test]
fn a_registration_cannot_be_ended_through_another_queue() -> io::Result<()> {
    if !CHECKS_MISUSE {
        return Ok(());
    }
    let (mut poll, mut events) = new_poll()?;
    let (elsewhere, _) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, FIRST, Interest::READABLE)?;

    let error = elsewhere.registry().deregister(&mut stream).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    if IS_MINIMIO {
        assert!(error.to_string().contains("another queue"), "{error}");
    }

    peer.write_all(b"x")?;
    wait_for(&mut poll, &mut events, FIRST, Event::is_readable)?;

    // The kernel has kept the registration, and so has minimio. mio has
    // forgotten it, and cannot end it any more.
    let ended = poll.registry().deregister(&mut stream);
    if IS_MINIMIO {
        ended?;
        peer.write_all(b"y")?;
        wait_until_arrived(&stream, 2);
        assert_silent(&mut poll, &mut events)?;
    } else {
        assert_error(ended, ErrorKind::NotFound);
    }
    Ok(())
}

#[test]
fn a_clone_of_the_registry_is_the_same_queue() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let clone = poll.registry().try_clone()?;
    let clone_of_clone = clone.try_clone()?;
    let (mut stream, mut peer) = connection()?;
    clone.register(&mut stream, FIRST, Interest::READABLE)?;
    poll.registry()
        .reregister(&mut stream, SECOND, Interest::READABLE)?;

    peer.write_all(b"x")?;
    wait_for(&mut poll, &mut events, SECOND, Event::is_readable)?;
    if CHECKS_MISUSE {
        let twice =
            clone_of_clone.register(&mut stream, FIRST, Interest::READABLE);
        assert_error(twice, ErrorKind::AlreadyExists);
    }
    clone_of_clone.deregister(&mut stream)?;
    assert_silent(&mut poll, &mut events)
}

#[test]
fn a_source_whose_queue_has_gone_can_be_registered_with_a_new_one()
-> io::Result<()> {
    if !CHECKS_MISUSE {
        return Ok(());
    }
    let (gone, _) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    gone.registry()
        .register(&mut stream, FIRST, Interest::READABLE)?;
    drop(gone);

    let (mut poll, mut events) = new_poll()?;
    if IS_MINIMIO {
        let registry = poll.registry();
        assert_error(registry.deregister(&mut stream), ErrorKind::NotFound);
        let changed =
            registry.reregister(&mut stream, SECOND, Interest::READABLE);
        assert_error(changed, ErrorKind::NotFound);

        registry.register(&mut stream, SECOND, Interest::READABLE)?;
        peer.write_all(b"x")?;
        wait_for(&mut poll, &mut events, SECOND, Event::is_readable)?;
    } else {
        // mio remembers the number of the queue, and does not learn that the
        // queue is no more.
        let refused =
            poll.registry()
                .register(&mut stream, SECOND, Interest::READABLE);
        assert_error(refused, ErrorKind::AlreadyExists);
    }
    Ok(())
}

#[test]
fn a_queue_has_not_gone_while_a_clone_of_its_registry_is_left() -> io::Result<()>
{
    if !CHECKS_MISUSE {
        return Ok(());
    }
    let (poll, _) = new_poll()?;
    let clone = poll.registry().try_clone()?;
    let (mut stream, _peer) = connection()?;
    clone.register(&mut stream, FIRST, Interest::READABLE)?;
    drop(poll);

    let (elsewhere, _) = new_poll()?;
    let refused =
        elsewhere
            .registry()
            .register(&mut stream, SECOND, Interest::READABLE);
    assert_error(refused, ErrorKind::AlreadyExists);
    if IS_MINIMIO {
        // mio has mixed the two up by now: see above.
        clone.deregister(&mut stream)?;
    }
    Ok(())
}

#[test]
fn two_sources_can_share_a_token() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut one, mut peer_of_one) = connection()?;
    let (mut other, mut peer_of_other) = connection()?;
    poll.registry()
        .register(&mut one, FIRST, Interest::READABLE)?;
    poll.registry()
        .register(&mut other, FIRST, Interest::READABLE)?;

    peer_of_one.write_all(b"one")?;
    expect_to_read(&mut poll, &mut events, FIRST, &one, b"one")?;
    peer_of_other.write_all(b"other")?;
    expect_to_read(&mut poll, &mut events, FIRST, &other, b"other")?;

    // Each has its own registration all the same.
    poll.registry().deregister(&mut one)?;
    peer_of_other.write_all(b"again")?;
    expect_to_read(&mut poll, &mut events, FIRST, &other, b"again")
}

/// The kernel can refuse what our own checks let through. Here it knows the
/// descriptor already, under another name. That is no reason for kqueue: its
/// EV_ADD changes what is there.
#[cfg(unix)]
#[test]
fn a_registration_that_the_kernel_refused_can_be_tried_again() -> io::Result<()>
{
    use super::queue::IS_KQUEUE;
    use super::queue::unix::SourceFd;
    use std::os::fd::AsRawFd;

    if !CHECKS_MISUSE {
        return Ok(());
    }
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    let fd = stream.as_raw_fd();
    poll.registry()
        .register(&mut SourceFd(&fd), FIRST, Interest::READABLE)?;

    let refused =
        poll.registry()
            .register(&mut stream, SECOND, Interest::READABLE);
    if IS_KQUEUE {
        refused?;
        peer.write_all(b"x")?;
        wait_for(&mut poll, &mut events, SECOND, Event::is_readable)?;
        return Ok(());
    }
    assert_error(refused, ErrorKind::AlreadyExists);
    poll.registry().deregister(&mut SourceFd(&fd))?;

    let again =
        poll.registry()
            .register(&mut stream, SECOND, Interest::READABLE);
    if IS_MINIMIO {
        again?;
        peer.write_all(b"x")?;
        wait_for(&mut poll, &mut events, SECOND, Event::is_readable)?;
    } else {
        // mio notes the queue before it asks the kernel.
        assert_error(again, ErrorKind::AlreadyExists);
    }
    Ok(())
}

/// Somebody has taken the descriptor off the list behind the source's back. On
/// kqueue that goes unnoticed: that a filter is not there may as well be because
/// it was never wanted.
#[cfg(unix)]
#[test]
fn a_refused_deregister_does_not_keep_the_source() -> io::Result<()> {
    use super::queue::IS_KQUEUE;
    use super::queue::unix::SourceFd;
    use std::os::fd::AsRawFd;

    let (poll, _) = new_poll()?;
    let (mut stream, _peer) = connection()?;
    let fd = stream.as_raw_fd();
    let registry = poll.registry();
    registry.register(&mut stream, Token(1), Interest::READABLE)?;
    registry.deregister(&mut SourceFd(&fd))?;

    let deregistered = registry.deregister(&mut stream);
    if IS_KQUEUE {
        deregistered?;
    } else {
        assert_error(deregistered, ErrorKind::NotFound);
    }
    registry.register(&mut stream, Token(1), Interest::READABLE)
}
