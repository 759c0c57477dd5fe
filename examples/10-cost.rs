//! Chapter 10: what it costs to wake a queue, and to be woken.
//!
//! ```sh
//! cargo run --example 10-cost
//! ```

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{io, panic, thread};

use minimio::{Events, Poll, Token, Waker};

const ROUNDS: usize = 1_001;

/// The median of many runs, in microseconds.
fn median(mut run: impl FnMut() -> io::Result<()>) -> io::Result<f64> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        run()?;
        times.push(start.elapsed().as_nanos() as f64 / 1_000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[ROUNDS / 2])
}

fn print(what: &str, time: f64) {
    println!("{what:42}{time:8.2} µs");
}

/// Wakes a thread that sleeps, and sleeps until it wakes us.
fn there_and_back() -> io::Result<f64> {
    let mut poll = Poll::new()?;
    let mut other_poll = Poll::new()?;
    // They outlive both threads: with its waker a wake-up would go, too.
    let waker = Waker::new(poll.registry(), Token(0))?;
    let other_waker = Waker::new(other_poll.registry(), Token(0))?;
    thread::scope(|scope| {
        let wake_back = || {
            let mut events = Events::with_capacity(8);
            for _ in 0..ROUNDS {
                other_poll.poll(&mut events, None)?;
                waker.wake()?;
            }
            io::Result::Ok(())
        };
        let other = thread::Builder::new()
            .name("other".into())
            .spawn_scoped(scope, wake_back)?;
        let mut events = Events::with_capacity(8);
        let time = median(|| {
            other_waker.wake()?;
            poll.poll(&mut events, None)
        })?;
        other.join().unwrap_or_else(|p| panic::resume_unwind(p))?;
        Ok(time)
    })
}

fn by_channels() -> io::Result<f64> {
    let (there, receiver) = mpsc::channel();
    let (sender, back) = mpsc::channel();
    let other =
        thread::Builder::new().name("other".into()).spawn(move || {
            for () in receiver {
                if sender.send(()).is_err() {
                    break;
                }
            }
        })?;
    let time = median(|| {
        there.send(()).map_err(io::Error::other)?;
        back.recv().map_err(io::Error::other)
    })?;
    drop(there);
    other.join().unwrap_or_else(|p| panic::resume_unwind(p));
    Ok(time)
}

fn main() -> io::Result<()> {
    let mut poll = Poll::new()?;
    let waker = Waker::new(poll.registry(), Token(0))?;
    let mut events = Events::with_capacity(8);
    print("wake, nobody asleep", median(|| waker.wake())?);
    let flag = AtomicBool::new(false);
    let saved = median(|| {
        if !flag.swap(true, Ordering::AcqRel) {
            waker.wake()?;
        }
        Ok(())
    })?;
    print("the same, saved by a flag", saved);
    let alone = median(|| {
        waker.wake()?;
        poll.poll(&mut events, Some(Duration::ZERO))
    })?;
    print("wake and poll, one thread", alone);
    print("wake another thread, be woken by it", there_and_back()?);
    print("the same by std's channels", by_channels()?);
    Ok(())
}
