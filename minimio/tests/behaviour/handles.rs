//! The tests of `../descriptors.rs` on Windows, where what a process has open
//! are handles. There is no limit that a test could reach.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::os::windows::io::AsRawSocket;
use std::sync::MutexGuard;

use windows_sys::Win32::Foundation::{
    GetHandleInformation, HANDLE_FLAG_INHERIT,
};

use super::queue::event::Event;
use super::queue::net::{TcpListener, TcpStream, UdpSocket};
use super::queue::{Interest, Poll, Token, Waker};
use super::support::*;

const STREAM: Token = Token(1);
const WAKER: Token = Token(3);

fn alone() -> MutexGuard<'static, ()> {
    // A test that has failed leaves nothing behind that could hurt the next.
    crate::ALONE
        .lock()
        .unwrap_or_else(|poison| poison.into_inner())
}

fn handle_flags(handle: usize) -> Option<u32> {
    let mut flags = 0;
    // SAFETY: `flags` lives until the call returns, and a handle that there is
    // not is an error.
    let result = unsafe { GetHandleInformation(handle as _, &mut flags) };
    (result != 0).then_some(flags)
}

/// The handles that this process has open. They are multiples of four, and the
/// free ones are used again. (GetProcessHandleCount is always 0 in some Wines.)
fn open_handles() -> BTreeSet<usize> {
    const LONGEST_GAP: usize = 4 * 2_000;

    let mut open = BTreeSet::new();
    let mut handle = 4;
    while handle <= open.last().unwrap_or(&0) + LONGEST_GAP {
        if handle_flags(handle).is_some() {
            open.insert(handle);
        }
        handle += 4;
    }
    open
}

/// Does the work, a hundred things or more, twice. The second time all is closed
/// again, but for what is not ours: the test harness and the system have threads
/// here, which come and go when they like. (What the first use of a library
/// opens may stay open.)
#[track_caller]
fn assert_leaves_nothing_behind(
    mut work: impl FnMut() -> io::Result<()>,
) -> io::Result<()> {
    work()?;
    let before = open_handles().len();
    work()?;
    wait_until("no handle is left behind", || {
        open_handles().len() < before + 50
    });
    Ok(())
}

#[test]
fn a_thousand_queues_leave_nothing_behind() -> io::Result<()> {
    let _alone = alone();
    assert_leaves_nothing_behind(|| {
        for order in permutations(Parts::COUNT).iter().cycle().take(500) {
            let mut parts = Parts::new()?;
            for &which in order {
                parts.drop_one(which);
            }
        }
        Ok(())
    })
}

#[test]
fn a_thousand_registrations_leave_nothing_behind() -> io::Result<()> {
    let _alone = alone();
    let (mut poll, mut events) = new_poll()?;
    assert_leaves_nothing_behind(|| {
        for round in 0..500 {
            let (mut stream, mut peer) = connection()?;
            let registry = poll.registry();
            registry.register(&mut stream, STREAM, Interest::READABLE)?;
            if round % 2 == 0 {
                registry.reregister(&mut stream, STREAM, Interest::WRITABLE)?;
            }
            if round % 3 == 0 {
                registry.deregister(&mut stream)?;
            }
            if round % 5 == 0 {
                peer.write_all(b"x")?;
            }
        }
        assert_silent(&mut poll, &mut events)
    })
}

#[test]
fn what_fails_leaves_nothing_behind() -> io::Result<()> {
    let _alone = alone();
    let (poll, _) = new_poll()?;
    let listener = TcpListener::bind(localhost())?;
    let socket = UdpSocket::bind(localhost())?;
    let (mut stream, _peer) = connection()?;
    assert_leaves_nothing_behind(|| {
        for _ in 0..100 {
            TcpListener::bind(listener.local_addr()?).unwrap_err();
            UdpSocket::bind(socket.local_addr()?).unwrap_err();
            assert_would_block(listener.accept());
            poll.registry().deregister(&mut stream).unwrap_err();
            // Nobody can be connected to everybody. It may fail at once.
            let _ = TcpStream::connect((Ipv4Addr::BROADCAST, 1).into());
        }
        Ok(())
    })
}

/// Whatever we open is closed in a program that we start, but for a socket that
/// was accepted: that is as Windows makes it, std does not change it.
#[test]
fn no_handle_is_inherited() -> io::Result<()> {
    let is_inherited = |handle: &usize| {
        let flags = handle_flags(*handle);
        flags.is_some_and(|flags| flags & HANDLE_FLAG_INHERIT != 0)
    };
    let _alone = alone();
    let mut before = open_handles();
    before.retain(is_inherited);

    let (mut poll, mut events) = new_poll()?;
    let _waker = Waker::new(poll.registry(), WAKER)?;
    let mut listener = TcpListener::bind(localhost())?;
    let _socket = UdpSocket::bind(localhost())?;
    let stream = TcpStream::connect(listener.local_addr()?)?;
    poll.registry()
        .register(&mut listener, STREAM, Interest::READABLE)?;
    wait_for(&mut poll, &mut events, STREAM, Event::is_readable)?;
    let (accepted, _) = listener.accept()?;

    let mut now = open_handles();
    assert!(now.contains(&(stream.as_raw_socket() as usize)));
    assert!(now.remove(&(accepted.as_raw_socket() as usize)));
    now.retain(is_inherited);
    assert!(now.is_subset(&before), "{now:?}, and before: {before:?}");
    Ok(())
}

/// A queue that nobody has polled has requests under way when it goes.
#[test]
fn queues_that_go_first_leave_nothing_behind() -> io::Result<()> {
    let _alone = alone();
    assert_leaves_nothing_behind(|| {
        for _ in 0..100 {
            let poll = Poll::new()?;
            let mut sockets = Vec::new();
            for number in 0..5 {
                let mut socket = UdpSocket::bind(localhost())?;
                poll.registry().register(
                    &mut socket,
                    Token(number),
                    Interest::READABLE,
                )?;
                sockets.push(socket);
            }
            drop(poll);
        }
        Ok(())
    })
}
