//! After start-up a queue lives without the heap: neither waiting nor
//! registering allocates. But on Windows a registration has a block there, which
//! the kernel writes into. (What is counted is Rust's: libkqueue, which stands in
//! for a kernel, has its registrations on the heap of C.)

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::net;
use std::time::{Duration, Instant};

use minimio::net::{TcpListener, TcpStream, UdpSocket};
use minimio::{Events, Interest, Poll, Token, Waker, event};

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    // Of one thread: the test harness allocates in its own. Constant, so that
    // the first use does not allocate either.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
    static FREED: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: the system's allocator does all the work. The methods left out call
// these two.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        FREED.set(FREED.get() + 1);
        // SAFETY: the caller's promises are passed on, and `System` has
        // allocated the block.
        unsafe { System.dealloc(block, layout) }
    }
}

fn allocations_of(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

#[test]
fn the_counter_counts() {
    let count = allocations_of(|| {
        let mut numbers = Vec::new();
        numbers.push(1); // the first block
        black_box(&mut numbers).extend([2; 100]); // a larger one
        black_box(&numbers);
    });
    assert_eq!(count, 2);
}

#[test]
fn ten_thousand_rounds_of_poll_read_and_write_allocate_nothing() {
    let (mut poll, mut ends) = connection().unwrap();
    let mut events = Events::with_capacity(4);
    for (key, end) in ends.iter_mut().enumerate() {
        let both = Interest::READABLE | Interest::WRITABLE;
        poll.registry().register(end, Token(key), both).unwrap();
    }

    if cfg!(windows) {
        // The first poll makes room for the packets.
        ping_pong(&mut poll, &mut events, &mut ends);
    }
    let count = allocations_of(|| {
        for _ in 0..10_000 {
            ping_pong(&mut poll, &mut events, &mut ends);
        }
    });

    assert_eq!(count, 0);
}

/// A byte there and back, each end reading until `WouldBlock`.
fn ping_pong(poll: &mut Poll, events: &mut Events, ends: &mut [TcpStream; 2]) {
    ends[0].write_all(b"x").unwrap();
    let mut back = false;
    while !back {
        poll.poll(events, None).unwrap();
        for event in events.iter().filter(|event| event.is_readable()) {
            let key = event.token().0;
            while read_byte(&mut ends[key]) {
                match key {
                    0 => back = true,
                    _ => ends[key].write_all(b"x").unwrap(),
                }
            }
        }
    }
}

fn read_byte(end: &mut TcpStream) -> bool {
    match end.read(&mut [0]) {
        Ok(count) => count == 1,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn polls_that_end_without_an_event_allocate_nothing() {
    let (mut poll, _) = connection().unwrap();
    let mut events = Events::with_capacity(4);
    let count = allocations_of(|| {
        for timeout in [Duration::ZERO, Duration::from_millis(2)] {
            poll.poll(&mut events, Some(timeout)).unwrap();
        }
    });
    assert_eq!(count, 0);
}

#[test]
fn a_registered_source_costs_no_heap() {
    let poll = Poll::new().unwrap();
    let any = "127.0.0.1:0".parse().unwrap();
    let mut listener = TcpListener::bind(any).unwrap();
    let mut stream =
        TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut socket = UdpSocket::bind(any).unwrap();
    let sources: [&mut dyn event::Source; 3] =
        [&mut listener, &mut stream, &mut socket];

    for source in sources {
        let registry = poll.registry();
        let count = allocations_of(|| {
            registry
                .register(source, Token(1), Interest::READABLE)
                .unwrap();
            registry
                .reregister(source, Token(2), Interest::WRITABLE)
                .unwrap();
            registry.deregister(source).unwrap();
        });
        assert_eq!(count, usize::from(cfg!(windows)));
    }
}

/// On Windows a request to the kernel may outlive the socket that it was for. A
/// poll that meets its packet frees what it has.
#[test]
fn what_is_registered_and_dropped_leaves_nothing_behind() {
    const PATIENCE: Duration = Duration::from_secs(20);

    let (mut poll, [mut stream, mut peer]) = connection().unwrap();
    let mut events = Events::with_capacity(4);
    let mut rounds = |count: usize| {
        for round in 0..count {
            come_and_go(&poll, &mut stream, round).unwrap();
            if round % 3 == 0 {
                peer.write_all(b"x").unwrap();
                poll.poll(&mut events, Some(Duration::ZERO)).unwrap();
            }
        }
        // The last of them are on their way.
        poll.poll(&mut events, Some(Duration::from_millis(50)))
            .unwrap();
    };
    let in_use = || ALLOCATIONS.get() - FREED.get();

    rounds(100);
    let before = in_use();
    rounds(1_000);
    let start = Instant::now();
    while in_use() > before {
        assert!(start.elapsed() < PATIENCE, "{} more", in_use() - before);
        rounds(0);
    }
}

/// Registers a socket that is dropped, and a stream that is not.
fn come_and_go(
    poll: &Poll,
    stream: &mut TcpStream,
    round: usize,
) -> io::Result<()> {
    let registry = poll.registry();
    let (token, interest) = (Token(round), Interest::READABLE);
    let mut socket = UdpSocket::bind("127.0.0.1:0".parse().unwrap())?;
    registry.register(&mut socket, token, interest)?;
    registry.register(stream, token, interest)?;
    if round % 2 == 0 {
        registry.reregister(&mut socket, token, Interest::WRITABLE)?;
    }
    if round % 5 == 0 {
        registry.deregister(&mut socket)?;
    }
    drop(socket);
    while read_byte(stream) {}
    registry.deregister(stream)
}

#[test]
fn waking_allocates_nothing() {
    let mut poll = Poll::new().unwrap();
    let mut events = Events::with_capacity(4);
    let waker = Waker::new(poll.registry(), Token(0)).unwrap();
    let count = allocations_of(|| {
        waker.wake().unwrap();
        poll.poll(&mut events, None).unwrap();
    });
    assert_eq!(count, 0);
    assert!(!events.is_empty());
}

/// A queue, and two streams that are connected to each other.
fn connection() -> io::Result<(Poll, [TcpStream; 2])> {
    let listener = net::TcpListener::bind("127.0.0.1:0")?;
    let client = net::TcpStream::connect(listener.local_addr()?)?;
    let (server, _) = listener.accept()?;
    client.set_nonblocking(true)?;
    server.set_nonblocking(true)?;
    Ok((Poll::new()?, [client, server].map(TcpStream::from_std)))
}
