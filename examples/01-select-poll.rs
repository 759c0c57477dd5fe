//! Chapter 1: the same wait by select, poll and epoll, on more and more
//! sockets, and with more and more of them ready.
//!
//! ```sh
//! cargo run --example 01-select-poll
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::mem;
    use std::os::fd::{AsRawFd, RawFd};
    use std::os::unix::net::UnixDatagram;
    use std::ptr;

    use examples::cost::median_time;
    use examples::epoll::Epoll;
    use libc::{EPOLLIN, FD_SETSIZE, POLLIN, epoll_event, fd_set, pollfd};

    const RUNS: usize = 201;
    const MOST: usize = 10_000;

    // ANCHOR: select
    /// The set of these descriptors, and the number after the highest.
    fn set_of(fds: &[RawFd]) -> Result<(fd_set, i32), RawFd> {
        // SAFETY: no bit is set in it, which makes it the empty set.
        let mut set: fd_set = unsafe { mem::zeroed() };
        let mut limit = 0;
        for &fd in fds {
            if fd as usize >= FD_SETSIZE {
                return Err(fd);
            }
            // SAFETY: the set has a bit for each number below FD_SETSIZE.
            unsafe { libc::FD_SET(fd, &mut set) };
            limit = limit.max(fd + 1);
        }
        Ok((set, limit))
    }

    fn select(mut set: fd_set, limit: i32) -> io::Result<usize> {
        let none = ptr::null_mut();
        // SAFETY: the kernel reads and writes `limit` bits of our copy.
        let count = unsafe {
            libc::select(limit, &mut set, none, none, ptr::null_mut())
        };
        usize::try_from(count).map_err(|_| io::Error::last_os_error())
    }
    // ANCHOR_END: select

    // ANCHOR: poll
    fn list_of(fds: &[RawFd]) -> Vec<pollfd> {
        let entry = |&fd| pollfd {
            fd,
            events: POLLIN,
            revents: 0,
        };
        fds.iter().map(entry).collect()
    }

    fn poll(list: &mut [pollfd]) -> io::Result<usize> {
        let length = list.len() as libc::nfds_t;
        // SAFETY: the kernel reads and writes `length` entries.
        let count = unsafe { libc::poll(list.as_mut_ptr(), length, -1) };
        usize::try_from(count).map_err(|_| io::Error::last_os_error())
    }
    // ANCHOR_END: poll

    fn queue_of(fds: &[RawFd]) -> io::Result<Epoll> {
        let queue = Epoll::new()?;
        for &fd in fds {
            queue.add(fd, fd as u64, EPOLLIN as u32)?;
        }
        Ok(queue)
    }

    /// So many sockets, of which the last ones have a datagram to be read.
    fn sockets(count: usize, ready: usize) -> io::Result<Vec<UnixDatagram>> {
        let mut sockets = Vec::new();
        for _ in ready..count {
            sockets.push(UnixDatagram::unbound()?);
        }
        for _ in 0..ready {
            let (ours, peer) = UnixDatagram::pair()?;
            // It stays there when the peer is gone.
            peer.send(b"x")?;
            sockets.push(ours);
        }
        Ok(sockets)
    }

    fn measure(count: usize, ready: usize) -> io::Result<()> {
        let sockets = sockets(count, ready)?;
        let fds: Vec<RawFd> = sockets.iter().map(AsRawFd::as_raw_fd).collect();
        let check = |found: usize| assert_eq!(found, ready);

        let by_select = match set_of(&fds) {
            Ok((set, limit)) => {
                let time = median_time(RUNS, || select(set, limit).map(check))?;
                format!("{time:.1} µs")
            }
            Err(_) => "refused".into(),
        };
        let mut list = list_of(&fds);
        let by_poll = median_time(RUNS, || poll(&mut list).map(check))?;
        let queue = queue_of(&fds)?;
        let mut buffer = vec![epoll_event { events: 0, u64: 0 }; count];
        let by_epoll =
            median_time(RUNS, || queue.wait_into(&mut buffer).map(check))?;
        println!(
            "{count:>7}{ready:>7}{by_select:>12}{by_poll:>10.1} µs\
             {by_epoll:>10.1} µs"
        );
        Ok(())
    }

    fn first_that_does_not_fit() -> io::Result<()> {
        let mut sockets = Vec::new();
        loop {
            let socket = UnixDatagram::unbound()?;
            if let Err(fd) = set_of(&[socket.as_raw_fd()]) {
                println!("select cannot watch descriptor {fd}");
                return Ok(());
            }
            sockets.push(socket);
        }
    }

    pub fn main() -> io::Result<()> {
        examples::allow_descriptors(MOST + 32)?;
        println!(
            "{:>7}{:>7}{:>12}{:>13}{:>13}",
            "watched", "ready", "select", "poll", "epoll_wait"
        );
        for count in [10, 30, 100, 300, 1_000, 3_000, MOST] {
            measure(count, 1)?;
        }
        for ready in [1, 3, 10, 30, 100, 300, 1_000] {
            measure(1_000, ready)?;
        }
        first_that_does_not_fit()
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
