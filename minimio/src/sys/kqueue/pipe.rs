// ANCHOR: head
//! The waker of the kqueue backend (chapter 10), where the kernel has no filter
//! for events of the program's own: a pipe to ourselves. It is made of a pair of
//! sockets, which std can make.

use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use super::Selector;
use crate::{Interest, Token};
// ANCHOR_END: head

// ANCHOR: new
pub(crate) struct Waker {
    reader: UnixStream,
    writer: UnixStream,
}

impl Waker {
    pub(crate) fn new(selector: &Selector, token: Token) -> io::Result<Waker> {
        let (reader, writer) = UnixStream::pair()?;
        reader.set_nonblocking(true)?;
        writer.set_nonblocking(true)?;
        selector.register(reader.as_raw_fd(), token, Interest::READABLE)?;
        Ok(Waker { reader, writer })
    }
    // ANCHOR_END: new

    // ANCHOR: wake
    pub(crate) fn wake(&self) -> io::Result<()> {
        // Edge-triggered, each byte is an event: nobody has to read them, until
        // the pipe is full.
        loop {
            match (&self.writer).write_all(&[1]) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.empty()?
                }
                result => return result,
            }
        }
    }
    // ANCHOR_END: wake

    // ANCHOR: empty
    fn empty(&self) -> io::Result<()> {
        match (&self.reader).read(&mut [0; 4096]) {
            // Another thread's wake has emptied it.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            result => result.map(drop),
        }
    }
}
// ANCHOR_END: empty
