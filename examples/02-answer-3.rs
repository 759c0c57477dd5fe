//! Chapter 2, exercise 3: `read`, by the instruction.
//!
//! ```sh
//! cargo run --example 02-answer-3
//! ```

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod linux {
    use std::ffi::c_int;
    use std::io::{self, Write};
    use std::os::fd::AsRawFd;

    // ANCHOR: read
    #[cfg(target_arch = "x86_64")]
    fn read_instruction(fd: c_int, buffer: &mut [u8]) -> isize {
        let result: isize;
        // SAFETY: `read` writes to `buffer` and no further. The instruction
        // itself overwrites rcx and r11.
        unsafe {
            std::arch::asm!(
                "syscall",
                inlateout("rax") 0_isize => result, // the number of `read`
                in("rdi") fd,
                in("rsi") buffer.as_mut_ptr(),
                in("rdx") buffer.len(),
                lateout("rcx") _,
                lateout("r11") _,
                options(nostack),
            );
        }
        result
    }
    // ANCHOR_END: read

    #[cfg(target_arch = "aarch64")]
    fn read_instruction(fd: c_int, buffer: &mut [u8]) -> isize {
        let result: isize;
        // SAFETY: `read` writes to `buffer` and no further. The kernel keeps
        // all registers but x0.
        unsafe {
            std::arch::asm!(
                "svc 0",
                in("x8") 63, // the number of `read`
                inlateout("x0") fd as isize => result,
                in("x1") buffer.as_mut_ptr(),
                in("x2") buffer.len(),
                options(nostack),
            );
        }
        result
    }

    pub fn main() -> io::Result<()> {
        let (reader, mut writer) = io::pipe()?;
        writer.write_all(b"hello")?;
        let mut buffer = [b'.'; 8];
        let answer = read_instruction(reader.as_raw_fd(), &mut buffer);
        println!("{answer}: {:?}", String::from_utf8_lossy(&buffer));
        let answer = read_instruction(writer.as_raw_fd(), &mut buffer);
        println!("{answer}: {:?}", String::from_utf8_lossy(&buffer));
        Ok(())
    }
}

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
fn main() -> std::io::Result<()> {
    linux::main()
}

#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
fn main() {
    examples::needs("Linux, on x86-64 or AArch64");
}
