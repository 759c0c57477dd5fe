//! Chapter 6, exercise 2: the first reply is enough, and nothing is freed that
//! the kernel still has.
//!
//! ```sh
//! cargo run --example 06-answer-2
//! ```

#[cfg(windows)]
mod windows {
    use std::io::{self, Write};
    use std::net::TcpStream;

    use clap::Parser;
    use examples::iocp::{INFINITE, Operation, Pending, Port};
    use examples::{ServerArgs, http};
    use windows_sys::Win32::Foundation::ERROR_OPERATION_ABORTED;

    const PATHS: [&str; 5] = [
        "/5000/first",
        "/4000/second",
        "/3000/third",
        "/2000/fourth",
        "/100/fifth",
    ];

    struct Connection {
        stream: TcpStream,
        reply: Vec<u8>,
        read: Pending,
    }

    /// Takes packets until a reply is complete: then no read of that
    /// connection is under way.
    fn first_reply(
        port: &Port,
        connections: &mut [Connection],
    ) -> io::Result<usize> {
        loop {
            let packet = port.wait()?;
            let (token, count) = (packet.key, packet.bytes as usize);
            let connection = &mut connections[token];
            let operation = packet.into_operation()?;
            if count == 0 {
                return Ok(token);
            }
            let bytes = &operation.buffer[..count];
            connection.reply.extend_from_slice(bytes);
            connection.read = operation.recv(&connection.stream)?.operation;
        }
    }

    // ANCHOR: cancel
    /// Cancels the reads of all connections but one, and counts them.
    fn cancel_others(connections: &[Connection], finished: usize) -> usize {
        let mut under_way = 0;
        for (token, connection) in connections.iter().enumerate() {
            if token != finished {
                // An error is no news: the packet tells what has happened.
                let _ = connection.read.cancel(&connection.stream);
                under_way += 1;
            }
        }
        under_way
    }
    // ANCHOR_END: cancel

    // ANCHOR: take_back
    /// Takes back so many operations. Says how many were cancelled.
    fn take_back(port: &Port, mut under_way: usize) -> io::Result<usize> {
        let mut cancelled = 0;
        while under_way > 0 {
            // Each packet brings an operation, which is freed with it.
            for packet in port.take(INFINITE)? {
                under_way -= 1;
                if packet.error() == ERROR_OPERATION_ABORTED {
                    cancelled += 1;
                }
            }
        }
        Ok(cancelled)
    }
    // ANCHOR_END: take_back

    pub fn main() -> io::Result<()> {
        let server = ServerArgs::parse().server()?;
        let port = Port::new()?;
        let mut connections = Vec::new();
        for (token, path) in PATHS.iter().enumerate() {
            let mut stream = TcpStream::connect(server.addr())?;
            write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
            port.associate(&stream, token)?;
            let operation = Operation::new("read", [0; 1024]);
            let read = operation.recv(&stream)?.operation;
            let reply = Vec::new();
            connections.push(Connection {
                stream,
                reply,
                read,
            });
        }

        let token = first_reply(&port, &mut connections)?;
        let body = http::body(&connections[token].reply);
        println!("<- token {token}: {body}");
        let under_way = cancel_others(&connections, token);
        let cancelled = take_back(&port, under_way)?;
        println!("{cancelled} cancelled");
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
