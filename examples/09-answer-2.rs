//! Chapter 9, exercise 2: an end of file, and a reset behind it.
//!
//! ```sh
//! cargo run --example 09-answer-2
//! ```

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    let (mut server, _) = listener.accept()?;
    client.write_all(b"?!")?;
    server.read_exact(&mut [0])?;
    server.peek(&mut [0])?;
    // ANCHOR: answer
    server.shutdown(Shutdown::Write)?;
    drop(server);
    // ANCHOR_END: answer
    let result = client.read(&mut [0; 16]);
    println!("{:?}", result.map_err(|error| error.kind()));
    Ok(())
}
