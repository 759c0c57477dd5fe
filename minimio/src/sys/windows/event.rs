// ANCHOR: head
//! What AFD tells, as an event (chapter 7).

use std::fmt;

use super::afd::{
    AFD_POLL_ABORT, AFD_POLL_ACCEPT, AFD_POLL_CONNECT_FAIL,
    AFD_POLL_DISCONNECT, AFD_POLL_RECEIVE, AFD_POLL_SEND,
};
use crate::{Interest, Token};

const READABLE: u32 = AFD_POLL_RECEIVE | AFD_POLL_ACCEPT | AFD_POLL_DISCONNECT;
const WRITABLE: u32 = AFD_POLL_SEND;
/// Reported whatever the interest, like EPOLLERR and EPOLLHUP.
const FAILURE: u32 = AFD_POLL_ABORT | AFD_POLL_CONNECT_FAIL;

// ANCHOR_END: head

// ANCHOR: sets
/// What has to be watched for an interest.
pub(crate) fn all_of(interest: Interest) -> u32 {
    let mut set = FAILURE;
    if interest.is_readable() {
        set |= READABLE;
    }
    if interest.is_writable() {
        set |= WRITABLE;
    }
    set
}
// ANCHOR_END: sets

// ANCHOR: event
/// What an AFD poll has told.
#[derive(Clone)]
pub(crate) struct Event {
    token: Token,
    set: u32,
}

impl Event {
    pub(crate) fn new(token: Token, set: u32) -> Event {
        Event { token, set }
    }

    pub(crate) fn token(&self) -> Token {
        self.token
    }

    // ANCHOR_END: event

    // ANCHOR: questions
    pub(crate) fn is_readable(&self) -> bool {
        self.set & (READABLE | FAILURE) != 0
    }

    pub(crate) fn is_writable(&self) -> bool {
        self.set & (WRITABLE | FAILURE) != 0
    }

    pub(crate) fn is_error(&self) -> bool {
        self.set & AFD_POLL_CONNECT_FAIL != 0
    }

    pub(crate) fn is_read_closed(&self) -> bool {
        self.set & (AFD_POLL_DISCONNECT | FAILURE) != 0
    }

    pub(crate) fn is_write_closed(&self) -> bool {
        self.set & FAILURE != 0
    }
}
// ANCHOR_END: questions

// ANCHOR: debug
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [(u32, &str); 6] = [
            (AFD_POLL_RECEIVE, "AFD_POLL_RECEIVE"),
            (AFD_POLL_SEND, "AFD_POLL_SEND"),
            (AFD_POLL_DISCONNECT, "AFD_POLL_DISCONNECT"),
            (AFD_POLL_ABORT, "AFD_POLL_ABORT"),
            (AFD_POLL_ACCEPT, "AFD_POLL_ACCEPT"),
            (AFD_POLL_CONNECT_FAIL, "AFD_POLL_CONNECT_FAIL"),
        ];
        let names: Vec<&str> = NAMES
            .iter()
            .filter(|(flag, _)| self.set & flag != 0)
            .map(|(_, name)| *name)
            .collect();
        f.debug_struct("Event")
            .field("token", &self.token)
            .field("flags", &format_args!("{}", names.join(" | ")))
            .finish()
    }
}
// ANCHOR_END: debug
