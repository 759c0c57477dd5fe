//! Chapter 7: five requests, one thread, and a completion port that tells of
//! sockets which have become ready.
//!
//! On the modules of chapters 6 and 7, before there is a selector:
//!
//! ```sh
//! cargo run --example 07-afd
//! cargo run --example 07-afd -- --addr 127.0.0.1:8080
//! ```

#[cfg(windows)]
#[allow(dead_code)]
#[path = "../minimio/src/sys/windows/afd.rs"]
mod afd;
#[cfg(windows)]
#[allow(dead_code)]
#[path = "../minimio/src/sys/windows/iocp.rs"]
mod iocp;

#[cfg(windows)]
mod windows {
    use std::io::{self, Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::os::windows::io::{AsHandle, AsRawSocket};

    use clap::Parser;
    use examples::{ServerArgs, http};

    use super::afd::{
        AFD_POLL_ABORT, AFD_POLL_DISCONNECT, AFD_POLL_RECEIVE, Afd, Request,
    };
    use super::iocp::{CompletionPort, OVERLAPPED_ENTRY};

    const PATHS: [&str; 5] = [
        "/500/first",
        "/400/second",
        "/300/third",
        "/200/fourth",
        "/100/fifth",
    ];

    // ANCHOR: ask
    struct Connection {
        stream: TcpStream,
        reply: Vec<u8>,
    }

    /// A poll of a socket: the kernel's, from the call until the packet.
    struct Question {
        request: Request,
        token: usize,
    }

    fn ask(server: SocketAddr, path: &str) -> io::Result<Connection> {
        let mut stream = TcpStream::connect(server)?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        stream.set_nonblocking(true)?;
        let reply = Vec::new();
        Ok(Connection { stream, reply })
    }
    // ANCHOR_END: ask

    // ANCHOR: start_poll
    /// Gives `question` to the kernel, to tell when the socket can be read.
    fn start_poll(
        afd: &Afd,
        connection: &Connection,
        question: Box<Question>,
    ) -> io::Result<()> {
        let socket = connection.stream.as_raw_socket();
        let events = AFD_POLL_RECEIVE | AFD_POLL_DISCONNECT | AFD_POLL_ABORT;
        let question = Box::into_raw(question);
        // SAFETY: `question` stays where it is, and nobody has it but the
        // kernel, until the packet brings it back.
        let started = unsafe {
            let request = &raw mut (*question).request;
            afd.poll(request, socket, events, question.cast())
        };
        if started.is_err() {
            // SAFETY: it was refused, so the kernel does not have it.
            drop(unsafe { Box::from_raw(question) });
        }
        started
    }
    // ANCHOR_END: start_poll

    // ANCHOR: take_back
    /// The question that a packet answers, which is ours again.
    ///
    /// # Safety
    ///
    /// The packet is from the port, and is taken back once.
    unsafe fn take_back(packet: &OVERLAPPED_ENTRY) -> Box<Question> {
        // SAFETY: it is from `into_raw` in `start_poll`, the only place that
        // starts operations, and the kernel is done with it.
        unsafe { Box::from_raw(packet.lpOverlapped.cast::<Question>()) }
    }
    // ANCHOR_END: take_back

    // ANCHOR: read_reply
    /// Reads once. True when the reply is complete.
    fn read_reply(connection: &mut Connection) -> io::Result<bool> {
        let mut buffer = [0; 1024];
        match connection.stream.read(&mut buffer) {
            Ok(0) => Ok(true),
            Ok(count) => {
                connection.reply.extend_from_slice(&buffer[..count]);
                Ok(false)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
    // ANCHOR_END: read_reply

    // ANCHOR: main_ask
    pub fn main() -> io::Result<()> {
        let server = ServerArgs::parse().server()?;
        let port = CompletionPort::new()?;
        let afd = Afd::open()?;
        port.associate(afd.as_handle(), 0)?;

        let mut connections = Vec::new();
        for (token, path) in PATHS.iter().enumerate() {
            let connection = ask(server.addr(), path)?;
            let request = Request::new(0, 0);
            start_poll(
                &afd,
                &connection,
                Box::new(Question { request, token }),
            )?;
            println!("-> token {token}: GET {path}");
            connections.push(connection);
        }
        // ANCHOR_END: main_ask

        // ANCHOR: main_wait
        let mut unanswered = connections.len();
        let mut buffer = [OVERLAPPED_ENTRY::EMPTY; 8];
        while unanswered > 0 {
            for packet in port.wait(&mut buffer, None)? {
                // SAFETY: it has just been taken from the port.
                let question = unsafe { take_back(packet) };
                let token = question.token;
                let connection = &mut connections[token];
                let complete = read_reply(connection)?;
                if complete {
                    let body = http::body(&connection.reply);
                    println!("<- token {token}: {body}");
                    unanswered -= 1;
                } else {
                    start_poll(&afd, connection, question)?;
                }
            }
        }
        Ok(())
    }
    // ANCHOR_END: main_wait
}

#[cfg(windows)]
fn main() -> std::io::Result<()> {
    windows::main()
}

#[cfg(not(windows))]
fn main() {
    examples::needs_windows();
}
