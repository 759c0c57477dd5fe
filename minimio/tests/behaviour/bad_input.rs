//! What is wrong before anything happens.

use std::io::{self, ErrorKind, Write};
use std::net::Ipv4Addr;
use std::time::Duration;

use super::queue::event::Event;
use super::queue::net::{TcpListener, UdpSocket};
use super::queue::{Events, IS_EPOLL, IS_MINIMIO, Interest, Token};
use super::support::*;

#[test]
fn no_room_for_an_event_is_refused() -> io::Result<()> {
    if !IS_MINIMIO && !IS_EPOLL {
        return Ok(()); // mio leaves it to the kernel
    }
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, Token(1), Interest::READABLE)?;
    peer.write_all(b"x")?;

    let mut no_room = Events::with_capacity(0);
    assert_eq!(no_room.capacity(), 0);
    for timeout in [Some(Duration::ZERO), Some(SILENCE), None] {
        let error = poll.poll(&mut no_room, timeout).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        if IS_MINIMIO {
            assert!(error.to_string().contains("capacity"), "{error}");
        } else {
            assert!(error.raw_os_error().is_some(), "the kernel's: {error}");
        }
    }

    // And nothing is lost.
    wait_for(&mut poll, &mut events, Token(1), Event::is_readable)?;
    Ok(())
}

#[test]
fn an_address_in_use_is_refused() -> io::Result<()> {
    let listener = TcpListener::bind(localhost())?;
    let again = TcpListener::bind(listener.local_addr()?);
    assert_error(again, ErrorKind::AddrInUse);

    let socket = UdpSocket::bind(localhost())?;
    let again = UdpSocket::bind(socket.local_addr()?);
    assert_error(again, ErrorKind::AddrInUse);
    Ok(())
}

#[test]
fn an_address_of_another_machine_is_refused() {
    // One of those that are kept for examples.
    let addr = (Ipv4Addr::new(192, 0, 2, 1), 0).into();
    assert_error(TcpListener::bind(addr), ErrorKind::AddrNotAvailable);
    if !is_wine() {
        // Wine takes any address for datagrams, and means all of ours.
        assert_error(UdpSocket::bind(addr), ErrorKind::AddrNotAvailable);
    }
}

#[test]
fn port_zero_is_a_port_of_the_systems_choice() -> io::Result<()> {
    let listener = TcpListener::bind(localhost())?;
    let socket = UdpSocket::bind(localhost())?;
    assert_ne!(listener.local_addr()?.port(), 0);
    assert_ne!(socket.local_addr()?.port(), 0);
    assert_eq!(socket.local_addr()?.ip(), localhost().ip());
    Ok(())
}
