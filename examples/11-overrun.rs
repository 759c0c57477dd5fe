//! Chapter 11: `maxevents` says more than the buffer has.
//!
//! The buffer has room for one event. What lies behind it is ours too, filled
//! with a pattern, so that we can count what the kernel has overwritten.
//!
//! ```sh
//! cargo run --example 11-overrun
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeSet;
    use std::io::{self, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    use examples::epoll::Epoll;
    use libc::{EPOLLIN, epoll_event};

    const SOCKETS: usize = 64;

    // ANCHOR: memory
    /// The first is the buffer. The others stand for what comes after it: the
    /// next object on the heap, or the return address on the stack.
    type Memory = [epoll_event; SOCKETS];

    const PATTERN: u64 = 0xABAD_1DEA;

    fn fresh_memory() -> Memory {
        let events = 0;
        [epoll_event {
            events,
            u64: PATTERN,
        }; SOCKETS]
    }

    fn wait(queue: &Epoll, memory: &mut Memory, room: usize) -> usize {
        assert!(room <= memory.len());
        let epfd = queue.as_raw_fd();
        let buffer = memory.as_mut_ptr();
        // SAFETY: `memory` has room for `room` events, as was checked.
        let count = unsafe { libc::epoll_wait(epfd, buffer, room as i32, 0) };
        usize::try_from(count).unwrap_or(0)
    }
    // ANCHOR_END: memory

    fn overwritten(memory: &Memory) -> usize {
        let behind = memory.iter().skip(1);
        behind.filter(|event| { event.u64 } != PATTERN).count()
    }

    pub fn main() -> io::Result<()> {
        let queue = Epoll::new()?;
        let mut pairs = Vec::new();
        for token in 0..SOCKETS {
            let (socket, mut peer) = UnixStream::pair()?;
            peer.write_all(b"x")?;
            let flags = EPOLLIN as u32;
            queue.add(socket.as_raw_fd(), token as u64, flags)?;
            pairs.push((socket, peer));
        }
        println!("{SOCKETS} sockets are ready, the buffer has room for 1");

        let mut memory = fresh_memory();
        let count = wait(&queue, &mut memory, SOCKETS);
        let behind = overwritten(&memory);
        println!(
            "maxevents {SOCKETS}: returns {count}, past the end: {behind}"
        );

        let mut memory = fresh_memory();
        let mut tokens = BTreeSet::new();
        for _ in 0..SOCKETS {
            let count = wait(&queue, &mut memory, 1);
            tokens.extend(memory[..count].iter().map(|event| event.u64));
        }
        let behind = overwritten(&memory);
        println!("maxevents 1: returns 1, past the end: {behind}");
        println!("{SOCKETS} such waits: {} sockets reported", tokens.len());
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
