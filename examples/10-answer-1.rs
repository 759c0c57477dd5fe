//! Chapter 10, exercise 1: how many events are 2,000 wake-ups?
//!
//! ```sh
//! cargo run --example 10-answer-1
//! ```

use std::sync::mpsc::{self, Receiver};
use std::thread::Builder;
use std::time::Duration;
use std::{io, thread};

use minimio::{Events, Poll, Token, Waker};

const EACH: usize = 1_000;

// ANCHOR: wake
/// Wakes 1,000 times. In step, it waits each time until the wake-up was seen.
fn wake(waker: &Waker, seen: Option<Receiver<()>>) -> io::Result<()> {
    for _ in 0..EACH {
        waker.wake()?;
        if let Some(seen) = &seen {
            seen.recv().map_err(io::Error::other)?;
        }
    }
    Ok(())
}
// ANCHOR_END: wake

fn named(name: &str) -> Builder {
    Builder::new().name(name.into())
}

fn in_step() -> io::Result<usize> {
    let mut poll = Poll::new()?;
    let waker = Waker::new(poll.registry(), Token(0))?;
    let mut events = Events::with_capacity(8);
    let (tell, seen) = mpsc::channel();
    let mut count = 0;
    thread::scope(|scope| {
        let waker = &waker;
        let worker = named("worker")
            .spawn_scoped(scope, move || wake(waker, Some(seen)))?;
        while count < EACH {
            poll.poll(&mut events, None)?;
            count += events.iter().count();
            tell.send(()).map_err(io::Error::other)?;
        }
        worker.join().unwrap()
    })?;
    Ok(count)
}

// ANCHOR: freely
fn freely() -> io::Result<usize> {
    let mut poll = Poll::new()?;
    let waker = Waker::new(poll.registry(), Token(0))?;
    let mut events = Events::with_capacity(8);
    let mut count = 0;
    thread::scope(|scope| {
        let workers = [
            named("worker 1").spawn_scoped(scope, || wake(&waker, None))?,
            named("worker 2").spawn_scoped(scope, || wake(&waker, None))?,
        ];
        // However late we come, one is left for us.
        poll.poll(&mut events, None)?;
        count += events.iter().count();
        for worker in workers {
            worker.join().unwrap()?;
            poll.poll(&mut events, Some(Duration::ZERO))?;
            count += events.iter().count();
        }
        Ok(count)
    })
}
// ANCHOR_END: freely

fn main() -> io::Result<()> {
    println!("1,000 wake-ups, in step: events: {}", in_step()?);
    let count = freely()?;
    println!(
        "2,000, not in step: 1 to 3 events: {}",
        (1..=3).contains(&count)
    );
    Ok(())
}
