//! Chapter 6, exercise 1: two reads are under way on one connection.
//!
//! ```sh
//! cargo run --example 06-answer-1
//! ```

#[cfg(windows)]
mod windows {
    use std::io::{self, Write};

    use examples::iocp::{self, Operation, Port};

    // ANCHOR: main
    fn two_reads(room: usize, writes: [&[u8]; 2]) -> io::Result<()> {
        let port = Port::new()?;
        let (socket, mut peer) = iocp::pair()?;
        port.associate(&socket, 0)?;
        Operation::new("first", vec![0; room]).recv(&socket)?;
        Operation::new("second", vec![0; room]).recv(&socket)?;

        for bytes in writes {
            peer.write_all(bytes)?;
            let packet = port.wait()?;
            let operation = packet.operation.as_ref();
            let name = operation.map_or("-", |operation| operation.name);
            println!("  {name:8}{:?}", packet.text());
        }
        Ok(())
    }

    pub fn main() -> io::Result<()> {
        println!("room for 1024, \"abc\" comes and then \"def\"");
        two_reads(1024, [b"abc", b"def"])?;
        println!("room for 3, \"abcdef\" comes at once");
        two_reads(3, [b"abcdef", b""])
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
