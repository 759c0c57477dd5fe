//! Waking a queue from our own threads.

use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

use super::queue::event::Event;
use super::queue::{
    IS_EPOLL, IS_KQUEUE, IS_MINIMIO, Interest, Poll, Token, Waker,
};
use super::support::*;

const WAKER: Token = Token(1);
const STREAM: Token = Token(2);

#[test]
fn a_wake_up_before_the_poll_is_not_lost() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let waker = Waker::new(poll.registry(), WAKER)?;
    assert_silent(&mut poll, &mut events)?;
    waker.wake()?;
    let event = wait_for(&mut poll, &mut events, WAKER, Event::is_readable)?;
    assert!(!event.is_error());
    assert_silent(&mut poll, &mut events)
}

#[test]
fn a_wake_up_ends_a_poll_that_waits() -> io::Result<()> {
    without_hanging(|| {
        let (mut poll, mut events) = new_poll()?;
        let waker = Waker::new(poll.registry(), WAKER)?;
        let poller = Waiting::this_thread();
        let thread = thread::spawn(move || {
            poller.until_asleep();
            waker.wake()?;
            io::Result::Ok(waker)
        });
        poll.poll(&mut events, None)?;
        assert!(events.iter().any(|event| event.token() == WAKER));
        drop(thread.join().expect("it does not panic")?);
        Ok(())
    })
}

#[test]
fn the_event_has_the_wakers_token() -> io::Result<()> {
    for token in [Token(0), Token(4711), Token(usize::MAX)] {
        let (mut poll, mut events) = new_poll()?;
        let waker = Waker::new(poll.registry(), token)?;
        waker.wake()?;
        let event =
            wait_for(&mut poll, &mut events, token, Event::is_readable)?;
        assert!(!event.is_writable() && !event.is_error(), "{event:?}");
        assert!(!event.is_read_closed(), "{event:?}");
        assert!(!event.is_write_closed(), "{event:?}");
        assert!(events.iter().all(|event| event.token() == token));
    }
    Ok(())
}

#[test]
fn many_wake_ups_at_once_are_at_least_one_event_and_then_silence()
-> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let waker = Waker::new(poll.registry(), WAKER)?;
    let barrier = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                barrier.wait();
                for _ in 0..100 {
                    waker.wake().expect("it wakes");
                }
            });
        }
    });

    wait_for(&mut poll, &mut events, WAKER, Event::is_readable)?;
    if IS_EPOLL || IS_KQUEUE {
        assert_eq!(events.iter().count(), 1, "one event for a burst");
    } else {
        // A completion port keeps a packet for each.
        while !events.is_empty() {
            poll.poll(&mut events, Some(SILENCE))?;
        }
    }
    assert_silent(&mut poll, &mut events)
}

#[test]
fn a_queue_can_be_woken_a_thousand_times() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let waker = Waker::new(poll.registry(), WAKER)?;
    for _ in 0..1_000 {
        waker.wake()?;
        wait_for(&mut poll, &mut events, WAKER, Event::is_readable)?;
    }
    assert_silent(&mut poll, &mut events)
}

#[test]
fn each_wake_up_of_another_thread_is_seen() -> io::Result<()> {
    const ROUNDS: usize = 1_000;

    without_hanging(|| {
        let (mut poll, mut events) = new_poll()?;
        let waker = Waker::new(poll.registry(), WAKER)?;
        let (seen, waker_may_go_on) = mpsc::channel();
        let thread = thread::spawn(move || {
            for _ in 0..ROUNDS {
                waker.wake()?;
                waker_may_go_on.recv().expect("the test goes on");
            }
            io::Result::Ok(())
        });
        // It wakes only when the last time was seen: none may be lost.
        for _ in 0..ROUNDS {
            poll.poll(&mut events, None)?;
            assert!(events.iter().any(|event| event.token() == WAKER));
            seen.send(()).expect("the thread listens");
        }
        thread.join().expect("it does not panic")
    })
}

#[test]
fn a_wake_up_does_not_cost_a_sockets_event() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let waker = Waker::new(poll.registry(), WAKER)?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    for _ in 0..50 {
        peer.write_all(b"x")?;
        waker.wake()?;
        wait_for_each(
            &mut poll,
            &mut events,
            &[STREAM, WAKER],
            Event::is_readable,
        )?;
        assert_eq!(drain(&stream)?, b"x");
    }
    Ok(())
}

#[test]
fn a_queue_goes_on_without_its_waker() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let waker = Waker::new(poll.registry(), WAKER)?;
    waker.wake()?;
    wait_for(&mut poll, &mut events, WAKER, Event::is_readable)?;
    drop(waker);
    assert_silent(&mut poll, &mut events)?;

    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    peer.write_all(b"x")?;
    expect_to_read(&mut poll, &mut events, STREAM, &stream, b"x")
}

#[test]
fn a_wake_up_goes_with_the_waker_or_is_seen_but_does_no_harm() -> io::Result<()>
{
    let (mut poll, mut events) = new_poll()?;
    let waker = Waker::new(poll.registry(), WAKER)?;
    waker.wake()?;
    drop(waker);
    poll.poll(&mut events, Some(SILENCE))?;
    assert!(events.iter().all(|event| event.token() == WAKER));
    if IS_EPOLL {
        assert!(events.is_empty(), "closing the eventfd unregisters it");
    }
    if IS_KQUEUE && IS_MINIMIO {
        assert!(events.is_empty(), "so does a delete, or closing the pipe");
    }
    assert_silent(&mut poll, &mut events)
}

#[test]
fn a_waker_may_outlive_its_queue() -> io::Result<()> {
    let (poll, _) = new_poll()?;
    let waker = Waker::new(poll.registry(), WAKER)?;
    drop(poll);
    for _ in 0..10 {
        // There is nobody to wake. That may be an error, or not.
        let _ = waker.wake();
    }
    Ok(())
}

#[test]
fn a_waker_can_be_made_with_a_clone_of_the_registry() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let clone = poll.registry().try_clone()?;
    let waker = thread::spawn(move || Waker::new(&clone, WAKER))
        .join()
        .expect("it does not panic")?;
    waker.wake()?;
    wait_for(&mut poll, &mut events, WAKER, Event::is_readable)?;
    Ok(())
}

#[test]
fn wakers_of_different_queues_wake_their_own() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut other, mut events_of_other) = new_poll()?;
    let waker = Waker::new(poll.registry(), WAKER)?;
    let waker_of_other = Waker::new(other.registry(), WAKER)?;

    waker.wake()?;
    assert_silent(&mut other, &mut events_of_other)?;
    wait_for(&mut poll, &mut events, WAKER, Event::is_readable)?;
    waker_of_other.wake()?;
    assert_silent(&mut poll, &mut events)?;
    wait_for(&mut other, &mut events_of_other, WAKER, |event| {
        event.is_readable()
    })?;
    Ok(())
}

#[test]
#[should_panic(expected = "Waker")]
fn a_second_waker_panics() {
    if !CHECKS_MISUSE {
        panic!("mio does not check it in a release build: Waker");
    }
    let poll = Poll::new().expect("a queue");
    let _first = Waker::new(poll.registry(), WAKER).expect("a waker");
    let _second = Waker::new(poll.registry(), WAKER);
}

#[test]
fn a_second_waker_panics_even_on_a_clone_and_after_the_first_has_gone()
-> io::Result<()> {
    if !CHECKS_MISUSE {
        return Ok(());
    }
    let (mut poll, mut events) = new_poll()?;
    let clone = poll.registry().try_clone()?;
    let first = Waker::new(poll.registry(), WAKER)?;
    let second =
        || panic::catch_unwind(AssertUnwindSafe(|| Waker::new(&clone, WAKER)));
    assert!(second().is_err());

    // The first is none the worse for it.
    first.wake()?;
    wait_for(&mut poll, &mut events, WAKER, Event::is_readable)?;
    drop(first);
    assert!(second().is_err());
    Ok(())
}

#[test]
fn a_waker_can_be_shared() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let waker = Arc::new(Waker::new(poll.registry(), WAKER)?);
    for _ in 0..4 {
        let shared = Arc::clone(&waker);
        let thread = thread::spawn(move || shared.wake());
        wait_for(&mut poll, &mut events, WAKER, Event::is_readable)?;
        thread.join().expect("it does not panic")?;
    }
    Ok(())
}
