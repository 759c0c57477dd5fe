//! A connection within the program, for the experiments of chapter 11.

use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Our end, which does not block, and the peer's, which does.
pub fn pair() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let ours = TcpStream::connect(listener.local_addr()?)?;
    ours.set_nonblocking(true)?;
    let (peer, _) = listener.accept()?;
    peer.set_nodelay(true)?;
    Ok((ours, peer))
}

/// Returns when so many bytes (up to 64) are unread in a socket that does not
/// block; with 0, when its end of file has come.
///
/// Ask a copy of what minimio has: a look through minimio could be answered
/// with `WouldBlock`, and would change what we observe.
pub fn wait_until_unread(socket: &TcpStream, bytes: usize) -> io::Result<()> {
    loop {
        match socket.peek(&mut [0; 64]) {
            Ok(count) if bytes == 0 || count >= bytes => return Ok(()),
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        thread::yield_now();
    }
}
