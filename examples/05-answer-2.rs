//! Chapter 5, exercise 2: five registrations and the first wait, in one call.
//!
//! ```sh
//! cargo run --example 05-answer-2
//! ```

#[cfg(has_kqueue)]
mod kqueue {
    use std::io::{self, Read, Write};
    use std::net::TcpStream;

    use clap::Parser;
    use examples::kqueue::{EV_ADD, EV_DELETE, EVFILT_READ, Kevent, Kqueue};
    use examples::{ServerArgs, http};

    const PATHS: [&str; 5] = [
        "/500/first",
        "/400/second",
        "/300/third",
        "/200/fourth",
        "/100/fifth",
    ];

    // ANCHOR: wait
    /// Makes the changes, and waits. What could not be changed is an error.
    fn change_and_wait(
        queue: &Kqueue,
        changes: &mut Vec<Kevent>,
    ) -> io::Result<Vec<Kevent>> {
        let events = loop {
            let result = queue.kevent(changes, 8, None);
            // They have been made, even by a call that is interrupted.
            changes.clear();
            match result {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        match events.iter().find_map(Kevent::error) {
            Some(code) => Err(io::Error::from_raw_os_error(code)),
            None => Ok(events),
        }
    }
    // ANCHOR_END: wait

    /// Reads until there is nothing more for now. True when the reply is
    /// complete.
    fn drain(stream: &mut TcpStream, reply: &mut Vec<u8>) -> io::Result<bool> {
        match stream.read_to_end(reply) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    pub fn main() -> io::Result<()> {
        let server = ServerArgs::parse().server()?;
        let queue = Kqueue::new()?;
        let mut connections = Vec::new();
        let mut changes = Vec::new();
        for (token, path) in PATHS.iter().enumerate() {
            let mut stream = TcpStream::connect(server.addr())?;
            stream.write_all(http::request(path).as_bytes())?;
            stream.set_nonblocking(true)?;
            changes.push(Kevent::new(&stream, EVFILT_READ, EV_ADD, token));
            connections.push((stream, Vec::new()));
        }

        println!("{} changes, and no call yet", changes.len());

        // ANCHOR: loop
        let mut unanswered = connections.len();
        while unanswered > 0 {
            for event in change_and_wait(&queue, &mut changes)? {
                let token = event.token;
                let (stream, reply) = &mut connections[token];
                if drain(stream, reply)? {
                    let flags = EV_DELETE;
                    changes.push(Kevent { flags, ..event });
                    println!("<- token {token}: {}", http::body(reply));
                    unanswered -= 1;
                }
            }
        }
        // ANCHOR_END: loop
        Ok(())
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
