//! Chapter 4, exercise 2: the same replies, edge-triggered.
//!
//! ```sh
//! cargo run --example 04-answer-2
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, Read, Write};
    use std::net::TcpStream;
    use std::os::fd::AsRawFd;

    use clap::Parser;
    use examples::epoll::Epoll;
    use examples::{ServerArgs, http};
    use libc::{EPOLLET, EPOLLIN};

    const PATHS: [&str; 3] = ["/300/first", "/200/second", "/100/third"];

    // ANCHOR: drain
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
    // ANCHOR_END: drain

    pub fn main() -> io::Result<()> {
        let server = ServerArgs::parse().server()?;
        let queue = Epoll::new()?;
        let mut connections = Vec::new();
        for (token, path) in PATHS.iter().enumerate() {
            let mut stream = TcpStream::connect(server.addr())?;
            write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
            stream.set_nonblocking(true)?;
            queue.add(
                stream.as_raw_fd(),
                token as u64,
                (EPOLLIN | EPOLLET) as u32,
            )?;
            connections.push((stream, Vec::new()));
        }

        // ANCHOR: wait
        let mut unanswered = connections.len();
        while unanswered > 0 {
            for (token, _flags) in queue.wait(-1)? {
                let (stream, reply) = &mut connections[token as usize];
                if drain(stream, reply)? {
                    queue.delete(stream.as_raw_fd())?;
                    let body = http::body(reply);
                    println!("<- token {token}: {body}");
                    unanswered -= 1;
                }
            }
        }
        // ANCHOR_END: wait
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
