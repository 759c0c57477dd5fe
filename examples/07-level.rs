//! Chapter 7: a poll of AFD is answered once, and by the state of the socket.
//!
//! Each line does one thing, takes the packet that has come, if one has, and
//! prints how many polls were started and how many packets were taken so far.
//!
//! ```sh
//! cargo run --example 07-level
//! ```

#[cfg(windows)]
mod windows {
    use std::io::{self, Read, Write};
    use std::net::TcpStream;
    use std::time::Duration;

    use examples::afd::{Polls, RECEIVE, names};
    use examples::iocp::pair;

    /// Looks whether a packet is there.
    const NOW: Option<Duration> = Some(Duration::ZERO);
    /// Waits until one is.
    const THEN: Option<Duration> = None;

    struct Watched {
        polls: Polls,
        socket: TcpStream,
        peer: TcpStream,
        started: usize,
        taken: usize,
    }

    impl Watched {
        fn new() -> io::Result<Watched> {
            let (socket, peer) = pair()?;
            let polls = Polls::new()?;
            Ok(Watched {
                polls,
                socket,
                peer,
                started: 0,
                taken: 0,
            })
        }

        fn poll(&mut self) -> io::Result<()> {
            self.polls.start(&self.socket, RECEIVE)?;
            self.started += 1;
            Ok(())
        }

        fn arrive(&mut self, bytes: &[u8]) -> io::Result<()> {
            self.peer.write_all(bytes)
        }

        fn read(&mut self, count: usize) -> io::Result<()> {
            self.socket.read_exact(&mut vec![0; count])
        }

        fn report(
            &mut self,
            what: &str,
            timeout: Option<Duration>,
        ) -> io::Result<()> {
            let answer = self.polls.wait(timeout)?;
            self.taken += usize::from(answer.is_some());
            let answer = answer.map_or("-".into(), names);
            let Watched { started, taken, .. } = self;
            println!("{what:26}{answer:9}{started:>5}{taken:>9}");
            Ok(())
        }
    }

    pub fn main() -> io::Result<()> {
        println!("{:26}{:9}polls  packets", "", "packet");
        let mut watched = Watched::new()?;
        watched.poll()?;
        watched.report("poll", NOW)?;
        watched.arrive(b"hello")?;
        watched.report("5 bytes arrive", THEN)?;
        watched.arrive(b"again")?;
        watched.report("5 more arrive", NOW)?;
        watched.poll()?;
        watched.report("poll, nothing read", NOW)?;
        watched.read(4)?;
        watched.poll()?;
        watched.report("read 4 bytes, poll", NOW)?;
        watched.read(6)?;
        watched.poll()?;
        watched.report("read the 6 bytes, poll", NOW)?;
        watched.arrive(b"!")?;
        watched.report("1 byte arrives", THEN)
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
