//! Chapter 9, exercise 1: the error of a connect is taken once.
//!
//! ```sh
//! cargo run --example 09-answer-1
//! ```

use std::{io, net};

use minimio::net::TcpStream;
use minimio::{Events, Interest, Poll, Token};

fn main() -> io::Result<()> {
    let nobody = net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut stream = TcpStream::connect(nobody)?;
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1);
    poll.registry()
        .register(&mut stream, Token(0), Interest::WRITABLE)?;
    poll.poll(&mut events, None)?;
    // ANCHOR: answer
    for time in ["first", "second"] {
        let error = stream.take_error()?.map(|error| error.kind());
        println!("{time}: {error:?}");
    }
    let peer = stream.peer_addr().map_err(|error| error.kind());
    println!("peer: {peer:?}");
    // ANCHOR_END: answer
    Ok(())
}
