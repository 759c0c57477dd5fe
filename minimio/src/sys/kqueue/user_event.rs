// ANCHOR: head
//! The waker of the kqueue backend (chapter 10), where the kernel has a filter
//! for events of the program's own.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Weak};

use super::{EV_ADD, EV_CLEAR, EV_DELETE, Selector, apply, kevent};
use crate::Token;
// ANCHOR_END: head

// ANCHOR: constants
#[cfg(any(target_os = "freebsd", minimio_kqueue))]
const EVFILT_USER: i16 = -11;
#[cfg(target_vendor = "apple")]
const EVFILT_USER: i16 = -10;
#[cfg(target_os = "dragonfly")]
const EVFILT_USER: i16 = -9;

const NOTE_TRIGGER: u32 = 0x0100_0000;

#[cfg(not(minimio_kqueue))]
const _: () = {
    assert!(EVFILT_USER == libc::EVFILT_USER);
    assert!(NOTE_TRIGGER == libc::NOTE_TRIGGER);
};
// ANCHOR_END: constants

// ANCHOR: new
pub(crate) struct Waker {
    kqueue: Weak<OwnedFd>,
    token: Token,
}

impl Waker {
    pub(crate) fn new(selector: &Selector, token: Token) -> io::Result<Waker> {
        // A waker must not keep the queue alive.
        let kqueue = Arc::downgrade(&selector.kqueue);
        let waker = Waker { kqueue, token };
        waker.change(EV_ADD | EV_CLEAR, 0)?;
        Ok(waker)
    }
    // ANCHOR_END: new

    // ANCHOR: wake
    pub(crate) fn wake(&self) -> io::Result<()> {
        // No EV_CLEAR here: FreeBSD would lose the trigger, and the knote has
        // it from its EV_ADD.
        self.change(0, NOTE_TRIGGER)
    }

    fn change(&self, flags: u16, fflags: u32) -> io::Result<()> {
        let Some(kqueue) = self.kqueue.upgrade() else {
            return Ok(()); // Nobody is left to be woken.
        };
        let mut change = kevent::new(0, EVFILT_USER, flags, self.token);
        change.fflags = fflags;
        apply(&kqueue, &mut [change])
    }
}
// ANCHOR_END: wake

// ANCHOR: drop
impl Drop for Waker {
    fn drop(&mut self) {
        let _ = self.change(EV_DELETE, 0);
    }
}
// ANCHOR_END: drop
