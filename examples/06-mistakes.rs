//! Chapter 6: five mistakes of programs that have been taught from, each next
//! to what is right.
//!
//! ```sh
//! cargo run --example 06-mistakes
//! ```

#[cfg(windows)]
mod windows {
    use std::io::{self, ErrorKind, Read, Write};
    use std::net::TcpStream;
    use std::os::windows::io::{AsRawHandle, AsRawSocket};
    use std::ptr;
    use std::time::Duration;

    use examples::iocp::{self, Operation, Port};
    use windows_sys::Win32::Networking::WinSock::{
        WSA_IO_PENDING, WSABUF, WSARecv,
    };
    use windows_sys::Win32::System::IO::{
        GetQueuedCompletionStatusEx, OVERLAPPED, OVERLAPPED_ENTRY,
    };

    fn show(
        mistake: &str,
        run: fn(wrong: bool) -> io::Result<String>,
    ) -> io::Result<()> {
        println!("{mistake}");
        println!("  wrong  {}", run(true)?);
        println!("  right  {}", run(false)?);
        Ok(())
    }

    /// Reads twice, and associates the socket before each read, or once.
    fn read_twice(wrong: bool) -> io::Result<String> {
        let port = Port::new()?;
        let (socket, mut peer) = iocp::pair()?;
        port.associate(&socket, 7)?;
        Operation::new("first", [0; 1024]).recv(&socket)?;
        peer.write_all(b"one")?;
        let first = port.wait()?;

        if wrong && let Err(error) = port.associate(&socket, 7) {
            let error = iocp::name(error.raw_os_error().unwrap_or(0) as u32);
            return Ok(format!("read {:?}, error {error}", first.text()));
        }
        Operation::new("second", [0; 1024]).recv(&socket)?;
        peer.write_all(b"two")?;
        let second = port.wait()?;
        Ok(format!("read {:?}, read {:?}", first.text(), second.text()))
    }

    /// Reads five bytes and the end of file, and says how many bytes it has.
    fn read_to_end(wrong: bool) -> io::Result<String> {
        let port = Port::new()?;
        let (socket, mut peer) = iocp::pair()?;
        port.associate(&socket, 7)?;
        peer.write_all(b"hello")?;
        drop(peer);
        let mut counts = Vec::new();
        for _ in 0..2 {
            Operation::new("read", [0; 1024]).recv(&socket)?;
            let packet = port.wait()?;
            let buffer = packet.operation.as_ref().map(|one| one.buffer.len());
            counts.push(match buffer {
                Some(length) if wrong => length,
                _ => packet.bytes as usize,
            });
        }
        let (first, second) = (counts[0], counts[1]);
        Ok(format!("read {first} bytes, then {second}"))
    }

    /// What the kernel is given.
    #[repr(C)]
    struct Slot {
        overlapped: OVERLAPPED,
        token: usize,
        buffer: [u8; 32],
    }

    const NOTES: &[u8; 32] = b"balance: 100 euro               ";

    /// Where a slot is. It is never freed: it goes back to a list.
    #[derive(Clone, Copy)]
    struct Leaked(*mut Slot);

    impl Slot {
        fn leak() -> Leaked {
            Leaked(Box::into_raw(Box::new(Slot {
                overlapped: OVERLAPPED::default(),
                token: 0,
                buffer: [0; 32],
            })))
        }
    }

    fn write(Leaked(slot): Leaked, token: usize, text: [u8; 32]) {
        // SAFETY: a slot is never freed. The kernel may have it, but it does
        // not write to it before something arrives.
        unsafe {
            (*slot).token = token;
            (*slot).buffer = text;
        }
    }

    /// Starts a read into a slot.
    fn start(socket: &TcpStream, Leaked(slot): Leaked) -> io::Result<()> {
        let mut flags = 0;
        // SAFETY: a slot is never freed.
        let result = unsafe {
            let buffer = WSABUF {
                len: 32,
                buf: (&raw mut (*slot).buffer).cast(),
            };
            WSARecv(
                socket.as_raw_socket() as usize,
                &buffer,
                1,
                ptr::null_mut(),
                &mut flags,
                slot.cast(),
                None,
            )
        };
        let error = io::Error::last_os_error();
        if result == 0 || error.raw_os_error() == Some(WSA_IO_PENDING) {
            return Ok(());
        }
        Err(error)
    }

    // ANCHOR: give_back
    /// While a read with token 7 is pending, a slot is taken for our notes. If
    /// the read's was given back too early, it is that one.
    fn give_back(wrong: bool) -> io::Result<String> {
        let port = Port::new()?;
        let (socket, mut peer) = iocp::pair()?;
        port.associate(&socket, 0)?;
        let mut free = vec![Slot::leak(), Slot::leak()];

        let slot = free.remove(0);
        write(slot, 7, [0; 32]);
        start(&socket, slot)?;
        if wrong {
            free.insert(0, slot);
        }
        let notes = free.remove(0);
        write(notes, 1_000, *NOTES);

        peer.write_all(b"balance: 999")?;
        let packet = port.entries(1, 10_000)?[0];
        let slot = packet.lpOverlapped.cast::<Slot>();
        // SAFETY: the kernel is done with both, and they are never freed.
        let (token, notes) = unsafe { ((*slot).token, (*notes.0).buffer) };
        let notes = String::from_utf8_lossy(&notes);
        Ok(format!("token {token}, our notes: {}", notes.trim_end()))
    }
    // ANCHOR_END: give_back

    // ANCHOR: set_len
    /// Takes what is there, and says how many packets it has found.
    fn take(wrong: bool) -> io::Result<String> {
        let port = Port::new()?;
        for key in 1..=3 {
            port.post(key, 0)?;
        }
        let mut entries: Vec<OVERLAPPED_ENTRY> = Vec::with_capacity(8);
        let mut count = 0;
        let (handle, buffer) = (port.as_raw_handle(), entries.as_mut_ptr());
        // SAFETY: there is room for 8 entries, and as many are initialized as
        // the call says; it succeeds, so there is one at least.
        unsafe {
            let result = GetQueuedCompletionStatusEx(
                handle, buffer, 8, &mut count, 0, 0,
            );
            let length = if wrong { result as u32 } else { count };
            entries.set_len(length as usize);
        }
        let (found, left) = (entries.len(), port.take(0)?.len());
        Ok(format!(
            "{found} of 3 packets found, {left} left in the port"
        ))
    }
    // ANCHOR_END: set_len

    /// Reads from a socket that has nothing, and would have waited for ever.
    fn read_nothing(wrong: bool) -> io::Result<String> {
        let (mut socket, _peer) = iocp::pair()?;
        socket.set_nonblocking(true)?;
        socket.set_read_timeout(Some(Duration::from_millis(100)))?;

        if wrong {
            socket.set_nonblocking(false)?;
        }
        Ok(match socket.read(&mut [0; 1024]) {
            Ok(count) => format!("read {count} bytes"),
            Err(error) => match error.kind() {
                ErrorKind::TimedOut => "waited until the timeout".into(),
                kind => format!("{kind:?}"),
            },
        })
    }

    pub fn main() -> io::Result<()> {
        show("associate the socket before each read", read_twice)?;
        show("take the buffer's length for the count", read_to_end)?;
        show("give the slot back while the read is pending", give_back)?;
        show("take the call's TRUE for the number of packets", take)?;
        show("turn the socket blocking to read from it", read_nothing)
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
