//! Chapter 6: five requests, one thread, one completion port.
//!
//! The raw system calls, declared by hand, in one file:
//!
//! ```sh
//! cargo run --example 06-iocp
//! cargo run --example 06-iocp -- --addr 127.0.0.1:8080
//! ```

#[cfg(windows)]
#[allow(non_camel_case_types, clippy::upper_case_acronyms)]
mod windows {
    use std::ffi::c_void;
    use std::io::{self, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::os::windows::io::{
        AsRawHandle, AsRawSocket, FromRawHandle, OwnedHandle, RawHandle,
        RawSocket,
    };
    use std::ptr;

    use clap::Parser;
    use examples::{ServerArgs, http};

    // ANCHOR: overlapped
    /// An operation, as the kernel knows it.
    #[repr(C)]
    struct OVERLAPPED {
        internal: usize,
        internal_high: usize,
        offset: u32,
        offset_high: u32,
        event: RawHandle,
    }

    // ANCHOR_END: overlapped

    // ANCHOR: operation
    /// A read that is under way: the kernel's, from the call until the packet.
    #[repr(C)]
    struct Operation {
        overlapped: OVERLAPPED,
        buffer: [u8; 1024],
    }

    impl Operation {
        const EMPTY: Operation = Operation {
            overlapped: OVERLAPPED {
                internal: 0,
                internal_high: 0,
                offset: 0,
                offset_high: 0,
                event: ptr::null_mut(),
            },
            buffer: [0; 1024],
        };
    }
    // ANCHOR_END: operation

    // ANCHOR: structs
    /// A completion packet.
    #[derive(Clone, Copy)]
    #[repr(C)]
    struct OVERLAPPED_ENTRY {
        completion_key: usize,
        overlapped: *mut OVERLAPPED,
        reserved: usize,
        bytes_transferred: u32,
    }

    impl OVERLAPPED_ENTRY {
        const EMPTY: OVERLAPPED_ENTRY = OVERLAPPED_ENTRY {
            completion_key: 0,
            overlapped: ptr::null_mut(),
            reserved: 0,
            bytes_transferred: 0,
        };
    }

    /// A buffer, for the calls of Winsock.
    #[repr(C)]
    struct WSABUF {
        len: u32,
        buf: *mut u8,
    }
    // ANCHOR_END: structs

    // ANCHOR: calls
    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn CreateIoCompletionPort(
            file: RawHandle,
            port: RawHandle,
            completion_key: usize,
            concurrent_threads: u32,
        ) -> RawHandle;
        fn GetQueuedCompletionStatusEx(
            port: RawHandle,
            entries: *mut OVERLAPPED_ENTRY,
            count: u32,
            removed: *mut u32,
            milliseconds: u32,
            alertable: i32,
        ) -> i32;
    }
    // ANCHOR_END: calls

    // ANCHOR: recv
    #[link(name = "ws2_32")]
    unsafe extern "system" {
        fn WSARecv(
            socket: RawSocket,
            buffers: *const WSABUF,
            buffer_count: u32,
            bytes_received: *mut u32,
            flags: *mut u32,
            overlapped: *mut OVERLAPPED,
            routine: *const c_void,
        ) -> i32;
    }

    const INVALID_HANDLE_VALUE: RawHandle = ptr::without_provenance_mut(!0);
    const INFINITE: u32 = u32::MAX;
    const WSA_IO_PENDING: i32 = 997;
    // ANCHOR_END: recv

    const PATHS: [&str; 5] = [
        "/500/first",
        "/400/second",
        "/300/third",
        "/200/fourth",
        "/100/fifth",
    ];

    // ANCHOR: ask
    struct Connection {
        stream: TcpStream,
        reply: Vec<u8>,
    }

    fn ask(server: SocketAddr, path: &str) -> io::Result<Connection> {
        let mut stream = TcpStream::connect(server)?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let reply = Vec::new();
        Ok(Connection { stream, reply })
    }
    // ANCHOR_END: ask

    // ANCHOR: create_port
    fn create_port() -> io::Result<OwnedHandle> {
        // SAFETY: no file, no port: this makes a new one.
        let port = unsafe {
            CreateIoCompletionPort(INVALID_HANDLE_VALUE, ptr::null_mut(), 0, 0)
        };
        if port.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel has just given us this handle.
        Ok(unsafe { OwnedHandle::from_raw_handle(port) })
    }
    // ANCHOR_END: create_port

    // ANCHOR: associate
    fn associate(
        port: &OwnedHandle,
        connection: &Connection,
        token: usize,
    ) -> io::Result<()> {
        let socket = connection.stream.as_raw_socket() as RawHandle;
        let port = port.as_raw_handle();
        // SAFETY: both handles are open; there are no pointers to follow.
        let result = unsafe { CreateIoCompletionPort(socket, port, token, 0) };
        if result.is_null() {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
    // ANCHOR_END: associate

    // ANCHOR: start_read
    /// Gives `operation` to the kernel, to fill its buffer.
    fn start_read(
        connection: &Connection,
        operation: Box<Operation>,
    ) -> io::Result<()> {
        let socket = connection.stream.as_raw_socket();
        let operation = Box::into_raw(operation);
        let mut flags = 0;
        // SAFETY: `operation` is valid, and stays where it is: nobody has it
        // but the kernel, until the packet brings it back.
        let result = unsafe {
            let buffer = WSABUF {
                len: (*operation).buffer.len() as u32,
                buf: (&raw mut (*operation).buffer).cast(),
            };
            WSARecv(
                socket,
                &buffer,
                1,
                ptr::null_mut(),
                &mut flags,
                operation.cast(),
                ptr::null(),
            )
        };
        // ANCHOR_END: start_read
        // ANCHOR: started
        if result != 0 {
            let error = io::Error::last_os_error();
            if error.raw_os_error() != Some(WSA_IO_PENDING) {
                // SAFETY: it was refused, so the kernel does not have it.
                drop(unsafe { Box::from_raw(operation) });
                return Err(error);
            }
        }
        Ok(())
    }
    // ANCHOR_END: started

    // ANCHOR: wait_for_packets
    fn wait_for_packets<'a>(
        port: &OwnedHandle,
        buffer: &'a mut [OVERLAPPED_ENTRY],
    ) -> io::Result<&'a [OVERLAPPED_ENTRY]> {
        let mut count = 0;
        // SAFETY: `buffer` has room for as many entries as we say.
        let result = unsafe {
            GetQueuedCompletionStatusEx(
                port.as_raw_handle(),
                buffer.as_mut_ptr(),
                buffer.len() as u32,
                &mut count,
                INFINITE,
                0,
            )
        };
        if result == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(&buffer[..count as usize])
    }
    // ANCHOR_END: wait_for_packets

    // ANCHOR: take_back
    /// The operation that a packet tells of, which is ours again.
    ///
    /// # Safety
    ///
    /// The packet is from the port, and is taken back once.
    unsafe fn take_back(
        packet: &OVERLAPPED_ENTRY,
    ) -> io::Result<Box<Operation>> {
        let operation = packet.overlapped.cast::<Operation>();
        // SAFETY: it is from `into_raw` in `start_read`, the only place that
        // starts operations, and the kernel is done with it.
        let operation = unsafe { Box::from_raw(operation) };
        // A status has 32 bits.
        let status = operation.overlapped.internal as i32;
        if status < 0 {
            let what = format!("the read has failed: NTSTATUS {status:#x}");
            return Err(io::Error::other(what));
        }
        Ok(operation)
    }
    // ANCHOR_END: take_back

    // ANCHOR: main_ask
    pub fn main() -> io::Result<()> {
        let server = ServerArgs::parse().server()?;
        let port = create_port()?;

        let mut connections = Vec::new();
        for (token, path) in PATHS.iter().enumerate() {
            let connection = ask(server.addr(), path)?;
            associate(&port, &connection, token)?;
            start_read(&connection, Box::new(Operation::EMPTY))?;
            println!("-> token {token}: GET {path}");
            connections.push(connection);
        }
        // ANCHOR_END: main_ask

        // ANCHOR: main_wait
        let mut unanswered = connections.len();
        let mut buffer = [OVERLAPPED_ENTRY::EMPTY; 8];
        while unanswered > 0 {
            for packet in wait_for_packets(&port, &mut buffer)? {
                let token = packet.completion_key;
                let connection = &mut connections[token];
                // SAFETY: it has just been taken from the port.
                let operation = unsafe { take_back(packet) }?;
                let count = packet.bytes_transferred as usize;
                if count > 0 {
                    let bytes = &operation.buffer[..count];
                    connection.reply.extend_from_slice(bytes);
                    start_read(connection, operation)?;
                } else {
                    let body = http::body(&connection.reply);
                    println!("<- token {token}: {body}");
                    unanswered -= 1;
                }
            }
        }
        Ok(())
    }
    // ANCHOR_END: main_wait
}

#[cfg(windows)]
fn main() -> std::io::Result<()> {
    windows::main()
}

#[cfg(not(windows))]
fn main() {
    examples::needs_windows();
}
