//! Chapter 4: ten bytes and an end of file arrive before the first wait, and a
//! short read is taken for the end of what there is.
//!
//! ```sh
//! cargo run --example 04-short-read
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::os::fd::AsRawFd;

    use examples::epoll::{Epoll, names};
    use libc::{EPOLLET, EPOLLIN, EPOLLRDHUP};

    /// Until the end of file has come, and so what was sent before it.
    fn wait_for_the_end(socket: &TcpStream) -> io::Result<()> {
        let queue = Epoll::new()?;
        queue.add(socket.as_raw_fd(), 0, EPOLLRDHUP as u32)?;
        queue.wait(-1)?;
        Ok(())
    }

    pub fn main() -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let mut socket = TcpStream::connect(listener.local_addr()?)?;
        let (mut peer, _) = listener.accept()?;
        socket.set_nonblocking(true)?;
        let queue = Epoll::new()?;
        let flags = EPOLLIN | EPOLLRDHUP | EPOLLET;
        queue.add(socket.as_raw_fd(), 0, flags as u32)?;

        // ANCHOR: main
        peer.write_all(b"ten bytes.")?;
        peer.shutdown(Shutdown::Write)?;
        wait_for_the_end(&socket)?;

        let mut buffer = [0; 4096];
        for (_token, flags) in queue.wait(-1)? {
            println!("event: {}", names(flags));
            println!("read: {} bytes of 4096", socket.read(&mut buffer)?);
        }
        println!("events in the next second: {}", queue.wait(1_000)?.len());
        println!("read: {} bytes of 4096", socket.read(&mut buffer)?);
        // ANCHOR_END: main
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
