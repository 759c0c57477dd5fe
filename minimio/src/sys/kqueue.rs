// ANCHOR: head
//! The kqueue backend (chapter 5): one `Selector` is one kqueue.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io, ptr};

use libc::{ENOENT, F_SETFD, FD_CLOEXEC, c_int, timespec};

use super::unix::cvt;
use crate::{Interest, Token, event};
// ANCHOR_END: head

// ANCHOR: kevent
/// What we ask of the kernel, and what it tells us.
///
/// <https://man.freebsd.org/cgi/man.cgi?query=kevent&sektion=2>
#[allow(non_camel_case_types)]
#[derive(Clone, Copy)]
#[repr(C)]
#[cfg_attr(target_vendor = "apple", repr(packed(4)))]
pub(crate) struct kevent {
    ident: usize,
    filter: Filter,
    flags: Flags,
    pub(super) fflags: u32,
    data: Data,
    udata: usize, // a pointer in C, which nobody follows
    #[cfg(target_os = "freebsd")]
    ext: [u64; 4],
}
// ANCHOR_END: kevent

// ANCHOR: types
#[cfg(not(target_os = "netbsd"))]
mod types {
    pub(crate) type Filter = i16;
    pub(crate) type Flags = u16;
    pub(crate) type Count = std::ffi::c_int;
}
#[cfg(target_os = "netbsd")]
mod types {
    pub(crate) type Filter = u32;
    pub(crate) type Flags = u32;
    pub(crate) type Count = usize;
}
use self::types::{Count, Filter, Flags};

#[cfg(any(target_vendor = "apple", target_os = "dragonfly", minimio_kqueue))]
type Data = isize;
#[cfg(any(target_os = "freebsd", target_os = "netbsd", target_os = "openbsd"))]
type Data = i64;
// ANCHOR_END: types

// ANCHOR: calls
#[cfg_attr(minimio_kqueue, link(name = "kqueue"))]
unsafe extern "C" {
    /// <https://man.freebsd.org/cgi/man.cgi?query=kqueue&sektion=2>
    safe fn kqueue() -> c_int;

    /// <https://man.freebsd.org/cgi/man.cgi?query=kevent&sektion=2>
    #[cfg_attr(not(target_os = "netbsd"), link_name = "kevent")]
    #[cfg_attr(target_os = "netbsd", link_name = "__kevent50")]
    fn change_and_wait(
        kq: c_int,
        changelist: *const kevent,
        nchanges: Count,
        eventlist: *mut kevent,
        nevents: Count,
        timeout: *const timespec,
    ) -> c_int;
}
// ANCHOR_END: calls

// ANCHOR: filters
#[cfg(not(target_os = "netbsd"))]
mod filters {
    pub(super) const EVFILT_READ: i16 = -1;
    pub(super) const EVFILT_WRITE: i16 = -2;
}
#[cfg(target_os = "netbsd")]
mod filters {
    pub(super) const EVFILT_READ: u32 = 0;
    pub(super) const EVFILT_WRITE: u32 = 1;
}
use self::filters::*;
// ANCHOR_END: filters

// ANCHOR: flags
pub(super) const EV_ADD: Flags = 0x1;
pub(super) const EV_DELETE: Flags = 0x2;
pub(super) const EV_CLEAR: Flags = 0x20;
const EV_RECEIPT: Flags = 0x40;
const EV_ERROR: Flags = 0x4000;
const EV_EOF: Flags = 0x8000;
// ANCHOR_END: flags

// ANCHOR: checks
// Our declarations against those of `libc`, which has none for a library on
// Linux.
#[cfg(not(minimio_kqueue))]
const _: () = {
    use std::mem::offset_of;

    type Theirs = libc::kevent;
    assert!(size_of::<kevent>() == size_of::<Theirs>());
    assert!(align_of::<kevent>() == align_of::<Theirs>());
    assert!(offset_of!(kevent, ident) == offset_of!(Theirs, ident));
    assert!(offset_of!(kevent, filter) == offset_of!(Theirs, filter));
    assert!(offset_of!(kevent, flags) == offset_of!(Theirs, flags));
    assert!(offset_of!(kevent, fflags) == offset_of!(Theirs, fflags));
    assert!(offset_of!(kevent, data) == offset_of!(Theirs, data));
    assert!(offset_of!(kevent, udata) == offset_of!(Theirs, udata));

    assert!(EVFILT_READ == libc::EVFILT_READ);
    assert!(EVFILT_WRITE == libc::EVFILT_WRITE);
    assert!(EV_ADD == libc::EV_ADD);
    assert!(EV_DELETE == libc::EV_DELETE);
    assert!(EV_CLEAR == libc::EV_CLEAR);
    assert!(EV_RECEIPT == libc::EV_RECEIPT);
    assert!(EV_ERROR == libc::EV_ERROR);
    assert!(EV_EOF == libc::EV_EOF);
};
// ANCHOR_END: checks

// ANCHOR: selector
/// A kqueue, closed when it is dropped.
pub(crate) struct Selector {
    kqueue: Arc<OwnedFd>,
}

impl Selector {
    pub(crate) fn new() -> io::Result<Selector> {
        let fd = cvt(kqueue())?;
        // SAFETY: the kernel has just given us this descriptor; nothing else
        // owns it.
        let kqueue = unsafe { OwnedFd::from_raw_fd(fd) };
        // SAFETY: there are no pointers to follow.
        cvt(unsafe { libc::fcntl(fd, F_SETFD, FD_CLOEXEC) })?;
        Ok(Selector {
            kqueue: Arc::new(kqueue),
        })
    }
    // ANCHOR_END: selector

    // ANCHOR: select
    #[inline]
    pub(crate) fn select(
        &self,
        events: &mut Vec<event::Event>,
        timeout: Option<Duration>,
    ) -> io::Result<()> {
        events.clear();
        let room = Count::try_from(events.capacity()).unwrap_or(Count::MAX);
        let timeout = timeout.map(time);
        let timeout = timeout.as_ref().map_or(ptr::null(), ptr::from_ref);
        let buffer = events.as_mut_ptr().cast::<kevent>();
        let kq = self.kqueue.as_raw_fd();
        // SAFETY: `buffer` has room for `room` entries, each an `event::Event`,
        // which is transparent over `kevent`; the kernel writes no more than
        // that, and none after the call. There are no changes to read.
        let count = cvt(unsafe {
            change_and_wait(kq, ptr::null(), 0, buffer, room, timeout)
        })?;
        // SAFETY: the kernel has filled in the first `count` of them.
        unsafe { events.set_len(count as usize) };
        Ok(())
    }
    // ANCHOR_END: select

    // ANCHOR: register
    pub(crate) fn register(
        &self,
        fd: RawFd,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        let added = self.reregister(fd, token, interest);
        if added.is_err() {
            // One of the filters may have been accepted.
            let _ = self.deregister(fd);
        }
        added
    }

    // ANCHOR_END: register

    // ANCHOR: reregister
    pub(crate) fn reregister(
        &self,
        fd: RawFd,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        let action =
            |wanted| if wanted { EV_ADD | EV_CLEAR } else { EV_DELETE };
        let read = action(interest.is_readable());
        let write = action(interest.is_writable());
        let fd = fd as usize;
        let mut changes = [
            kevent::new(fd, EVFILT_WRITE, write, token),
            kevent::new(fd, EVFILT_READ, read, token),
        ];
        apply(&self.kqueue, &mut changes)
    }
    // ANCHOR_END: reregister

    // ANCHOR: deregister
    pub(crate) fn deregister(&self, fd: RawFd) -> io::Result<()> {
        let fd = fd as usize;
        let mut changes = [
            kevent::new(fd, EVFILT_WRITE, EV_DELETE, Token(0)),
            kevent::new(fd, EVFILT_READ, EV_DELETE, Token(0)),
        ];
        apply(&self.kqueue, &mut changes)
    }
}
// ANCHOR_END: deregister

// ANCHOR: handle
impl AsFd for Selector {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.kqueue.as_fd()
    }
}
// ANCHOR_END: handle

// ANCHOR: apply
/// Makes the changes, as many as can be made, and returns the first error.
/// Nothing to delete does not count as one.
pub(super) fn apply(
    kqueue: &OwnedFd,
    changes: &mut [kevent],
) -> io::Result<()> {
    let (kq, count) = (kqueue.as_raw_fd(), changes.len() as Count);
    let (list, now) = (changes.as_mut_ptr(), time(Duration::ZERO));
    // SAFETY: the kernel reads `count` changes, and writes as many receipts in
    // their place. It keeps copies, not the pointers.
    cvt(unsafe { change_and_wait(kq, list, count, list, count, &now) })?;
    for receipt in changes {
        let code = receipt.data as c_int;
        if receipt.flags & EV_ERROR != 0 && code != 0 && code != ENOENT {
            return Err(io::Error::from_raw_os_error(code));
        }
    }
    Ok(())
}
// ANCHOR_END: apply

// ANCHOR: time
/// The unit of `kevent` is the nanosecond. A wait longer than a day is made of
/// several: some systems refuse a long one.
fn time(timeout: Duration) -> timespec {
    let timeout = timeout.min(Duration::from_secs(24 * 60 * 60));
    timespec {
        tv_sec: timeout.as_secs() as _,
        tv_nsec: timeout.subsec_nanos() as _,
    }
}
// ANCHOR_END: time

// ANCHOR: new_event
pub(crate) type Event = kevent;

impl kevent {
    pub(super) fn new(
        ident: usize,
        filter: Filter,
        flags: Flags,
        token: Token,
    ) -> kevent {
        kevent {
            ident,
            filter,
            flags: flags | EV_RECEIPT,
            fflags: 0,
            data: 0,
            udata: token.0,
            #[cfg(target_os = "freebsd")]
            ext: [0; 4],
        }
    }
    // ANCHOR_END: new_event

    // ANCHOR: questions
    pub(crate) fn token(&self) -> Token {
        Token(self.udata)
    }

    pub(crate) fn is_readable(&self) -> bool {
        // A waker's event counts as readable, as that of a pipe would.
        self.filter != EVFILT_WRITE
    }

    pub(crate) fn is_writable(&self) -> bool {
        self.filter == EVFILT_WRITE
    }

    // ANCHOR_END: questions

    // ANCHOR: closed
    pub(crate) fn is_error(&self) -> bool {
        // With the end comes the error of the socket, if it has one.
        self.flags & EV_ERROR != 0
            || self.flags & EV_EOF != 0 && self.fflags != 0
    }

    pub(crate) fn is_read_closed(&self) -> bool {
        self.filter == EVFILT_READ && self.flags & EV_EOF != 0
    }

    pub(crate) fn is_write_closed(&self) -> bool {
        self.filter == EVFILT_WRITE && self.flags & EV_EOF != 0
    }
}
// ANCHOR_END: closed

// ANCHOR: debug
impl fmt::Debug for kevent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let filter = match self.filter {
            EVFILT_READ => "EVFILT_READ",
            EVFILT_WRITE => "EVFILT_WRITE",
            _ => "EVFILT_USER",
        };
        const NAMES: [(Flags, &str); 2] =
            [(EV_CLEAR, "EV_CLEAR"), (EV_EOF, "EV_EOF")];
        let names: Vec<&str> = NAMES
            .iter()
            .filter(|(flag, _)| self.flags & flag != 0)
            .map(|(_, name)| *name)
            .collect();
        f.debug_struct("Event")
            .field("token", &self.token())
            .field("filter", &format_args!("{filter}"))
            .field("flags", &format_args!("{}", names.join(" | ")))
            .field("fflags", &{ self.fflags })
            .field("data", &{ self.data })
            .finish()
    }
}
// ANCHOR_END: debug

// ANCHOR: waker
#[cfg(any(
    target_os = "netbsd",
    target_os = "openbsd",
    minimio_waker = "pipe"
))]
mod pipe;
#[cfg(not(any(
    target_os = "netbsd",
    target_os = "openbsd",
    minimio_waker = "pipe"
)))]
mod user_event;

#[cfg(any(
    target_os = "netbsd",
    target_os = "openbsd",
    minimio_waker = "pipe"
))]
pub(crate) use self::pipe::Waker;
#[cfg(not(any(
    target_os = "netbsd",
    target_os = "openbsd",
    minimio_waker = "pipe"
)))]
pub(crate) use self::user_event::Waker;
// ANCHOR_END: waker
