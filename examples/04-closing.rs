//! Chapter 4: which flags come when something closes, and what a read answers.
//!
//! Each line brings a socket or a pipe into one state, adds it to a queue with
//! EPOLLIN, EPOLLOUT and EPOLLRDHUP, and prints what the queue reports. Then it
//! reads once.
//!
//! ```sh
//! cargo run --example 04-closing
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::os::fd::{AsFd, AsRawFd};
    use std::thread;
    use std::time::Duration;

    use examples::epoll::Epoll;
    use libc::{EPOLLIN, EPOLLOUT, EPOLLRDHUP};

    const ALL: u32 = (EPOLLIN | EPOLLOUT | EPOLLRDHUP) as u32;

    fn report(
        what: &str,
        interest: u32,
        mut file: impl AsFd + Read,
    ) -> io::Result<()> {
        // The other end of a TCP connection needs a moment to hear of it.
        thread::sleep(Duration::from_millis(50));
        let queue = Epoll::new()?;
        queue.add(file.as_fd().as_raw_fd(), 0, interest)?;
        let flags = queue.flags_now()?;
        let read = match file.read(&mut [0; 16]) {
            Ok(count) => count.to_string(),
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {
                "-".into()
            }
            Err(error) => format!("{:?}", error.kind()),
        };
        println!("{what:35}{flags:30}{read}");
        Ok(())
    }

    fn connection() -> io::Result<(TcpStream, TcpStream)> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let ours = TcpStream::connect(listener.local_addr()?)?;
        let (theirs, _) = listener.accept()?;
        ours.set_nonblocking(true)?;
        Ok((ours, theirs))
    }

    fn nonblocking_socket() -> io::Result<TcpStream> {
        use std::os::fd::{FromRawFd, OwnedFd};
        let kind = libc::SOCK_STREAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
        // SAFETY: no pointers are passed.
        let fd = unsafe { libc::socket(libc::AF_INET, kind, 0) };
        if fd == -1 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel has just given us this descriptor.
        Ok(unsafe { OwnedFd::from_raw_fd(fd) }.into())
    }

    pub fn main() -> io::Result<()> {
        println!("{:35}{:30}read", "", "flags");

        let (ours, theirs) = connection()?;
        report("nothing happened", ALL, ours)?;
        drop(theirs);

        let (ours, mut theirs) = connection()?;
        theirs.write_all(b"ok")?;
        report("2 bytes arrived", ALL, ours)?;

        let (ours, mut theirs) = connection()?;
        theirs.write_all(b"ok")?;
        theirs.shutdown(Shutdown::Write)?;
        report("2 bytes, then the peer shut down", ALL, ours)?;

        let (ours, theirs) = connection()?;
        theirs.shutdown(Shutdown::Write)?;
        report("the peer shut down its writing", ALL, ours)?;

        let (ours, theirs) = connection()?;
        drop(theirs);
        report("the peer closed", ALL, ours)?;

        let (ours, theirs) = connection()?;
        theirs.shutdown(Shutdown::Write)?;
        ours.shutdown(Shutdown::Write)?;
        report("both shut down their writing", ALL, ours)?;

        let (mut ours, theirs) = connection()?;
        ours.write_all(b"unread")?;
        theirs.peek(&mut [0])?; // They are there, or nothing is unread.
        drop(theirs);
        report("the peer closed with bytes unread", ALL, ours)?;

        let (mut ours, theirs) = connection()?;
        ours.write_all(b"unread")?;
        theirs.peek(&mut [0])?;
        drop(theirs);
        report("the same, with no interest at all", 0, ours)?;

        report("never connected", ALL, nonblocking_socket()?)?;

        let closed = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let stream = minimio::net::TcpStream::connect(closed)?;
        report("connection refused", ALL, stream)?;

        let (reader, writer) = io::pipe()?;
        drop(writer);
        report("pipe, its writer closed", ALL, reader)?;

        let (reader, writer) = io::pipe()?;
        drop(reader);
        report("pipe, its reader closed", ALL, Unreadable(writer))
    }

    struct Unreadable<T>(T);

    impl<T: AsFd> AsFd for Unreadable<T> {
        fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
            self.0.as_fd()
        }
    }

    impl<T> Read for Unreadable<T> {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::Unsupported.into())
        }
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
