//! Chapter 2: one system call, `write`, reached in four ways.
//!
//! By the processor's instruction, by a declaration of our own, by the `libc`
//! crate, and by std. Then each writes to a descriptor that is open for
//! reading only, and the kernel's refusal comes back as an [`io::Error`].
//!
//! ```sh
//! cargo run --example 02-four-writes
//! strace -e trace=write target/debug/examples/02-four-writes > /dev/null
//! ```
//!
//! [`io::Error`]: std::io::Error

#[cfg(unix)]
mod unix {
    use std::ffi::{c_int, c_void};
    use std::fs::File;
    use std::io::{self, Write};
    use std::mem::ManuallyDrop;
    use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd};

    // ANCHOR: x86_64
    /// What the kernel answers: a count, or the negative of an error's number.
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    fn write_instruction(fd: c_int, bytes: &[u8]) -> isize {
        let result: isize;
        // SAFETY: `write` reads `bytes` and changes no memory of ours. The
        // instruction itself overwrites rcx and r11.
        unsafe {
            std::arch::asm!(
                "syscall",
                inlateout("rax") 1_isize => result, // the number of `write`
                in("rdi") fd,
                in("rsi") bytes.as_ptr(),
                in("rdx") bytes.len(),
                lateout("rcx") _,
                lateout("r11") _,
                options(nostack),
            );
        }
        result
    }
    // ANCHOR_END: x86_64

    // ANCHOR: aarch64
    #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
    fn write_instruction(fd: c_int, bytes: &[u8]) -> isize {
        let result: isize;
        // SAFETY: `write` reads `bytes` and changes no memory of ours. The
        // kernel keeps all registers but x0.
        unsafe {
            std::arch::asm!(
                "svc 0",
                in("x8") 64, // the number of `write`
                inlateout("x0") fd as isize => result,
                in("x1") bytes.as_ptr(),
                in("x2") bytes.len(),
                options(nostack),
            );
        }
        result
    }
    // ANCHOR_END: aarch64

    #[cfg(not(all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64")
    )))]
    fn write_instruction(_: c_int, _: &[u8]) -> isize {
        examples::needs("Linux, on x86-64 or AArch64")
    }

    // ANCHOR: by_instruction
    fn by_instruction(fd: BorrowedFd, bytes: &[u8]) -> io::Result<usize> {
        let answer = write_instruction(fd.as_raw_fd(), bytes);
        if answer < 0 {
            return Err(io::Error::from_raw_os_error(-answer as i32));
        }
        Ok(answer as usize)
    }
    // ANCHOR_END: by_instruction

    // ANCHOR: declaration
    unsafe extern "C" {
        /// <https://man7.org/linux/man-pages/man2/write.2.html>
        fn write(fd: c_int, bytes: *const c_void, count: usize) -> isize;
    }

    fn by_declaration(fd: BorrowedFd, bytes: &[u8]) -> io::Result<usize> {
        let address = bytes.as_ptr().cast();
        // SAFETY: there are `bytes.len()` bytes at that address, and the
        // kernel keeps no pointer to them.
        let answer = unsafe { write(fd.as_raw_fd(), address, bytes.len()) };
        if answer == -1 {
            // The C library has put the error's number into `errno`.
            return Err(io::Error::last_os_error());
        }
        Ok(answer as usize)
    }
    // ANCHOR_END: declaration

    // ANCHOR: libc
    fn by_libc(fd: BorrowedFd, bytes: &[u8]) -> io::Result<usize> {
        let fd = fd.as_raw_fd();
        let address = bytes.as_ptr().cast();
        // SAFETY: as in `by_declaration`.
        let answer = unsafe { libc::write(fd, address, bytes.len()) };
        if answer == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(answer as usize)
    }
    // ANCHOR_END: libc

    // ANCHOR: std
    fn by_std(fd: BorrowedFd, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: `fd` is open, and this `File` does not live to close it.
        let file = unsafe { File::from_raw_fd(fd.as_raw_fd()) };
        let mut file = ManuallyDrop::new(file);
        file.write(bytes)
    }
    // ANCHOR_END: std

    // ANCHOR: write_all
    /// What std does in its `write_all`.
    fn write_all(
        write: fn(BorrowedFd, &[u8]) -> io::Result<usize>,
        fd: BorrowedFd,
        mut bytes: &[u8],
    ) -> io::Result<()> {
        while !bytes.is_empty() {
            match write(fd, bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => bytes = &bytes[count..],
                // A signal came before the first byte was taken.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
    // ANCHOR_END: write_all

    // ANCHOR: main
    pub fn main() -> io::Result<()> {
        let ways = [by_instruction, by_declaration, by_libc, by_std];

        let stdout = io::stdout();
        for way in ways {
            write_all(way, stdout.as_fd(), b"hello\n")?;
        }

        let read_only = File::open("/dev/null")?;
        let refused = ways.map(|way| {
            let result = write_all(way, read_only.as_fd(), b"hello\n");
            result.err().and_then(|error| error.raw_os_error())
        });
        println!("refused: {refused:?}");
        Ok(())
    }
    // ANCHOR_END: main
}

#[cfg(unix)]
fn main() -> std::io::Result<()> {
    unix::main()
}

#[cfg(not(unix))]
fn main() {
    examples::needs("a Unix");
}
