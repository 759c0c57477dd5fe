//! Chapter 4, exercise 3: four threads serve one queue, and no connection is
//! ever in the hands of two.
//!
//! ```sh
//! cargo run --example 04-answer-3
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, Read, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use std::sync::{Mutex, TryLockError};
    use std::thread;

    use examples::epoll::Epoll;
    use libc::{EPOLLIN, EPOLLONESHOT};

    const FLAGS: u32 = (EPOLLIN | EPOLLONESHOT) as u32;
    const BYTES: usize = 1_000;

    fn serve(
        queue: &Epoll,
        sockets: &[Mutex<UnixStream>],
        received: &AtomicUsize,
        collisions: &AtomicUsize,
    ) -> io::Result<()> {
        // ANCHOR: serve
        while received.load(Relaxed) < BYTES * sockets.len() {
            for (token, _flags) in queue.wait(10)? {
                let mutex = &sockets[token as usize];
                let mut socket = match mutex.try_lock() {
                    Ok(socket) => socket,
                    Err(TryLockError::WouldBlock) => {
                        collisions.fetch_add(1, Relaxed);
                        continue;
                    }
                    Err(error) => {
                        return Err(io::Error::other(error.to_string()));
                    }
                };
                received.fetch_add(socket.read(&mut [0; 16])?, Relaxed);
                let fd = socket.as_raw_fd();
                drop(socket);
                queue.modify(fd, token, FLAGS)?;
            }
        }
        // ANCHOR_END: serve
        Ok(())
    }

    pub fn main() -> io::Result<()> {
        let queue = Epoll::new()?;
        let (mut sockets, mut peers) = (Vec::new(), Vec::new());
        for token in 0..4 {
            let (socket, peer) = UnixStream::pair()?;
            queue.add(socket.as_raw_fd(), token, FLAGS)?;
            sockets.push(Mutex::new(socket));
            peers.push(peer);
        }
        let (received, collisions) = (AtomicUsize::new(0), AtomicUsize::new(0));

        thread::scope(|scope| {
            let server = || serve(&queue, &sockets, &received, &collisions);
            let mut servers = Vec::new();
            for _ in 0..4 {
                let thread = thread::Builder::new().name("server".into());
                servers.push(thread.spawn_scoped(scope, server)?);
            }
            for _ in 0..BYTES {
                for peer in &mut peers {
                    peer.write_all(b"x")?;
                }
            }
            servers.into_iter().try_for_each(|server| {
                server.join().expect("it does not panic")
            })
        })?;
        println!("{} bytes received", received.into_inner());
        println!(
            "{} times a connection was in two hands",
            collisions.into_inner()
        );
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
