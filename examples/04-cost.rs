//! Chapter 4: one socket is ready among many that are not. What does it cost
//! to find it, by poll and by epoll?
//!
//! ```sh
//! cargo run --release --example 04-cost
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;
    use std::time::Instant;

    use examples::epoll::Epoll;
    use libc::{EPOLLIN, POLLIN, pollfd};

    const ROUNDS: usize = 201;

    /// The median of many runs, in microseconds.
    fn median(mut run: impl FnMut() -> io::Result<()>) -> io::Result<f64> {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let start = Instant::now();
            run()?;
            times.push(start.elapsed().as_nanos() as f64 / 1_000.0);
        }
        times.sort_by(f64::total_cmp);
        Ok(times[ROUNDS / 2])
    }

    fn measure(sockets: usize) -> io::Result<()> {
        let queue = Epoll::new()?;
        let mut list = Vec::new();
        let mut pairs = Vec::new();
        for token in 0..sockets {
            let (ours, theirs) = UnixStream::pair()?;
            let fd = ours.as_raw_fd();
            queue.add(fd, token as u64, EPOLLIN as u32)?;
            list.push(pollfd {
                fd,
                events: POLLIN,
                revents: 0,
            });
            pairs.push((ours, theirs));
        }
        pairs[sockets / 2].1.write_all(b"x")?;

        let by_poll = median(|| {
            // SAFETY: `list` is valid for the call, with its own length.
            let ready =
                unsafe { libc::poll(list.as_mut_ptr(), list.len() as _, -1) };
            assert_eq!(ready, 1);
            Ok(())
        })?;
        let by_epoll = median(|| {
            assert_eq!(queue.wait(-1)?.len(), 1);
            Ok(())
        })?;
        println!("{sockets:>8}{by_poll:>12.1} µs{by_epoll:>12.1} µs");
        Ok(())
    }

    pub fn main() -> io::Result<()> {
        rlimit::increase_nofile_limit(u64::MAX)?;
        println!("{:>8}{:>15}{:>15}", "sockets", "poll", "epoll_wait");
        for sockets in [10, 100, 1_000, 9_000] {
            measure(sockets)?;
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
