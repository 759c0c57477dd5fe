//! Chapter 8: what the library says to who uses it wrongly.
//!
//! ```sh
//! cargo run --example 08-misuse
//! ```

use std::io;
use std::time::Duration;

use minimio::net::UdpSocket;
use minimio::{Events, Interest, Poll, Token};

fn report(what: &str, result: io::Result<()>) {
    match result {
        Ok(()) => println!("{what}: no error"),
        Err(error) => println!("{what}: {:?}\n  {error}", error.kind()),
    }
}

fn main() -> io::Result<()> {
    const READ: Interest = Interest::READABLE;
    let mut poll = Poll::new()?;
    let elsewhere = Poll::new()?;
    let addr = "127.0.0.1:0".parse().expect("it is an address");
    let mut socket = UdpSocket::bind(addr)?;

    let here = poll.registry();
    report("change it, unregistered", {
        here.reregister(&mut socket, Token(1), READ)
    });
    here.register(&mut socket, Token(1), READ)?;
    report("register it twice", {
        here.register(&mut socket, Token(2), READ)
    });
    let there = elsewhere.registry();
    report("register it with a second queue", {
        there.register(&mut socket, Token(1), READ)
    });
    report("remove it from there", there.deregister(&mut socket));
    here.deregister(&mut socket)?;
    report("remove it twice", here.deregister(&mut socket));

    let mut no_room = Events::with_capacity(0);
    report("poll with no room", {
        poll.poll(&mut no_room, Some(Duration::ZERO))
    });

    here_is_gone(&mut socket)?;
    report("register it after its queue is gone", {
        there.register(&mut socket, Token(3), READ)
    });
    Ok(())
}

/// Registers it with a queue that does not live on.
fn here_is_gone(socket: &mut UdpSocket) -> io::Result<()> {
    Poll::new()?
        .registry()
        .register(socket, Token(1), Interest::READABLE)
}
