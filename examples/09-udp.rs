//! Chapter 9: datagrams: whole, cut, and refused.
//!
//! ```sh
//! cargo run --example 09-udp
//! ```

use std::io::{self, ErrorKind};

use minimio::net::UdpSocket;
use minimio::{Events, Interest, Poll, Token};

fn main() -> io::Result<()> {
    let any = "127.0.0.1:0".parse().map_err(io::Error::other)?;
    let mut receiver = UdpSocket::bind(any)?;
    let sender = UdpSocket::bind(any)?;
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(8);

    // ANCHOR: drain
    let to = receiver.local_addr()?;
    for text in ["one", "twenty-two", "three"] {
        sender.send_to(text.as_bytes(), to)?;
    }
    poll.registry()
        .register(&mut receiver, Token(0), Interest::READABLE)?;
    poll.poll(&mut events, None)?;
    println!("events: {}", events.iter().count());
    let mut buffer = [0; 5];
    loop {
        match receiver.recv(&mut buffer) {
            Ok(count) => {
                println!("  {}", String::from_utf8_lossy(&buffer[..count]));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => println!("  {:?}", error.raw_os_error()),
        }
    }
    // ANCHOR_END: drain

    if cfg!(windows) {
        return Ok(()); // In Wine the event takes the error away.
    }
    // ANCHOR: refused
    let nobody = UdpSocket::bind(any)?.local_addr()?;
    let mut client = UdpSocket::bind(any)?;
    client.connect(nobody)?;
    poll.registry()
        .register(&mut client, Token(1), Interest::READABLE)?;
    println!("send: {:?}", client.send(b"hello")?);
    poll.poll(&mut events, None)?;
    let error = client.recv(&mut buffer).map_err(|error| error.kind());
    println!("recv: {error:?}");
    // ANCHOR_END: refused
    Ok(())
}
