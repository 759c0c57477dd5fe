//! Chapter 2: what does it cost to ask the kernel, against asking a function?
//!
//! Each line makes the same call a thousand times, and prints the median of
//! many such runs.
//!
//! ```sh
//! cargo run --release --example 02-cost
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::hint::black_box;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::time::Instant;

    const CALLS: usize = 1_000;
    const RUNS: usize = 201;

    /// The median of many runs of a thousand calls, in microseconds.
    fn thousand_calls(call: impl Fn()) -> f64 {
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let start = Instant::now();
            for _ in 0..CALLS {
                call();
            }
            times.push(start.elapsed().as_nanos() as f64 / 1_000.0);
        }
        times.sort_by(f64::total_cmp);
        times[RUNS / 2]
    }

    /// A function of C's kind, as `getppid` is one.
    #[inline(never)]
    extern "C" fn function() -> i32 {
        black_box(1)
    }

    pub fn main() -> io::Result<()> {
        let null = std::fs::File::options().write(true).open("/dev/null")?;
        let fd = null.as_raw_fd();
        // ANCHOR: calls
        let by_function = thousand_calls(|| {
            black_box(function());
        });
        let by_clock = thousand_calls(|| {
            black_box(Instant::now());
        });
        let by_getppid = thousand_calls(|| {
            // SAFETY: it takes nothing and cannot fail.
            black_box(unsafe { libc::getppid() });
        });
        let by_write = thousand_calls(|| {
            // SAFETY: one byte is at that address.
            black_box(unsafe { libc::write(fd, b"x".as_ptr().cast(), 1) });
        });
        // ANCHOR_END: calls
        println!("a thousand calls of");
        println!("{:20}{by_function:>10.1} µs", "our function");
        println!("{:20}{by_clock:>10.1} µs", "Instant::now");
        println!("{:20}{by_getppid:>10.1} µs", "getppid");
        println!("{:20}{by_write:>10.1} µs", "write");
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
