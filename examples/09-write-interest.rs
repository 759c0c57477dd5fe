//! Chapter 9: what it costs to ask for write events all the time.
//!
//! ```sh
//! cargo run --example 09-write-interest
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    use examples::epoll::Epoll;
    use libc::{EPOLLET, EPOLLIN, EPOLLOUT};

    // ANCHOR: count
    const WAITS: usize = 1000;

    /// How many of the waits end with an event, when nothing happens.
    fn wake_ups(flags: i32) -> io::Result<usize> {
        let (socket, _peer) = UnixStream::pair()?;
        let queue = Epoll::new()?;
        queue.add(socket.as_raw_fd(), 0, flags as u32)?;
        let mut count = 0;
        for _ in 0..WAITS {
            if queue.flags_now()? != "-" {
                count += 1;
            }
        }
        Ok(count)
    }
    // ANCHOR_END: count

    pub fn main() -> io::Result<()> {
        println!("wake-ups in {WAITS} waits, nothing to read or to write:");
        println!("  level, IN | OUT: {}", wake_ups(EPOLLIN | EPOLLOUT)?);
        println!("  level, IN: {}", wake_ups(EPOLLIN)?);
        let edge = EPOLLIN | EPOLLOUT | EPOLLET;
        println!("  edge, IN | OUT: {}", wake_ups(edge)?);
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
