//! Chapter 12: one job, on two libraries.
//!
//! The body of the job is written once. A macro puts it into two modules that
//! differ in the crate which they use.
//!
//! ```sh
//! cargo run --example 12-side-by-side
//! ```

use std::io;

// ANCHOR: job
macro_rules! job {
    ($module:ident, $library:ident) => {
        mod $module {
            use std::io::{self, Read, Write};
            use std::net;

            use $library::net::TcpStream;
            use $library::{Events, Interest, Poll, Token, Waker};

            pub fn do_the_job() -> io::Result<()> {
                let mut poll = Poll::new()?;
                let waker = Waker::new(poll.registry(), Token(9))?;
                let mut events = Events::with_capacity(8);
                // ANCHOR_END: job

                let listener = net::TcpListener::bind("127.0.0.1:0")?;
                let socket = net::TcpStream::connect(listener.local_addr()?)?;
                socket.set_nonblocking(true)?;
                let mut socket = TcpStream::from_std(socket);
                let (mut peer, _) = listener.accept()?;

                let registry = poll.registry();
                registry.register(&mut socket, Token(0), Interest::READABLE)?;
                peer.write_all(b"hello")?;
                poll.poll(&mut events, None)?;
                for event in &events {
                    println!("  {:?}", event.token());
                }

                let mut buffer = [0; 16];
                let count = socket.read(&mut buffer)?;
                println!("  read {count} bytes");

                waker.wake()?;
                poll.poll(&mut events, None)?;
                for event in &events {
                    println!("  {:?}", event.token());
                }
                poll.registry().deregister(&mut socket)
            }
        }
    };
}

// ANCHOR: twice
job!(on_minimio, minimio);
job!(on_mio, mio);

fn main() -> io::Result<()> {
    println!("one library");
    on_minimio::do_the_job()?;
    println!("another library");
    on_mio::do_the_job()
}
// ANCHOR_END: twice
