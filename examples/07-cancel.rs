//! Chapter 7: a poll that was accepted ends in one packet, whatever happens.
//!
//! Each line starts polls, and prints how many the kernel has accepted, what
//! it said to a cancel, how many packets came, and what the last one answered.
//!
//! ```sh
//! cargo run --example 07-cancel
//! ```

#[cfg(windows)]
mod windows {
    use std::io::{self, Read, Write};
    use std::os::windows::io::{AsRawSocket, RawSocket};
    use std::sync::Barrier;
    use std::thread;
    use std::time::Duration;

    use examples::afd::{Pending, Polls, RECEIVE, names};
    use examples::iocp::{name, pair};

    const ROUNDS: usize = 10_000;
    /// What has to come comes sooner.
    const LONGEST_WAIT: Duration = Duration::from_secs(10);

    #[derive(Default)]
    struct Count {
        accepted: usize,
        cancel: String,
        packets: usize,
        answer: String,
    }

    impl Count {
        fn start(
            &mut self,
            polls: &Polls,
            socket: &impl AsRawSocket,
        ) -> io::Result<Pending> {
            let poll = polls.start(socket, RECEIVE)?;
            self.accepted += 1;
            Ok(poll)
        }

        /// Takes as many packets as there have to be, and looks for one more.
        fn take(&mut self, polls: &Polls) -> io::Result<()> {
            loop {
                let all = self.packets >= self.accepted;
                let timeout = if all { Duration::ZERO } else { LONGEST_WAIT };
                let Some(answer) = polls.wait(Some(timeout))? else {
                    return Ok(());
                };
                self.packets += 1;
                self.answer = names(answer);
            }
        }
    }

    /// What a call that may be refused says.
    fn word(result: io::Result<()>) -> String {
        match result {
            Ok(()) => "ok".into(),
            Err(error) => name(error.raw_os_error().unwrap_or(0) as u32),
        }
    }

    fn cancel_a_pending_poll() -> io::Result<Count> {
        let (socket, _peer) = pair()?;
        let (polls, mut count) = (Polls::new()?, Count::default());
        let poll = count.start(&polls, &socket)?;
        count.cancel = word(polls.cancel(poll));
        count.take(&polls)?;
        Ok(count)
    }

    fn cancel_an_answered_poll() -> io::Result<Count> {
        let (socket, mut peer) = pair()?;
        let (polls, mut count) = (Polls::new()?, Count::default());
        peer.write_all(b"x")?;
        socket.peek(&mut [0])?; // Now it is there.
        let poll = count.start(&polls, &socket)?;
        count.cancel = word(polls.cancel(poll));
        count.take(&polls)?;
        Ok(count)
    }

    struct Closed(RawSocket);

    impl AsRawSocket for Closed {
        fn as_raw_socket(&self) -> RawSocket {
            self.0
        }
    }

    fn poll_a_closed_socket() -> io::Result<Count> {
        let (socket, _peer) = pair()?;
        let (polls, mut count) = (Polls::new()?, Count::default());
        let closed = Closed(socket.as_raw_socket());
        drop(socket);
        let refused = count.start(&polls, &closed).map(drop);
        count.take(&polls)?;
        count.answer = format!("error {}", word(refused));
        Ok(count)
    }

    fn two_polls_of_a_socket() -> io::Result<Count> {
        let (socket, mut peer) = pair()?;
        let (polls, mut count) = (Polls::new()?, Count::default());
        count.start(&polls, &socket)?;
        count.start(&polls, &socket)?;
        peer.write_all(b"x")?;
        count.take(&polls)?;
        Ok(count)
    }

    fn race() -> io::Result<Count> {
        let (mut socket, mut peer) = pair()?;
        let (polls, mut count) = (Polls::new()?, Count::default());
        let both = Barrier::new(2);
        thread::scope(|scope| {
            let writer = thread::Builder::new().name("writer".into());
            let writer = writer.spawn_scoped(scope, || {
                (0..ROUNDS).try_for_each(|_| {
                    both.wait();
                    peer.write_all(b"x")
                })
            })?;
            for _ in 0..ROUNDS {
                let poll = count.start(&polls, &socket)?;
                both.wait();
                let _ = polls.cancel(poll); // Whether it is found or not,
                count.take(&polls)?; // there is a packet.
                socket.read_exact(&mut [0])?;
            }
            writer.join().expect("it does not panic")
        })?;
        (count.cancel, count.answer) = Default::default();
        Ok(count)
    }

    pub fn main() -> io::Result<()> {
        println!("{:27}accepted  cancel{:16}packets  answer", "", "");
        let report = |what: &str, count: Count| {
            let Count {
                accepted,
                cancel,
                packets,
                answer,
            } = count;
            let line =
                format!("{what:27}{accepted:>8}  {cancel:20}{packets:>9}");
            println!("{}", format!("{line}  {answer}").trim_end());
        };
        report("cancelled while pending", cancel_a_pending_poll()?);
        report("cancelled when answered", cancel_an_answered_poll()?);
        report("of a socket that is closed", poll_a_closed_socket()?);
        report("two of the same socket", two_polls_of_a_socket()?);
        report("cancel races with a byte", race()?);
        Ok(())
    }
}

#[cfg(windows)]
fn main() -> std::io::Result<()> {
    windows::main()
}

#[cfg(not(windows))]
fn main() {
    examples::needs_windows();
}
