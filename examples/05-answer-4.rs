//! Chapter 5, exercise 4: a time limit for each reply, in the same queue.
//!
//! ```sh
//! cargo run --example 05-answer-4
//! ```

#[cfg(has_kqueue)]
mod kqueue {
    use std::io::{self, Read, Write};
    use std::net::{SocketAddr, TcpStream};

    use clap::Parser;
    use examples::kqueue::{
        EV_ADD, EV_DELETE, EV_ONESHOT, EVFILT_READ, EVFILT_TIMER, Flags,
        Kevent, Kqueue,
    };
    use examples::{ServerArgs, http};

    const PATHS: [&str; 3] = ["/100/first", "/5000/second", "/200/third"];
    const LIMIT: i64 = 1_000;

    struct Connection {
        stream: TcpStream,
        reply: Vec<u8>,
    }

    fn ask(server: SocketAddr, path: &str) -> io::Result<Connection> {
        let mut stream = TcpStream::connect(server)?;
        stream.write_all(http::request(path).as_bytes())?;
        stream.set_nonblocking(true)?;
        let reply = Vec::new();
        Ok(Connection { stream, reply })
    }

    // ANCHOR: timer
    fn timer(flags: Flags, token: usize) -> Kevent {
        Kevent {
            ident: token,
            filter: EVFILT_TIMER,
            flags,
            fflags: 0,
            data: LIMIT, // milliseconds
            token,
        }
    }

    fn start(
        queue: &Kqueue,
        connection: &Connection,
        token: usize,
    ) -> io::Result<()> {
        let read = Kevent::new(&connection.stream, EVFILT_READ, EV_ADD, token);
        let timer = timer(EV_ADD | EV_ONESHOT, token);
        queue.kevent(&[read, timer], 0, None)?;
        Ok(())
    }
    // ANCHOR_END: timer

    /// Deletes what is left of the two.
    fn stop(
        queue: &Kqueue,
        connection: &Connection,
        token: usize,
    ) -> io::Result<()> {
        let flags = EV_DELETE;
        let read = Kevent::new(&connection.stream, EVFILT_READ, flags, token);
        queue.change(read)?;
        match queue.change(timer(flags, token)) {
            // It has fired, and was deleted by that.
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(()),
            result => result,
        }
    }

    /// Reads until there is nothing more for now. True when the reply is
    /// complete.
    fn drain(connection: &mut Connection) -> io::Result<bool> {
        match connection.stream.read_to_end(&mut connection.reply) {
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
        for (token, path) in PATHS.iter().enumerate() {
            let connection = ask(server.addr(), path)?;
            start(&queue, &connection, token)?;
            println!("-> token {token}: GET {path}");
            connections.push(Some(connection));
        }

        // ANCHOR: loop
        let mut unanswered = connections.len();
        while unanswered > 0 {
            for event in queue.wait(None)? {
                let token = event.token;
                // The other event of the same connection may have come first.
                let Some(connection) = &mut connections[token] else {
                    continue;
                };
                if event.filter == EVFILT_TIMER {
                    println!("<- token {token}: nothing in {LIMIT} ms");
                } else if drain(connection)? {
                    let body = http::body(&connection.reply);
                    println!("<- token {token}: {body}");
                } else {
                    continue;
                }
                stop(&queue, connection, token)?;
                connections[token] = None;
                unanswered -= 1;
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
