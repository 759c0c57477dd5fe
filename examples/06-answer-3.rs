//! Chapter 6, exercise 3: the requests go through the port too.
//!
//! ```sh
//! cargo run --example 06-answer-3
//! ```

#[cfg(windows)]
mod windows {
    use std::io;
    use std::net::TcpStream;

    use clap::Parser;
    use examples::iocp::{INFINITE, Operation, Port};
    use examples::{ServerArgs, http};

    const PATHS: [&str; 5] = [
        "/500/first",
        "/400/second",
        "/300/third",
        "/200/fourth",
        "/100/fifth",
    ];

    struct Connection {
        stream: TcpStream,
        reply: Vec<u8>,
    }

    // ANCHOR: ask
    const READ: &str = "read";
    const WRITE: &str = "write";

    fn ask(connection: &Connection, path: &str) -> io::Result<()> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Operation::new(WRITE, request).send(&connection.stream)?;
        Operation::new(READ, [0; 1024]).recv(&connection.stream)?;
        Ok(())
    }
    // ANCHOR_END: ask

    pub fn main() -> io::Result<()> {
        let server = ServerArgs::parse().server()?;
        let port = Port::new()?;
        let mut connections = Vec::new();
        for (token, path) in PATHS.iter().enumerate() {
            let stream = TcpStream::connect(server.addr())?;
            port.associate(&stream, token)?;
            let reply = Vec::new();
            let connection = Connection { stream, reply };
            ask(&connection, path)?;
            println!("-> token {token}: GET {path}");
            connections.push(connection);
        }

        // ANCHOR: wait
        let mut unanswered = connections.len();
        while unanswered > 0 {
            for packet in port.take(INFINITE)? {
                let (token, count) = (packet.key, packet.bytes as usize);
                let connection = &mut connections[token];
                let operation = packet.into_operation()?;
                if operation.name == WRITE {
                    println!("   token {token}: {count} bytes sent");
                } else if count > 0 {
                    let bytes = &operation.buffer[..count];
                    connection.reply.extend_from_slice(bytes);
                    operation.recv(&connection.stream)?;
                } else {
                    let body = http::body(&connection.reply);
                    println!("<- token {token}: {body}");
                    unanswered -= 1;
                }
            }
        }
        Ok(())
        // ANCHOR_END: wait
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
