//! Chapter 10: what an eventfd counts, and what a queue says of it.
//!
//! ```sh
//! cargo run --example 10-eventfd
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::io::{self, ErrorKind, Read, Write};
    use std::os::fd::{AsRawFd, FromRawFd};

    use examples::epoll::Epoll;
    use libc::{EFD_CLOEXEC, EFD_NONBLOCK, EFD_SEMAPHORE, EPOLLET, EPOLLIN};

    // ANCHOR: eventfd
    fn eventfd(flags: i32) -> io::Result<File> {
        let flags = flags | EFD_CLOEXEC | EFD_NONBLOCK;
        // SAFETY: no pointers are passed.
        let fd = unsafe { libc::eventfd(0, flags) };
        if fd == -1 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel has just given us this descriptor.
        Ok(unsafe { File::from_raw_fd(fd) })
    }

    /// Adds to the counter.
    fn write(mut counter: &File, number: u64) -> io::Result<()> {
        counter.write_all(&number.to_ne_bytes())
    }

    /// Takes from the counter: all of it, or one of a semaphore.
    fn read(mut counter: &File) -> io::Result<u64> {
        let mut number = [0; 8];
        counter.read_exact(&mut number)?;
        Ok(u64::from_ne_bytes(number))
    }
    // ANCHOR_END: eventfd

    fn say<T: ToString>(what: &str, result: io::Result<T>) -> io::Result<()> {
        let answer = match result {
            Ok(value) => value.to_string(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                "WouldBlock".into()
            }
            Err(error) => return Err(error),
        };
        println!("{what:30}{answer}");
        Ok(())
    }

    fn count() -> io::Result<()> {
        let counter = eventfd(0)?;
        write(&counter, 1)?;
        write(&counter, 1)?;
        write(&counter, 40)?;
        say("write 1, 1 and 40, then read:", read(&counter))?;
        say("read again:", read(&counter))?;

        let semaphore = eventfd(EFD_SEMAPHORE)?;
        write(&semaphore, 2)?;
        say("semaphore: write 2, read:", read(&semaphore))?;
        say("read again:", read(&semaphore))?;
        say("read again:", read(&semaphore))?;

        let written = |()| "written";
        let most = u64::MAX - 1;
        say("write 2⁶⁴ − 2:", write(&counter, most).map(written))?;
        say("write 1:", write(&counter, 1).map(written))
    }

    /// How many of 1,000 waits have an event.
    fn reports(queue: &Epoll) -> io::Result<usize> {
        let mut reports = 0;
        for _ in 0..1_000 {
            reports += queue.wait(0)?.len();
        }
        Ok(reports)
    }

    fn watch() -> io::Result<()> {
        let counters = [eventfd(0)?, eventfd(0)?];
        let queues = [Epoll::new()?, Epoll::new()?];
        for i in 0..2 {
            let flags = [EPOLLIN, EPOLLIN | EPOLLET][i] as u32;
            queues[i].add(counters[i].as_raw_fd(), 0, flags)?;
        }
        println!("\n{:22}level  edge", "events in 1,000 waits");
        let step = |what: &str, action: fn(&File) -> io::Result<()>| {
            print!("{what:22}");
            for (counter, queue) in counters.iter().zip(&queues) {
                action(counter)?;
                print!("{:5}  ", reports(queue)?);
            }
            println!();
            io::Result::Ok(())
        };
        step("nothing is written", |_| Ok(()))?;
        step("write 1", |counter| write(counter, 1))?;
        step("no read, nothing new", |_| Ok(()))?;
        step("no read, write 1", |counter| write(counter, 1))?;
        step("read", |counter| read(counter).map(drop))
    }

    pub fn main() -> io::Result<()> {
        count()?;
        watch()
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
