//! epoll through the `libc` crate, for the experiments of chapter 4.
//!
//! A thin cover: it turns `-1` into an error and hides no flag.

use std::io::{self, ErrorKind};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Instant;

/// An epoll instance.
pub struct Epoll {
    fd: OwnedFd,
}

/// What `epoll_wait` reports: the token and the flags.
pub type Event = (u64, u32);

impl Epoll {
    /// `epoll_create1`.
    pub fn new() -> io::Result<Epoll> {
        // SAFETY: no pointers are passed.
        let fd = cvt(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        // SAFETY: the kernel has just given us this descriptor.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        Ok(Epoll { fd })
    }

    /// `EPOLL_CTL_ADD`.
    pub fn add(&self, fd: RawFd, token: u64, flags: u32) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, fd, token, flags)
    }

    /// `EPOLL_CTL_MOD`.
    pub fn modify(&self, fd: RawFd, token: u64, flags: u32) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_MOD, fd, token, flags)
    }

    /// `EPOLL_CTL_DEL`.
    pub fn delete(&self, fd: RawFd) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_DEL, fd, 0, 0)
    }

    fn control(
        &self,
        op: i32,
        fd: RawFd,
        token: u64,
        flags: u32,
    ) -> io::Result<()> {
        let mut event = libc::epoll_event {
            events: flags,
            u64: token,
        };
        let epfd = self.fd.as_raw_fd();
        // SAFETY: `event` is valid for the call; the kernel copies it.
        cvt(unsafe { libc::epoll_ctl(epfd, op, fd, &mut event) })?;
        Ok(())
    }

    /// `epoll_wait`, for up to 8 events and as many milliseconds (−1: for as
    /// long as it takes). It waits on when it is interrupted: a debugger that
    /// attaches does that.
    pub fn wait(&self, milliseconds: i32) -> io::Result<Vec<Event>> {
        let start = Instant::now();
        let mut left = milliseconds;
        loop {
            match self.wait_once(left) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {
                    if milliseconds > 0 {
                        let passed = start.elapsed().as_millis() as i32;
                        left = milliseconds.saturating_sub(passed).max(0);
                    }
                }
                result => return result,
            }
        }
    }

    /// The same, and an interruption is an error.
    pub fn wait_once(&self, milliseconds: i32) -> io::Result<Vec<Event>> {
        let mut buffer = [libc::epoll_event { events: 0, u64: 0 }; 8];
        let epfd = self.fd.as_raw_fd();
        let room = buffer.len() as i32;
        // SAFETY: `buffer` has room for `room` entries.
        let count = cvt(unsafe {
            libc::epoll_wait(epfd, buffer.as_mut_ptr(), room, milliseconds)
        })?;
        let events = buffer.iter().take(count as usize);
        Ok(events.map(|event| (event.u64, event.events)).collect())
    }

    /// `epoll_wait`, for as long as it takes: how many events were written to
    /// the buffer.
    pub fn wait_into(
        &self,
        buffer: &mut [libc::epoll_event],
    ) -> io::Result<usize> {
        let epfd = self.fd.as_raw_fd();
        let room = buffer.len() as i32;
        // SAFETY: `buffer` has room for `room` entries.
        let count = cvt(unsafe {
            libc::epoll_wait(epfd, buffer.as_mut_ptr(), room, -1)
        })?;
        Ok(count as usize)
    }

    /// The flags of the one event that is ready now, by name; `-` for none.
    pub fn flags_now(&self) -> io::Result<String> {
        let events = self.wait(0)?;
        Ok(events
            .first()
            .map_or("-".into(), |(_, flags)| names(*flags)))
    }

    /// The interest list, as the kernel shows it.
    pub fn interest_list(&self) -> io::Result<Vec<String>> {
        let path = format!("/proc/self/fdinfo/{}", self.fd.as_raw_fd());
        let text = std::fs::read_to_string(path)?;
        let lines = text.lines().filter(|line| line.starts_with("tfd:"));
        Ok(lines.map(String::from).collect())
    }
}

impl AsRawFd for Epoll {
    fn as_raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}

/// The names of the flags that a wait can report.
pub fn names(flags: u32) -> String {
    let known = [
        (libc::EPOLLIN, "IN"),
        (libc::EPOLLOUT, "OUT"),
        (libc::EPOLLERR, "ERR"),
        (libc::EPOLLHUP, "HUP"),
        (libc::EPOLLRDHUP, "RDHUP"),
    ];
    let set = known.iter().filter(|(flag, _)| flags & *flag as u32 != 0);
    set.map(|(_, name)| *name).collect::<Vec<_>>().join(" | ")
}

fn cvt(result: i32) -> io::Result<i32> {
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}
