//! Chapter 6: eight threads wait on one port. How many does a packet wake?
//!
//! Each of them takes one packet, and leaves.
//!
//! ```sh
//! cargo run --example 06-threads
//! ```

#[cfg(windows)]
mod windows {
    use std::io;
    use std::sync::Barrier;
    use std::sync::mpsc::{self, Receiver};
    use std::thread;
    use std::time::Duration;

    use examples::iocp::{Packet, Port};

    const THREADS: usize = 8;

    /// For so long we look for threads that must not be awake.
    const A_WHILE: Duration = Duration::from_millis(50);

    /// Posts so many packets, and counts the threads that return.
    fn post(
        port: &Port,
        count: usize,
        returned: &Receiver<io::Result<Packet>>,
    ) -> io::Result<usize> {
        for _ in 0..count {
            port.post(0, 0)?;
        }
        let mut woken = 0;
        while woken < count {
            returned.recv().map_err(io::Error::other)??;
            woken += 1;
        }
        while let Ok(packet) = returned.recv_timeout(A_WHILE) {
            packet?;
            woken += 1;
        }
        Ok(woken)
    }

    pub fn main() -> io::Result<()> {
        let port = &Port::new()?;
        let all_are_here = &Barrier::new(THREADS + 1);
        let (sender, returned) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..THREADS {
                let sender = sender.clone();
                let waiter = thread::Builder::new().name("waiter".into());
                waiter.spawn_scoped(scope, move || {
                    all_are_here.wait();
                    let _ = sender.send(port.wait());
                })?;
            }
            drop(sender);
            all_are_here.wait();

            let mut waiting = THREADS;
            println!("packets  woken  still waiting");
            for count in [1, 3, waiting - 4] {
                let woken = post(port, count, &returned)?;
                waiting -= woken;
                println!("{count:7}{woken:7}{waiting:15}");
            }
            Ok(())
        })
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
