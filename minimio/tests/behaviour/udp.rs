//! Datagrams.

use std::io::{self, ErrorKind};
use std::net::{Ipv6Addr, SocketAddr};

#[cfg(any(target_os = "linux", target_os = "android"))]
use super::queue::IS_LIBKQUEUE;
use super::queue::event::Event;
use super::queue::net::UdpSocket;
use super::queue::{Interest, Token};
use super::support::*;

const SOCKET: Token = Token(1);

/// Two sockets that know each other.
fn connected() -> io::Result<(UdpSocket, UdpSocket)> {
    let (one, other) =
        (UdpSocket::bind(localhost())?, UdpSocket::bind(localhost())?);
    one.connect(other.local_addr()?)?;
    other.connect(one.local_addr()?)?;
    Ok((one, other))
}

#[test]
fn a_datagram_goes_to_an_address_and_tells_where_it_came_from() -> io::Result<()>
{
    let (mut poll, mut events) = new_poll()?;
    let sender = UdpSocket::bind(localhost())?;
    let mut receiver = UdpSocket::bind(localhost())?;
    poll.registry()
        .register(&mut receiver, SOCKET, Interest::READABLE)?;
    assert_silent(&mut poll, &mut events)?;

    assert_eq!(sender.send_to(b"hello", receiver.local_addr()?)?, 5);
    let event = wait_for(&mut poll, &mut events, SOCKET, Event::is_readable)?;
    assert!(!event.is_writable(), "nobody has asked for that");
    let mut buffer = [0; 16];
    let (count, from) = receiver.recv_from(&mut buffer)?;
    assert_eq!(&buffer[..count], b"hello");
    assert_eq!(from, sender.local_addr()?);
    Ok(())
}

#[test]
fn connected_sockets_need_no_address() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (one, mut other) = connected()?;
    poll.registry()
        .register(&mut other, SOCKET, Interest::READABLE)?;

    assert_eq!(one.send(b"hello")?, 5);
    wait_for(&mut poll, &mut events, SOCKET, Event::is_readable)?;
    let mut buffer = [0; 16];
    assert_eq!(other.recv(&mut buffer)?, 5);
    assert_eq!(&buffer[..5], b"hello");
    assert!(other.take_error()?.is_none());
    Ok(())
}

#[test]
fn a_connected_socket_does_not_hear_others() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (one, mut other) = connected()?;
    let stranger = UdpSocket::bind(localhost())?;
    poll.registry()
        .register(&mut other, SOCKET, Interest::READABLE)?;

    stranger.send_to(b"not for you", other.local_addr()?)?;
    one.send(b"for you")?;
    wait_for(&mut poll, &mut events, SOCKET, Event::is_readable)?;
    let mut buffer = [0; 16];
    assert_eq!(other.recv(&mut buffer)?, 7);
    assert_would_block(other.recv(&mut buffer));
    Ok(())
}

#[test]
fn a_socket_is_writable_at_once() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let mut socket = UdpSocket::bind(localhost())?;
    poll.registry()
        .register(&mut socket, SOCKET, Interest::WRITABLE)?;
    let event = wait_for(&mut poll, &mut events, SOCKET, Event::is_writable)?;
    assert!(!event.is_readable(), "nobody has asked for that");
    Ok(())
}

#[test]
fn without_a_datagram_every_receive_would_block() -> io::Result<()> {
    let (one, _other) = connected()?;
    let mut buffer = [0; 16];
    assert_would_block(one.recv(&mut buffer));
    assert_would_block(one.recv_from(&mut buffer));
    assert_would_block(one.peek(&mut buffer));
    assert_would_block(one.peek_from(&mut buffer));
    Ok(())
}

#[test]
fn a_peek_leaves_the_datagram_there() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (one, mut other) = connected()?;
    poll.registry()
        .register(&mut other, SOCKET, Interest::READABLE)?;
    one.send(b"hello")?;
    wait_for(&mut poll, &mut events, SOCKET, Event::is_readable)?;

    let mut buffer = [0; 16];
    for _ in 0..2 {
        assert_eq!(other.peek(&mut buffer)?, 5);
        assert_eq!(other.peek_from(&mut buffer)?, (5, one.local_addr()?));
    }
    assert_eq!(other.recv(&mut buffer)?, 5);
    assert_would_block(other.peek(&mut buffer));
    Ok(())
}

#[test]
fn several_datagrams_stay_apart() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (one, mut other) = connected()?;
    poll.registry()
        .register(&mut other, SOCKET, Interest::READABLE)?;
    let datagrams: [&[u8]; 4] = [b"one", b"", b"three", b"4"];
    for datagram in datagrams {
        assert_eq!(one.send(datagram)?, datagram.len());
    }

    let mut received = Vec::new();
    while received.len() < datagrams.len() {
        wait_for(&mut poll, &mut events, SOCKET, Event::is_readable)?;
        let mut buffer = [0; 16];
        while let Ok(count) = other.recv(&mut buffer) {
            received.push(buffer[..count].to_vec());
        }
    }
    assert_eq!(received, datagrams);
    Ok(())
}

#[test]
fn each_datagram_after_a_drain_gives_an_event() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (one, mut other) = connected()?;
    poll.registry()
        .register(&mut other, SOCKET, Interest::READABLE)?;
    let mut buffer = [0; 16];
    for round in 0..100_u32 {
        one.send(&round.to_be_bytes())?;
        wait_for(&mut poll, &mut events, SOCKET, Event::is_readable)?;
        assert_eq!(other.recv(&mut buffer)?, 4);
        assert_eq!(buffer[..4], round.to_be_bytes());
        assert_would_block(other.recv(&mut buffer));
    }
    assert_silent(&mut poll, &mut events)
}

#[test]
fn a_datagram_that_is_left_gives_no_event() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (one, mut other) = connected()?;
    poll.registry()
        .register(&mut other, SOCKET, Interest::READABLE)?;
    one.send(b"one")?;
    wait_for(&mut poll, &mut events, SOCKET, Event::is_readable)?;
    assert_silent(&mut poll, &mut events)?;

    poll.registry()
        .reregister(&mut other, Token(2), Interest::READABLE)?;
    wait_for_again(&mut poll, &mut events, Token(2), Event::is_readable)?;
    poll.registry().deregister(&mut other)?;
    one.send(b"two")?;
    assert_silent(&mut poll, &mut events)
}

/// Windows makes an error of it, and loses the rest all the same.
#[test]
fn a_datagram_is_cut_to_the_buffer() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (one, mut other) = connected()?;
    poll.registry()
        .register(&mut other, SOCKET, Interest::READABLE)?;
    one.send(b"hello world")?;
    wait_for(&mut poll, &mut events, SOCKET, Event::is_readable)?;

    let mut buffer = [0; 5];
    for result in [other.peek(&mut buffer), other.recv(&mut buffer)] {
        if cfg!(windows) {
            const WSAEMSGSIZE: i32 = 10040;
            let error = result.unwrap_err();
            assert_eq!(error.raw_os_error(), Some(WSAEMSGSIZE), "{error}");
        } else {
            assert_eq!(result?, 5);
        }
    }
    assert_eq!(&buffer, b"hello");
    assert_would_block(other.recv(&mut buffer));
    Ok(())
}

/// Linux passes an ICMP "port unreachable" on to a connected socket.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[test]
fn a_datagram_that_nobody_receives_is_an_error_of_a_later_call()
-> io::Result<()> {
    // A port that is ours, with a socket that receives from one address only,
    // and that is not the one it will be sent from.
    let deaf = UdpSocket::bind(localhost())?;
    deaf.connect(deaf.local_addr()?)?;

    let (mut poll, mut events) = new_poll()?;
    let mut socket = UdpSocket::bind(localhost())?;
    socket.connect(deaf.local_addr()?)?;
    poll.registry()
        .register(&mut socket, SOCKET, Interest::READABLE)?;
    let mut buffer = [0; 16];

    if IS_LIBKQUEUE {
        // The event has the error, and has taken it from the socket; and any
        // error is an end to it. (A kernel has no EV_EOF for datagrams.)
        socket.send(b"anybody?")?;
        let event = wait_for(&mut poll, &mut events, SOCKET, Event::is_error)?;
        assert!(event.is_read_closed(), "{event:?}");
        assert_would_block(socket.recv(&mut buffer));
        return Ok(());
    }

    // The receive takes the error ...
    socket.send(b"anybody?")?;
    let event = wait_for(&mut poll, &mut events, SOCKET, Event::is_error)?;
    assert!(!event.is_read_closed(), "{event:?}");
    assert_error(socket.recv(&mut buffer), ErrorKind::ConnectionRefused);
    assert_would_block(socket.recv(&mut buffer));

    // ... or the next send ...
    socket.send(b"anybody?")?;
    wait_for(&mut poll, &mut events, SOCKET, Event::is_error)?;
    assert_error(socket.send(b"hello?"), ErrorKind::ConnectionRefused);
    assert_would_block(socket.recv(&mut buffer));

    // ... or `take_error`.
    socket.send(b"anybody?")?;
    wait_for(&mut poll, &mut events, SOCKET, Event::is_error)?;
    let error = socket.take_error()?.expect("a pending error");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert_would_block(socket.recv(&mut buffer));

    // The socket goes on.
    let friend = UdpSocket::bind(localhost())?;
    socket.connect(friend.local_addr()?)?;
    friend.send_to(b"here", socket.local_addr()?)?;
    wait_for(&mut poll, &mut events, SOCKET, Event::is_readable)?;
    assert_eq!(socket.recv(&mut buffer)?, 4);
    Ok(())
}

#[test]
fn ipv6_works_where_there_is_ipv6() -> io::Result<()> {
    let addr: SocketAddr = (Ipv6Addr::LOCALHOST, 0).into();
    let mut receiver = match UdpSocket::bind(addr) {
        Ok(socket) => socket,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::AddrNotAvailable);
            return Ok(());
        }
    };
    let (mut poll, mut events) = new_poll()?;
    let sender = UdpSocket::bind(addr)?;
    poll.registry()
        .register(&mut receiver, SOCKET, Interest::READABLE)?;
    sender.send_to(b"hello", receiver.local_addr()?)?;
    wait_for(&mut poll, &mut events, SOCKET, Event::is_readable)?;
    let mut buffer = [0; 16];
    assert_eq!(receiver.recv_from(&mut buffer)?, (5, sender.local_addr()?));
    Ok(())
}
