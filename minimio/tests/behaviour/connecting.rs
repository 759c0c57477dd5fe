//! A connect that does not wait: how it ends, and what proves it.

use std::io::{self, ErrorKind, Read, Write};

use super::queue::event::Event;
use super::queue::net::{TcpListener, TcpStream};
use super::queue::{IS_EPOLL, IS_KQUEUE, IS_LIBKQUEUE, Interest, Token};
use super::support::*;

const STREAM: Token = Token(1);
const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

#[test]
fn a_connect_that_succeeds_ends_with_a_writable_stream() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let listener = std::net::TcpListener::bind(localhost())?;
    let mut stream = TcpStream::connect(listener.local_addr()?)?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::WRITABLE)?;

    // The event is a hint. What proves it: no error, and a peer.
    loop {
        wait_for(&mut poll, &mut events, STREAM, Event::is_writable)?;
        assert!(stream.take_error()?.is_none());
        match stream.peer_addr() {
            Ok(addr) => break assert_eq!(addr, listener.local_addr()?),
            Err(error) => assert_eq!(error.kind(), ErrorKind::NotConnected),
        }
    }

    let (mut peer, from) = listener.accept()?;
    assert_eq!(stream.local_addr()?, from);
    stream.write_all(b"hello")?;
    let mut received = [0; 5];
    peer.read_exact(&mut received)?;
    assert_eq!(&received, b"hello");
    Ok(())
}

#[test]
fn a_connect_over_ipv6_succeeds_where_there_is_ipv6() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let addr = (std::net::Ipv6Addr::LOCALHOST, 0).into();
    let mut listener = match TcpListener::bind(addr) {
        Ok(listener) => listener,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::AddrNotAvailable);
            return Ok(());
        }
    };
    let mut stream = TcpStream::connect(listener.local_addr()?)?;
    poll.registry().register(&mut stream, STREAM, BOTH)?;
    poll.registry()
        .register(&mut listener, Token(2), Interest::READABLE)?;
    wait_for_each(&mut poll, &mut events, &[STREAM, Token(2)], |_| true)?;

    let (mut peer, from) = listener.accept()?;
    assert!(from.is_ipv6());
    assert_eq!(from, stream.local_addr()?);
    assert_eq!(stream.peer_addr()?, listener.local_addr()?);
    peer.write_all(b"hello")?;
    expect_to_read(&mut poll, &mut events, STREAM, &stream, b"hello")
}

#[test]
fn a_refused_connect_says_so_at_once_or_with_an_event() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (_reserved, addr) = refusing()?;
    let mut stream = match TcpStream::connect(addr) {
        Ok(stream) => stream,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
            return Ok(());
        }
    };
    poll.registry()
        .register(&mut stream, STREAM, Interest::WRITABLE)?;

    let event = wait_for(&mut poll, &mut events, STREAM, Event::is_writable)?;
    if IS_EPOLL || IS_KQUEUE {
        assert!(event.is_error(), "{event:?}");
        assert!(event.is_write_closed(), "{event:?}");
    }
    expect_refused(&stream)?;
    assert!(stream.peer_addr().is_err());
    Ok(())
}

/// libkqueue: to fill in the `fflags` of the event it asks for SO_ERROR, which
/// takes the error from the socket. (A kernel looks, and leaves it there.)
#[track_caller]
fn expect_refused(stream: &TcpStream) -> io::Result<()> {
    let error = stream.take_error()?;
    if IS_LIBKQUEUE {
        assert!(error.is_none(), "{error:?}");
        assert_error(stream.peer_addr(), ErrorKind::NotConnected);
    } else {
        let error = error.expect("why it failed");
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    }
    Ok(())
}

/// On Unix it takes the pending error. On Windows it tells how things are now.
#[test]
fn the_first_read_tells_that_a_connect_was_refused() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (_reserved, addr) = refusing()?;
    let Ok(mut stream) = TcpStream::connect(addr) else {
        return Ok(());
    };
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
    match stream.read(&mut [0; 8]) {
        // See `closing::a_reset_is_reported_and_the_read_says_so`.
        Ok(0) if is_wine() || IS_LIBKQUEUE => {}
        read if cfg!(windows) => assert_error(read, ErrorKind::NotConnected),
        read => {
            assert_error(read, ErrorKind::ConnectionRefused);
            assert!(stream.take_error()?.is_none());
        }
    }
    Ok(())
}

#[test]
fn a_stream_registered_after_it_has_connected_is_reported() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let listener = std::net::TcpListener::bind(localhost())?;
    let mut stream = TcpStream::connect(listener.local_addr()?)?;
    let (_peer, _) = listener.accept()?;
    wait_until("it is connected", || stream.peer_addr().is_ok());

    poll.registry()
        .register(&mut stream, STREAM, Interest::WRITABLE)?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_writable)?;
    assert!(stream.take_error()?.is_none());
    Ok(())
}

#[test]
fn a_stream_registered_after_it_was_refused_is_reported() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (_reserved, addr) = refusing()?;
    let Ok(mut stream) = TcpStream::connect(addr) else {
        return Ok(());
    };
    if (IS_EPOLL || IS_KQUEUE) && !IS_LIBKQUEUE {
        // Wait for the end with another queue; the error stays there.
        let (mut first, mut first_events) = new_poll()?;
        first
            .registry()
            .register(&mut stream, STREAM, Interest::WRITABLE)?;
        wait_for(&mut first, &mut first_events, STREAM, Event::is_error)?;
        first.registry().deregister(&mut stream)?;
    }
    poll.registry().register(&mut stream, STREAM, BOTH)?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_writable)?;
    expect_refused(&stream)
}

/// A connect that takes its time, without a network: Linux does not answer when
/// a listener's queue is full, and the other end asks again after a second.
/// (Others answer, with a refusal or with a promise.)
#[cfg(any(target_os = "linux", target_os = "android"))]
#[test]
fn a_connect_under_way_is_silent_until_it_ends() -> io::Result<()> {
    without_hanging(|| {
        let (mut poll, mut events) = new_poll()?;
        let listener = socket2::Socket::new(
            socket2::Domain::IPV4,
            socket2::Type::STREAM,
            None,
        )?;
        listener.bind(&localhost().into())?;
        listener.listen(0)?;
        let listener = std::net::TcpListener::from(listener);

        // Fill the queue, until one is left waiting.
        let mut connected = Vec::new();
        let mut stream = loop {
            let mut stream = TcpStream::connect(listener.local_addr()?)?;
            poll.registry().register(
                &mut stream,
                STREAM,
                Interest::WRITABLE,
            )?;
            poll.poll(&mut events, Some(SILENCE))?;
            if events.is_empty() {
                break stream;
            }
            assert!(connected.len() < 16, "the queue is never full");
            connected.push(stream);
        };

        assert_error(stream.peer_addr(), ErrorKind::NotConnected);
        assert!(stream.take_error()?.is_none());
        assert_would_block(stream.read(&mut [0; 8]));
        assert_would_block(stream.write(b"x"));
        assert_silent(&mut poll, &mut events)?;

        // Room for it.
        listener.set_nonblocking(true)?;
        wait_until("it is connected", || {
            let _ = listener.accept();
            stream.peer_addr().is_ok()
        });
        wait_for(&mut poll, &mut events, STREAM, Event::is_writable)?;
        assert!(stream.take_error()?.is_none());
        assert_eq!(stream.peer_addr()?, listener.local_addr()?);
        assert_eq!(stream.write(b"x")?, 1);
        Ok(())
    })
}

/// Linux maps the addresses of IPv4 into IPv6: all of this one counts.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[test]
fn a_connect_over_ipv6_can_go_to_an_address_of_ipv4() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let listener = std::net::TcpListener::bind(localhost())?;
    let ip = std::net::Ipv4Addr::LOCALHOST.to_ipv6_mapped();
    let addr = (ip, listener.local_addr()?.port()).into();
    let mut stream = match TcpStream::connect(addr) {
        Ok(stream) => stream,
        Err(error) => {
            // There is no IPv6, or none that is mapped.
            assert_ne!(error.kind(), ErrorKind::ConnectionRefused);
            return Ok(());
        }
    };
    poll.registry()
        .register(&mut stream, STREAM, Interest::WRITABLE)?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_writable)?;
    assert_eq!(stream.peer_addr()?, addr);
    Ok(())
}
