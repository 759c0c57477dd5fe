//! One thread polls, and others change what it waits for.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use super::queue::event::Event;
use super::queue::net::{TcpStream, UdpSocket};
use super::queue::{Interest, Poll, Registry, Token, Waker};
use super::support::*;

const STREAM: Token = Token(1);
const WAKER: Token = Token(2);

/// Polls without a timeout in one thread, and lets another, once that one
/// waits, do what should give the event. Returns the event, and what the other
/// thread returned.
fn while_another_thread_polls<T: Send + 'static>(
    token: Token,
    poll: Poll,
    change: impl FnOnce(Registry) -> io::Result<T> + Send + 'static,
) -> io::Result<(Event, T, Poll)> {
    without_hanging(move || {
        let mut poll = poll;
        let registry = poll.registry().try_clone()?;
        let (_, mut events) = new_poll()?;
        let poller = Waiting::this_thread();
        let thread = thread::spawn(move || {
            poller.until_asleep();
            change(registry)
        });
        let event = loop {
            poll.poll(&mut events, None)?;
            if let Some(event) =
                events.iter().find(|event| event.token() == token)
            {
                break event.clone();
            }
        };
        let changed = thread.join().expect("it does not panic")?;
        Ok((event, changed, poll))
    })
}

#[test]
fn what_is_registered_during_a_poll_is_waited_for_at_once() -> io::Result<()> {
    let (poll, _) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    peer.write_all(b"x")?;
    let (event, stream, _poll) =
        while_another_thread_polls(STREAM, poll, move |registry| {
            registry.register(&mut stream, STREAM, Interest::READABLE)?;
            Ok(stream)
        })?;
    assert!(event.is_readable());
    assert_eq!(drain(&stream)?, b"x");
    Ok(())
}

#[test]
fn data_for_what_is_registered_during_a_poll_ends_it() -> io::Result<()> {
    let (poll, _) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    let (event, ..) =
        while_another_thread_polls(STREAM, poll, move |registry| {
            registry.register(&mut stream, STREAM, Interest::READABLE)?;
            peer.write_all(b"x")?;
            Ok((stream, peer))
        })?;
    assert!(event.is_readable());
    Ok(())
}

#[test]
fn what_is_reregistered_during_a_poll_counts_at_once() -> io::Result<()> {
    let (poll, _) = new_poll()?;
    let (mut stream, _peer) = connection()?;
    poll.registry()
        .register(&mut stream, Token(7), Interest::READABLE)?;
    let (event, ..) =
        while_another_thread_polls(STREAM, poll, move |registry| {
            registry.reregister(&mut stream, STREAM, Interest::WRITABLE)?;
            Ok(stream)
        })?;
    assert!(event.is_writable());
    Ok(())
}

#[test]
fn what_is_deregistered_during_a_poll_is_not_reported() -> io::Result<()> {
    let (poll, _) = new_poll()?;
    let waker = Waker::new(poll.registry(), WAKER)?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    let (_, (stream, _waker), mut poll) =
        while_another_thread_polls(WAKER, poll, move |registry| {
            registry.deregister(&mut stream)?;
            peer.write_all(b"x")?;
            wait_until_arrived(&stream, 1);
            waker.wake()?;
            Ok((stream, waker))
        })?;
    let (_, mut events) = new_poll()?;
    assert_silent(&mut poll, &mut events)?;
    assert_eq!(drain(&stream)?, b"x");
    Ok(())
}

#[test]
fn what_is_dropped_during_a_poll_is_not_reported() -> io::Result<()> {
    let (poll, _) = new_poll()?;
    let waker = Waker::new(poll.registry(), WAKER)?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    let (_, _waker, mut poll) =
        while_another_thread_polls(WAKER, poll, move |_| {
            drop(stream);
            // It may fail, as nobody is there.
            let _ = peer.write(b"x");
            waker.wake()?;
            Ok(waker)
        })?;
    let (_, mut events) = new_poll()?;
    assert_silent(&mut poll, &mut events)
}

#[test]
fn four_threads_can_change_the_list_while_one_polls() -> io::Result<()> {
    const THREADS: usize = 4;
    const ROUNDS: usize = 250;

    fn hammer(
        registry: &Registry,
        number: usize,
    ) -> io::Result<(TcpStream, std::net::TcpStream)> {
        let (mut stream, mut peer) = connection()?;
        let token = Token(number);
        for round in 0..ROUNDS {
            registry.register(&mut stream, token, Interest::READABLE)?;
            if round % 2 == 0 {
                peer.write_all(b"x")?;
            }
            registry.reregister(&mut stream, token, Interest::WRITABLE)?;
            drain(&stream)?;
            registry.deregister(&mut stream)?;

            let mut short_lived = UdpSocket::bind(localhost())?;
            registry.register(&mut short_lived, token, Interest::WRITABLE)?;
        }
        registry.register(
            &mut stream,
            Token(100 + number),
            Interest::READABLE,
        )?;
        peer.write_all(b"the last")?;
        Ok((stream, peer))
    }

    without_hanging(|| {
        let (mut poll, mut events) = new_poll()?;
        let waker = Waker::new(poll.registry(), Token(99))?;
        let finished = Arc::new(AtomicBool::new(false));
        let (tell, told) = mpsc::channel();
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                let registry = poll.registry().try_clone()?;
                let tell = tell.clone();
                Ok(thread::spawn(move || {
                    let result = hammer(&registry, number);
                    let _ = tell.send(());
                    result
                }))
            })
            .collect::<io::Result<_>>()?;
        let watcher = thread::spawn({
            let finished = Arc::clone(&finished);
            move || {
                for _ in 0..THREADS {
                    told.recv().expect("each thread tells");
                }
                finished.store(true, Ordering::SeqCst);
                waker.wake()?;
                io::Result::Ok(waker)
            }
        });

        // The last message of each has its event, before they finish or after.
        let mut last_ones: Vec<_> =
            (0..THREADS).map(|number| Token(100 + number)).collect();
        while !last_ones.is_empty() || !finished.load(Ordering::SeqCst) {
            poll.poll(&mut events, None)?;
            for event in &events {
                let Token(number) = event.token();
                assert!(
                    number < THREADS || (99..100 + THREADS).contains(&number)
                );
                last_ones.retain(|token| *token != event.token());
            }
        }
        for thread in threads {
            let (stream, peer) = thread.join().expect("it does not panic")?;
            wait_until_arrived(&stream, b"the last".len());
            drop(peer);
        }
        drop(watcher.join().expect("it does not panic")?);
        Ok(())
    })
}

#[test]
fn a_queue_and_its_sources_can_move_to_another_thread() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, STREAM, Interest::READABLE)?;
    peer.write_all(b"x")?;
    thread::spawn(move || {
        expect_to_read(&mut poll, &mut events, STREAM, &stream, b"x")
    })
    .join()
    .expect("it does not panic")
}

#[test]
fn a_registry_may_outlive_its_poll() -> io::Result<()> {
    let (poll, _) = new_poll()?;
    let registry = poll.registry().try_clone()?;
    drop(poll);
    // Nobody will be told, but there is nothing wrong with the list.
    let (mut stream, mut peer) = connection()?;
    registry.register(&mut stream, STREAM, Interest::READABLE)?;
    peer.write_all(b"x")?;
    registry.reregister(&mut stream, STREAM, Interest::WRITABLE)?;
    registry.deregister(&mut stream)?;
    let waker = Waker::new(&registry, WAKER)?;
    waker.wake()?;
    wait_until_arrived(&stream, 1);
    Ok(())
}
