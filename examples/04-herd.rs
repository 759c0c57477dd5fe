//! Chapter 4: eight threads wait for one event. How many does it wake?
//!
//! ```sh
//! cargo run --example 04-herd
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::io;
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsRawFd;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use examples::epoll::Epoll;
    use libc::{EPOLLET, EPOLLEXCLUSIVE, EPOLLIN};

    const THREADS: usize = 8;

    /// Lets each thread wait on its queue, makes one connection when all are
    /// asleep, and counts the threads that an event woke.
    fn woken(queues: &[&Epoll], listener: &TcpListener) -> io::Result<usize> {
        thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            let mut waiting = Vec::new();
            for queue in queues {
                let sender = sender.clone();
                let waiter = thread::Builder::new().name("waiter".into());
                let waiter = waiter.spawn_scoped(scope, move || {
                    // SAFETY: no pointers are passed.
                    let _ = sender.send(unsafe { libc::gettid() });
                    queue.wait(1_000)
                });
                waiting.push(waiter?);
            }
            for tid in receiver.iter().take(queues.len()) {
                wait_until_asleep(tid)?;
            }

            let _connection = TcpStream::connect(listener.local_addr()?)?;

            let mut count = 0;
            for thread in waiting {
                let events = thread.join().expect("it does not panic")?;
                count += events.len();
            }
            Ok(count)
        })
    }

    /// Until the kernel says that the thread sleeps in `epoll_wait`.
    fn wait_until_asleep(tid: i32) -> io::Result<()> {
        let path = format!("/proc/self/task/{tid}/stat");
        // The state is the first letter after the name in parentheses.
        while !fs::read_to_string(&path)?.contains(") S ") {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(1));
        Ok(())
    }

    fn one_queue(flags: i32) -> io::Result<usize> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let queue = Epoll::new()?;
        queue.add(listener.as_raw_fd(), 0, flags as u32)?;
        woken(&[&queue; THREADS], &listener)
    }

    fn one_queue_each(flags: i32) -> io::Result<usize> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let mut queues = Vec::new();
        for _ in 0..THREADS {
            let queue = Epoll::new()?;
            queue.add(listener.as_raw_fd(), 0, flags as u32)?;
            queues.push(queue);
        }
        let queues: Vec<&Epoll> = queues.iter().collect();
        woken(&queues, &listener)
    }

    pub fn main() -> io::Result<()> {
        println!("one queue, {THREADS} threads in epoll_wait");
        println!("  level        wakes {}", one_queue(EPOLLIN)?);
        println!("  edge         wakes {}", one_queue(EPOLLIN | EPOLLET)?);
        println!("{THREADS} queues with the same listener, a thread each");
        println!("  level        wakes {}", one_queue_each(EPOLLIN)?);
        println!(
            "  edge         wakes {}",
            one_queue_each(EPOLLIN | EPOLLET)?
        );
        println!(
            "  exclusive    wakes {}",
            one_queue_each(EPOLLIN | EPOLLEXCLUSIVE)?
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
