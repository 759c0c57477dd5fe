//! Chapter 4: what an interest list holds, shown by closing a descriptor that
//! has a copy.
//!
//! ```sh
//! cargo run --example 04-dup
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    use examples::epoll::Epoll;
    use libc::{EPOLLET, EPOLLIN};

    const FLAGS: u32 = (EPOLLIN | EPOLLET) as u32;

    fn say(
        what: &str,
        queue: &Epoll,
        result: io::Result<()>,
    ) -> io::Result<()> {
        let answer = match result {
            Ok(()) => "ok".into(),
            Err(error) => error.to_string(),
        };
        let entries = queue.interest_list()?.len();
        let events = queue.flags_now()?;
        println!("{what:26}{entries:>4}    {events:8}{answer}");
        Ok(())
    }

    pub fn main() -> io::Result<()> {
        let queue = Epoll::new()?;
        let (socket, mut peer) = UnixStream::pair()?;
        println!("{:26}entries event   answer", "");

        let first = socket.as_raw_fd();
        say("ADD first", &queue, queue.add(first, 0, FLAGS))?;
        say("a byte arrives", &queue, peer.write_all(b"x"))?;

        let copy = socket.try_clone()?;
        let second = copy.as_raw_fd();
        say("second = dup(first)", &queue, Ok(()))?;

        drop(socket);
        say("close(first)", &queue, Ok(()))?;
        say("a byte arrives", &queue, peer.write_all(b"x"))?;
        say("DEL first", &queue, queue.delete(first))?;
        say("DEL second", &queue, queue.delete(second))?;
        say("ADD second", &queue, queue.add(second, 0, FLAGS))?;

        drop(copy);
        say("close(second)", &queue, Ok(()))
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
