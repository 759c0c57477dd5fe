// ANCHOR: docs
//! A small event queue over the kernel's own: epoll on Linux, kqueue on macOS and
//! the BSDs, a completion port on Windows.
//!
//! One thread, many sockets: register them with a [`Poll`], wait for
//! [`Events`], act on the [`Token`]s that come back. The crate is built chapter
//! by chapter in the book *The Event Queue*, and each module's documentation
//! names its chapter. This file is of chapter 8.
//!
//! The public API is a strict subset of that of [mio] 1.2, with its features
//! `os-poll`, `net` and `os-ext`: a program written for minimio compiles on mio
//! when its `use minimio::` says `use mio::`. It runs there if it is content
//! with what mio promises, whose poll may return early, with nothing or with
//! [`Interrupted`](std::io::ErrorKind::Interrupted).
//!
//! - Events are **edge-triggered** on every system: an event says that
//!   something changed, so go on reading or writing until
//!   [`WouldBlock`](std::io::ErrorKind::WouldBlock).
//! - A source that is **ready when it is registered** is reported.
//! - Events are **hints**: a read that follows one may still find nothing.
//! - Everything is `Send` and `Sync`, and may be dropped in any order.
//!
//! [mio]: https://docs.rs/mio
// ANCHOR_END: docs

// ANCHOR: modules
// Debuggers show the crate's types by the names of their flags.
#![debugger_visualizer(gdb_script_file = "../debugger/minimio.py")]
#![debugger_visualizer(natvis_file = "../debugger/minimio.natvis")]

pub mod event;
mod interest;
pub mod net;
mod poll;
mod sys;
mod token;
mod waker;

pub use event::Events;
pub use interest::Interest;
pub use poll::{Poll, Registry};
pub use token::Token;
pub use waker::Waker;

/// What only Unix has.
#[cfg(unix)]
pub mod unix {
    pub use crate::sys::SourceFd;
}
// ANCHOR_END: modules
