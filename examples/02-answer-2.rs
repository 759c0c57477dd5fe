//! Chapter 2, exercise 2: an `OwnedFd` whose number somebody else has closed.
//!
//! ```sh
//! cargo run --example 02-answer-2
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::c_int;
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;

    use libc::{SIGABRT, STDOUT_FILENO};

    /// Tells that the program was aborted, and ends it without a core dump.
    extern "C" fn on_abort(_: c_int) {
        let text = b"SIGABRT\n";
        // SAFETY: both functions may be called in a handler of a signal.
        unsafe {
            libc::write(STDOUT_FILENO, text.as_ptr().cast(), text.len());
            libc::_exit(0);
        }
    }

    pub fn main() -> io::Result<()> {
        let handler = on_abort as *const () as usize;
        // SAFETY: the handler does only what a handler may.
        unsafe { libc::signal(SIGABRT, handler) };

        // ANCHOR: main
        let file = File::open("/dev/null")?;
        // SAFETY: none. `file` owns this number, and this breaks the promise
        // that std relies on; it is here to show that std notices.
        unsafe { libc::close(file.as_raw_fd()) };
        println!("closed by number");
        drop(file);
        println!("closed by its owner");
        // ANCHOR_END: main
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
