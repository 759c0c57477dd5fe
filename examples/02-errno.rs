//! Chapter 2: `errno` is one number for each thread, until the next failure.
//!
//! ```sh
//! cargo run --example 02-errno
//! ```

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::{io, thread};

    // ANCHOR: fail
    /// Fails: no descriptor has a negative number.
    fn close_nothing() -> i32 {
        // SAFETY: there is no descriptor -1, and so nobody else's is closed.
        unsafe { libc::close(-1) }
    }

    fn asked_at_once() -> io::Error {
        let result = close_nothing();
        assert_eq!(result, -1);
        io::Error::last_os_error()
    }
    // ANCHOR_END: fail

    // ANCHOR: late
    fn asked_too_late() -> io::Error {
        let result = close_nothing();
        let log = File::open("/no/such/log");
        assert!(log.is_err());
        assert_eq!(result, -1);
        io::Error::last_os_error()
    }

    fn asked_after_a_success() -> io::Error {
        let result = close_nothing();
        let log = File::open("/dev/null");
        assert!(log.is_ok());
        assert_eq!(result, -1);
        io::Error::last_os_error()
    }

    fn asked_by_another_thread() -> io::Error {
        let result = close_nothing();
        assert_eq!(result, -1);
        let other = thread::spawn(|| {
            let _ = File::open("/no/such/log");
            io::Error::last_os_error()
        });
        other.join().expect("it does not panic")
    }
    // ANCHOR_END: late

    pub fn main() {
        println!("at once:          {}", asked_at_once());
        println!("too late:         {}", asked_too_late());
        println!("after a success:  {}", asked_after_a_success());
        println!("another thread:   {}", asked_by_another_thread());
    }
}

#[cfg(unix)]
fn main() {
    unix::main();
}

#[cfg(not(unix))]
fn main() {
    examples::needs("a Unix");
}
