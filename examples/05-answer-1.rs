//! Chapter 5, exercise 1: half of it at each event, and a filter for what holds
//! nearly always.
//!
//! ```sh
//! cargo run --example 05-answer-1
//! ```

#[cfg(has_kqueue)]
mod kqueue {
    use std::io::{self, Read, Write};
    use std::os::unix::net::UnixStream;

    use examples::kqueue::{
        EV_ADD, EV_CLEAR, EVFILT_READ, EVFILT_WRITE, Flags, Kevent, Kqueue,
    };

    // ANCHOR: half
    /// What each event says, when we read half of that.
    fn read_half(flags: Flags) -> io::Result<Vec<i64>> {
        let queue = Kqueue::new()?;
        let (mut socket, mut peer) = UnixStream::pair()?;
        queue.change(Kevent::new(&socket, EVFILT_READ, flags, 0))?;
        peer.write_all(&[0; 64])?;

        let mut reported = Vec::new();
        while let Some(event) = queue.now()?.first() {
            reported.push(event.data);
            let half = (event.data + 1) / 2;
            socket.read_exact(&mut vec![0; half as usize])?;
        }
        Ok(reported)
    }
    // ANCHOR_END: half

    // ANCHOR: writable
    /// The events of 1,000 waits, when nobody writes.
    fn wait_to_write(flags: Flags) -> io::Result<usize> {
        let queue = Kqueue::new()?;
        let (socket, _peer) = UnixStream::pair()?;
        queue.change(Kevent::new(&socket, EVFILT_WRITE, flags, 0))?;
        let mut events = 0;
        for _ in 0..1_000 {
            events += queue.now()?.len();
        }
        Ok(events)
    }
    // ANCHOR_END: writable

    pub fn main() -> io::Result<()> {
        let clear = EV_ADD | EV_CLEAR;
        println!("64 bytes, half of them read at each event:");
        println!("  without EV_CLEAR: {:?}", read_half(EV_ADD)?);
        println!("  with EV_CLEAR: {:?}", read_half(clear)?);
        println!("EVFILT_WRITE, 1000 waits:");
        println!("  without EV_CLEAR: {} events", wait_to_write(EV_ADD)?);
        println!("  with EV_CLEAR: {} event", wait_to_write(clear)?);
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
