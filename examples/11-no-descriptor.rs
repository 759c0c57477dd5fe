//! Chapter 11: a connection waits to be accepted, and the process has no
//! descriptor left for it.
//!
//! ```sh
//! cargo run --example 11-no-descriptor
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsRawFd;

    use examples::epoll::Epoll;
    use libc::{EPOLLET, EPOLLIN};
    use rlimit::Resource;

    const WAITS: usize = 1_000;

    struct Door {
        listener: TcpListener,
        queue: Epoll,
        _client: TcpStream,
    }

    impl Door {
        fn new(mode: i32) -> io::Result<Door> {
            let listener = TcpListener::bind("127.0.0.1:0")?;
            listener.set_nonblocking(true)?;
            let queue = Epoll::new()?;
            let flags = (EPOLLIN | mode) as u32;
            queue.add(listener.as_raw_fd(), 0, flags)?;
            let client = TcpStream::connect(listener.local_addr()?)?;
            Ok(Door {
                listener,
                queue,
                _client: client,
            })
        }

        /// How many waits report the listener, and what `accept` says then.
        fn count(&self) -> io::Result<String> {
            let mut reported = 0;
            let mut answer = "not called".into();
            for _ in 0..WAITS {
                if self.queue.wait(0)?.is_empty() {
                    continue;
                }
                reported += 1;
                answer = match self.listener.accept() {
                    Ok(_) => "ok".into(),
                    Err(error) => error.to_string(),
                };
            }
            Ok(format!("{reported:4} of {WAITS} waits, accept: {answer}"))
        }
    }

    pub fn main() -> io::Result<()> {
        let doors = [("level", Door::new(0)?), ("edge", Door::new(EPOLLET)?)];
        let (soft, hard) = Resource::NOFILE.get()?;

        println!("no descriptor is left");
        // Those that are open stay open.
        Resource::NOFILE.set(0, hard)?;
        for (name, door) in &doors {
            println!("  {name:7}{}", door.count()?);
        }

        println!("there are some again");
        Resource::NOFILE.set(soft, hard)?;
        for (name, door) in &doors {
            println!("  {name:7}{}", door.count()?);
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
