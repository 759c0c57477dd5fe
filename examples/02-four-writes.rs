//! Chapter 2: one system call, `write`, reached in four ways.
//!
//! By the processor's instruction, by a declaration of our own, by the `libc`
//! crate, and by std. Then each writes to a descriptor that is open for
//! reading only, and the kernel's refusal comes back as an [`io::Error`].
//!
//! ```sh
//! cargo run --example 02-four-writes
//! strace -e trace=write cargo run --example 02-four-writes
//! ```
//!
//! [`io::Error`]: std::io::Error

#[cfg(unix)]
mod unix {
    use std::ffi::{c_int, c_void};
    use std::fs::File;
    use std::io::{self, Write};
    use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

    /// One call of `write`. It may take fewer bytes than it is given, and says
    /// how many it took.
    type OneWrite = fn(BorrowedFd, &[u8]) -> io::Result<usize>;

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

    #[cfg(all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64")
    ))]
    fn by_instruction(fd: BorrowedFd, bytes: &[u8]) -> io::Result<usize> {
        match write_instruction(fd.as_raw_fd(), bytes) {
            // The kernel has one number for both answers: errors are negative.
            negative @ ..0 => {
                Err(io::Error::from_raw_os_error(-negative as i32))
            }
            count => Ok(count as usize),
        }
    }

    #[cfg(not(all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64")
    )))]
    fn by_instruction(_: BorrowedFd, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "only written for Linux, on x86-64 and aarch64",
        ))
    }

    unsafe extern "C" {
        /// <https://man7.org/linux/man-pages/man2/write.2.html>
        fn write(fd: c_int, bytes: *const c_void, count: usize) -> isize;
    }

    fn by_declaration(fd: BorrowedFd, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: there are `bytes.len()` bytes at that address, and the
        // kernel keeps no pointer to them.
        let result = unsafe {
            write(fd.as_raw_fd(), bytes.as_ptr().cast(), bytes.len())
        };
        if result == -1 {
            // The C library has put the kernel's number into `errno`.
            return Err(io::Error::last_os_error());
        }
        Ok(result as usize)
    }

    fn by_libc(fd: BorrowedFd, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: as in `by_declaration`.
        let result = unsafe {
            libc::write(fd.as_raw_fd(), bytes.as_ptr().cast(), bytes.len())
        };
        if result == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(result as usize)
    }

    fn by_std(mut file: impl Write, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)?;
        // stdout has a buffer, which it empties by itself at the end of a
        // line only.
        file.flush()
    }

    /// What std does in its `write_all`.
    fn write_all(
        one_write: OneWrite,
        fd: BorrowedFd,
        mut bytes: &[u8],
    ) -> io::Result<()> {
        while !bytes.is_empty() {
            match one_write(fd, bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => bytes = &bytes[count..],
                // A signal came before the first byte was taken.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub fn main() -> io::Result<()> {
        let stdout = io::stdout();
        let fd = stdout.as_fd();
        match write_all(by_instruction, fd, b"1. the instruction\n") {
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                println!("1. the instruction: {error}");
            }
            result => result?,
        }
        write_all(by_declaration, fd, b"2. our declaration\n")?;
        write_all(by_libc, fd, b"3. the libc crate\n")?;
        by_std(&stdout, b"4. std\n")?;

        println!("and to a descriptor that is open for reading only:");
        let file = File::open("/dev/null")?;
        let fd = file.as_fd();
        let refused = [
            write_all(by_instruction, fd, b"x"),
            write_all(by_declaration, fd, b"x"),
            write_all(by_libc, fd, b"x"),
            by_std(&file, b"x"),
        ];
        for (number, result) in (1..).zip(refused) {
            match result {
                Ok(()) => println!("{number}. taken"),
                Err(error) => println!("{number}. {error}"),
            }
        }
        Ok(())
    }
}

#[cfg(unix)]
fn main() -> std::io::Result<()> {
    unix::main()
}

#[cfg(not(unix))]
fn main() {
    examples::needs("a Unix");
}
