//! Chapter 11: a wait that is interrupted by signals, and starts over or goes
//! on with the time that is left.
//!
//! ```sh
//! cargo run --example 11-restarts
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, ErrorKind};
    use std::mem;
    use std::ptr;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::thread;
    use std::time::{Duration, Instant};

    use examples::epoll::Epoll;

    const TIMEOUT: Duration = Duration::from_millis(500);
    const SIGNALS: usize = 5;

    static INTERRUPTIONS: AtomicUsize = AtomicUsize::new(0);

    extern "C" fn do_nothing(_signal: libc::c_int) {}

    fn install_handler() {
        // SAFETY: zero is a value of each field, and the handler does nothing
        // that a handler may not do. The old action is not asked for.
        unsafe {
            let mut action: libc::sigaction = mem::zeroed();
            let handler: extern "C" fn(libc::c_int) = do_nothing;
            action.sa_sigaction = handler as usize;
            action.sa_flags = libc::SA_RESTART;
            libc::sigaction(libc::SIGUSR1, &action, ptr::null_mut());
        }
    }

    // ANCHOR: wait
    /// Returns how long each wait was allowed to take, in milliseconds.
    fn wait(queue: &Epoll, starts_over: bool) -> io::Result<Vec<u128>> {
        let deadline = Instant::now() + TIMEOUT;
        let mut left = TIMEOUT;
        let mut allowed = Vec::new();
        loop {
            let milliseconds = left.as_micros().div_ceil(1_000);
            allowed.push(milliseconds);
            match queue.wait_once(milliseconds as i32) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {
                    INTERRUPTIONS.fetch_add(1, Ordering::Relaxed);
                }
                result => return result.map(|_| allowed),
            }
            if !starts_over {
                left = deadline.saturating_duration_since(Instant::now());
            }
        }
    }
    // ANCHOR_END: wait

    /// Until the wait has been interrupted so often, or is over.
    fn interrupt(waiting: libc::pthread_t, is_over: &AtomicBool) {
        for count in 1..=SIGNALS {
            while INTERRUPTIONS.load(Ordering::Relaxed) < count
                && !is_over.load(Ordering::Relaxed)
            {
                thread::sleep(Duration::from_millis(20));
                // SAFETY: that thread joins this one, so it is alive.
                unsafe { libc::pthread_kill(waiting, libc::SIGUSR1) };
            }
        }
    }

    fn show(name: &str, starts_over: bool) -> io::Result<()> {
        let queue = Epoll::new()?;
        INTERRUPTIONS.store(0, Ordering::Relaxed);
        // SAFETY: it has no conditions.
        let waiting = unsafe { libc::pthread_self() };
        let is_over = AtomicBool::new(false);
        let start = Instant::now();
        let allowed = thread::scope(|scope| {
            let other = thread::Builder::new().name("interrupts".into());
            other.spawn_scoped(scope, || interrupt(waiting, &is_over))?;
            let allowed = wait(&queue, starts_over);
            is_over.store(true, Ordering::Relaxed);
            allowed
        })?;
        let took = start.elapsed().as_secs_f64() * 1_000.0;
        let timeout = TIMEOUT.as_millis();
        let all = allowed.iter().all(|&wait| wait == timeout);
        println!(
            "{name:14}each wait may take {timeout} ms: {all:5} {took:8.1} ms"
        );
        Ok(())
    }

    pub fn main() -> io::Result<()> {
        install_handler();
        show("starts over", true)?;
        show("what is left", false)
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
