//! Chapter 10: a signal handler wakes the queue, by a pipe to ourselves.
//!
//! ```sh
//! cargo run --example 10-self-pipe
//! ```

#[cfg(unix)]
mod unix {
    use std::io::{self, ErrorKind, Read, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;
    use std::sync::atomic::{AtomicI32, Ordering};
    use std::time::Duration;
    use std::{panic, thread};

    use minimio::unix::SourceFd;
    use minimio::{Events, Interest, Poll, Token};

    const PIPE: Token = Token(0);

    // ANCHOR: handler
    /// The writing end, for the handler. It stays open until the end.
    static WRITER: AtomicI32 = AtomicI32::new(-1);

    extern "C" fn on_signal(_signal: libc::c_int) {
        let errno = errno_location();
        let fd = WRITER.load(Ordering::Relaxed);
        // SAFETY: one byte is read from a constant. `write` may be called from
        // a handler, and what it does to errno, which belongs to the code that
        // was interrupted, is undone.
        unsafe {
            let before = *errno;
            libc::write(fd, b"!".as_ptr().cast(), 1);
            *errno = before;
        }
    }
    // ANCHOR_END: handler

    /// Where the thread keeps its errno.
    fn errno_location() -> *mut libc::c_int {
        // SAFETY: there is one for each thread, at any time.
        unsafe {
            #[cfg(any(target_os = "linux", target_os = "dragonfly"))]
            return libc::__errno_location();
            #[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
            return libc::__error();
            #[cfg(any(
                target_os = "android",
                target_os = "netbsd",
                target_os = "openbsd"
            ))]
            return libc::__errno();
        }
    }

    fn install() -> io::Result<()> {
        let handler: extern "C" fn(libc::c_int) = on_signal;
        // SAFETY: the handler makes one system call, which handlers may make.
        let before = unsafe { libc::signal(libc::SIGUSR1, handler as usize) };
        if before == libc::SIG_ERR {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }

    /// Sends the signal to the calling thread; the handler has returned when
    /// this returns.
    fn signal_to_this_thread() -> io::Result<()> {
        // SAFETY: no pointers are passed.
        if unsafe { libc::raise(libc::SIGUSR1) } != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }

    /// Reads until there is nothing left; how many bytes there were.
    fn drain(reader: &mut UnixStream) -> io::Result<usize> {
        let mut count = 0;
        loop {
            match reader.read(&mut [0; 4096]) {
                Ok(0) => return Ok(count),
                Ok(more) => count += more,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(count);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn fill(writer: &mut UnixStream) -> io::Result<()> {
        loop {
            match writer.write(b".") {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
    }

    // ANCHOR: main
    pub fn main() -> io::Result<()> {
        let (mut reader, mut writer) = UnixStream::pair()?;
        reader.set_nonblocking(true)?;
        writer.set_nonblocking(true)?;
        WRITER.store(writer.as_raw_fd(), Ordering::Relaxed);
        install()?;

        let mut poll = Poll::new()?;
        let fd = reader.as_raw_fd();
        let mut source = SourceFd(&fd);
        poll.registry()
            .register(&mut source, PIPE, Interest::READABLE)?;
        let mut events = Events::with_capacity(8);

        // Too early to interrupt the poll.
        signal_to_this_thread()?;
        signal_to_this_thread()?;
        poll.poll(&mut events, None)?;
        println!("2 signals, then a poll: events: {}", events.iter().count());
        println!("in the pipe: bytes: {}", drain(&mut reader)?);
        // ANCHOR_END: main

        let other = thread::Builder::new()
            .name("other".into())
            .spawn(signal_to_this_thread)?;
        poll.poll(&mut events, None)?;
        println!("another thread's: events: {}", events.iter().count());
        other.join().unwrap_or_else(|p| panic::resume_unwind(p))?;
        println!("in the pipe: bytes: {}", drain(&mut reader)?);

        // ANCHOR: full
        fill(&mut writer)?;
        poll.poll(&mut events, None)?;
        println!("the pipe is full: events: {}", events.iter().count());
        signal_to_this_thread()?;
        poll.poll(&mut events, Some(Duration::ZERO))?;
        println!("a signal, not drained: events: {}", events.iter().count());

        drain(&mut reader)?;
        signal_to_this_thread()?;
        poll.poll(&mut events, Some(Duration::ZERO))?;
        println!("a signal, drained: events: {}", events.iter().count());
        // ANCHOR_END: full
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
