//! Chapter 3, answer 2: “done” on top of “ready”.
//!
//! ```sh
//! cargo run --example 03-answer-2
//! ```

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net;

use minimio::net::TcpStream;
use minimio::{Events, Interest, Poll, Token};

// ANCHOR: operation
/// A read that fills its buffer. While it is pending, it owns both.
struct Operation {
    socket: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}
// ANCHOR_END: operation

// ANCHOR: advance
impl Operation {
    /// Goes on as far as it can. True when it is done.
    fn advance(&mut self) -> io::Result<bool> {
        while self.filled < self.buffer.len() {
            match self.socket.read(&mut self.buffer[self.filled..]) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(false);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}
// ANCHOR_END: advance

struct CompletionQueue {
    poll: Poll,
    events: Events,
    pending: HashMap<Token, Operation>,
}

impl CompletionQueue {
    // ANCHOR: start_read
    /// Takes the socket and the buffer until the operation is done.
    fn start_read(
        &mut self,
        token: Token,
        mut socket: TcpStream,
        buffer: Vec<u8>,
    ) -> io::Result<()> {
        self.poll.registry().register(
            &mut socket,
            token,
            Interest::READABLE,
        )?;
        let operation = Operation {
            socket,
            buffer,
            filled: 0,
        };
        self.pending.insert(token, operation);
        Ok(())
    }
    // ANCHOR_END: start_read

    // ANCHOR: wait
    /// Gives both back, the buffer full.
    fn wait_until_done(&mut self) -> io::Result<(Token, TcpStream, Vec<u8>)> {
        loop {
            self.poll.poll(&mut self.events, None)?;
            for event in &self.events {
                let token = event.token();
                let Some(operation) = self.pending.get_mut(&token) else {
                    continue;
                };
                if operation.advance()?
                    && let Some(mut done) = self.pending.remove(&token)
                {
                    self.poll.registry().deregister(&mut done.socket)?;
                    return Ok((token, done.socket, done.buffer));
                }
            }
        }
    }
    // ANCHOR_END: wait
}

fn main() -> io::Result<()> {
    let listener = net::TcpListener::bind("127.0.0.1:0")?;
    let mut peer = net::TcpStream::connect(listener.local_addr()?)?;
    let (socket, _) = listener.accept()?;
    socket.set_nonblocking(true)?;

    let mut queue = CompletionQueue {
        poll: Poll::new()?,
        // One at a time: what else is ready is reported by the next wait.
        events: Events::with_capacity(1),
        pending: HashMap::new(),
    };
    let socket = TcpStream::from_std(socket);
    queue.start_read(Token(1), socket, vec![0; 10])?;
    peer.write_all(b"hello")?;
    peer.write_all(b"world")?;
    let (token, _, buffer) = queue.wait_until_done()?;
    println!("{token:?}: {}", String::from_utf8_lossy(&buffer));
    Ok(())
}
