//! Chapter 4, exercise 1: an end of file that nobody removes.
//!
//! ```sh
//! cargo run --example 04-answer-1
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, Read};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    use examples::epoll::Epoll;
    use libc::{EPOLLET, EPOLLIN};

    // ANCHOR: main
    fn reports_after_end_of_file(flags: i32) -> io::Result<usize> {
        let queue = Epoll::new()?;
        let (mut socket, peer) = UnixStream::pair()?;
        queue.add(socket.as_raw_fd(), 0, flags as u32)?;
        drop(peer);

        let mut reports = 0;
        for _ in 0..1_000 {
            for _event in queue.wait(0)? {
                reports += 1;
                let count = socket.read(&mut [0; 16])?;
                assert_eq!(count, 0, "the end of file");
            }
        }
        Ok(reports)
    }

    pub fn main() -> io::Result<()> {
        let level = reports_after_end_of_file(EPOLLIN)?;
        println!("level: {level} reports in 1000 waits");
        let edge = reports_after_end_of_file(EPOLLIN | EPOLLET)?;
        println!("edge: {edge} report in 1000 waits");
        Ok(())
    }
    // ANCHOR_END: main
}

#[cfg(target_os = "linux")]
fn main() -> std::io::Result<()> {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    examples::needs("Linux");
}
