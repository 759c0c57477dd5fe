//! How long a poll waits: never too short, and asleep.

use std::io::{self, Write};
use std::thread;
use std::time::{Duration, Instant};

use super::queue::event::Event;
use super::queue::{IS_MINIMIO, Interest, Token, Waker};
use super::support::*;

const STREAM: Token = Token(1);
const WAKER: Token = Token(2);

#[test]
fn a_timeout_of_zero_returns_with_nothing() -> io::Result<()> {
    without_hanging(|| {
        let (mut poll, mut events) = new_poll()?;
        let (mut stream, _peer) = connection()?;
        poll.registry()
            .register(&mut stream, STREAM, Interest::READABLE)?;
        for _ in 0..100 {
            poll.poll(&mut events, Some(Duration::ZERO))?;
            assert!(events.is_empty());
        }
        Ok(())
    })
}

#[test]
fn a_timeout_of_zero_returns_what_is_there() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    peer.write_all(b"x")?;
    wait_until_arrived(&stream, 1);
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;

    poll.poll(&mut events, Some(Duration::ZERO))?;
    if cfg!(windows) {
        wait_until("the kernel has noticed", || {
            !events.is_empty() || {
                let polled = poll.poll(&mut events, Some(Duration::ZERO));
                polled.is_ok() && !events.is_empty()
            }
        });
    }
    assert!(events.iter().any(Event::is_readable));
    Ok(())
}

#[test]
fn a_poll_does_not_return_before_its_timeout() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    for timeout in [
        Duration::from_nanos(1),
        Duration::from_nanos(999),
        Duration::from_micros(100),
        Duration::from_micros(999),
        Duration::from_millis(1),
        Duration::from_nanos(1_000_001),
        Duration::from_micros(1_500),
        Duration::from_millis(20),
        Duration::from_micros(20_999),
    ] {
        for _ in 0..5 {
            let start = Instant::now();
            poll.poll(&mut events, Some(timeout))?;
            let elapsed = start.elapsed();
            assert!(events.is_empty());
            // Windows counts the ticks of its clock, and the first may be a
            // part of one. mio leaves it at that.
            if IS_MINIMIO || !cfg!(windows) {
                assert!(elapsed >= timeout, "{elapsed:?} of {timeout:?}");
            }
        }
    }
    Ok(())
}

/// It counts how often the thread went to sleep, and not how long anything
/// took: a poll that spins to its deadline never does.
#[cfg(target_os = "linux")]
#[test]
fn a_timeout_below_a_millisecond_sleeps_and_does_not_spin() -> io::Result<()> {
    fn times_asleep() -> libc::c_long {
        // SAFETY: all of its fields are integers, of which zero is one.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: `usage` is one, and lives until the call returns.
        let result =
            unsafe { libc::getrusage(libc::RUSAGE_THREAD, &mut usage) };
        assert_eq!(result, 0);
        usage.ru_nvcsw
    }

    const POLLS: libc::c_long = 200;

    let (mut poll, mut events) = new_poll()?;
    let before = times_asleep();
    for _ in 0..POLLS {
        poll.poll(&mut events, Some(Duration::from_micros(100)))?;
    }
    let asleep = times_asleep() - before;
    // On a busy machine the time can pass before the thread gets to sleep.
    assert!(
        asleep >= POLLS / 2,
        "asleep {asleep} times in {POLLS} polls"
    );
    Ok(())
}

#[test]
fn an_event_ends_the_wait_before_the_timeout() -> io::Result<()> {
    without_hanging(|| {
        let (mut poll, mut events) = new_poll()?;
        let (mut stream, mut peer) = connection()?;
        poll.registry()
            .register(&mut stream, STREAM, Interest::READABLE)?;
        let poller = Waiting::this_thread();
        let thread = thread::spawn(move || {
            poller.until_asleep();
            peer.write_all(b"x")?;
            io::Result::Ok(peer)
        });
        poll.poll(&mut events, Some(10 * PATIENCE))?;
        assert!(events.iter().any(Event::is_readable));
        drop(thread.join().expect("it does not panic")?);
        Ok(())
    })
}

#[test]
fn without_a_timeout_a_poll_waits_until_there_is_an_event() -> io::Result<()> {
    wait_until_woken(None)
}

#[test]
fn the_longest_timeouts_are_as_good_as_none() -> io::Result<()> {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    for timeout in [
        Duration::MAX,
        Duration::MAX - Duration::from_nanos(1),
        Duration::from_secs(u64::MAX / 1_000),
        Duration::from_secs(i64::MAX as u64),
        Duration::from_millis(i32::MAX as u64 + 1),
        Duration::from_millis(u32::MAX as u64 + 1),
        // In units of 100 ns this is more than 64 bits hold, and in
        // milliseconds more than 32.
        DAY * 365 * 100_000,
        DAY * 25,
    ] {
        wait_until_woken(Some(timeout))?;
    }
    Ok(())
}

fn wait_until_woken(timeout: Option<Duration>) -> io::Result<()> {
    without_hanging(move || {
        let (mut poll, mut events) = new_poll()?;
        let waker = Waker::new(poll.registry(), WAKER)?;
        let poller = Waiting::this_thread();
        let thread = thread::spawn(move || {
            poller.until_asleep();
            waker.wake()?;
            io::Result::Ok(waker)
        });
        poll.poll(&mut events, timeout)?;
        assert!(
            events.iter().any(|event| event.token() == WAKER),
            "{timeout:?} ended with {events:?}"
        );
        drop(thread.join().expect("it does not panic")?);
        Ok(())
    })
}
