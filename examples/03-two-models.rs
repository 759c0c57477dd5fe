//! Chapter 3: five bytes, by a wait that says “ready” and by one that says
//! “done”.
//!
//! The second way is POSIX's asynchronous I/O, which the C library of Linux
//! carries out by threads of its own.
//!
//! ```sh
//! cargo run --example 03-two-models
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, Read, Write};
    use std::mem;
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;
    use std::ptr;

    // ANCHOR: ready
    /// Comes back when a read would find something.
    fn wait_until_ready(socket: &UnixStream) -> io::Result<()> {
        let mut entry = libc::pollfd {
            fd: socket.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        // SAFETY: there is one entry at that address, and the kernel keeps no
        // pointer to it.
        let result = unsafe { libc::poll(&mut entry, 1, -1) };
        check(result)
    }
    // ANCHOR_END: ready

    // ANCHOR: pending_read
    /// A read that has been started. Until it is done, its two boxes are not
    /// ours, and so they are kept as pointers.
    struct PendingRead {
        control: *mut libc::aiocb,
        buffer: *mut [u8; 5],
    }
    // ANCHOR_END: pending_read

    // ANCHOR: start_read
    /// Says where the bytes are to go, and comes back at once.
    fn start_read(socket: &UnixStream) -> io::Result<PendingRead> {
        let buffer = Box::into_raw(Box::new([0; 5]));
        // SAFETY: zero is a value of each of its fields, integers and pointers.
        let mut control: libc::aiocb = unsafe { mem::zeroed() };
        control.aio_fildes = socket.as_raw_fd();
        control.aio_buf = buffer.cast();
        control.aio_nbytes = 5;
        let control = Box::into_raw(Box::new(control));
        let read = PendingRead { control, buffer };
        // SAFETY: both boxes stay where they are, and untouched, until the
        // operation is done: only `wait_until_done` gives them back.
        check(unsafe { libc::aio_read(read.control) })?;
        Ok(read)
    }
    // ANCHOR_END: start_read

    // ANCHOR: wait_until_done
    /// Comes back when the bytes are in the buffer.
    fn wait_until_done(read: PendingRead) -> io::Result<(Box<[u8; 5]>, isize)> {
        let list = [read.control.cast_const()];
        // SAFETY: the list has one entry, a started operation.
        check(unsafe { libc::aio_suspend(list.as_ptr(), 1, ptr::null()) })?;
        // SAFETY: the operation is done, so this may be asked, once.
        let count = unsafe { libc::aio_return(read.control) };
        // SAFETY: both are from `Box::into_raw`, and nobody else has them now.
        let buffer = unsafe {
            drop(Box::from_raw(read.control));
            Box::from_raw(read.buffer)
        };
        Ok((buffer, count))
    }
    // ANCHOR_END: wait_until_done

    // ANCHOR: give_up
    /// Tries to get the buffer back before the operation is done.
    fn give_up(socket: &UnixStream, read: &PendingRead) -> &'static str {
        // SAFETY: the operation has been started on that descriptor, and is
        // not yet given back.
        match unsafe { libc::aio_cancel(socket.as_raw_fd(), read.control) } {
            libc::AIO_CANCELED => "cancelled",
            libc::AIO_NOTCANCELED => "too late, it is being carried out",
            libc::AIO_ALLDONE => "too late, it is done",
            _ => "an error",
        }
    }
    // ANCHOR_END: give_up

    fn check(result: i32) -> io::Result<()> {
        if result == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }

    fn unread(socket: &UnixStream) -> io::Result<i32> {
        let mut count = 0;
        // SAFETY: the call writes one number, to `count`.
        check(unsafe {
            libc::ioctl(socket.as_raw_fd(), libc::FIONREAD, &mut count)
        })?;
        Ok(count)
    }

    fn text(buffer: &[u8; 5]) -> String {
        String::from_utf8_lossy(buffer).replace('\0', ".")
    }

    pub fn main() -> io::Result<()> {
        println!("wait until it is ready");
        // ANCHOR: main_ready
        let (mut ours, mut peers) = UnixStream::pair()?;
        let mut buffer = [0; 5];
        peers.write_all(b"hello")?;
        wait_until_ready(&ours)?;
        let (in_socket, in_buffer) = (unread(&ours)?, text(&buffer));
        println!("  awake: {in_socket} in the socket, buffer {in_buffer}");
        ours.read_exact(&mut buffer)?;
        let (in_socket, in_buffer) = (unread(&ours)?, text(&buffer));
        println!("  read:  {in_socket} in the socket, buffer {in_buffer}");
        // ANCHOR_END: main_ready

        println!("wait until it is done");
        // ANCHOR: main_done
        let (ours, mut peers) = UnixStream::pair()?;
        let read = start_read(&ours)?;
        println!("  give up? {}", give_up(&ours, &read));
        peers.write_all(b"hello")?;
        let (buffer, count) = wait_until_done(read)?;
        let (in_socket, in_buffer) = (unread(&ours)?, text(&buffer));
        println!("  awake: {in_socket} in the socket, buffer {in_buffer}");
        println!("  what the read returns: {count}");
        // ANCHOR_END: main_done
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
