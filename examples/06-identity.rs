//! Chapter 6: what a packet tells by its key, and what by its OVERLAPPED.
//!
//! One socket, and so one key; two reads and a write are under way at once.
//!
//! ```sh
//! cargo run --example 06-identity
//! ```

#[cfg(windows)]
mod windows {
    use std::io::{self, Read, Write};

    use examples::iocp::{self, Operation, Port};

    fn show(port: &Port) -> io::Result<()> {
        let packet = port.wait()?;
        let operation = packet.operation.as_ref();
        let name = operation.map_or("-", |operation| operation.name);
        let (key, count, text) = (packet.key, packet.bytes, packet.text());
        println!("{key:<6}{name:14}{count:<7}{text:?}");
        Ok(())
    }

    // ANCHOR: main
    pub fn main() -> io::Result<()> {
        let port = Port::new()?;
        let (socket, mut peer) = iocp::pair()?;
        port.associate(&socket, 7)?;

        Operation::new("first read", [0; 1024]).recv(&socket)?;
        Operation::new("second read", [0; 1024]).recv(&socket)?;
        Operation::new("write", *b"hello").send(&socket)?;

        println!("key   operation     bytes");
        show(&port)?;
        peer.read_exact(&mut [0; 5])?;
        peer.write_all(b"abc")?;
        show(&port)?;
        peer.write_all(b"defg")?;
        show(&port)
    }
    // ANCHOR_END: main
}

#[cfg(windows)]
fn main() -> std::io::Result<()> {
    windows::main()
}

#[cfg(not(windows))]
fn main() {
    examples::needs_windows();
}
