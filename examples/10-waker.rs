//! Chapter 10: an event that comes from a thread and not from a socket.
//!
//! First, what becomes of wake-ups that nobody is waiting for yet. Then a
//! worker that computes, while the main thread sleeps in `poll`: the results
//! go through a queue of ours, and the waker says that there are some.
//!
//! ```sh
//! cargo run --example 10-waker
//! ```

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{io, mem, panic, thread};

use minimio::{Events, Poll, Token, Waker};

const WAKER: Token = Token(0);

/// What the worker has found and the main thread has not yet taken.
type Results = Mutex<VecDeque<Found>>;

enum Found {
    Primes { below: u64, count: usize },
    Everything,
}

fn main() -> io::Result<()> {
    let mut poll = Poll::new()?;
    let waker = Arc::new(Waker::new(poll.registry(), WAKER)?);
    wake_before_the_poll(&mut poll, &waker)?;
    wait_for_the_worker(&mut poll, &waker)
}

fn wake_before_the_poll(poll: &mut Poll, waker: &Waker) -> io::Result<()> {
    let mut events = Events::with_capacity(8);

    waker.wake()?;
    poll.poll(&mut events, Some(Duration::ZERO))?;
    println!("1 wake-up, then a poll: events: {}", events.iter().count());

    for _ in 0..100 {
        waker.wake()?;
    }
    poll.poll(&mut events, Some(Duration::ZERO))?;
    println!(
        "100 wake-ups, then a poll: events: {}",
        events.iter().count()
    );

    poll.poll(&mut events, Some(Duration::ZERO))?;
    println!("another poll: events: {}", events.iter().count());
    Ok(())
}

// ANCHOR: worker
fn count_primes(results: &Results, waker: &Waker) -> io::Result<()> {
    for below in [10, 100, 1_000, 10_000, 100_000] {
        let count = (2..below).filter(|&number| is_prime(number)).count();
        publish(Found::Primes { below, count }, results, waker)?;
    }
    publish(Found::Everything, results, waker)
}

/// First the result, then the wake-up: who wakes finds it.
fn publish(found: Found, results: &Results, waker: &Waker) -> io::Result<()> {
    results.lock().unwrap().push_back(found);
    waker.wake()
}
// ANCHOR_END: worker

fn is_prime(number: u64) -> bool {
    (2..)
        .take_while(|divisor| divisor * divisor <= number)
        .all(|divisor| !number.is_multiple_of(divisor))
}

fn wait_for_the_worker(poll: &mut Poll, waker: &Arc<Waker>) -> io::Result<()> {
    let results = Arc::new(Results::default());
    let worker = {
        let (results, waker) = (Arc::clone(&results), Arc::clone(waker));
        thread::Builder::new()
            .name("worker".into())
            .spawn(move || count_primes(&results, &waker))?
    };

    // ANCHOR: loop
    let mut events = Events::with_capacity(8);
    let mut is_working = true;
    while is_working {
        poll.poll(&mut events, None)?;
        // One event may stand for many wake-ups: take all that is there.
        for found in take_all(&results) {
            match found {
                Found::Primes { below, count } => {
                    println!("primes below {below}: {count}");
                }
                Found::Everything => is_working = false,
            }
        }
    }
    // ANCHOR_END: loop
    worker.join().unwrap_or_else(|p| panic::resume_unwind(p))
}

// ANCHOR: take_all
fn take_all(results: &Results) -> VecDeque<Found> {
    mem::take(&mut results.lock().unwrap())
}
// ANCHOR_END: take_all
