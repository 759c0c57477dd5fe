//! Chapter 6: until when an operation is the kernel's.
//!
//! Each line starts a read, into a buffer that is full of dots, and prints what
//! comes of it: the packet, and what is in the buffer then.
//!
//! ```sh
//! cargo run --example 06-owner
//! ```

#[cfg(windows)]
mod windows {
    use std::io::{self, Write};
    use std::net::TcpStream;
    use std::thread;
    use std::time::{Duration, Instant};

    use examples::iocp::{self, Operation, Packet, Pending, Port};

    const LONGEST_WAIT: Duration = Duration::from_secs(10);

    fn connection() -> io::Result<(Port, TcpStream, TcpStream)> {
        let port = Port::new()?;
        let (socket, peer) = iocp::pair()?;
        port.associate(&socket, 0)?;
        Ok((port, socket, peer))
    }

    fn start_read(socket: &TcpStream) -> io::Result<Pending> {
        let started = Operation::new("read", *b".....").recv(socket)?;
        Ok(started.operation)
    }

    fn line(what: &str, packet: &Packet) {
        let result = match packet.error() {
            0 => format!("{} bytes", packet.bytes),
            error => iocp::name(error),
        };
        line_of(what, &result, packet);
    }

    fn line_of(what: &str, result: &str, packet: &Packet) {
        let buffer = packet.operation.as_ref().map(|one| &one.buffer[..]);
        print_line(what, result, buffer.unwrap_or_default());
    }

    fn print_line(what: &str, result: &str, buffer: &[u8]) {
        let buffer = String::from_utf8_lossy(buffer);
        println!("{what:34}{result:28}{buffer}");
    }

    /// The buffer of an operation that is pending.
    ///
    /// # Safety
    ///
    /// No packet may have brought the operation back: that frees it.
    unsafe fn peek(pending: Pending) -> [u8; 5] {
        let operation = pending.as_ptr();
        // SAFETY: nobody has freed it, by the contract. The kernel does not touch
        // the `Vec`, but the 5 bytes that it points to, which are read as they
        // are now.
        unsafe {
            let buffer = &(*operation).buffer;
            buffer.as_ptr().cast::<[u8; 5]>().read_volatile()
        }
    }

    /// # Safety
    ///
    /// As of [`peek`].
    unsafe fn wait_until_written(pending: Pending) -> io::Result<()> {
        let deadline = Instant::now() + LONGEST_WAIT;
        // SAFETY: by the contract.
        while unsafe { peek(pending) } != *b"hello" {
            if Instant::now() > deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
            thread::yield_now();
        }
        Ok(())
    }

    fn completed() -> io::Result<()> {
        let (port, socket, mut peer) = connection()?;
        start_read(&socket)?;
        peer.write_all(b"hello")?;
        line("5 bytes come", &port.wait()?);
        Ok(())
    }

    fn cancelled() -> io::Result<()> {
        let (port, socket, mut peer) = connection()?;
        let read = start_read(&socket)?;
        read.cancel(&socket)?;
        let packet = port.wait()?;
        peer.write_all(b"hello")?;
        iocp::wait_for_bytes(&socket, 5)?;
        line("CancelIoEx; 5 bytes come", &packet);
        Ok(())
    }

    fn cancelled_too_late() -> io::Result<()> {
        let (port, socket, mut peer) = connection()?;
        let read = start_read(&socket)?;
        peer.write_all(b"hello")?;
        // SAFETY: its packet is taken below.
        unsafe { wait_until_written(read)? };
        // It finds nothing to cancel. The packet tells what has happened.
        let _ = read.cancel(&socket);
        line("5 bytes come; CancelIoEx", &port.wait()?);
        Ok(())
    }

    fn thread_ended() -> io::Result<()> {
        let (port, socket, mut peer) = connection()?;
        thread::scope(|scope| {
            let thread = thread::Builder::new().name("reader".into());
            let read = || start_read(&socket).map(drop);
            let thread = thread.spawn_scoped(scope, read)?;
            thread.join().expect("it does not panic")
        })?;
        peer.write_all(b"hello")?;
        line("its thread ends; 5 bytes come", &port.wait()?);
        Ok(())
    }

    fn socket_closed() -> io::Result<()> {
        let (port, socket, _peer) = connection()?;
        start_read(&socket)?;
        drop(socket);
        let packet = port.wait()?;
        // Which error it is differs: Wine's is not that of Windows.
        if packet.error() == 0 {
            line("we close the socket", &packet);
        } else {
            line_of("we close the socket", "an error", &packet);
        }
        Ok(())
    }

    fn port_closed() -> io::Result<()> {
        let (port, socket, mut peer) = connection()?;
        let read = start_read(&socket)?;
        drop(port);
        peer.write_all(b"hello")?;
        // SAFETY: its packet is lost with the port.
        let buffer = unsafe {
            wait_until_written(read)?;
            peek(read)
        };
        print_line("we close the port; 5 bytes come", "-", &buffer);
        Ok(())
    }

    pub fn main() -> io::Result<()> {
        print_line("a read is pending, and", "its packet", b"its buffer");
        completed()?;
        cancelled()?;
        cancelled_too_late()?;
        thread_ended()?;
        socket_closed()?;
        port_closed()
    }
}

#[cfg(windows)]
fn main() -> std::io::Result<()> {
    windows::main()
}

#[cfg(not(windows))]
fn main() {
    examples::needs_windows();
}
