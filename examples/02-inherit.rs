//! Chapter 2: a descriptor that a child has inherited, and the end of file
//! that does not come.
//!
//! ```sh
//! cargo run --example 02-inherit
//! ```

#[cfg(unix)]
mod unix {
    use std::io::{self, Read, Write};
    use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
    use std::process::{Child, Command, Stdio};

    use libc::{F_GETFL, F_SETFD, F_SETFL, FD_CLOEXEC, O_NONBLOCK};

    fn fcntl(fd: BorrowedFd, command: i32, argument: i32) -> io::Result<i32> {
        // SAFETY: the descriptor is open, and the argument is a number.
        let result = unsafe { libc::fcntl(fd.as_raw_fd(), command, argument) };
        if result == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(result)
    }

    /// A program that runs until its input is closed. It has begun when this
    /// returns: it has given back what it was given.
    fn start_child() -> io::Result<Child> {
        let mut command = Command::new("cat");
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        if let (Some(input), Some(output)) =
            (&mut child.stdin, &mut child.stdout)
        {
            input.write_all(b"x")?;
            output.read_exact(&mut [0])?;
        }
        Ok(child)
    }

    // ANCHOR: end_of_file
    fn end_of_file(flag: i32) -> io::Result<()> {
        let (mut reader, writer) = io::pipe()?;
        fcntl(writer.as_fd(), F_SETFD, flag)?;
        let mut child = start_child()?;
        drop(writer);

        set_nonblocking(reader.as_fd())?;
        println!("  we have closed it: {:?}", answer(&mut reader));
        drop(child.stdin.take());
        child.wait()?;
        println!("  the child has ended: {:?}", answer(&mut reader));
        Ok(())
    }
    // ANCHOR_END: end_of_file

    fn set_nonblocking(fd: BorrowedFd) -> io::Result<()> {
        let flags = fcntl(fd, F_GETFL, 0)?;
        fcntl(fd, F_SETFL, flags | O_NONBLOCK).map(drop)
    }

    fn answer(reader: &mut impl Read) -> Result<usize, io::ErrorKind> {
        reader.read(&mut [0]).map_err(|error| error.kind())
    }

    pub fn main() -> io::Result<()> {
        println!("with CLOEXEC");
        end_of_file(FD_CLOEXEC)?;
        println!("without");
        end_of_file(0)
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
