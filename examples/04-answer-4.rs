//! Chapter 4, exercise 4: a wait counted in nanoseconds.
//!
//! ```sh
//! cargo run --example 04-answer-4
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::c_int;
    use std::io;
    use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
    use std::ptr;
    use std::time::{Duration, Instant};

    use libc::{epoll_event, sigset_t, timespec};

    // ANCHOR: main
    unsafe extern "C" {
        /// <https://man7.org/linux/man-pages/man2/epoll_wait.2.html>
        fn epoll_pwait2(
            epfd: c_int,
            events: *mut epoll_event,
            maxevents: c_int,
            timeout: *const timespec,
            sigmask: *const sigset_t,
        ) -> c_int;
    }

    fn wait(queue: &OwnedFd, timeout: Option<Duration>) -> io::Result<usize> {
        let mut buffer = [epoll_event { events: 0, u64: 0 }; 8];
        let timeout = timeout.map(|timeout| timespec {
            tv_sec: timeout.as_secs() as _,
            tv_nsec: timeout.subsec_nanos() as _,
        });
        // SAFETY: there is room for 8 entries; `timeout` is a `timespec` or
        // null, which means no timeout; a null mask leaves the signals alone.
        let count = unsafe {
            epoll_pwait2(
                queue.as_raw_fd(),
                buffer.as_mut_ptr(),
                buffer.len() as c_int,
                timeout.as_ref().map_or(ptr::null(), ptr::from_ref),
                ptr::null(),
            )
        };
        if count == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(count as usize)
    }
    // ANCHOR_END: main

    pub fn main() -> io::Result<()> {
        // SAFETY: no pointers are passed.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if fd == -1 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel has just given us this descriptor.
        let queue = unsafe { OwnedFd::from_raw_fd(fd) };
        let timeout = Duration::from_micros(100);
        let mut shortest = Duration::MAX;
        for _ in 0..1_000 {
            let start = Instant::now();
            wait(&queue, Some(timeout))?;
            shortest = shortest.min(start.elapsed());
        }
        println!("asked for {timeout:?}");
        println!("never shorter: {}", shortest >= timeout);
        println!(
            "ever under a millisecond: {}",
            shortest < Duration::from_millis(1)
        );
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
