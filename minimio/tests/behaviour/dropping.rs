//! Everything can be dropped in any order.

use std::io::{self, Write};

use super::queue::event::Event;
use super::queue::{Interest, Token};
use super::support::*;

/// The queue, a clone of its registry, its waker, a listener and a stream.
#[test]
fn whatever_goes_first_the_rest_goes_on() -> io::Result<()> {
    for order in permutations(Parts::COUNT) {
        let mut parts = Parts::new()?;
        for which in order {
            parts.drop_one(which);
            parts.check()?;
        }
    }
    Ok(())
}

#[test]
fn a_stream_goes_on_when_its_queue_has_gone() -> io::Result<()> {
    let (poll, _) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, Token(1), Interest::READABLE)?;
    drop(poll);
    peer.write_all(b"x")?;
    wait_until_arrived(&stream, 1);
    assert_eq!(drain(&stream)?, b"x");
    assert_would_block(stream.peek(&mut [0]));
    Ok(())
}

#[test]
fn a_queue_goes_on_when_its_sources_have_gone() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let mut gone = Vec::new();
    for number in 0..10 {
        let (mut stream, mut peer) = connection()?;
        poll.registry().register(
            &mut stream,
            Token(number),
            Interest::READABLE,
        )?;
        peer.write_all(b"x")?;
        gone.push(stream);
    }
    for stream in &mut gone {
        about_to_drop(poll.registry(), stream)?;
    }
    drop(gone);
    assert_silent(&mut poll, &mut events)?;

    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, Token(1), Interest::READABLE)?;
    peer.write_all(b"x")?;
    wait_for(&mut poll, &mut events, Token(1), Event::is_readable)?;
    Ok(())
}

#[test]
fn a_queue_can_be_dropped_with_events_that_nobody_asked_for() -> io::Result<()>
{
    for _ in 0..20 {
        let (poll, _) = new_poll()?;
        let (mut stream, mut peer) = connection()?;
        let both = Interest::READABLE | Interest::WRITABLE;
        poll.registry().register(&mut stream, Token(1), both)?;
        peer.write_all(b"x")?;
        drop(poll);
        drop(peer);
    }
    Ok(())
}
