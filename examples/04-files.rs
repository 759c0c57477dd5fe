//! Chapter 4: what epoll takes, and what it refuses.
//!
//! ```sh
//! cargo run --example 04-files
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::io;
    use std::net::UdpSocket;
    use std::os::fd::{AsFd, AsRawFd};

    use examples::epoll::Epoll;
    use libc::EPOLLIN;

    fn try_to_add(what: &str, file: impl AsFd) -> io::Result<()> {
        let queue = Epoll::new()?;
        let answer =
            match queue.add(file.as_fd().as_raw_fd(), 0, EPOLLIN as u32) {
                Ok(()) => "ok".into(),
                Err(error) => error.to_string(),
            };
        println!("{what:24}{answer}");
        Ok(())
    }

    pub fn main() -> io::Result<()> {
        try_to_add("a socket", UdpSocket::bind("127.0.0.1:0")?)?;
        try_to_add("a pipe", io::pipe()?.0)?;
        try_to_add("a regular file", File::open("/proc/self/exe")?)?;
        try_to_add("a directory", File::open("/")?)?;
        try_to_add("/dev/null", File::open("/dev/null")?)?;
        try_to_add("/dev/urandom", File::open("/dev/urandom")?)?;
        try_to_add("/proc/self/mounts", File::open("/proc/self/mounts")?)
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
