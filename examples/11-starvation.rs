//! Chapter 11: a peer that sends as fast as we read, and one that sends one
//! byte. When is the second one's turn?
//!
//! ```sh
//! cargo run --example 11-starvation
//! ```

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use examples::peer;
use minimio::{Events, Interest, Poll, Token, net};

const CHATTY: Token = Token(0);
const QUIET: Token = Token(1);

/// How often the chatty one sends. It would go on if the program did.
const MESSAGES: usize = 1_000;

struct Room {
    poll: Poll,
    chatty: net::TcpStream,
    chatty_copy: TcpStream,
    chatty_peer: TcpStream,
    _quiet: net::TcpStream,
    quiet_copy: TcpStream,
    quiet_peer: TcpStream,
    reads: usize,
    unfinished: bool,
}

impl Room {
    fn new() -> io::Result<Room> {
        let poll = Poll::new()?;
        let (chatty, mut chatty_peer) = peer::pair()?;
        let (quiet, quiet_peer) = peer::pair()?;
        let chatty_copy = chatty.try_clone()?;
        let quiet_copy = quiet.try_clone()?;
        let mut chatty = net::TcpStream::from_std(chatty);
        let mut quiet = net::TcpStream::from_std(quiet);
        let registry = poll.registry();
        registry.register(&mut chatty, CHATTY, Interest::READABLE)?;
        registry.register(&mut quiet, QUIET, Interest::READABLE)?;
        chatty_peer.write_all(b"bla")?;
        Ok(Room {
            poll,
            chatty,
            chatty_copy,
            chatty_peer,
            _quiet: quiet,
            quiet_copy,
            quiet_peer,
            reads: 0,
            unfinished: false,
        })
    }

    /// Reads a message of the chatty one, which sends the next at once. False
    /// when there is none.
    fn read(&mut self) -> io::Result<bool> {
        match self.chatty.read(&mut [0; 16]) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) => self.reads += 1,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
        if self.reads == 1 {
            self.quiet_peer.write_all(b"?")?;
            peer::wait_until_unread(&self.quiet_copy, 1)?;
        }
        if self.reads < MESSAGES {
            self.chatty_peer.write_all(b"bla")?;
            peer::wait_until_unread(&self.chatty_copy, 1)?;
        }
        Ok(true)
    }

    // ANCHOR: drain
    fn drain(&mut self) -> io::Result<()> {
        while self.read()? {}
        Ok(())
    }
    // ANCHOR_END: drain

    // ANCHOR: drain_some
    fn drain_some(&mut self) -> io::Result<()> {
        const MOST_ROUNDS: usize = 16;
        self.unfinished = false;
        for _ in 0..MOST_ROUNDS {
            if !self.read()? {
                return Ok(());
            }
        }
        // Not drained, so no event need tell of the rest: we have to know.
        self.unfinished = true;
        Ok(())
    }
    // ANCHOR_END: drain_some

    // ANCHOR: run
    fn run_until_quiet_is_heard(
        &mut self,
        handle: fn(&mut Room) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut events = Events::with_capacity(8);
        loop {
            // Somebody still has work: look, don't wait.
            let timeout = self.unfinished.then_some(Duration::ZERO);
            self.poll.poll(&mut events, timeout)?;
            if events.iter().any(|event| event.token() == QUIET) {
                return Ok(());
            }
            handle(self)?;
        }
    }
    // ANCHOR_END: run
}

fn show(name: &str, handle: fn(&mut Room) -> io::Result<()>) -> io::Result<()> {
    let mut room = Room::new()?;
    room.run_until_quiet_is_heard(handle)?;
    println!("{name:18}the quiet one waits for {:4} reads", room.reads);
    Ok(())
}

fn main() -> io::Result<()> {
    show("until WouldBlock", Room::drain)?;
    show("16 reads a turn", Room::drain_some)
}
