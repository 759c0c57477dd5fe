//! Chapter 1, exercise 4: threads with smaller stacks.
//!
//! ```sh
//! cargo run --example 01-answer-4
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, Read};
    use std::sync::{Arc, Barrier};
    use std::{fs, thread};

    const THREADS: usize = 100;

    // ANCHOR: measure
    fn measure(stack_size: usize) -> io::Result<()> {
        let (reader, writer) = io::pipe()?;
        let reader = Arc::new(reader);
        let all_run = Arc::new(Barrier::new(THREADS + 1));
        let before = [kib("VmSize:")?, kib("VmRSS:")?];
        let mut threads = Vec::new();
        for _ in 0..THREADS {
            let (reader, all_run) = (reader.clone(), all_run.clone());
            let builder = thread::Builder::new().name("reader".into());
            let builder = builder.stack_size(stack_size);
            threads.push(builder.spawn(move || {
                all_run.wait();
                reader.as_ref().read(&mut [0])
            })?);
        }
        all_run.wait();
        let each = |name, before| {
            io::Result::Ok((kib(name)? - before) / THREADS as f64)
        };
        let address_space = each("VmSize:", before[0])?;
        let touched = each("VmRSS:", before[1])?;
        // ANCHOR_END: measure
        println!(
            "a stack of {} KiB: {address_space:.1} KiB of address space, \
             {touched:.1} KiB touched",
            stack_size / 1024
        );
        // Each read ends.
        drop(writer);
        for thread in threads {
            let _ = thread.join();
        }
        Ok(())
    }

    fn kib(name: &str) -> io::Result<f64> {
        let text = fs::read_to_string("/proc/self/status")?;
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(name));
        let word = value.and_then(|value| value.split_whitespace().next());
        // Under an emulator the file may not have it.
        Ok(word.and_then(|word| word.parse().ok()).unwrap_or(f64::NAN))
    }

    pub fn main() -> io::Result<()> {
        // SAFETY: no pointers are passed. The C library gives each thread a
        // part of the address space to allocate from, which is not what we
        // measure: one for all.
        #[cfg(target_env = "gnu")]
        unsafe {
            libc::mallopt(libc::M_ARENA_MAX, 1)
        };
        // In this order: it also keeps the stacks of threads that have ended,
        // for others that are content with such a size.
        for kib in [64, 256, 2 * 1024, 8 * 1024] {
            measure(kib * 1024)?;
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
