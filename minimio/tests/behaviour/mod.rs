//! One file for each concern. Nothing in them names minimio or mio: `queue` is
//! the one or the other. Where the two differ, the test says why, and asks
//! `IS_MINIMIO` which one it has.

use crate::queue;

mod support;

mod api;
mod bad_input;
mod closing;
mod connecting;
mod dropping;
mod edges;
mod many;
mod readiness;
mod registering;
#[cfg(unix)]
mod signals;
mod sources;
mod threads;
mod timeouts;
mod udp;
mod waking;

// `descriptors.rs` and `handles.rs` need a process of their own: see
// `../descriptors.rs`.
