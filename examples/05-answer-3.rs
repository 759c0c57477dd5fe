//! Chapter 5, exercise 3: four threads serve one queue, and no connection is
//! ever in the hands of two.
//!
//! ```sh
//! cargo run --example 05-answer-3
//! ```

#[cfg(has_kqueue)]
mod kqueue {
    use std::io::{self, Read, Write};
    use std::os::unix::net::UnixStream;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use std::sync::{Mutex, TryLockError};
    use std::thread;
    use std::time::Duration;

    use examples::kqueue::{
        EV_ADD, EV_DISPATCH, EV_ENABLE, EVFILT_READ, Kevent, Kqueue,
    };

    const BYTES: usize = 1_000;
    const A_WHILE: Option<Duration> = Some(Duration::from_millis(10));

    fn serve(
        queue: &Kqueue,
        turn: &Mutex<()>,
        sockets: &[Mutex<UnixStream>],
        received: &AtomicUsize,
        collisions: &AtomicUsize,
    ) -> io::Result<()> {
        // ANCHOR: serve
        while received.load(Relaxed) < BYTES * sockets.len() {
            // libkqueue may tell two threads that wait of the same event. A
            // kernel does not, and there is no need for turns.
            let my_turn = turn.lock();
            let events = queue.wait(A_WHILE)?;
            drop(my_turn);
            for event in events {
                let mut socket = match sockets[event.token].try_lock() {
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
                drop(socket);
                let flags = EV_ENABLE;
                queue.change(Kevent { flags, ..event })?;
            }
        }
        // ANCHOR_END: serve
        Ok(())
    }

    pub fn main() -> io::Result<()> {
        let queue = Kqueue::new()?;
        let (mut sockets, mut peers) = (Vec::new(), Vec::new());
        for token in 0..4 {
            let (socket, peer) = UnixStream::pair()?;
            let flags = EV_ADD | EV_DISPATCH;
            queue.change(Kevent::new(&socket, EVFILT_READ, flags, token))?;
            sockets.push(Mutex::new(socket));
            peers.push(peer);
        }
        let turn = Mutex::new(());
        let (received, collisions) = (AtomicUsize::new(0), AtomicUsize::new(0));

        thread::scope(|scope| {
            let server =
                || serve(&queue, &turn, &sockets, &received, &collisions);
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

#[cfg(has_kqueue)]
fn main() -> std::io::Result<()> {
    kqueue::main()
}

#[cfg(not(has_kqueue))]
fn main() {
    examples::needs_kqueue();
}
