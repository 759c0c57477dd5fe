//! kqueue for the experiments of chapter 5: through the `libc` crate where the
//! system has one, through a library on Linux.
//!
//! A thin cover: it turns `-1` into an error and hides no flag.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::{Duration, Instant};
use std::{io, mem, ptr};

#[cfg(not(minimio_kqueue))]
use libc as sys;
use libc::timespec;

pub use sys::{
    EV_ADD, EV_CLEAR, EV_DELETE, EV_DISPATCH, EV_ENABLE, EV_EOF, EV_ERROR,
    EV_ONESHOT, EV_RECEIPT, EVFILT_READ, EVFILT_SIGNAL, EVFILT_TIMER,
    EVFILT_USER, EVFILT_WRITE, NOTE_TRIGGER,
};

/// What the system has for the name of a filter.
#[cfg(not(target_os = "netbsd"))]
pub type Filter = i16;
/// What the system has for the flags.
#[cfg(not(target_os = "netbsd"))]
pub type Flags = u16;
/// What the system has for the name of a filter.
#[cfg(target_os = "netbsd")]
pub type Filter = u32;
/// What the system has for the flags.
#[cfg(target_os = "netbsd")]
pub type Flags = u32;

/// A kqueue.
pub struct Kqueue {
    fd: OwnedFd,
}

/// A change or an event: `struct kevent`, of the same shape on all systems.
#[derive(Clone, Copy, Default)]
pub struct Kevent {
    /// A descriptor, or another number: the filter says of what.
    pub ident: usize,
    /// `EVFILT_READ` and the like.
    pub filter: Filter,
    /// `EV_ADD` and the like, on the way in; `EV_EOF`, `EV_ERROR` out.
    pub flags: Flags,
    /// Flags of the filter's own.
    pub fflags: u32,
    /// A number: the filter says of what.
    pub data: i64,
    /// `udata`, which comes back as it was given.
    pub token: usize,
}

impl Kevent {
    /// A change, for a filter that watches a descriptor.
    pub fn new(
        file: &impl AsRawFd,
        filter: Filter,
        flags: Flags,
        token: usize,
    ) -> Kevent {
        Kevent {
            ident: file.as_raw_fd() as usize,
            filter,
            flags,
            token,
            ..Kevent::default()
        }
    }

    /// The error in a change, or 0 in its receipt. None, in an event.
    pub fn error(&self) -> Option<i32> {
        (self.flags & EV_ERROR != 0).then_some(self.data as i32)
    }

    fn to_sys(self) -> sys::kevent {
        // SAFETY: zeros are valid in all fields, of which FreeBSD has more.
        let mut kevent: sys::kevent = unsafe { mem::zeroed() };
        kevent.ident = self.ident;
        kevent.filter = self.filter;
        kevent.flags = self.flags;
        kevent.fflags = self.fflags;
        kevent.data = self.data as _;
        kevent.udata = ptr::without_provenance_mut(self.token);
        kevent
    }

    fn from_sys(kevent: &sys::kevent) -> Kevent {
        Kevent {
            ident: kevent.ident,
            filter: kevent.filter,
            flags: kevent.flags,
            fflags: kevent.fflags,
            data: kevent.data as _,
            token: kevent.udata as usize,
        }
    }
}

impl Kqueue {
    /// `kqueue`.
    pub fn new() -> io::Result<Kqueue> {
        // SAFETY: no pointers are passed.
        let fd = cvt(unsafe { sys::kqueue() })?;
        // SAFETY: the kernel has just given us this descriptor.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        Ok(Kqueue { fd })
    }

    /// `kevent`: makes the changes, then waits for up to `room` events, for
    /// so long (None: for as long as it takes).
    pub fn kevent(
        &self,
        changes: &[Kevent],
        room: usize,
        timeout: Option<Duration>,
    ) -> io::Result<Vec<Kevent>> {
        let changes: Vec<_> =
            changes.iter().map(|change| change.to_sys()).collect();
        let mut events = vec![Kevent::default().to_sys(); room];
        let timeout = timeout.map(|timeout| timespec {
            tv_sec: timeout.as_secs() as _,
            tv_nsec: timeout.subsec_nanos() as _,
        });
        // SAFETY: there are as many changes, and room for as many events, as
        // we say; `timeout` is null or a `timespec`.
        let count = cvt(unsafe {
            sys::kevent(
                self.fd.as_raw_fd(),
                changes.as_ptr(),
                changes.len() as _,
                events.as_mut_ptr(),
                events.len() as _,
                timeout.as_ref().map_or(ptr::null(), ptr::from_ref),
            )
        })?;
        let events = events.iter().take(count as usize);
        Ok(events.map(Kevent::from_sys).collect())
    }

    /// Makes one change.
    pub fn change(&self, change: Kevent) -> io::Result<()> {
        self.kevent(&[change], 0, None)?;
        Ok(())
    }

    /// Waits for up to 8 events. It waits on when it is interrupted: a debugger
    /// that attaches does that.
    pub fn wait(&self, timeout: Option<Duration>) -> io::Result<Vec<Kevent>> {
        let start = Instant::now();
        loop {
            let left = timeout.map(|it| it.saturating_sub(start.elapsed()));
            match self.kevent(&[], 8, left) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }

    /// The events that are there now.
    pub fn now(&self) -> io::Result<Vec<Kevent>> {
        self.wait(Some(Duration::ZERO))
    }
}

/// The name of an error: its number differs from system to system.
pub fn error_name(code: i32) -> String {
    let known = [
        (0, "ok"),
        (libc::EBADF, "EBADF"),
        (libc::ECONNREFUSED, "ECONNREFUSED"),
        (libc::ECONNRESET, "ECONNRESET"),
        (libc::ENOENT, "ENOENT"),
    ];
    let name = known.iter().find(|(known, _)| *known == code);
    name.map_or(format!("error {code}"), |(_, name)| name.to_string())
}

/// The same, or what std says of an error of its own.
pub fn name_of(error: &io::Error) -> String {
    let code = error.raw_os_error();
    code.map_or_else(|| error.to_string(), error_name)
}

fn cvt(result: i32) -> io::Result<i32> {
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}

/// What `libc` does not declare for Linux.
#[cfg(minimio_kqueue)]
#[allow(missing_docs, non_camel_case_types)]
mod sys {
    use std::ffi::{c_int, c_void};

    #[derive(Clone, Copy)]
    #[repr(C)]
    pub struct kevent {
        pub ident: usize,
        pub filter: i16,
        pub flags: u16,
        pub fflags: u32,
        pub data: isize,
        pub udata: *mut c_void,
    }

    #[link(name = "kqueue")]
    unsafe extern "C" {
        pub fn kqueue() -> c_int;
        pub fn kevent(
            kq: c_int,
            changelist: *const kevent,
            nchanges: c_int,
            eventlist: *mut kevent,
            nevents: c_int,
            timeout: *const libc::timespec,
        ) -> c_int;
    }

    pub const EVFILT_READ: i16 = -1;
    pub const EVFILT_WRITE: i16 = -2;
    pub const EVFILT_SIGNAL: i16 = -6;
    pub const EVFILT_TIMER: i16 = -7;
    pub const EVFILT_USER: i16 = -11;

    pub const EV_ADD: u16 = 0x1;
    pub const EV_DELETE: u16 = 0x2;
    pub const EV_ENABLE: u16 = 0x4;
    pub const EV_ONESHOT: u16 = 0x10;
    pub const EV_CLEAR: u16 = 0x20;
    pub const EV_RECEIPT: u16 = 0x40;
    pub const EV_DISPATCH: u16 = 0x80;
    pub const EV_ERROR: u16 = 0x4000;
    pub const EV_EOF: u16 = 0x8000;

    pub const NOTE_TRIGGER: u32 = 0x1000000;
}
