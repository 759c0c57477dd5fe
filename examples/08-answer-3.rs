//! Chapter 8, answer 3: a backend on `poll`, the system call.
//!
//! What the contract asks for, as far as this program needs it. The kernel
//! keeps no list here, so the selector does.
//!
//! ```sh
//! cargo run --example 08-answer-3
//! ```

#[cfg(unix)]
mod unix {
    use std::io::{self, ErrorKind, Read, Write};
    use std::os::fd::{AsRawFd, RawFd};
    use std::os::unix::net::UnixStream;
    use std::sync::{Mutex, MutexGuard, PoisonError};
    use std::{panic, thread};

    // ANCHOR: selector
    /// What it waits for, by descriptor, and who it is. An entry whose event
    /// has been reported waits for nothing, until it is armed again.
    struct Entry {
        fd: RawFd,
        token: usize,
        is_armed: bool,
    }

    struct Selector {
        entries: Mutex<Vec<Entry>>,
        /// A byte in here ends a wait: the list has changed.
        changed: (UnixStream, UnixStream),
    }
    // ANCHOR_END: selector

    impl Selector {
        fn new() -> io::Result<Selector> {
            let changed = UnixStream::pair()?;
            changed.0.set_nonblocking(true)?;
            changed.1.set_nonblocking(true)?;
            Ok(Selector {
                entries: Mutex::default(),
                changed,
            })
        }

        fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
            self.entries.lock().unwrap_or_else(PoisonError::into_inner)
        }

        // ANCHOR: register
        fn register(&self, fd: RawFd, token: usize) -> io::Result<()> {
            self.entries().push(Entry {
                fd,
                token,
                is_armed: true,
            });
            self.end_wait()
        }

        /// What `do_io` is for: after `WouldBlock`, wait again.
        fn rearm(&self, fd: RawFd) -> io::Result<()> {
            for entry in self.entries().iter_mut().filter(|it| it.fd == fd) {
                entry.is_armed = true;
            }
            self.end_wait()
        }
        // ANCHOR_END: register

        // ANCHOR: end_wait
        /// A pair that is full is readable, and ends the wait as well.
        fn end_wait(&self) -> io::Result<()> {
            match (&self.changed.1).write_all(&[1]) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(()),
                result => result,
            }
        }
        // ANCHOR_END: end_wait

        // ANCHOR: select
        /// Waits once, for so many milliseconds, or without limit if that is
        /// -1. May come back early, and with nothing.
        fn select(&self, timeout: i32) -> io::Result<Vec<usize>> {
            let watched = |fd| libc::pollfd {
                fd,
                events: libc::POLLIN,
                revents: 0,
            };
            let mut list = vec![watched(self.changed.0.as_raw_fd())];
            let entries = self.entries();
            let armed = entries.iter().filter(|entry| entry.is_armed);
            list.extend(armed.map(|entry| watched(entry.fd)));
            // Others may register during the wait.
            drop(entries);
            let count = list.len() as libc::nfds_t;
            // SAFETY: there are `count` entries at that address, and the kernel
            // keeps no pointer to them.
            if unsafe { libc::poll(list.as_mut_ptr(), count, timeout) } == -1 {
                return Err(io::Error::last_os_error());
            }
            if list[0].revents != 0 {
                let _ = (&self.changed.0).read(&mut [0; 64])?;
            }
            Ok(self.disarm(&list[1..]))
        }
        // ANCHOR_END: select

        // ANCHOR: disarm
        fn disarm(&self, list: &[libc::pollfd]) -> Vec<usize> {
            let mut tokens = Vec::new();
            let is_ready =
                |fd| list.iter().any(|it| it.fd == fd && it.revents != 0);
            for entry in self.entries().iter_mut().filter(|it| it.is_armed) {
                if is_ready(entry.fd) {
                    entry.is_armed = false;
                    tokens.push(entry.token);
                }
            }
            tokens
        }
        // ANCHOR_END: disarm
    }

    /// Waits until something is reported, whoever interrupts.
    fn wait(selector: &Selector) -> io::Result<Vec<usize>> {
        loop {
            match selector.select(-1) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(tokens) if tokens.is_empty() => {}
                result => return result,
            }
        }
    }

    pub fn main() -> io::Result<()> {
        let selector = Selector::new()?;
        let (reader, mut writer) = UnixStream::pair()?;
        reader.set_nonblocking(true)?;
        writer.write_all(b"ab")?;
        thread::scope(|scope| {
            // While this thread waits with an empty list, or just before.
            let other = thread::Builder::new().name("other".into());
            let other = other.spawn_scoped(scope, || {
                selector.register(reader.as_raw_fd(), 7)
            })?;
            println!("registered meanwhile: {:?}", wait(&selector)?);
            other.join().unwrap_or_else(|p| panic::resume_unwind(p))
        })?;

        let _ = (&reader).read(&mut [0; 1])?;
        println!("a byte is left, and a select: {:?}", selector.select(0)?);
        while matches!((&reader).read(&mut [0; 1]), Ok(1..)) {}
        selector.rearm(reader.as_raw_fd())?;
        writer.write_all(b"c")?;
        println!("drained, armed, one more byte: {:?}", wait(&selector)?);
        Ok(())
    }
}

#[cfg(unix)]
fn main() -> std::io::Result<()> {
    unix::main()
}

#[cfg(not(unix))]
fn main() {
    examples::needs("a Unix");
}
