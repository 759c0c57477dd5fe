//! What a queue shares with the kernel and with other threads lives for as long
//! as somebody needs it, and no longer: nothing is lost, and nothing left
//! behind. These tests count what the process has open and what they have on
//! the heap, so they have a process of their own, in which one runs at a time.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{self, Read, Write};
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering};
use std::sync::{Barrier, Condvar, Mutex, MutexGuard, mpsc};
use std::thread;
use std::time::Duration;

use minimio::event::Event;
use minimio::net::{TcpStream, UdpSocket};
use minimio::{Events, Interest, Poll, Registry, Token, Waker};
use on_minimio::queue::IS_KQUEUE;
use on_minimio::support::*;

#[path = "behaviour"]
mod on_minimio {
    pub mod queue {
        pub use ::minimio::*;

        pub const IS_MINIMIO: bool = true;
        pub const IS_KQUEUE: bool = cfg!(all(
            unix,
            any(
                not(any(target_os = "linux", target_os = "android")),
                minimio_kqueue
            )
        ));
        pub const IS_LIBKQUEUE: bool = cfg!(minimio_kqueue);
    }

    #[allow(dead_code)] // it serves the other tests too
    pub mod support;
}

const READ: Interest = Interest::READABLE;
const WRITE: Interest = Interest::WRITABLE;

fn both() -> Interest {
    READ | WRITE
}

// What is counted.

/// Held by the test that runs.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    // A test that has failed leaves nothing behind that could hurt the next.
    ALONE.lock().unwrap_or_else(|poison| poison.into_inner())
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Blocks of the heap that are there because of [`counted`] work.
static LIVE: AtomicIsize = AtomicIsize::new(0);

thread_local! {
    static IS_COUNTED: Cell<bool> = const { Cell::new(false) };
}

// SAFETY: the system's allocator does all the work. The methods left out call
// these two.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(IS_COUNTED.get().into(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE.fetch_sub(IS_COUNTED.get().into(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on, and `System` has
        // allocated the block.
        unsafe { System.dealloc(block, layout) }
    }
}

/// What this thread allocates and frees in `work` counts. Other threads have
/// their own heap business: the test harness, and the start of a thread.
fn counted<T>(work: impl FnOnce() -> T) -> T {
    let before = IS_COUNTED.replace(true);
    let result = work();
    IS_COUNTED.set(before);
    result
}

#[cfg(windows)]
fn count_handles() -> usize {
    use windows_sys::Win32::System::Threading::{
        GetCurrentProcess, GetProcessHandleCount,
    };

    let mut count = 0;
    // SAFETY: `count` lives until the call returns.
    let result =
        unsafe { GetProcessHandleCount(GetCurrentProcess(), &mut count) };
    assert_ne!(result, 0, "{}", io::Error::last_os_error());
    count as usize
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn count_handles() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// Of the first thousands: no test here has more open.
#[cfg(not(any(windows, target_os = "linux", target_os = "android")))]
fn count_handles() -> usize {
    // SAFETY: the call takes no pointer, and checks the number.
    let is_open = |fd: &i32| unsafe { libc::fcntl(*fd, libc::F_GETFD) } != -1;
    (0..4096).filter(is_open).count()
}

/// Does the work once to warm up, and then `rounds` times. In the end there is
/// as much on the heap as at the beginning, and as much open: but the harness
/// and the system have threads, which come and go when they like.
#[track_caller]
fn assert_leaves_nothing_behind(
    rounds: usize,
    mut work: impl FnMut() -> io::Result<()>,
) -> io::Result<()> {
    const THREADS_OF_OTHERS: usize = 5;
    assert!(rounds > THREADS_OF_OTHERS);

    work()?;
    let (handles, live) = (count_handles(), LIVE.load(Ordering::Relaxed));
    for _ in 0..rounds {
        work()?;
    }
    assert_eq!(LIVE.load(Ordering::Relaxed), live, "blocks of the heap");
    wait_until("no handle is left behind", || {
        count_handles() <= handles + THREADS_OF_OTHERS
    });
    Ok(())
}

// What the tests do with it.

/// A socket that is writable at once, and readable after [`send_to_self`].
fn socket() -> io::Result<UdpSocket> {
    UdpSocket::bind(localhost())
}

fn send_to_self(socket: &UdpSocket) -> io::Result<()> {
    socket.send_to(b"x", socket.local_addr()?)?;
    Ok(())
}

fn receive_all(socket: &UdpSocket) -> usize {
    let mut count = 0;
    while socket.recv_from(&mut [0]).is_ok() {
        count += 1;
    }
    count
}

/// The queue reports this socket, once registered, for both directions.
#[track_caller]
fn assert_works(
    poll: &mut Poll,
    events: &mut Events,
    socket: &UdpSocket,
    token: Token,
) -> io::Result<()> {
    receive_all(socket);
    send_to_self(socket)?;
    wait_for(poll, events, token, Event::is_readable)?;
    wait_until("the datagram is there", || receive_all(socket) > 0);
    Ok(())
}

/// A socket in each of the states that a registration can be in.
fn one_of_each(
    poll: &mut Poll,
    events: &mut Events,
) -> io::Result<Vec<UdpSocket>> {
    let [mut delivered, mut pending, mut cancelled, mut gone] =
        [socket()?, socket()?, socket()?, socket()?];
    let [mut completed, mut changed, mut renewed, unregistered] =
        [socket()?, socket()?, socket()?, socket()?];
    let registry = poll.registry().try_clone()?;

    // An event has been delivered; the other direction has none to come.
    registry.register(&mut delivered, Token(1), both())?;
    wait_for(poll, events, Token(1), Event::is_writable)?;
    // The kernel has something to wait for.
    registry.register(&mut pending, Token(2), READ)?;
    // It had, and has to wait for something else.
    registry.register(&mut cancelled, Token(3), READ)?;
    registry.reregister(&mut cancelled, Token(3), both())?;
    registry.register(&mut gone, Token(4), READ)?;
    registry.deregister(&mut gone)?;
    // It has come about, and nobody has asked for it.
    registry.register(&mut completed, Token(5), WRITE)?;
    registry.register(&mut changed, Token(6), WRITE)?;
    registry.reregister(&mut changed, Token(6), READ)?;
    registry.register(&mut renewed, Token(7), WRITE)?;
    registry.deregister(&mut renewed)?;
    registry.register(&mut renewed, Token(7), READ)?;
    Ok(vec![
        delivered,
        pending,
        cancelled,
        gone,
        completed,
        changed,
        renewed,
        unregistered,
    ])
}

/// What is dropped in every order.
struct Parts {
    poll: Option<Poll>,
    registry: Option<Registry>,
    waker: Option<Waker>,
    sockets: Option<Vec<UdpSocket>>,
    events: Option<Events>,
}

impl Parts {
    fn new() -> io::Result<Parts> {
        let (mut poll, mut events) = new_poll()?;
        let registry = poll.registry().try_clone()?;
        let waker = Waker::new(&registry, Token(0))?;
        let sockets = one_of_each(&mut poll, &mut events)?;
        waker.wake()?;
        Ok(Parts {
            poll: Some(poll),
            registry: Some(registry),
            waker: Some(waker),
            sockets: Some(sockets),
            events: Some(events),
        })
    }

    fn drop_one(&mut self, which: usize) {
        match which {
            0 => self.poll = None,
            1 => self.registry = None,
            2 => self.waker = None,
            3 => self.sockets = None,
            _ => self.events = None,
        }
    }
}

#[test]
fn nothing_is_left_behind_whatever_goes_first() -> io::Result<()> {
    let _alone = alone();
    let orders = permutations(5);
    let mut next = orders.iter().cycle();
    assert_leaves_nothing_behind(orders.len(), || {
        counted(|| {
            let mut parts = Parts::new()?;
            for &which in next.next().expect("a cycle has no end") {
                parts.drop_one(which);
                if let Some(socket) = parts.sockets.iter().flatten().next() {
                    assert_would_block(socket.recv_from(&mut [0]));
                }
            }
            Ok(())
        })
    })
}

/// The blocks of the heap that go with them are the kernel's when the queue
/// goes: those of sockets that are ready lie in its packets.
#[test]
fn sockets_outlive_their_queue_and_join_another() -> io::Result<()> {
    let _alone = alone();
    assert_leaves_nothing_behind(10, || {
        counted(|| {
            let (mut first, mut events) = new_poll()?;
            let mut sockets = Vec::new();
            for _ in 0..10 {
                sockets.extend(one_of_each(&mut first, &mut events)?);
            }
            drop(first);
            let (mut second, mut events) = new_poll()?;
            for (number, socket) in sockets.iter_mut().enumerate() {
                let token = Token(number);
                second.registry().register(socket, token, READ)?;
                assert_works(&mut second, &mut events, socket, token)?;
            }
            assert_silent(&mut second, &mut events)
        })
    })
}

/// Its part of the heap goes as soon as somebody polls, not when the socket or
/// the queue does.
#[test]
fn what_is_deregistered_goes_with_a_poll() -> io::Result<()> {
    let _alone = alone();
    let (mut poll, mut events) = new_poll()?;
    let mut socket = socket()?;
    let mut round = |interest| {
        poll.registry().register(&mut socket, Token(1), interest)?;
        poll.registry().deregister(&mut socket)?;
        poll.poll(&mut events, Some(Duration::ZERO))?;
        assert!(events.is_empty(), "{events:?}");
        io::Result::Ok(())
    };
    for interest in [READ, WRITE] {
        counted(|| round(interest))?; // to warm up
        let live = LIVE.load(Ordering::Relaxed);
        wait_until("nothing is left on the heap", || {
            counted(|| round(interest)).expect("it works");
            LIVE.load(Ordering::Relaxed) <= live
        });
    }
    Ok(())
}

#[test]
fn many_wake_ups_are_one_event_and_go_with_their_waker() -> io::Result<()> {
    let _alone = alone();
    let (mut poll, mut events) = new_poll()?;
    let waker = Waker::new(poll.registry(), Token(0))?;
    for _ in 0..3 {
        for _ in 0..10 {
            waker.wake()?;
        }
        poll.poll(&mut events, Some(PATIENCE))?;
        assert_eq!(events.iter().count(), 1);
        assert_silent(&mut poll, &mut events)?;
    }
    waker.wake()?;
    drop(waker);
    assert_silent(&mut poll, &mut events)
}

#[test]
fn a_read_that_would_block_goes_by_the_interest() -> io::Result<()> {
    let _alone = alone();
    let (mut poll, mut events) = new_poll()?;
    let mut socket = socket()?;
    poll.registry().register(&mut socket, Token(1), WRITE)?;
    wait_for(&mut poll, &mut events, Token(1), Event::is_writable)?;
    assert_would_block(socket.recv_from(&mut [0]));
    send_to_self(&socket)?;
    wait_until("it is there", || receive_all(&socket) > 0);
    send_to_self(&socket)?;
    poll.poll(&mut events, Some(SILENCE))?;
    assert!(!events.iter().any(Event::is_readable), "{events:?}");
    Ok(())
}

/// Also what lies behind that which concerns nobody any more.
#[test]
fn a_poll_that_does_not_wait_sees_all_that_is_there() -> io::Result<()> {
    let _alone = alone();
    let (mut poll, mut events) = (Poll::new()?, Events::with_capacity(1));
    let (mut first, mut second) = (socket()?, socket()?);
    let registry = poll.registry().try_clone()?;
    let mut look = || {
        poll.poll(&mut events, Some(Duration::ZERO))?;
        let event = events.iter().next();
        io::Result::Ok(event.map(|event| (event.token(), event.is_writable())))
    };

    registry.register(&mut first, Token(1), WRITE)?;
    registry.deregister(&mut first)?;
    registry.register(&mut second, Token(2), WRITE)?;
    assert_eq!(look()?, Some((Token(2), true)));

    registry.register(&mut first, Token(3), READ)?;
    registry.reregister(&mut first, Token(4), both())?;
    assert_eq!(look()?, Some((Token(4), true)));
    Ok(())
}

/// A thread of its own polls, and tells what it has been told.
struct Poller {
    stop: AtomicBool,
    /// A poll that begins from now on reports no smaller token.
    floor: AtomicUsize,
    /// The last token that was reported as readable.
    readable: AtomicUsize,
}

impl Poller {
    const WAKER: Token = Token(usize::MAX);

    fn new() -> Poller {
        Poller {
            stop: AtomicBool::new(false),
            floor: AtomicUsize::new(0),
            readable: AtomicUsize::new(0),
        }
    }

    fn run(&self, mut poll: Poll, mut events: Events) -> io::Result<Poll> {
        while !self.stop.load(Ordering::SeqCst) {
            let floor = self.floor.load(Ordering::SeqCst);
            poll.poll(&mut events, Some(PATIENCE))?;
            for event in &events {
                assert!(event.token().0 >= floor, "{event:?} below {floor}");
                if event.is_readable() && event.token() != Self::WAKER {
                    self.readable.store(event.token().0, Ordering::SeqCst);
                }
            }
        }
        Ok(poll)
    }
}

/// Does it in any case, also in that of a panic, so that no thread waits for
/// ever.
struct AtEnd<F: Fn()>(F);

impl<F: Fn()> Drop for AtEnd<F> {
    fn drop(&mut self) {
        self.0();
    }
}

/// Runs `work` while another thread polls. The queue goes in the end.
fn while_polling(
    work: impl FnOnce(&Registry, &Poller) -> io::Result<()>,
) -> io::Result<()> {
    let (poll, events) = counted(new_poll)?;
    let registry = counted(|| poll.registry().try_clone())?;
    let waker = counted(|| Waker::new(&registry, Poller::WAKER))?;
    let poller = Poller::new();
    let poll = thread::scope(|scope| {
        let thread = scope.spawn(|| counted(|| poller.run(poll, events)));
        let stop = AtEnd(|| {
            poller.stop.store(true, Ordering::SeqCst);
            waker.wake().expect("it works");
        });
        counted(|| work(&registry, &poller))?;
        drop(stop);
        thread.join().expect("it does not panic")
    })?;
    counted(|| drop((poll, registry, waker)));
    Ok(())
}

#[test]
fn ten_thousand_rounds_with_a_thread_that_polls() -> io::Result<()> {
    const ROUNDS: usize = 10_000;

    /// On even days it waits, on odd ones it is ready.
    fn interest(number: usize) -> Interest {
        [READ, WRITE][number % 2]
    }

    let _alone = alone();
    assert_leaves_nothing_behind(8, || {
        while_polling(|registry, _| {
            let mut socket = socket()?;
            for round in 0..ROUNDS / 8 {
                registry.register(&mut socket, Token(1), interest(round))?;
                if round % 5 == 0 {
                    let token = Token(2);
                    registry.reregister(&mut socket, token, both())?;
                }
                if round % 7 == 0 {
                    assert_would_block(socket.recv_from(&mut [0]));
                }
                if round % 3 == 0 {
                    socket = self::socket()?;
                } else {
                    registry.deregister(&mut socket)?;
                }
            }
            Ok(())
        })
    })
}

/// Tokens only grow here, so the thread that polls knows an old one.
#[test]
fn a_thread_that_polls_sees_the_last_change_and_nothing_before_it()
-> io::Result<()> {
    let _alone = alone();
    while_polling(|registry, poller| {
        let (mut stream, mut peer) = connection()?;
        let mut token = 1;
        registry.register(&mut stream, Token(token), READ)?;
        for round in 0..500 {
            for (number, interest) in
                [WRITE, both(), READ, WRITE].into_iter().enumerate()
            {
                if number == round % 5 {
                    peer.write_all(b"x")?;
                }
                token += 1;
                registry.reregister(&mut stream, Token(token), interest)?;
                poller.floor.store(token, Ordering::SeqCst);
            }
            if round % 2 == 0 {
                registry.deregister(&mut stream)?;
                poller.floor.store(token + 1, Ordering::SeqCst);
                registry.register(&mut stream, Token(token + 1), READ)?;
            } else {
                let last = [READ, both()][round / 2 % 2];
                registry.reregister(&mut stream, Token(token + 1), last)?;
                poller.floor.store(token + 1, Ordering::SeqCst);
            }
            token += 1;
            if round % 5 == 4 {
                peer.write_all(b"x")?;
            }
            wait_until_or_spin("the byte is reported", || {
                poller.readable.load(Ordering::SeqCst) == token
            });
            wait_until_arrived(&stream, 1);
            assert_eq!(drain(&stream)?, b"x");
        }
        Ok(())
    })
}

/// As [`wait_until`], for what comes in no time.
#[track_caller]
fn wait_until_or_spin(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..1_000 {
        if is_so() {
            return;
        }
        thread::yield_now();
    }
    wait_until(what, is_so);
}

/// Changes the interest a few times, and leaves it at `last`, with a token that
/// there was not before.
fn change(
    registry: &Registry,
    stream: &mut TcpStream,
    round: usize,
    last: Interest,
) -> io::Result<Token> {
    let interests = [WRITE, both(), READ, both(), WRITE];
    for &interest in &interests[..round % 6] {
        registry.reregister(stream, Token(0), interest)?;
    }
    let token = Token(round + 1);
    registry.reregister(stream, token, last)?;
    Ok(token)
}

#[test]
fn no_byte_is_lost_when_the_interest_changes_as_it_comes() -> io::Result<()> {
    const ROUNDS: usize = 1_000;

    let _alone = alone();
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry().register(&mut stream, Token(0), READ)?;
    thread::scope(|scope| {
        let (now, told) = mpsc::sync_channel(0);
        let writer = scope
            .spawn(move || told.iter().try_for_each(|()| peer.write_all(b"x")));
        for round in 0..ROUNDS {
            let last = [READ, both()][round % 2];
            now.send(()).expect("it waits for that");
            let token = change(poll.registry(), &mut stream, round, last)?;
            let mut got = Vec::new();
            while got.is_empty() {
                poll.poll(&mut events, Some(PATIENCE))?;
                assert!(!events.is_empty(), "the byte of {round} is lost");
                for event in &events {
                    assert_eq!(event.token(), token);
                    if event.is_readable() {
                        got = drain(&stream)?;
                    }
                }
            }
            assert_eq!(got, b"x");
        }
        drop(now);
        writer.join().expect("it does not panic")
    })
}

#[test]
fn a_close_is_reported_under_the_last_interest() -> io::Result<()> {
    let _alone = alone();
    let (mut poll, mut events) = new_poll()?;
    for round in 0..180 {
        let (mut stream, peer) = connection()?;
        let is_reset = round % 2 == 0;
        let last = match (is_reset, round % 3) {
            (true, 0) => WRITE,
            (_, 1) => both(),
            _ => READ,
        };
        poll.registry().register(&mut stream, Token(0), READ)?;
        let start = Barrier::new(2);
        let token = thread::scope(|scope| {
            scope.spawn(|| {
                start.wait();
                match is_reset {
                    true => reset(peer).expect("it works"),
                    false => drop(peer),
                }
            });
            start.wait();
            change(poll.registry(), &mut stream, round, last)
        })?;
        if IS_KQUEUE {
            // It tells each filter of its own direction.
            let reads = last.is_readable();
            let writes = last.is_writable() && is_reset;
            wait_for_both(
                &mut poll,
                &mut events,
                token,
                |event| !reads || event.is_read_closed(),
                |event| !writes || event.is_write_closed(),
            )?;
        } else {
            wait_for(&mut poll, &mut events, token, |event| {
                assert_eq!(event.token(), token);
                event.is_read_closed() && (event.is_write_closed() || !is_reset)
            })?;
        }
        poll.registry().deregister(&mut stream)?;
    }
    Ok(())
}

#[test]
fn a_queue_can_go_while_another_thread_uses_its_socket() -> io::Result<()> {
    let _alone = alone();
    let before = LIVE.load(Ordering::Relaxed);
    thread::scope(|scope| {
        let (give, take) = mpsc::sync_channel(0);
        let (tell, told) = mpsc::sync_channel(0);
        let user = scope.spawn(move || {
            for (round, (mut socket, registry)) in take.iter().enumerate() {
                counted(|| {
                    use_it(&mut socket, registry, round)?;
                    drop(socket);
                    io::Result::Ok(())
                })?;
                tell.send(()).expect("it waits for that");
            }
            io::Result::Ok(())
        });
        for _ in 0..300 {
            let (poll, socket, registry) = counted(|| {
                let poll = Poll::new()?;
                let registry = poll.registry().try_clone()?;
                let mut socket = socket()?;
                registry.register(&mut socket, Token(1), both())?;
                io::Result::Ok((poll, socket, registry))
            })?;
            give.send((socket, registry)).expect("it waits for that");
            counted(|| drop(poll));
            told.recv().expect("it goes well");
        }
        drop(give);
        user.join().expect("it does not panic")
    })?;
    assert_eq!(LIVE.load(Ordering::Relaxed), before, "blocks of the heap");
    Ok(())
}

/// Goes on with a socket whose queue goes about now, if it is not the registry
/// that is last.
fn use_it(
    socket: &mut UdpSocket,
    registry: Registry,
    round: usize,
) -> io::Result<()> {
    for number in 0..round % 5 {
        let interest = [READ, WRITE, both()][number % 3];
        registry.reregister(socket, Token(number), interest)?;
        assert_would_block(socket.recv_from(&mut [0]));
    }
    drop(registry);
    for _ in 0..round % 7 {
        assert_would_block(socket.recv_from(&mut [0]));
    }

    let (mut poll, mut events) = new_poll()?;
    let registry = poll.registry().try_clone()?;
    // The old queue may need its time.
    wait_until("a new queue takes it", || {
        registry.register(socket, Token(7), READ).is_ok()
    });
    assert_works(&mut poll, &mut events, socket, Token(7))
}

/// After each event somebody reads until `WouldBlock`: that is the rule. Who
/// reads, and how many do, does not matter.
#[test]
fn readers_in_several_threads_lose_nothing() -> io::Result<()> {
    const BYTES: usize = 2_000;

    let _alone = alone();
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry().register(&mut stream, Token(1), both())?;
    let stream = &stream;
    let count = AtomicUsize::new(0);
    // How many events there have been; none, when there will be no more.
    let (events_seen, news) = (Mutex::new(Some(0)), Condvar::new());
    let tell = |change: fn(usize) -> Option<usize>| {
        let mut seen = events_seen.lock().expect("it does not panic");
        *seen = seen.and_then(change);
        news.notify_all();
    };

    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut last = Some(0);
                while last.is_some() {
                    let got = drain(stream).expect("it goes on").len();
                    count.fetch_add(got, Ordering::SeqCst);
                    let seen = events_seen.lock().expect("it does not panic");
                    last = *news
                        .wait_while(seen, |seen| *seen == last)
                        .expect("it does not panic");
                }
            });
        }
        let _end = AtEnd(|| tell(|_| None));
        for sent in 1..=BYTES {
            peer.write_all(b"x")?;
            if sent % 10 != 0 {
                continue; // They are still at the one before.
            }
            let mut result = Ok(());
            wait_until_or_spin("all is read", || {
                result = poll.poll(&mut events, Some(Duration::ZERO));
                if !events.is_empty() {
                    tell(|seen| Some(seen + 1));
                }
                result.is_err() || count.load(Ordering::SeqCst) == sent
            });
            result?;
        }
        Ok(())
    })
}

#[test]
fn a_backlog_is_written_whenever_the_peer_makes_room() -> io::Result<()> {
    let _alone = alone();
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry().register(&mut stream, Token(1), both())?;
    let chunk = [b'x'; 16 * 1024];
    let mut taken = Vec::new();
    for _ in 0..8 {
        let mut count = 0;
        let error = loop {
            match stream.write(&chunk) {
                Ok(n) => count += n,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        taken.resize(count, 0);
        peer.read_exact(&mut taken)?;
        wait_for(&mut poll, &mut events, Token(1), Event::is_writable)?;
    }
    Ok(())
}

/// It asks for both directions, and reads at each event, whichever it is.
#[test]
fn a_reader_that_never_writes_comes_to_rest() -> io::Result<()> {
    let _alone = alone();
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry().register(&mut stream, Token(1), both())?;
    for _ in 0..3 {
        peer.write_all(b"x")?;
        wait_until_arrived(&stream, 1);
        let mut polls = 0;
        loop {
            poll.poll(&mut events, Some(SILENCE))?;
            if events.is_empty() {
                break;
            }
            drain(&stream)?;
            polls += 1;
            assert!(polls < 10, "it spins: {events:?}");
        }
    }
    Ok(())
}

#[test]
fn a_registration_outlives_its_thread() -> io::Result<()> {
    let _alone = alone();
    let (mut poll, mut events) = new_poll()?;
    let registry = poll.registry().try_clone()?;
    let socket = thread::spawn(move || {
        let mut socket = socket()?;
        registry.register(&mut socket, Token(1), READ)?;
        io::Result::Ok(socket)
    })
    .join()
    .expect("it does not panic")?;
    assert_silent(&mut poll, &mut events)?;
    assert_works(&mut poll, &mut events, &socket, Token(1))
}

#[test]
fn a_connection_that_fails_leaves_nothing_behind() -> io::Result<()> {
    let _alone = alone();
    let (_socket, refusing) = refusing()?;
    assert_leaves_nothing_behind(6, || {
        counted(|| {
            let (mut poll, mut events) = new_poll()?;
            // Both may fail at once.
            for addr in [refusing, (Ipv4Addr::BROADCAST, 1).into()] {
                if let Ok(mut stream) = TcpStream::connect(addr) {
                    let registry = poll.registry();
                    registry.register(&mut stream, Token(1), WRITE)?;
                    if addr == refusing {
                        let is_it = Event::is_writable;
                        wait_for(&mut poll, &mut events, Token(1), is_it)?;
                        assert!(stream.peer_addr().is_err());
                    }
                }
            }
            Ok(())
        })
    })
}

/// Closes it under our feet. Whoever has it may still drop it.
#[cfg(windows)]
fn close_behind_the_back(socket: &UdpSocket) {
    use std::os::windows::io::{AsRawSocket, FromRawSocket, OwnedSocket};

    // SAFETY: it isn't safe, it is what is tested. Nothing else is opened
    // while there is the wrong number of owners, and a second close fails.
    drop(unsafe { OwnedSocket::from_raw_socket(socket.as_raw_socket()) });
}

#[cfg(windows)]
#[test]
fn what_the_system_refuses_leaves_nothing_behind() -> io::Result<()> {
    let _alone = alone();
    without_hanging(|| {
        assert_leaves_nothing_behind(50, || {
            counted(|| {
                let (poll, _) = new_poll()?;
                let mut socket = socket()?;
                close_behind_the_back(&socket);
                let refused =
                    poll.registry().register(&mut socket, Token(1), READ);
                let error = refused.expect_err("it is closed");
                assert!(error.raw_os_error().is_some(), "{error:?}");
                let not_found = poll.registry().deregister(&mut socket);
                assert_error(not_found, io::ErrorKind::NotFound);
                Ok(())
            })
        })
    })
}

#[cfg(windows)]
#[test]
fn a_socket_closed_behind_our_back_falls_silent() -> io::Result<()> {
    let _alone = alone();
    without_hanging(|| {
        assert_leaves_nothing_behind(50, || {
            counted(|| {
                let (mut poll, mut events) = new_poll()?;
                let (mut closed, mut other) = (socket()?, socket()?);
                poll.registry().register(&mut closed, Token(1), READ)?;
                poll.registry().register(&mut other, Token(2), READ)?;
                close_behind_the_back(&closed);
                poll.poll(&mut events, Some(Duration::ZERO))?;
                assert!(events.is_empty(), "{events:?}");
                let again =
                    poll.registry().reregister(&mut closed, Token(1), WRITE);
                let error = again.expect_err("it is closed");
                assert!(error.raw_os_error().is_some(), "{error:?}");
                poll.registry().deregister(&mut closed)?;
                assert_works(&mut poll, &mut events, &other, Token(2))
            })
        })
    })
}

/// As above, but the kernel watches nothing when it goes.
#[cfg(windows)]
#[test]
fn a_socket_closed_after_its_event_falls_silent() -> io::Result<()> {
    let _alone = alone();
    let (mut poll, mut events) = new_poll()?;
    let (mut closed, mut other) = (socket()?, socket()?);
    poll.registry().register(&mut closed, Token(1), both())?;
    poll.registry().register(&mut other, Token(2), READ)?;
    wait_for(&mut poll, &mut events, Token(1), Event::is_writable)?;
    close_behind_the_back(&closed);
    assert_silent(&mut poll, &mut events)?;
    assert_works(&mut poll, &mut events, &other, Token(2))
}
