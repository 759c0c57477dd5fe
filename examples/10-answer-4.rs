//! Chapter 10, exercise 4: a thousand messages, and one call to wake.
//!
//! ```sh
//! cargo run --example 10-answer-4
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::{io, panic, thread};

use minimio::{Events, Poll, Registry, Token, Waker};

// ANCHOR: bell
/// A waker that does not wake a thread twice.
struct Bell {
    waker: Waker,
    has_rung: AtomicBool,
    /// How often the kernel was asked.
    calls: AtomicUsize,
}

impl Bell {
    fn new(registry: &Registry, token: Token) -> io::Result<Bell> {
        Ok(Bell {
            waker: Waker::new(registry, token)?,
            has_rung: AtomicBool::new(false),
            calls: AtomicUsize::new(0),
        })
    }

    /// To be called when the message is in the list.
    fn ring(&self) -> io::Result<()> {
        if !self.has_rung.swap(true, Ordering::AcqRel) {
            self.calls.fetch_add(1, Ordering::Relaxed);
            self.waker.wake().inspect_err(|_| self.hear())?;
        }
        Ok(())
    }
    // ANCHOR_END: bell

    // ANCHOR: hear
    /// To be called at the event, before the list is looked at. A swap and not
    /// a store: it sees the messages of those who did not ring.
    fn hear(&self) {
        self.has_rung.swap(false, Ordering::AcqRel);
    }
    // ANCHOR_END: hear
}

fn main() -> io::Result<()> {
    let mut poll = Poll::new()?;
    let bell = Arc::new(Bell::new(poll.registry(), Token(0))?);
    let (sender, receiver) = mpsc::channel();
    let mut events = Events::with_capacity(8);
    for burst in 1..=3 {
        let (sender, ringer) = (sender.clone(), Arc::clone(&bell));
        let worker =
            thread::Builder::new()
                .name("worker".into())
                .spawn(move || {
                    for number in 0..1_000 {
                        sender.send(number).map_err(io::Error::other)?;
                        ringer.ring()?;
                    }
                    io::Result::Ok(())
                })?;
        // We are busy elsewhere, until they have all been sent.
        worker.join().unwrap_or_else(|p| panic::resume_unwind(p))?;

        poll.poll(&mut events, None)?;
        bell.hear();
        let messages = receiver.try_iter().count();
        let calls = bell.calls.load(Ordering::Relaxed);
        println!("burst {burst}: messages: {messages}, calls so far: {calls}");
    }
    Ok(())
}
