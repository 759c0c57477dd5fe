//! Chapter 5: a timer, a signal and another thread, in one queue.
//!
//! Each event makes the next one happen.
//!
//! ```sh
//! cargo run --example 05-others
//! ```

#[cfg(has_kqueue)]
mod kqueue {
    use std::{io, process, thread};

    use examples::kqueue::{
        EV_ADD, EV_CLEAR, EV_ONESHOT, EVFILT_SIGNAL, EVFILT_TIMER, EVFILT_USER,
        Kevent, Kqueue, NOTE_TRIGGER,
    };
    use libc::{SIG_ERR, SIG_IGN, SIGUSR1};

    // ANCHOR: changes
    const TIMER: Kevent = Kevent {
        ident: 1, // a number of our own
        filter: EVFILT_TIMER,
        flags: EV_ADD | EV_ONESHOT,
        fflags: 0,
        data: 100, // milliseconds
        token: 0,
    };

    const SIGNAL: Kevent = Kevent {
        ident: SIGUSR1 as usize,
        filter: EVFILT_SIGNAL,
        flags: EV_ADD,
        fflags: 0,
        data: 0,
        token: 1,
    };

    // ANCHOR_END: changes

    // ANCHOR: user
    const USER: Kevent = Kevent {
        ident: 1, // another one: each filter has its own
        filter: EVFILT_USER,
        flags: EV_ADD | EV_CLEAR,
        fflags: 0,
        data: 0,
        token: 2,
    };
    // ANCHOR_END: user

    /// Or else the signal ends the process, whoever watches.
    fn ignore(signal: i32) -> io::Result<()> {
        // SAFETY: no handler is installed.
        if unsafe { libc::signal(signal, SIG_IGN) } == SIG_ERR {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }

    fn send_to_ourselves(signal: i32) -> io::Result<()> {
        // SAFETY: no pointers are passed.
        if unsafe { libc::kill(process::id() as i32, signal) } == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }

    // ANCHOR: trigger
    fn trigger(queue: &Kqueue) -> io::Result<()> {
        queue.change(Kevent {
            flags: 0,
            fflags: NOTE_TRIGGER,
            ..USER
        })
    }
    // ANCHOR_END: trigger

    fn on_another_thread(
        work: impl FnOnce() -> io::Result<()> + Send,
    ) -> io::Result<()> {
        let other = thread::Builder::new().name("other".into());
        thread::scope(|scope| {
            let other = other.spawn_scoped(scope, work)?;
            other.join().expect("it does not panic")
        })
    }

    fn name(event: &Kevent) -> &'static str {
        match event.filter {
            EVFILT_TIMER => "EVFILT_TIMER",
            EVFILT_SIGNAL => "EVFILT_SIGNAL",
            _ => "EVFILT_USER",
        }
    }

    pub fn main() -> io::Result<()> {
        ignore(SIGUSR1)?;
        let queue = Kqueue::new()?;
        queue.kevent(&[TIMER, SIGNAL, USER], 0, None)?;

        // ANCHOR: loop
        loop {
            for event in queue.wait(None)? {
                let (data, token) = (event.data, event.token);
                println!("{:15}data {data}, token {token}", name(&event));
                match event.filter {
                    EVFILT_TIMER => send_to_ourselves(SIGUSR1)?,
                    EVFILT_SIGNAL => on_another_thread(|| trigger(&queue))?,
                    _ => return Ok(()),
                }
            }
        }
        // ANCHOR_END: loop
    }
}

#[cfg(has_kqueue)]
fn main() -> std::io::Result<()> {
    kqueue::main()
}

#[cfg(not(has_kqueue))]
fn main() {
    examples::needs_kqueue();
}
