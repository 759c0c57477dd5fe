//! Chapter 4: what level-triggered, edge-triggered and one-shot report for the
//! same bytes.
//!
//! Three queues, each with one socket in one mode. Each line does the same to
//! all three, waits without waiting, and prints what each queue says.
//!
//! ```sh
//! cargo run --example 04-modes
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, Read, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    use examples::epoll::Epoll;
    use libc::{EPOLLET, EPOLLIN, EPOLLONESHOT};

    struct Watched {
        queue: Epoll,
        flags: u32,
        socket: UnixStream,
        peer: UnixStream,
    }

    impl Watched {
        fn new(mode: i32) -> io::Result<Watched> {
            let (socket, peer) = UnixStream::pair()?;
            socket.set_nonblocking(true)?;
            Ok(Watched {
                queue: Epoll::new()?,
                flags: (EPOLLIN | mode) as u32,
                socket,
                peer,
            })
        }

        fn arrive(&mut self, bytes: &[u8]) -> io::Result<()> {
            self.peer.write_all(bytes)
        }

        fn add(&mut self) -> io::Result<()> {
            self.queue.add(self.socket.as_raw_fd(), 0, self.flags)
        }

        fn modify(&mut self) -> io::Result<()> {
            self.queue.modify(self.socket.as_raw_fd(), 0, self.flags)
        }

        fn read(&mut self, count: usize) -> io::Result<()> {
            self.socket.read_exact(&mut vec![0; count])
        }
    }

    pub fn main() -> io::Result<()> {
        let mut watched = [
            Watched::new(0)?,
            Watched::new(EPOLLET)?,
            Watched::new(EPOLLONESHOT)?,
        ];
        println!("{:34}{:8}{:8}one-shot", "", "level", "edge");
        let mut step =
            |what: &str, action: fn(&mut Watched) -> io::Result<()>| {
                print!("{what:34}");
                for one in &mut watched {
                    action(one)?;
                    print!("{:8}", one.queue.flags_now()?);
                }
                println!();
                io::Result::Ok(())
            };

        step("ADD; 5 bytes were there before", |one| {
            one.arrive(b"hello")?;
            one.add()
        })?;
        step("wait again, nothing read", |_| Ok(()))?;
        step("read 2 bytes, 3 are left", |one| one.read(2))?;
        step("1 more byte arrives", |one| one.arrive(b"!"))?;
        step("read the 4 bytes", |one| one.read(4))?;
        step("2 bytes arrive", |one| one.arrive(b"ok"))?;
        step("MOD with the same flags", |one| one.modify())?;
        step("wait again, nothing read", |_| Ok(()))
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
