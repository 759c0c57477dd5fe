// ANCHOR: head
//! What the Unix backends share (chapter 8).

mod connect;
mod cvt;
mod fd;
mod source_fd;

use std::io;
pub(crate) use std::os::fd::AsRawFd as Raw;

use super::Selector;
use crate::{Interest, Token};

pub use self::source_fd::SourceFd;
pub(crate) use self::{connect::connect, cvt::cvt};
// ANCHOR_END: head

// ANCHOR: registration
/// On Unix the kernel remembers a registration and we need not: the descriptor
/// is its name.
#[derive(Default)]
pub(crate) struct Registration;

impl Registration {
    pub(crate) fn register<T: Raw>(
        &mut self,
        selector: &Selector,
        socket: &T,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        selector.register(socket.as_raw_fd(), token, interest)
    }
    // ANCHOR_END: registration

    // ANCHOR: reregister
    pub(crate) fn reregister<T: Raw>(
        &mut self,
        selector: &Selector,
        socket: &T,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        selector.reregister(socket.as_raw_fd(), token, interest)
    }

    pub(crate) fn deregister<T: Raw>(
        &mut self,
        selector: &Selector,
        socket: &T,
    ) -> io::Result<()> {
        selector.deregister(socket.as_raw_fd())
    }
    // ANCHOR_END: reregister

    // ANCHOR: do_io
    pub(crate) fn do_io<R, F>(&self, _: Interest, operation: F) -> io::Result<R>
    where
        F: FnOnce() -> io::Result<R>,
    {
        operation()
    }
}
// ANCHOR_END: do_io
