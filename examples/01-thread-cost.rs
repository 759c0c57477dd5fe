//! Chapter 1: what a thread costs, and what it does not.
//!
//! ```sh
//! cargo run --example 01-thread-cost
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, PipeReader, PipeWriter, Read, Write};
    use std::sync::{Arc, Barrier};
    use std::thread::{self, JoinHandle};
    use std::{array, fs, panic};

    use examples::cost::{Cost, median_time};

    const SLEEPERS: usize = 1_000;
    const RUNS: usize = 1_001;

    /// Starts a thread that does nothing, and waits for its end.
    fn start_and_join() -> io::Result<()> {
        let thread = thread::Builder::new().spawn(|| {})?;
        join(thread)
    }

    fn join<T>(thread: JoinHandle<T>) -> io::Result<T> {
        Ok(thread.join().unwrap_or_else(|p| panic::resume_unwind(p)))
    }

    /// Threads that sleep in a read of a pipe, until this is dropped.
    struct Sleepers {
        threads: Vec<JoinHandle<io::Result<usize>>>,
        pipe: Option<PipeWriter>,
    }

    impl Sleepers {
        fn start(count: usize) -> io::Result<Sleepers> {
            let (reader, writer) = io::pipe()?;
            let reader = Arc::new(reader);
            let all_run = Arc::new(Barrier::new(count + 1));
            let mut threads = Vec::new();
            for _ in 0..count {
                let reader = reader.clone();
                let all_run = all_run.clone();
                let thread = thread::Builder::new().name("sleeper".into());
                let thread = thread.spawn(move || {
                    all_run.wait();
                    reader.as_ref().read(&mut [0])
                })?;
                threads.push(thread);
            }
            all_run.wait();
            let pipe = Some(writer);
            Ok(Sleepers { threads, pipe })
        }
    }

    impl Drop for Sleepers {
        fn drop(&mut self) {
            // Without a writer, each read finds the end of file.
            self.pipe = None;
            for thread in self.threads.drain(..) {
                let _ = thread.join();
            }
        }
    }

    /// What the process and the kernel's stacks take, in KiB.
    fn memory() -> io::Result<[f64; 3]> {
        Ok([
            number("/proc/self/status", "VmSize:")?,
            number("/proc/self/status", "VmRSS:")?,
            number("/proc/meminfo", "KernelStack:")?,
        ])
    }

    fn number(file: &str, name: &str) -> io::Result<f64> {
        let text = fs::read_to_string(file)?;
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(name));
        let word = value.and_then(|value| value.split_whitespace().next());
        // Under an emulator the file may not have it.
        Ok(word.and_then(|word| word.parse().ok()).unwrap_or(f64::NAN))
    }

    /// A byte goes to another thread and comes back: both have to sleep for it.
    struct Pong {
        thread: JoinHandle<io::Result<Cost>>,
        ping: PipeWriter,
        pong: PipeReader,
    }

    impl Pong {
        fn start() -> io::Result<Pong> {
            let (mut theirs, ping) = io::pipe()?;
            let (pong, mut answers) = io::pipe()?;
            let thread = thread::Builder::new().name("pong".into());
            let thread = thread.spawn(move || {
                let mut byte = [0];
                while theirs.read(&mut byte)? == 1 {
                    answers.write_all(&byte)?;
                }
                Ok(Cost::of_this_thread())
            })?;
            Ok(Pong { thread, ping, pong })
        }

        fn play(&mut self) -> io::Result<()> {
            self.ping.write_all(b"x")?;
            self.pong.read_exact(&mut [0])
        }
    }

    fn time_of_ping() -> io::Result<(f64, Cost)> {
        let mut pong = Pong::start()?;
        let before = Cost::of_this_thread();
        let time = median_time(RUNS, || pong.play())?;
        let ours = Cost::of_this_thread() - before;
        drop(pong.ping);
        Ok((time, ours + join(pong.thread)??))
    }

    fn print_ping(what: &str) -> io::Result<()> {
        let (time, cost) = time_of_ping()?;
        println!("{what}: {time:.1} µs");
        println!("  {}", cost.to_string().replace('\n', "\n  "));
        Ok(())
    }

    pub fn main() -> io::Result<()> {
        let time = median_time(RUNS, start_and_join)?;
        println!("to start a thread and wait for its end: {time:.1} µs");

        let before = memory()?;
        let sleepers = Sleepers::start(SLEEPERS)?;
        let after = memory()?;
        println!("{SLEEPERS} threads asleep, each of them with");
        let each: [f64; 3] =
            array::from_fn(|i| (after[i] - before[i]) / SLEEPERS as f64);
        println!("  address space:  {:>7.1} KiB", each[0]);
        println!("  memory touched: {:>7.1} KiB", each[1]);
        println!("  kernel stack:   {:>7.1} KiB", each[2]);

        println!("a byte to another thread and back, {RUNS} times");
        print_ping("among those that sleep")?;
        drop(sleepers);
        print_ping("with no others")?;
        let time = time_alone()?;
        println!("the same system calls by one thread: {time:.1} µs");
        Ok(())
    }

    fn time_alone() -> io::Result<f64> {
        let (mut reader, mut writer) = io::pipe()?;
        median_time(RUNS, || {
            for _ in 0..2 {
                writer.write_all(b"x")?;
                reader.read_exact(&mut [0])?;
            }
            Ok(())
        })
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
