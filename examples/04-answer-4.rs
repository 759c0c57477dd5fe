//! Chapter 4, exercise 4: a wait counted in nanoseconds.
//!
//! ```sh
//! cargo run --example 04-answer-4
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::fd::AsRawFd;
    use std::ptr;
    use std::time::{Duration, Instant};

    use examples::epoll::Epoll;
    use libc::{ENOSYS, SYS_epoll_pwait2, epoll_event};

    const TIMEOUT: Duration = Duration::from_micros(100);

    // ANCHOR: timespec
    /// The kernel's, the same on every machine. libc's may be smaller.
    #[repr(C)]
    struct Timespec {
        seconds: i64,
        nanoseconds: i64,
    }
    // ANCHOR_END: timespec

    // ANCHOR: exact
    /// <https://man7.org/linux/man-pages/man2/epoll_wait.2.html>
    fn wait_exactly(queue: &Epoll, timeout: Duration) -> io::Result<usize> {
        let mut buffer = [epoll_event { events: 0, u64: 0 }; 8];
        let timeout = Timespec {
            seconds: timeout.as_secs().try_into().unwrap_or(i64::MAX),
            nanoseconds: timeout.subsec_nanos().into(),
        };
        // SAFETY: there is room for 8 entries, `timeout` is of the kernel's
        // kind, and a null mask (of 8 bytes) leaves the signals alone.
        let count = unsafe {
            libc::syscall(
                SYS_epoll_pwait2,
                queue.as_raw_fd(),
                buffer.as_mut_ptr(),
                buffer.len(),
                &raw const timeout,
                ptr::null::<libc::sigset_t>(),
                8usize,
            )
        };
        usize::try_from(count).map_err(|_| io::Error::last_os_error())
    }
    // ANCHOR_END: exact

    // ANCHOR: wait
    fn wait(queue: &Epoll, timeout: Duration) -> io::Result<usize> {
        match wait_exactly(queue, timeout) {
            Err(error) if error.raw_os_error() == Some(ENOSYS) => {
                let rounded_up = timeout.as_nanos().div_ceil(1_000_000);
                let timeout = rounded_up.try_into().unwrap_or(i32::MAX);
                let events = queue.wait(timeout)?;
                Ok(events.len())
            }
            result => result,
        }
    }
    // ANCHOR_END: wait

    pub fn main() -> io::Result<()> {
        let queue = Epoll::new()?;
        let mut shortest = Duration::MAX;
        for _ in 0..100 {
            let start = Instant::now();
            wait(&queue, TIMEOUT)?;
            shortest = shortest.min(start.elapsed());
        }
        println!("asked for: {TIMEOUT:?}");
        println!("shortest wait: {:.3} ms", shortest.as_secs_f64() * 1e3);
        println!("shorter than asked for: {}", shortest < TIMEOUT);
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
