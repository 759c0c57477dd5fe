// ANCHOR: head
//! The epoll backend (chapter 4): one `Selector` is one epoll instance.

use std::ffi::c_int;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;
use std::{fmt, io};

use super::unix::cvt;
use crate::{Interest, Token, event};
// ANCHOR_END: head

// ANCHOR: epoll_event
/// What we ask of the kernel, and what it tells us.
///
/// <https://man7.org/linux/man-pages/man3/epoll_event.3type.html>
#[allow(non_camel_case_types)]
#[derive(Clone, Copy)]
#[repr(C)]
#[cfg_attr(target_arch = "x86_64", repr(packed))]
pub(crate) struct epoll_event {
    events: u32,
    data: u64,
}
// ANCHOR_END: epoll_event

// ANCHOR: calls
unsafe extern "C" {
    /// <https://man7.org/linux/man-pages/man2/epoll_create.2.html>
    safe fn epoll_create1(flags: c_int) -> c_int;

    /// <https://man7.org/linux/man-pages/man2/epoll_ctl.2.html>
    fn epoll_ctl(
        epfd: c_int,
        op: c_int,
        fd: c_int,
        event: *mut epoll_event,
    ) -> c_int;

    /// <https://man7.org/linux/man-pages/man2/epoll_wait.2.html>
    fn epoll_wait(
        epfd: c_int,
        events: *mut epoll_event,
        maxevents: c_int,
        timeout: c_int,
    ) -> c_int;
}
// ANCHOR_END: calls

// ANCHOR: constants
const EPOLL_CLOEXEC: c_int = 0x80000;

const EPOLL_CTL_ADD: c_int = 1;
const EPOLL_CTL_DEL: c_int = 2;
const EPOLL_CTL_MOD: c_int = 3;

const EPOLLIN: u32 = 0x1;
const EPOLLOUT: u32 = 0x4;
const EPOLLERR: u32 = 0x8;
const EPOLLHUP: u32 = 0x10;
const EPOLLRDHUP: u32 = 0x2000;
const EPOLLET: u32 = 1 << 31;

/// The kernel refuses a larger buffer.
const MAX_EVENTS: usize = c_int::MAX as usize / size_of::<epoll_event>();
// ANCHOR_END: constants

// ANCHOR: checks
// Our struct and constants against those of `libc`: a wrong one does not
// compile.
const _: () = {
    use std::mem::offset_of;

    type Theirs = libc::epoll_event;
    assert!(size_of::<epoll_event>() == size_of::<Theirs>());
    assert!(offset_of!(epoll_event, events) == offset_of!(Theirs, events));
    assert!(offset_of!(epoll_event, data) == offset_of!(Theirs, u64));
    // glibc packs it on 32-bit x86 too, which changes nothing but this.
    let same_alignment = align_of::<epoll_event>() == align_of::<Theirs>();
    assert!(same_alignment || cfg!(target_arch = "x86"));

    assert!(EPOLL_CLOEXEC == libc::EPOLL_CLOEXEC);
    assert!(EPOLL_CTL_ADD == libc::EPOLL_CTL_ADD);
    assert!(EPOLL_CTL_DEL == libc::EPOLL_CTL_DEL);
    assert!(EPOLL_CTL_MOD == libc::EPOLL_CTL_MOD);
    assert!(EPOLLIN == libc::EPOLLIN as u32);
    assert!(EPOLLOUT == libc::EPOLLOUT as u32);
    assert!(EPOLLERR == libc::EPOLLERR as u32);
    assert!(EPOLLHUP == libc::EPOLLHUP as u32);
    assert!(EPOLLRDHUP == libc::EPOLLRDHUP as u32);
    assert!(EPOLLET == libc::EPOLLET as u32);
};
// ANCHOR_END: checks

// ANCHOR: selector
/// An epoll instance, closed when it is dropped.
pub(crate) struct Selector {
    epoll: OwnedFd,
}

impl Selector {
    pub(crate) fn new() -> io::Result<Selector> {
        let fd = cvt(epoll_create1(EPOLL_CLOEXEC))?;
        // SAFETY: the kernel has just given us this descriptor; nothing else
        // owns it.
        let epoll = unsafe { OwnedFd::from_raw_fd(fd) };
        Ok(Selector { epoll })
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
        let epfd = self.epoll.as_raw_fd();
        let room = events.capacity().min(MAX_EVENTS) as c_int;
        let timeout = timeout.map_or(-1, milliseconds);
        let buffer = events.as_mut_ptr().cast::<epoll_event>();
        // SAFETY: `buffer` has room for `room` entries, each an `event::Event`,
        // which is transparent over `epoll_event`; the kernel writes no more
        // than that, and none after the call.
        let count = cvt(unsafe { epoll_wait(epfd, buffer, room, timeout) })?;
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
        self.control(EPOLL_CTL_ADD, fd, epoll_event::new(token, interest))
    }

    pub(crate) fn reregister(
        &self,
        fd: RawFd,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.control(EPOLL_CTL_MOD, fd, epoll_event::new(token, interest))
    }
    // ANCHOR_END: register

    // ANCHOR: deregister
    pub(crate) fn deregister(&self, fd: RawFd) -> io::Result<()> {
        // The kernel ignores the event here.
        self.control(EPOLL_CTL_DEL, fd, epoll_event { events: 0, data: 0 })
    }
    // ANCHOR_END: deregister

    // ANCHOR: control
    fn control(
        &self,
        op: c_int,
        fd: RawFd,
        mut event: epoll_event,
    ) -> io::Result<()> {
        let epfd = self.epoll.as_raw_fd();
        // SAFETY: `event` is a whole `epoll_event` until the call returns, and
        // the kernel keeps a copy, not the pointer. It checks `fd` itself.
        cvt(unsafe { epoll_ctl(epfd, op, fd, &mut event) })?;
        Ok(())
    }
}
// ANCHOR_END: control

// ANCHOR: as_fd
impl AsFd for Selector {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }
}
// ANCHOR_END: as_fd

// ANCHOR: milliseconds
/// The unit of `epoll_wait`, rounded up: a wait of 100 µs is one of 1 ms, not
/// of none. The longest is nearly 25 days.
fn milliseconds(timeout: Duration) -> c_int {
    let fraction = timeout.subsec_nanos().div_ceil(1_000_000);
    let total = timeout
        .as_secs()
        .saturating_mul(1_000)
        .saturating_add(u64::from(fraction));
    c_int::try_from(total).unwrap_or(c_int::MAX)
}
// ANCHOR_END: milliseconds

// ANCHOR: new_event
pub(crate) type Event = epoll_event;

impl epoll_event {
    fn new(token: Token, interest: Interest) -> epoll_event {
        let mut events = EPOLLET;
        if interest.is_readable() {
            events |= EPOLLIN | EPOLLRDHUP;
        }
        if interest.is_writable() {
            events |= EPOLLOUT;
        }
        epoll_event {
            events,
            data: token.0 as u64,
        }
    }
    // ANCHOR_END: new_event

    // ANCHOR: questions
    pub(crate) fn token(&self) -> Token {
        Token(self.data as usize)
    }

    pub(crate) fn is_readable(&self) -> bool {
        self.events & EPOLLIN != 0
    }

    pub(crate) fn is_writable(&self) -> bool {
        self.events & EPOLLOUT != 0
    }

    pub(crate) fn is_error(&self) -> bool {
        self.events & EPOLLERR != 0
    }
    // ANCHOR_END: questions

    // ANCHOR: closed
    pub(crate) fn is_read_closed(&self) -> bool {
        // Both directions are closed, or the one to us is: by the peer or by
        // us.
        self.events & EPOLLHUP != 0 || self.has(EPOLLIN | EPOLLRDHUP)
    }

    pub(crate) fn is_write_closed(&self) -> bool {
        // Both directions are closed, or the reader of our pipe has gone: then
        // EPOLLERR comes with EPOLLOUT, or alone.
        self.events & EPOLLHUP != 0
            || self.has(EPOLLOUT | EPOLLERR)
            || self.events == EPOLLERR
    }

    fn has(&self, all: u32) -> bool {
        self.events & all == all
    }
}
// ANCHOR_END: closed

// ANCHOR: debug
impl fmt::Debug for epoll_event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [(u32, &str); 5] = [
            (EPOLLIN, "EPOLLIN"),
            (EPOLLOUT, "EPOLLOUT"),
            (EPOLLERR, "EPOLLERR"),
            (EPOLLHUP, "EPOLLHUP"),
            (EPOLLRDHUP, "EPOLLRDHUP"),
        ];
        let names: Vec<&str> = NAMES
            .iter()
            .filter(|(flag, _)| self.has(*flag))
            .map(|(_, name)| *name)
            .collect();
        f.debug_struct("Event")
            .field("token", &self.token())
            .field("flags", &format_args!("{}", names.join(" | ")))
            .finish()
    }
}
// ANCHOR_END: debug
