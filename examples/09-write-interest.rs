//! Chapter 9: how often an interest in writing is reported while there is
//! nothing to write.
//!
//! A peer sends a byte, and the program waits and reads it, a thousand times.
//!
//! ```sh
//! cargo run --example 09-write-interest
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, Read, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    use examples::epoll::Epoll;

    const LEVEL: u32 = libc::EPOLLIN as u32;
    const EDGE: u32 = LEVEL | libc::EPOLLET as u32;
    const OUT: u32 = libc::EPOLLOUT as u32;

    // ANCHOR: count
    /// How many events and bytes there are in 10,000 waits, when the peer sends
    /// a byte at every tenth.
    fn count_events(flags: u32) -> io::Result<(usize, usize)> {
        let (mut ours, mut peer) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let queue = Epoll::new()?;
        queue.add(ours.as_raw_fd(), 0, flags)?;
        let (mut events, mut bytes) = (0, 0);
        for wait in 0..10_000 {
            if wait % 10 == 0 {
                peer.write_all(b"x")?;
            }
            for _ in queue.wait(0)? {
                events += 1;
                bytes += ours.read(&mut [0; 16]).unwrap_or(0);
            }
        }
        Ok((events, bytes))
    }
    // ANCHOR_END: count

    pub fn main() -> io::Result<()> {
        println!("1,000 bytes, 10,000 waits      events  bytes");
        let modes = [
            ("level, to read", LEVEL),
            ("level, to read and write", LEVEL | OUT),
            ("edge, to read", EDGE),
            ("edge, to read and write", EDGE | OUT),
        ];
        for (name, flags) in modes {
            let (events, bytes) = count_events(flags)?;
            println!("{name:30} {events:6} {bytes:6}");
        }
        Ok(())
    }
}

#[cfg(target_os = "linux")]
fn main() -> std::io::Result<()> {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    examples::needs("Linux");
}
