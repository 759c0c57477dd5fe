//! Chapter 8, answer 2: four threads, one `Poll`.
//!
//! The one that has the lock waits. It gives the lock away before it does the
//! work, so that the next one waits meanwhile.
//!
//! ```sh
//! cargo run --example 08-answer-2
//! ```

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{io, net, thread};

use minimio::net::UdpSocket;
use minimio::{Events, Interest, Poll, Token};

const SOCKETS: usize = 16;

struct Queue {
    poll: Poll,
    events: Events,
    /// How many events have been given out.
    given: usize,
}

// ANCHOR: next_event
/// Waits for one event, in turn with the other threads. None when each socket
/// has had its event.
fn next_event(queue: &Mutex<Queue>) -> io::Result<Option<Token>> {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    let Queue {
        poll,
        events,
        given,
    } = &mut *queue;
    if *given == SOCKETS {
        return Ok(None);
    }
    poll.poll(events, None)?;
    *given += 1;
    // The capacity is 1.
    Ok(events.iter().next().map(|event| event.token()))
}
// ANCHOR_END: next_event

// ANCHOR: work
fn work(
    queue: &Mutex<Queue>,
    sockets: &[UdpSocket],
    received: &AtomicUsize,
) -> io::Result<()> {
    while let Some(Token(index)) = next_event(queue)? {
        let (count, _) = sockets[index].recv_from(&mut [0; 16])?;
        received.fetch_add(count, Ordering::Relaxed);
    }
    Ok(())
}
// ANCHOR_END: work

fn main() -> io::Result<()> {
    let poll = Poll::new()?;
    let addr = "127.0.0.1:0".parse().expect("it is an address");
    let sender = net::UdpSocket::bind(addr)?;
    let mut sockets = Vec::new();
    for index in 0..SOCKETS {
        let mut socket = UdpSocket::bind(addr)?;
        poll.registry().register(
            &mut socket,
            Token(index),
            Interest::READABLE,
        )?;
        sender.send_to(b"x", socket.local_addr()?)?;
        sockets.push(socket);
    }
    let queue = Mutex::new(Queue {
        poll,
        events: Events::with_capacity(1),
        given: 0,
    });
    let received = AtomicUsize::new(0);
    thread::scope(|scope| {
        let work = || work(&queue, &sockets, &received);
        let mut workers = Vec::new();
        for _ in 0..4 {
            let thread = thread::Builder::new().name("worker".into());
            workers.push(thread.spawn_scoped(scope, work)?);
        }
        workers.into_iter().try_for_each(|worker| {
            worker
                .join()
                .unwrap_or_else(|p| std::panic::resume_unwind(p))
        })
    })?;
    println!("events: {SOCKETS}");
    println!("bytes: {}", received.into_inner());
    Ok(())
}
