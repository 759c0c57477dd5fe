//! Chapter 2, exercise 1: what the kernel answers to nonsense.
//!
//! ```sh
//! cargo run --example 02-answer-1
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::{c_int, c_long, c_void};
    use std::os::fd::AsRawFd;
    use std::{io, ptr};

    fn show(what: &str, answer: isize) {
        match answer {
            -1 => println!("{what:24}{}", io::Error::last_os_error()),
            _ => println!("{what:24}{answer}"),
        }
    }

    // ANCHOR: main
    fn write(fd: c_int, address: *const c_void) -> isize {
        // SAFETY: the kernel only reads, and finds out if it cannot.
        unsafe { libc::write(fd, address, 6) }
    }

    pub fn main() -> io::Result<()> {
        const NO_SUCH_NUMBER: c_long = 100_000;
        // SAFETY: no kernel has a call of this number.
        let answer = unsafe { libc::syscall(NO_SUCH_NUMBER) };
        show("number 100,000", answer as isize);

        let (_reader, writer) = io::pipe()?;
        show("null, to a pipe", write(writer.as_raw_fd(), ptr::null()));
        Ok(())
    }
    // ANCHOR_END: main
}

#[cfg(target_os = "linux")]
fn main() -> std::io::Result<()> {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    examples::needs("Linux");
}
