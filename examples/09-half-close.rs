//! Chapter 9: an end in order, and a reset.
//!
//! ```sh
//! cargo run --example 09-half-close
//! ```

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener};

use minimio::net::TcpStream;
use minimio::{Events, Interest, Poll, Token};

fn main() -> io::Result<()> {
    println!("shutdown(Write), and the server answers:");
    in_order()?;
    println!("the server drops the socket with a byte unread:");
    reset()
}

struct Client {
    poll: Poll,
    events: Events,
    socket: TcpStream,
}

/// A client and the server's end of its connection.
fn connected() -> io::Result<(Client, std::net::TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut socket = TcpStream::connect(listener.local_addr()?)?;
    let poll = Poll::new()?;
    let both = Interest::READABLE | Interest::WRITABLE;
    poll.registry().register(&mut socket, Token(0), both)?;
    let (server, _) = listener.accept()?;
    let events = Events::with_capacity(1);
    let mut client = Client {
        poll,
        events,
        socket,
    };
    while client.socket.peer_addr().is_err() {
        client.wait()?;
        if let Some(error) = client.socket.take_error()? {
            return Err(error);
        }
    }
    Ok((client, server))
}

impl Client {
    fn wait(&mut self) -> io::Result<()> {
        self.poll.poll(&mut self.events, None)
    }

    /// What a read says, as soon as it does not say `WouldBlock`.
    fn read(&mut self) -> io::Result<String> {
        let mut buffer = [0; 16];
        loop {
            match self.socket.read(&mut buffer) {
                Ok(count) => {
                    let text = String::from_utf8_lossy(&buffer[..count]);
                    return Ok(format!("{count} bytes {text:?}"));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.wait()?;
                }
                Err(error) => return Ok(format!("{:?}", error.kind())),
            }
        }
    }
}

// ANCHOR: in_order
fn in_order() -> io::Result<()> {
    let (mut client, mut server) = connected()?;
    client.socket.write_all(b"question")?;
    client.socket.shutdown(Shutdown::Write)?;

    let mut question = String::new();
    server.read_to_string(&mut question)?;
    println!("  the server reads {question:?} and the end");
    server.write_all(b"answer")?;
    drop(server);
    println!("  the client reads {}", client.read()?);
    println!("  and then {}", client.read()?);
    Ok(())
}
// ANCHOR_END: in_order

// ANCHOR: reset
fn reset() -> io::Result<()> {
    let (mut client, mut server) = connected()?;
    client.socket.write_all(b"?!")?;
    // Both have arrived when one is read and the other is seen.
    server.read_exact(&mut [0])?;
    server.peek(&mut [0])?;
    drop(server);
    println!("  the client reads {}", client.read()?);
    Ok(())
}
// ANCHOR_END: reset
