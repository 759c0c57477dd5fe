//! Chapter 12, exercise 1: a wait of mio that a signal does not end.
//!
//! As in `04-interrupted`, another process stops this one in the middle of each
//! wait and lets it go on.
//!
//! ```sh
//! cargo run --example 12-answer-1
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, ErrorKind};
    use std::process::{self, Child, Command};
    use std::time::{Duration, Instant};

    use mio::{Events, Poll};

    // ANCHOR: poll_to_the_end
    fn poll_to_the_end(
        poll: &mut Poll,
        events: &mut Events,
        timeout: Option<Duration>,
    ) -> io::Result<()> {
        // One that is too far away to be represented is none.
        let deadline = timeout.and_then(|it| Instant::now().checked_add(it));
        loop {
            let left =
                deadline.map(|it| it.saturating_duration_since(Instant::now()));
            match poll.poll(events, left) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
    // ANCHOR_END: poll_to_the_end

    fn stop_and_continue_us() -> io::Result<Child> {
        let pid = process::id();
        let script =
            format!("sleep 0.3; kill -STOP {pid}; sleep 0.1; kill -CONT {pid}");
        Command::new("sh").args(["-c", &script]).spawn()
    }

    pub fn main() -> io::Result<()> {
        let minute = Some(Duration::from_secs(60));
        let second = Some(Duration::from_secs(1));
        let mut poll = Poll::new()?;
        let mut events = Events::with_capacity(1);

        let mut child = stop_and_continue_us()?;
        let result = poll.poll(&mut events, minute);
        let kind = result.map_err(|error| error.kind());
        println!("mio::Poll::poll: {kind:?}");
        child.wait()?;

        let start = Instant::now();
        let mut child = stop_and_continue_us()?;
        let result = poll_to_the_end(&mut poll, &mut events, second);
        let whole = start.elapsed() >= Duration::from_secs(1);
        println!(
            "poll_to_the_end: {result:?}, after the whole second: {whole}"
        );
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
