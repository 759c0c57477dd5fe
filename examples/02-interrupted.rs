//! Chapter 2: a signal finds a thread asleep in a system call.
//!
//! Three ways to wait for a byte, each with a handler that does not restart
//! the call, and with one that does. Signals come until the byte or an error
//! has arrived; where the wait has to survive them, the byte follows twenty.
//!
//! ```sh
//! cargo run --example 02-interrupted
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, PipeReader, Read, Write};
    use std::os::fd::AsRawFd;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;
    use std::{mem, ptr, thread};

    use libc::{POLLIN, SA_RESTART, SIGUSR1, c_int, pollfd};

    // ANCHOR: handler
    extern "C" fn on_signal(_: c_int) {}

    fn install_handler(flags: c_int) -> io::Result<()> {
        // SAFETY: zero is a value of each field: no flags, no signals blocked.
        let mut action: libc::sigaction = unsafe { mem::zeroed() };
        action.sa_sigaction = on_signal as *const () as usize;
        action.sa_flags = flags;
        // SAFETY: the handler does nothing, which any thread may do at any
        // time; the old action is not asked for.
        let result =
            unsafe { libc::sigaction(SIGUSR1, &action, ptr::null_mut()) };
        if result == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
    // ANCHOR_END: handler

    // ANCHOR: waits
    fn read_once(pipe: &mut PipeReader) -> io::Result<()> {
        pipe.read(&mut [0]).map(drop)
    }

    fn read_exactly(pipe: &mut PipeReader) -> io::Result<()> {
        pipe.read_exact(&mut [0])
    }

    fn poll(pipe: &mut PipeReader) -> io::Result<()> {
        let mut entry = pollfd {
            fd: pipe.as_raw_fd(),
            events: POLLIN,
            revents: 0,
        };
        // SAFETY: one entry is at that address.
        let result = unsafe { libc::poll(&mut entry, 1, -1) };
        if result == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
    // ANCHOR_END: waits

    type Wait = fn(&mut PipeReader) -> io::Result<()>;

    /// Waits, while another thread interrupts this one again and again.
    fn interrupted(wait: Wait, goes_on: bool) -> io::Result<()> {
        // SAFETY: it takes nothing and cannot fail.
        let this_thread = unsafe { libc::pthread_self() };
        let done = AtomicBool::new(false);
        let (mut reader, mut writer) = io::pipe()?;
        thread::scope(|scope| {
            let sender = thread::Builder::new().name("sender".into());
            sender.spawn_scoped(scope, || -> io::Result<()> {
                let mut signals = 0;
                while !done.load(Ordering::Relaxed) {
                    // SAFETY: that thread waits for this one to end.
                    unsafe { libc::pthread_kill(this_thread, SIGUSR1) };
                    signals += 1;
                    if goes_on && signals == 20 {
                        writer.write_all(b"x")?;
                    }
                    thread::sleep(Duration::from_millis(1));
                }
                Ok(())
            })?;
            let result = wait(&mut reader);
            done.store(true, Ordering::Relaxed);
            result
        })
    }

    pub fn main() -> io::Result<()> {
        let waits: [(&str, Wait, [bool; 2]); 3] = [
            ("read", read_once, [false, true]),
            ("read_exact", read_exactly, [true, true]),
            ("poll", poll, [false, false]),
        ];
        println!("{:12}{:14}SA_RESTART", "", "no flag");
        for (name, wait, goes_on) in waits {
            let mut line = format!("{name:12}");
            for (flags, goes_on) in [0, SA_RESTART].into_iter().zip(goes_on) {
                install_handler(flags)?;
                let answer = match interrupted(wait, goes_on) {
                    Ok(()) => "a byte".into(),
                    Err(error) => format!("{:?}", error.kind()),
                };
                line += &format!("{answer:14}");
            }
            println!("{}", line.trim_end());
        }
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
