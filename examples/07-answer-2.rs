//! Chapter 7, exercise 2: a poll for what holds nearly always.
//!
//! ```sh
//! cargo run --example 07-answer-2
//! ```

#[cfg(windows)]
mod windows {
    use std::io;

    use examples::afd::{DISCONNECT, Polls, RECEIVE, SEND};
    use examples::iocp::pair;

    const WAITS: usize = 1_000;

    // ANCHOR: packets
    /// How many of our waits find a packet, while the peer says nothing.
    fn packets(events: u32) -> io::Result<usize> {
        let (socket, _peer) = pair()?;
        let polls = Polls::new()?;
        let mut packets = 0;
        polls.start(&socket, events)?;
        for _ in 0..WAITS {
            if polls.packet()?.is_some() {
                packets += 1;
                polls.start(&socket, events)?;
            }
        }
        Ok(packets)
    }
    // ANCHOR_END: packets

    pub fn main() -> io::Result<()> {
        let without = packets(RECEIVE | DISCONNECT)?;
        println!("without SEND: {without} packets in {WAITS} waits");
        let with = packets(RECEIVE | DISCONNECT | SEND)?;
        println!("with SEND: {with} packets in {WAITS} waits");
        Ok(())
    }
}

#[cfg(windows)]
fn main() -> std::io::Result<()> {
    windows::main()
}

#[cfg(not(windows))]
fn main() {
    examples::needs_windows();
}
