// ANCHOR: head
//! The waker of the epoll backend (chapter 10): an eventfd, which is a counter
//! with a descriptor.

use std::ffi::{c_int, c_uint};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd};

use super::epoll::Selector;
use super::unix::cvt;
use crate::{Interest, Token};
// ANCHOR_END: head

// ANCHOR: call
unsafe extern "C" {
    /// <https://man7.org/linux/man-pages/man2/eventfd.2.html>
    safe fn eventfd(initval: c_uint, flags: c_int) -> c_int;
}

const EFD_CLOEXEC: c_int = 0x80000;
const EFD_NONBLOCK: c_int = 0x800;

const _: () = {
    assert!(EFD_CLOEXEC == libc::EFD_CLOEXEC);
    assert!(EFD_NONBLOCK == libc::EFD_NONBLOCK);
};
// ANCHOR_END: call

// ANCHOR: new
pub(crate) struct Waker {
    counter: File,
}

impl Waker {
    pub(crate) fn new(selector: &Selector, token: Token) -> io::Result<Waker> {
        let fd = cvt(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))?;
        // SAFETY: the kernel has just given us this descriptor; nothing else
        // owns it.
        let counter = unsafe { File::from_raw_fd(fd) };
        selector.register(counter.as_raw_fd(), token, Interest::READABLE)?;
        Ok(Waker { counter })
    }
    // ANCHOR_END: new

    // ANCHOR: wake
    pub(crate) fn wake(&self) -> io::Result<()> {
        // Edge-triggered, each write is an event: nobody has to read the
        // counter, until it is full.
        loop {
            match (&self.counter).write_all(&1u64.to_ne_bytes()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.reset()?
                }
                result => return result,
            }
        }
    }
    // ANCHOR_END: wake

    // ANCHOR: reset
    fn reset(&self) -> io::Result<()> {
        match (&self.counter).read_exact(&mut [0; 8]) {
            // Another thread's wake has reset it.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            result => result,
        }
    }
}
// ANCHOR_END: reset
