//! The tests of `../descriptors.rs`, which gives them a process of their own.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::panic::{self, AssertUnwindSafe};
use std::sync::MutexGuard;

use super::queue::event::Event;
use super::queue::net::{TcpListener, TcpStream, UdpSocket};
use super::queue::unix::SourceFd;
use super::queue::{
    Events, IS_EPOLL, IS_LIBKQUEUE, IS_MINIMIO, Interest, Poll, Token,
    WAKES_BY_FILTER, Waker,
};
use super::support::*;

const STREAM: Token = Token(1);
const LISTENER: Token = Token(2);
const WAKER: Token = Token(3);

fn alone() -> MutexGuard<'static, ()> {
    // A test that has failed leaves nothing behind that could hurt the next.
    crate::ALONE
        .lock()
        .unwrap_or_else(|poison| poison.into_inner())
}

/// The numbers of the descriptors that this process has open.
fn open_descriptors() -> io::Result<Vec<RawFd>> {
    if !cfg!(target_os = "linux") {
        // Not all have a folder of them; and no test here has more.
        let mut some: Vec<RawFd> = (0..4096).collect();
        some.retain(|fd| descriptor_flags(*fd).is_ok());
        return Ok(some);
    }
    let mut open = Vec::new();
    for entry in fs::read_dir("/proc/self/fd")? {
        let name = entry?.file_name();
        open.extend(name.to_str().and_then(|name| name.parse::<RawFd>().ok()));
    }
    // The one that the folder was read with is closed by now.
    open.retain(|fd| descriptor_flags(*fd).is_ok());
    open.sort();
    Ok(open)
}

fn descriptor_flags(fd: RawFd) -> io::Result<i32> {
    // SAFETY: the call takes no pointer, and checks the number.
    match unsafe { libc::fcntl(fd, libc::F_GETFD) } {
        -1 => Err(io::Error::last_os_error()),
        flags => Ok(flags),
    }
}

/// A process that has no descriptor left, until this is dropped.
struct NoneLeft {
    /// The soft limit and the hard one, as they were.
    limit: (u64, u64),
    taken: Vec<OwnedFd>,
}

impl NoneLeft {
    fn new() -> io::Result<NoneLeft> {
        let highest = open_descriptors()?.last().copied().unwrap_or(0);
        let mut none_left = NoneLeft {
            limit: rlimit::Resource::NOFILE.get()?,
            taken: vec![File::open("/dev/null")?.into()],
        };
        none_left.set_limit(highest as u64 + 10)?;
        loop {
            match none_left.taken[0].try_clone() {
                Ok(fd) => none_left.taken.push(fd),
                Err(error) => {
                    assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
                    return Ok(none_left);
                }
            }
        }
    }

    fn set_limit(&self, soft: u64) -> io::Result<()> {
        rlimit::Resource::NOFILE.set(soft, self.limit.1)
    }
}

impl Drop for NoneLeft {
    fn drop(&mut self) {
        self.set_limit(self.limit.0).expect("it was so before");
    }
}

#[track_caller]
fn assert_none_left<T: std::fmt::Debug>(result: io::Result<T>) {
    let error = result.unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EMFILE), "{error}");
}

/// libkqueue says that there is an error, and not always which.
#[track_caller]
fn assert_none_left_for<T: std::fmt::Debug>(result: io::Result<T>) {
    if IS_LIBKQUEUE {
        result.unwrap_err();
    } else {
        assert_none_left(result);
    }
}

/// All that has been opened since is closed.
#[track_caller]
fn assert_open(before: &[RawFd]) -> io::Result<()> {
    if IS_LIBKQUEUE {
        // It has several for each queue, which a thread of its own closes, and
        // had perhaps not yet closed those of the last test.
        wait_until("the library has closed its own", || {
            let open = open_descriptors();
            open.is_ok_and(|open| open.iter().all(|fd| before.contains(fd)))
        });
        return Ok(());
    }
    assert_eq!(open_descriptors()?, before);
    Ok(())
}

#[test]
fn without_descriptors_everything_says_so_and_goes_on_afterwards()
-> io::Result<()> {
    let _alone = alone();
    let before = open_descriptors()?;
    {
        let (mut poll, mut events) = new_poll()?;
        let without_waker = Poll::new()?;
        let (mut stream, mut peer) = connection()?;
        let mut listener = TcpListener::bind(localhost())?;
        let registry = poll.registry();
        registry.register(&mut stream, STREAM, Interest::READABLE)?;
        registry.register(&mut listener, LISTENER, Interest::READABLE)?;
        let waiting = connect_peer(&listener)?;

        let none_left = NoneLeft::new()?;
        assert_none_left_for(Poll::new());
        let waker = Waker::new(without_waker.registry(), WAKER);
        let first_waker = if WAKES_BY_FILTER {
            Some(waker?)
        } else {
            if IS_LIBKQUEUE {
                waker.map(drop).unwrap_err();
            } else {
                assert_none_left(waker);
            }
            None
        };
        assert_none_left(TcpListener::bind(localhost()));
        assert_none_left(TcpStream::connect(listener.local_addr()?));
        assert_none_left(UdpSocket::bind(localhost()));
        let clone = poll.registry().try_clone();
        if IS_MINIMIO {
            // A clone is another handle on the same descriptor; mio's is a
            // duplicate of it.
            clone?.deregister(&mut stream)?;
            poll.registry().register(
                &mut stream,
                STREAM,
                Interest::READABLE,
            )?;
        } else {
            assert_none_left(clone);
        }

        // What there is goes on.
        wait_for(&mut poll, &mut events, LISTENER, Event::is_readable)?;
        assert_none_left(listener.accept());
        for message in [b"one", b"two"] {
            peer.write_all(message)?;
            expect_to_read(&mut poll, &mut events, STREAM, &stream, message)?;
            stream.write_all(message)?;
            peer.read_exact(&mut [0; 3])?;
        }
        drop(none_left);

        // The connection has waited, and no event will tell of it again.
        let (accepted, from) = listener.accept()?;
        assert_eq!(from, waiting.local_addr()?);
        assert_eq!(accepted.peer_addr()?, from);
        assert_would_block(listener.accept());

        // And what failed can be done.
        let retry = || match first_waker {
            Some(waker) => Ok(waker),
            None => Waker::new(without_waker.registry(), WAKER),
        };
        let without_waker_retried =
            panic::catch_unwind(AssertUnwindSafe(retry));
        if IS_MINIMIO {
            let waker = without_waker_retried.expect("it does not panic")?;
            let mut poll = without_waker;
            waker.wake()?;
            wait_for(&mut poll, &mut events, WAKER, Event::is_readable)?;
        } else if CHECKS_MISUSE {
            // mio notes the waker before it has one.
            assert!(without_waker_retried.is_err());
        }
        let mut new = Poll::new()?;
        let waker = Waker::new(new.registry(), WAKER)?;
        waker.wake()?;
        wait_for(&mut new, &mut events, WAKER, Event::is_readable)?;
        TcpListener::bind(localhost())?;
        TcpStream::connect(listener.local_addr()?)?;
    }
    assert_open(&before)
}

#[test]
fn a_thousand_queues_leave_nothing_behind() -> io::Result<()> {
    let _alone = alone();
    let before = open_descriptors()?;
    let mut queues = 0;
    while queues < 1_000 {
        for order in permutations(Parts::COUNT) {
            let mut parts = Parts::new()?;
            for which in order {
                parts.drop_one(which);
            }
            queues += 1;
        }
        assert_open(&before)?;
    }
    Ok(())
}

#[test]
fn what_fails_leaves_nothing_behind() -> io::Result<()> {
    let _alone = alone();
    let (poll, _) = new_poll()?;
    let listener = TcpListener::bind(localhost())?;
    let socket = UdpSocket::bind(localhost())?;
    let (mut stream, _peer) = connection()?;
    let before = open_descriptors()?;
    for _ in 0..10 {
        TcpListener::bind(listener.local_addr()?).unwrap_err();
        UdpSocket::bind(socket.local_addr()?).unwrap_err();
        assert_would_block(listener.accept());
        poll.registry().deregister(&mut stream).unwrap_err();
        // Nobody can be connected to everybody.
        let everybody = (std::net::Ipv4Addr::BROADCAST, 1).into();
        let connected = TcpStream::connect(everybody);
        assert!(connected.is_err() || !cfg!(target_os = "linux"));
    }
    assert_open(&before)
}

/// Whatever we open is closed in a program that we start.
#[test]
fn no_descriptor_is_inherited() -> io::Result<()> {
    let _alone = alone();
    let before = open_descriptors()?;

    let poll = Poll::new()?;
    let _registry = poll.registry().try_clone()?;
    let _waker = Waker::new(poll.registry(), WAKER)?;
    let listener = TcpListener::bind(localhost())?;
    let _socket = UdpSocket::bind(localhost())?;
    let _stream = TcpStream::connect(listener.local_addr()?)?;
    let mut accepted = None;
    wait_until("the connection is accepted", || {
        accepted = listener.accept().ok();
        accepted.is_some()
    });

    let mut ours = open_descriptors()?;
    ours.retain(|fd| !before.contains(fd));
    if IS_EPOLL {
        // One for each; but minimio's clone of a registry has none.
        let expected = if IS_MINIMIO { 6 } else { 7 };
        assert_eq!(ours.len(), expected, "{ours:?}");
    }
    assert!(ours.contains(&poll.as_raw_fd()));
    for fd in ours {
        assert_ne!(descriptor_flags(fd)? & libc::FD_CLOEXEC, 0, "{fd}");
    }
    Ok(())
}

/// The number of a closed descriptor is given out again, at once and for
/// certain in a process where nothing else happens.
#[test]
fn a_number_that_is_used_again_is_another_source() -> io::Result<()> {
    let _alone = alone();
    let (mut poll, mut events) = new_poll()?;
    for round in 0..20 {
        let (old, new) = (Token(2 * round), Token(2 * round + 1));
        let mut socket = UdpSocket::bind(localhost())?;
        let fd = socket.as_raw_fd();
        poll.registry()
            .register(&mut socket, old, Interest::WRITABLE)?;
        drop(socket);

        let mut socket = UdpSocket::bind(localhost())?;
        assert_eq!(socket.as_raw_fd(), fd);
        assert_silent(&mut poll, &mut events)?;
        poll.registry()
            .register(&mut socket, new, Interest::WRITABLE)?;
        if IS_LIBKQUEUE {
            // It was not told of the close, and takes it for the one it knows.
            assert_silent(&mut poll, &mut events)?;
            poll.registry().deregister(&mut socket)?;
            continue;
        }
        wait_for(&mut poll, &mut events, new, |event| {
            assert_eq!(event.token(), new);
            event.is_writable()
        })?;
    }
    Ok(())
}

#[test]
fn a_number_that_was_closed_is_a_bad_one() -> io::Result<()> {
    let _alone = alone();
    let (poll, _) = new_poll()?;
    let fd = UdpSocket::bind(localhost())?.as_raw_fd();
    let mut source = SourceFd(&fd);
    let added = [
        poll.registry()
            .register(&mut source, STREAM, Interest::READABLE),
        poll.registry()
            .reregister(&mut source, STREAM, Interest::READABLE),
    ];
    for result in added {
        assert_eq!(result.unwrap_err().raw_os_error(), Some(libc::EBADF));
    }
    assert_bad_to_deregister(poll.registry().deregister(&mut source));
    Ok(())
}

/// An eventfd is a counter, and a wake-up adds one. Nobody drains it, so it has
/// to work when it is full too, though nobody will ever wake as often as that.
#[test]
fn a_waker_whose_counter_is_full_still_wakes() -> io::Result<()> {
    if !IS_EPOLL {
        return Ok(());
    }
    let _alone = alone();
    without_hanging(|| {
        let mut poll = Poll::new()?;
        let mut events = Events::with_capacity(4);
        let before = open_descriptors()?;
        let waker = Waker::new(poll.registry(), WAKER)?;
        let mut eventfd = open_descriptors()?;
        eventfd.retain(|fd| !before.contains(fd));
        let [eventfd] = eventfd[..] else {
            panic!("it is one descriptor: {eventfd:?}");
        };

        for _ in 0..3 {
            // As many as it takes: from whatever it is at, to u64::MAX - 1.
            let mut most = u64::MAX - 1;
            while most > 0 {
                let bytes = most.to_ne_bytes();
                // SAFETY: `bytes` has eight bytes, and the descriptor is open.
                let result = unsafe {
                    libc::write(eventfd, bytes.as_ptr().cast(), bytes.len())
                };
                if result == -1 {
                    let error = io::Error::last_os_error();
                    assert_eq!(error.kind(), ErrorKind::WouldBlock);
                    most /= 2;
                }
            }
            wait_for(&mut poll, &mut events, WAKER, Event::is_readable)?;
            assert_silent(&mut poll, &mut events)?;

            waker.wake()?;
            wait_for(&mut poll, &mut events, WAKER, Event::is_readable)?;
            waker.wake()?;
            wait_for(&mut poll, &mut events, WAKER, Event::is_readable)?;
            assert_silent(&mut poll, &mut events)?;
        }
        Ok(())
    })
}
