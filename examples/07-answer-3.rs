//! Chapter 7, exercise 3: one poll for all the sockets.
//!
//! ```sh
//! cargo run --example 07-answer-3
//! ```

#[cfg(windows)]
#[allow(dead_code)]
#[path = "../minimio/src/sys/windows/afd.rs"]
mod afd;
#[cfg(windows)]
#[allow(dead_code)]
#[path = "../minimio/src/sys/windows/iocp.rs"]
mod iocp;

#[cfg(windows)]
#[allow(non_snake_case)]
mod windows {
    use std::ffi::c_void;
    use std::io::{self, Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::os::windows::io::{
        AsHandle, AsRawHandle, AsRawSocket, RawHandle, RawSocket,
    };
    use std::ptr;

    use clap::Parser;
    use examples::{ServerArgs, http};

    use super::afd::{
        AFD_POLL_ABORT, AFD_POLL_DISCONNECT, AFD_POLL_RECEIVE, Afd,
    };
    use super::iocp::{CompletionPort, OVERLAPPED_ENTRY};

    const PATHS: [&str; 5] = [
        "/500/first",
        "/400/second",
        "/300/third",
        "/200/fourth",
        "/100/fifth",
    ];

    // ANCHOR: request
    #[derive(Clone, Copy, Default)]
    #[repr(C)]
    struct HandleInfo {
        Handle: RawSocket,
        Events: u32,
        Status: i32,
    }

    #[derive(Default)]
    #[repr(C)]
    struct PollInfo {
        Timeout: i64,
        NumberOfHandles: u32,
        Exclusive: u32,
        Handles: [HandleInfo; PATHS.len()],
    }

    // ANCHOR_END: request

    #[derive(Default)]
    #[repr(C)]
    struct StatusBlock {
        Status: i32,
        Information: usize,
    }

    /// Five polls in one: the kernel's, until the packet comes.
    #[derive(Default)]
    struct Request {
        status: StatusBlock,
        info: PollInfo,
    }

    #[link(name = "ntdll")]
    unsafe extern "system" {
        fn NtDeviceIoControlFile(
            FileHandle: RawHandle,
            Event: RawHandle,
            ApcRoutine: *const c_void,
            ApcContext: *const c_void,
            IoStatusBlock: *mut StatusBlock,
            IoControlCode: u32,
            InputBuffer: *const c_void,
            InputBufferLength: u32,
            OutputBuffer: *mut c_void,
            OutputBufferLength: u32,
        ) -> i32;
    }

    struct Connection {
        stream: TcpStream,
        reply: Vec<u8>,
        complete: bool,
    }

    const REASONS_TO_READ: u32 =
        AFD_POLL_RECEIVE | AFD_POLL_DISCONNECT | AFD_POLL_ABORT;

    // ANCHOR: fill
    /// A request for all whose reply is not complete. The one that will
    /// answer first stands first.
    fn request(connections: &[Connection]) -> Box<Request> {
        let mut request = Box::new(Request::default());
        request.info.Timeout = i64::MAX;
        let unanswered = connections.iter().rev().filter(|one| !one.complete);
        for (info, connection) in
            request.info.Handles.iter_mut().zip(unanswered)
        {
            info.Handle = connection.stream.as_raw_socket();
            info.Events = REASONS_TO_READ;
            request.info.NumberOfHandles += 1;
        }
        request
    }
    // ANCHOR_END: fill

    fn poll(
        afd: &Afd,
        port: &CompletionPort,
        request: Box<Request>,
    ) -> io::Result<Box<Request>> {
        const IOCTL_AFD_POLL: u32 = 0x12024;
        let afd = afd.as_handle().as_raw_handle();
        let length = size_of::<PollInfo>() as u32;
        let request = Box::into_raw(request);
        // SAFETY: `request` stays where it is, and nobody has it but the
        // kernel, until the packet has come.
        let status = unsafe {
            let info = (&raw mut (*request).info).cast::<c_void>();
            NtDeviceIoControlFile(
                afd,
                ptr::null_mut(),
                ptr::null(),
                request.cast(),
                &raw mut (*request).status,
                IOCTL_AFD_POLL,
                info,
                length,
                info,
                length,
            )
        };
        let mut buffer = [OVERLAPPED_ENTRY::EMPTY];
        if status >= 0 {
            port.wait(&mut buffer, None)?;
        }
        // SAFETY: it is from `into_raw`, and was refused or has come back.
        let request = unsafe { Box::from_raw(request) };
        if status < 0 || request.status.Status < 0 {
            return Err(io::Error::other("the poll has failed"));
        }
        Ok(request)
    }

    fn ask(server: SocketAddr, path: &str) -> io::Result<Connection> {
        let mut stream = TcpStream::connect(server)?;
        stream.write_all(http::request(path).as_bytes())?;
        Ok(Connection {
            stream,
            reply: Vec::new(),
            complete: false,
        })
    }

    /// Reads once. True when the reply is complete.
    fn read_reply(connection: &mut Connection) -> io::Result<bool> {
        let mut buffer = [0; 1024];
        let count = connection.stream.read(&mut buffer)?;
        connection.reply.extend_from_slice(&buffer[..count]);
        connection.complete = count == 0;
        Ok(connection.complete)
    }

    pub fn main() -> io::Result<()> {
        let server = ServerArgs::parse().server()?;
        let port = CompletionPort::new()?;
        let afd = Afd::open()?;
        port.associate(afd.as_handle(), 0)?;
        let mut connections = Vec::new();
        for (token, path) in PATHS.iter().enumerate() {
            connections.push(ask(server.addr(), path)?);
            println!("-> token {token}: GET {path}");
        }

        // ANCHOR: main_wait
        let mut first = true;
        while connections.iter().any(|one| !one.complete) {
            let asked = request(&connections);
            let handles = asked.info.NumberOfHandles;
            let answer = poll(&afd, &port, asked)?;
            let ready = answer.info.NumberOfHandles;
            if first {
                println!("asked about {handles}, answered about {ready}");
                first = false;
            }
            for info in &answer.info.Handles[..ready as usize] {
                let (token, connection) = connections
                    .iter_mut()
                    .enumerate()
                    .find(|(_, one)| one.stream.as_raw_socket() == info.Handle)
                    .ok_or(io::ErrorKind::NotFound)?;
                if read_reply(connection)? {
                    let body = http::body(&connection.reply);
                    println!("<- token {token}: {body}");
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
