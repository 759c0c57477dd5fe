//! Chapter 4: a wait that is stopped and continued, as a debugger does it.
//!
//! The first wait below lasts up to a minute, the second a second. In the middle
//! of each another process stops this one with SIGSTOP and lets it go on with
//! SIGCONT.
//!
//! ```sh
//! cargo run --example 04-interrupted
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::process::{self, Child, Command};
    use std::time::{Duration, Instant};

    use examples::epoll::Epoll;
    use minimio::{Events, Poll};

    fn stop_and_continue_us() -> io::Result<Child> {
        let pid = process::id();
        let script =
            format!("sleep 0.3; kill -STOP {pid}; sleep 0.1; kill -CONT {pid}");
        Command::new("sh").args(["-c", &script]).spawn()
    }

    pub fn main() -> io::Result<()> {
        let queue = Epoll::new()?;
        let mut child = stop_and_continue_us()?;
        let result = queue.wait_once(60_000);
        println!("epoll_wait: {result:?}");
        child.wait()?;

        let mut poll = Poll::new()?;
        let mut events = Events::with_capacity(1);
        let start = Instant::now();
        let mut child = stop_and_continue_us()?;
        let result = poll.poll(&mut events, Some(Duration::from_secs(1)));
        let waited = start.elapsed();
        let whole = waited >= Duration::from_secs(1);
        println!("Poll::poll: {result:?}, after the whole second: {whole}");
        child.wait()?;
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
