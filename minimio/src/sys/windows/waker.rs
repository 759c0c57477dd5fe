// ANCHOR: head
//! The waker of Windows (chapter 7): a packet that a program posts itself.

use std::io;
use std::sync::{Arc, Weak};

use super::selector::{Handles, Selector};
use crate::Token;

/// What is known of the queue's waker, while there is one.
pub(crate) struct Wakeup {
    pub(crate) token: Token,
    /// A packet is in the port: another would say nothing new.
    pub(crate) posted: bool,
}

// ANCHOR_END: head

// ANCHOR: waker
pub(crate) struct Waker {
    handles: Weak<Handles>,
}

impl Waker {
    pub(crate) fn new(selector: &Selector, token: Token) -> io::Result<Waker> {
        let handles = selector.handles();
        *handles.wakeup() = Some(Wakeup {
            token,
            posted: false,
        });
        Ok(Waker {
            handles: Arc::downgrade(handles),
        })
    }

    // ANCHOR_END: waker

    // ANCHOR: wake
    pub(crate) fn wake(&self) -> io::Result<()> {
        let Some(handles) = self.handles.upgrade() else {
            return Ok(()); // Nobody is left to be woken.
        };
        if let Some(wakeup) = &mut *handles.wakeup() {
            if !wakeup.posted {
                handles.port.post(0)?;
                wakeup.posted = true;
            }
        }
        Ok(())
    }
}

// ANCHOR_END: wake

// ANCHOR: drop
impl Drop for Waker {
    fn drop(&mut self) {
        if let Some(handles) = self.handles.upgrade() {
            *handles.wakeup() = None;
        }
    }
}
// ANCHOR_END: drop
