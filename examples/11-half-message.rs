//! Chapter 11: what a read returns is not what the peer wrote.
//!
//! ```sh
//! cargo run --example 11-half-message
//! ```

use std::io::{self, ErrorKind, Read, Write};

use examples::peer;
use minimio::{Events, Interest, Poll, Token, net};

const LINES: &str = "left 5\nright 20\n";

/// The peer sends two lines, cut after so many bytes. Returns what the reads
/// at each of the two events gave.
fn reads(cut: usize) -> io::Result<Vec<Vec<u8>>> {
    let mut poll = Poll::new()?;
    let (socket, mut peer) = peer::pair()?;
    let copy = socket.try_clone()?;
    let mut socket = net::TcpStream::from_std(socket);
    let registry = poll.registry();
    registry.register(&mut socket, Token(0), Interest::READABLE)?;

    let mut events = Events::with_capacity(8);
    let mut reads = Vec::new();
    let (first, second) = LINES.split_at(cut);
    for part in [first, second] {
        peer.write_all(part.as_bytes())?;
        peer::wait_until_unread(&copy, part.len())?;
        poll.poll(&mut events, None)?;
        reads.push(drain(&mut socket)?);
    }
    Ok(reads)
}

fn drain(socket: &mut net::TcpStream) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match socket.read_to_end(&mut bytes) {
        Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
        _ => Ok(bytes),
    }
}

// ANCHOR: messages
/// Takes the whole lines out of what has come so far. The rest stays.
/// These are bytes, not text: a read may end in the middle of a character.
fn messages(kept: &mut Vec<u8>, read: &[u8]) -> Vec<String> {
    kept.extend_from_slice(read);
    let newline = kept.iter().rposition(|&byte| byte == b'\n');
    let whole = newline.map_or(0, |index| index + 1);
    let lines: Vec<u8> = kept.drain(..whole).collect();
    text(&lines).lines().map(String::from).collect()
}
// ANCHOR_END: messages

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn main() -> io::Result<()> {
    for cut in [7, 13] {
        let reads = reads(cut)?;
        println!("cut after byte {cut}");
        let texts: Vec<_> = reads.iter().map(|it| text(it)).collect();
        println!("  a read is a message  {texts:?}");
        let mut kept = Vec::new();
        let lines = reads.iter().flat_map(|it| messages(&mut kept, it));
        println!("  a line is a message  {:?}", lines.collect::<Vec<_>>());
    }
    Ok(())
}
