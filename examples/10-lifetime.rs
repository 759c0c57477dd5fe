//! Chapter 10: a waker that goes before the poll, one that stays after it, and
//! a second one.
//!
//! ```sh
//! cargo run --example 10-lifetime
//! ```

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use minimio::{Events, Poll, Token, Waker};

// ANCHOR: main
fn main() -> io::Result<()> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(8);
    let waker = Waker::new(poll.registry(), Token(0))?;
    waker.wake()?;
    drop(waker);
    poll.poll(&mut events, Some(Duration::ZERO))?;

    let poll = Poll::new()?;
    let waker = Waker::new(poll.registry(), Token(0))?;
    drop(poll);
    let woken = waker.wake();

    let poll = Poll::new()?;
    let _first = Waker::new(poll.registry(), Token(0))?;
    let message = catch_panic(|| drop(Waker::new(poll.registry(), Token(1))));

    println!("wake, drop, poll: events: {}", events.iter().count());
    println!("wake when the queue is gone: {woken:?}");
    println!("a second waker: {message}");
    Ok(())
}
// ANCHOR_END: main

/// What it says when it panics.
fn catch_panic(run: impl FnOnce()) -> String {
    panic::set_hook(Box::new(|_| {})); // It says it on the terminal too.
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    drop(panic::take_hook());
    match result {
        Ok(()) => "no panic".into(),
        Err(payload) => match payload.downcast_ref::<&str>() {
            Some(message) => format!("panic: {message}"),
            None => "panic".into(),
        },
    }
}
