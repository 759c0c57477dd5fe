// ANCHOR: head
//! [`SourceFd`]: any descriptor as a source (chapter 9).

use std::io;
use std::os::fd::RawFd;

use crate::{Interest, Registry, Token, event};

/// A descriptor of yours, as a [`Source`](event::Source): a pipe, a terminal,
/// a socket of another crate.
///
/// It borrows the number and owns nothing. Make the descriptor non-blocking,
/// and deregister it before you close it. The kernel checks for misuse: to
/// register a bad descriptor is an error with its code, `EBADF`; on Linux a
/// regular file is [`PermissionDenied`](io::ErrorKind::PermissionDenied). On
/// macOS and the BSDs a file is accepted, registering twice changes the
/// registration, reregistering what is not there registers it, and it is no
/// error to deregister what is not there. On the BSDs the writing end of a pipe
/// whose reader has gone is [`BrokenPipe`](io::ErrorKind::BrokenPipe), on
/// NetBSD `EBADF`.
///
/// ```
// ANCHOR_END: head
// ANCHOR: struct
/// use std::io::{self, Write};
/// use std::os::fd::AsRawFd;
/// use std::os::unix::net::UnixStream;
/// use minimio::{Events, Interest, Poll, Token, unix::SourceFd};
///
/// let (reader, mut writer) = UnixStream::pair()?;
/// let mut poll = Poll::new()?;
/// poll.registry().register(&mut SourceFd(&reader.as_raw_fd()), Token(0), Interest::READABLE)?;
///
/// writer.write_all(b"x")?;
/// let mut events = Events::with_capacity(1);
/// poll.poll(&mut events, None)?;
/// assert!(events.iter().next().unwrap().is_readable());
/// # io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct SourceFd<'a>(pub &'a RawFd);
// ANCHOR_END: struct

// ANCHOR: source
impl event::Source for SourceFd<'_> {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        registry.selector().register(*self.0, token, interest)
    }

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        registry.selector().reregister(*self.0, token, interest)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        registry.selector().deregister(*self.0)
    }
}
// ANCHOR_END: source
