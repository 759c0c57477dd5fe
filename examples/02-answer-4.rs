//! Chapter 2, exercise 4: a call that is made again after a signal.
//!
//! A timer sends a signal each 5 milliseconds. The handler of the twentieth
//! writes the byte that the wait is for.
//!
//! ```sh
//! cargo run --example 02-answer-4
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::c_int;
    use std::os::fd::AsRawFd;
    use std::sync::atomic::{AtomicI32, Ordering::Relaxed};
    use std::{io, ptr};

    use libc::{ITIMER_REAL, POLLIN, SIGALRM, itimerval, pollfd, timeval};

    static SIGNALS: AtomicI32 = AtomicI32::new(0);
    static WRITER: AtomicI32 = AtomicI32::new(-1);

    extern "C" fn on_signal(_: c_int) {
        if SIGNALS.fetch_add(1, Relaxed) + 1 == 20 {
            let fd = WRITER.load(Relaxed);
            // SAFETY: a handler may write, and one byte is at that address.
            // It leaves `errno` alone, since there is room in the pipe.
            unsafe { libc::write(fd, b"x".as_ptr().cast(), 1) };
        }
    }

    fn signal_every(microseconds: i64) -> io::Result<()> {
        let time = timeval {
            tv_sec: 0,
            tv_usec: microseconds,
        };
        let timer = itimerval {
            it_interval: time,
            it_value: time,
        };
        // SAFETY: the timer is read, and the old one is not asked for.
        cvt(unsafe { libc::setitimer(ITIMER_REAL, &timer, ptr::null_mut()) })?;
        Ok(())
    }

    // ANCHOR: retry
    fn cvt(result: c_int) -> io::Result<c_int> {
        if result == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(result)
    }

    /// Makes the call until it is not interrupted. Not for `close`.
    fn cvt_retry(mut call: impl FnMut() -> c_int) -> io::Result<c_int> {
        loop {
            match cvt(call()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
    // ANCHOR_END: retry

    pub fn main() -> io::Result<()> {
        let (reader, writer) = io::pipe()?;
        WRITER.store(writer.as_raw_fd(), Relaxed);
        let handler = on_signal as *const () as usize;
        // SAFETY: the handler does only what a handler may.
        unsafe { libc::signal(SIGALRM, handler) };
        signal_every(5_000)?;

        let mut entry = pollfd {
            fd: reader.as_raw_fd(),
            events: POLLIN,
            revents: 0,
        };
        let mut calls = 0;
        let result = cvt_retry(|| {
            calls += 1;
            // SAFETY: one entry is at that address.
            unsafe { libc::poll(&mut entry, 1, -1) }
        });
        signal_every(0)?;
        println!("poll: {result:?}, called more than once: {}", calls > 1);
        Ok(())
    }
}

#[cfg(target_os = "linux")]
fn main() -> std::io::Result<()> {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    examples::needs("Linux");
}
