//! Chapter 7, exercise 1: a poll for each read, however little it reads.
//!
//! ```sh
//! cargo run --example 07-answer-1
//! ```

#[cfg(windows)]
mod windows {
    use std::io::{self, Read, Write};
    use std::net::TcpStream;

    use clap::Parser;
    use examples::afd::{ABORT, DISCONNECT, Polls, RECEIVE};
    use examples::{Server, ServerArgs, http};

    // ANCHOR: polls
    /// Reads one reply as 07-afd does it: once for each poll.
    fn read_with(room: usize, server: &Server) -> io::Result<()> {
        let mut stream = TcpStream::connect(server.addr())?;
        stream.write_all(http::request("/100/hello").as_bytes())?;
        let polls = Polls::new()?;
        let (mut count, mut length) = (0, 0);
        let mut buffer = vec![0; room];
        loop {
            polls.until(&stream, RECEIVE | DISCONNECT | ABORT)?;
            count += 1;
            match stream.read(&mut buffer)? {
                0 => break,
                bytes => length += bytes,
            }
        }
        println!("reads of {room}: {count} polls for {length} bytes");
        Ok(())
    }
    // ANCHOR_END: polls

    pub fn main() -> io::Result<()> {
        let server = ServerArgs::parse().server()?;
        read_with(1024, &server)?;
        read_with(1, &server)
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
