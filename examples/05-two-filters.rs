//! Chapter 5: one socket, two filters, and so two events.
//!
//! After each step, how many events a wait returns, and which.
//!
//! ```sh
//! cargo run --example 05-two-filters
//! ```

#[cfg(has_kqueue)]
mod kqueue {
    use std::io::{self, Read, Write};
    use std::os::unix::net::UnixStream;

    use examples::kqueue::{
        EV_ADD, EV_DELETE, EVFILT_READ, EVFILT_WRITE, Kevent, Kqueue,
    };

    fn say(what: &str, queue: &Kqueue) -> io::Result<()> {
        let mut events = queue.now()?;
        // No system promises an order.
        events.sort_by_key(|event| event.filter != EVFILT_READ);
        let count = events.len();
        let events: Vec<_> = events.iter().map(describe).collect();
        println!("{what:38}{count}  {}", events.join(", "));
        Ok(())
    }

    fn describe(event: &Kevent) -> String {
        let filter = match event.filter {
            EVFILT_READ => "READ",
            _ => "WRITE",
        };
        format!("{filter} (token {})", event.token)
    }

    pub fn main() -> io::Result<()> {
        let queue = Kqueue::new()?;
        let (mut socket, mut peer) = UnixStream::pair()?;
        let read = Kevent::new(&socket, EVFILT_READ, EV_ADD, 7);
        let write = Kevent::new(&socket, EVFILT_WRITE, EV_ADD, 7);
        println!("{:38}events", "");

        queue.kevent(&[read, write], 0, None)?;
        say("EV_ADD of both", &queue)?;

        peer.write_all(b"hello")?;
        say("5 bytes arrive", &queue)?;

        let flags = EV_DELETE;
        queue.change(Kevent { flags, ..write })?;
        say("EV_DELETE of WRITE", &queue)?;

        let token = 8;
        queue.change(Kevent { token, ..write })?;
        say("EV_ADD of WRITE, with another token", &queue)?;

        socket.read_exact(&mut [0; 5])?;
        say("the bytes are read", &queue)?;

        queue.change(Kevent { flags, ..read })?;
        peer.write_all(b"again")?;
        say("EV_DELETE of READ; 5 bytes arrive", &queue)
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
