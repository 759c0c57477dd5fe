//! The completion port by itself: the module of chapter 6, compiled alone.

#![cfg(windows)]

use std::io;
use std::net::UdpSocket;
use std::os::windows::io::{AsRawSocket, BorrowedHandle};
use std::thread;
use std::time::{Duration, Instant};

use iocp::{CompletionPort, OVERLAPPED_ENTRY};

#[path = "../src/sys/windows/iocp.rs"]
mod iocp;

/// Longer than any test may take.
const PATIENCE: Option<Duration> = Some(Duration::from_secs(20));

const ERROR_INVALID_HANDLE: i32 = 6;
const ERROR_INVALID_PARAMETER: i32 = 87;

fn handle_of(socket: &UdpSocket) -> BorrowedHandle<'_> {
    // SAFETY: a socket is a handle, and this one is open for as long as it is
    // borrowed.
    unsafe { BorrowedHandle::borrow_raw(socket.as_raw_socket() as _) }
}

fn keys(packets: &[OVERLAPPED_ENTRY]) -> Vec<usize> {
    packets
        .iter()
        .map(|packet| packet.lpCompletionKey)
        .collect()
}

#[test]
fn packets_come_in_the_order_in_which_they_were_posted() -> io::Result<()> {
    let port = CompletionPort::new()?;
    for key in 1..=5 {
        port.post(key)?;
    }
    let mut buffer = [OVERLAPPED_ENTRY::EMPTY; 8];
    let packets = port.wait(&mut buffer, PATIENCE)?;
    assert_eq!(keys(packets), [1, 2, 3, 4, 5]);
    for packet in packets {
        assert!(packet.lpOverlapped.is_null());
        assert_eq!(packet.dwNumberOfBytesTransferred, 0);
    }
    Ok(())
}

#[test]
fn what_does_not_fit_stays_in_the_port() -> io::Result<()> {
    let port = CompletionPort::new()?;
    for key in 1..=5 {
        port.post(key)?;
    }
    let mut buffer = [OVERLAPPED_ENTRY::EMPTY; 2];
    for expected in [&[1, 2][..], &[3, 4], &[5]] {
        assert_eq!(keys(port.wait(&mut buffer, PATIENCE)?), expected);
    }
    let packets = port.wait(&mut buffer, Some(Duration::ZERO))?;
    assert!(packets.is_empty());
    Ok(())
}

#[test]
fn a_wait_without_packets_lasts_as_long_as_it_should() -> io::Result<()> {
    let port = CompletionPort::new()?;
    let mut buffer = [OVERLAPPED_ENTRY::EMPTY; 2];
    // The clock of Windows may be a tick ahead of the one that we read.
    let (timeout, tick) = (Duration::from_micros(99_500), 16);
    let start = Instant::now();
    assert!(port.wait(&mut buffer, Some(timeout))?.is_empty());
    assert!(start.elapsed() + Duration::from_millis(tick) >= timeout);
    Ok(())
}

#[test]
fn a_packet_wakes_a_thread_that_waits_for_ever() -> io::Result<()> {
    let port = &CompletionPort::new()?;
    thread::scope(|scope| {
        let waiting = scope.spawn(|| -> io::Result<Vec<usize>> {
            let mut buffer = [OVERLAPPED_ENTRY::EMPTY; 2];
            Ok(keys(port.wait(&mut buffer, None)?))
        });
        port.post(7)?;
        assert_eq!(waiting.join().unwrap()?, [7]);
        Ok(())
    })
}

#[test]
fn a_handle_can_be_associated_once() -> io::Result<()> {
    let (port, other) = (CompletionPort::new()?, CompletionPort::new()?);
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    port.associate(handle_of(&socket), 1)?;
    for (port, key) in [(&port, 1), (&port, 2), (&other, 1)] {
        let error = port.associate(handle_of(&socket), key).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(ERROR_INVALID_PARAMETER));
    }
    drop(port);
    let error = other.associate(handle_of(&socket), 1).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(ERROR_INVALID_PARAMETER));
    Ok(())
}

#[test]
fn a_handle_that_is_none_is_refused() -> io::Result<()> {
    let port = CompletionPort::new()?;
    // SAFETY: no handle has this number, and none is used through it.
    let none = unsafe { BorrowedHandle::borrow_raw(0x7FFF_FFF0 as _) };
    let error = port.associate(none, 1).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(ERROR_INVALID_HANDLE));
    Ok(())
}
