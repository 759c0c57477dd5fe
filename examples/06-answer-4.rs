//! Chapter 6, exercise 4: results that are there at once, without a packet.
//!
//! ```sh
//! cargo run --example 06-answer-4
//! ```

#[cfg(windows)]
mod windows {
    use std::io::{self, Write};

    use examples::iocp::{
        self, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS, Operation, Port,
    };

    const READS: usize = 100;

    /// Reads byte for byte what is there, and counts bytes and packets.
    fn read_all(skip: bool) -> io::Result<(u32, u32)> {
        let port = Port::new()?;
        let (socket, mut peer) = iocp::pair()?;
        port.associate(&socket, 0)?;
        if skip {
            iocp::set_modes(&socket, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS)?;
        }
        peer.write_all(&[b'x'; READS])?;
        iocp::wait_for_bytes(&socket, READS)?;

        // ANCHOR: read
        let (mut bytes, mut packets) = (0, 0);
        for _ in 0..READS {
            let started = Operation::new("read", [0]).recv(&socket)?;
            if let (true, Some(count)) = (skip, started.at_once) {
                // SAFETY: it has succeeded at once, so no packet comes.
                drop(unsafe { started.operation.take_back() });
                bytes += count;
            } else {
                bytes += port.wait()?.bytes;
                packets += 1;
            }
        }
        // ANCHOR_END: read
        Ok((bytes, packets))
    }

    pub fn main() -> io::Result<()> {
        println!("{READS} reads      bytes  packets");
        for (what, skip) in [("as it is", false), ("with the flag", true)] {
            let (bytes, packets) = read_all(skip)?;
            println!("{what:15}{bytes:>5}{packets:>9}");
        }
        Ok(())
    }
}

#[cfg(windows)]
fn main() -> std::io::Result<()> {
    windows::main()
}

#[cfg(not(windows))]
fn main() {
    examples::needs_windows();
}
