//! Chapter 4: five requests, one thread, one epoll instance.
//!
//! The raw system calls, declared by hand, in one file:
//!
//! ```sh
//! cargo run --example 04-epoll
//! cargo run --example 04-epoll -- --addr 127.0.0.1:8080
//! ```

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::c_int;
    use std::io::{self, Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

    use clap::Parser;
    use examples::{ServerArgs, http};

    // ANCHOR: epoll_event
    #[allow(non_camel_case_types)]
    #[derive(Clone, Copy, Default)]
    #[repr(C)]
    #[cfg_attr(target_arch = "x86_64", repr(packed))]
    struct epoll_event {
        events: u32,
        data: u64,
    }
    // ANCHOR_END: epoll_event

    // ANCHOR: calls
    unsafe extern "C" {
        safe fn epoll_create1(flags: c_int) -> c_int;
        fn epoll_ctl(
            epfd: c_int,
            op: c_int,
            fd: c_int,
            event: *mut epoll_event,
        ) -> c_int;
        fn epoll_wait(
            epfd: c_int,
            events: *mut epoll_event,
            max: c_int,
            timeout: c_int,
        ) -> c_int;
    }

    const EPOLL_CLOEXEC: c_int = 0x80000;
    const EPOLL_CTL_ADD: c_int = 1;
    const EPOLL_CTL_DEL: c_int = 2;
    const EPOLLIN: u32 = 0x1;
    // ANCHOR_END: calls

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
        stream.set_nonblocking(true)?;
        let reply = Vec::new();
        Ok(Connection { stream, reply })
    }
    // ANCHOR_END: ask

    // ANCHOR: create_queue
    fn create_queue() -> io::Result<OwnedFd> {
        let fd = epoll_create1(EPOLL_CLOEXEC);
        if fd == -1 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel has just given us this descriptor.
        Ok(unsafe { OwnedFd::from_raw_fd(fd) })
    }
    // ANCHOR_END: create_queue

    // ANCHOR: add_interest
    fn add_interest(
        queue: &OwnedFd,
        connection: &Connection,
        token: usize,
    ) -> io::Result<()> {
        let epfd = queue.as_raw_fd();
        let fd = connection.stream.as_raw_fd();
        let mut event = epoll_event {
            events: EPOLLIN,
            data: token as u64,
        };
        // SAFETY: `event` is a whole `epoll_event`; the kernel copies it.
        let result = unsafe { epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &mut event) };
        if result == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
    // ANCHOR_END: add_interest

    // ANCHOR: remove_interest
    fn remove_interest(
        queue: &OwnedFd,
        connection: &Connection,
    ) -> io::Result<()> {
        let epfd = queue.as_raw_fd();
        let fd = connection.stream.as_raw_fd();
        let mut ignored = epoll_event::default();
        // SAFETY: as in `add_interest`.
        let result =
            unsafe { epoll_ctl(epfd, EPOLL_CTL_DEL, fd, &mut ignored) };
        if result == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
    // ANCHOR_END: remove_interest

    // ANCHOR: wait_for_events
    fn wait_for_events<'a>(
        queue: &OwnedFd,
        buffer: &'a mut [epoll_event],
    ) -> io::Result<&'a [epoll_event]> {
        let epfd = queue.as_raw_fd();
        let room = buffer.len() as c_int;
        loop {
            // SAFETY: `buffer` has room for `room` entries.
            let count =
                unsafe { epoll_wait(epfd, buffer.as_mut_ptr(), room, -1) };
            if count >= 0 {
                return Ok(&buffer[..count as usize]);
            }
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
    }
    // ANCHOR_END: wait_for_events

    // ANCHOR: read_reply
    /// Reads once. True when the reply is complete.
    fn read_reply(connection: &mut Connection) -> io::Result<bool> {
        let mut buffer = [0; 1024];
        match connection.stream.read(&mut buffer) {
            Ok(0) => Ok(true),
            Ok(count) => {
                connection.reply.extend_from_slice(&buffer[..count]);
                Ok(false)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
    // ANCHOR_END: read_reply

    // ANCHOR: main_ask
    pub fn main() -> io::Result<()> {
        let server = ServerArgs::parse().server()?;
        let queue = create_queue()?;

        let mut connections = Vec::new();
        for (token, path) in PATHS.iter().enumerate() {
            let connection = ask(server.addr(), path)?;
            add_interest(&queue, &connection, token)?;
            println!("-> token {token}: GET {path}");
            connections.push(connection);
        }
        // ANCHOR_END: main_ask

        // ANCHOR: main_wait
        let mut unanswered = connections.len();
        let mut buffer = [epoll_event::default(); 8];
        while unanswered > 0 {
            for event in wait_for_events(&queue, &mut buffer)? {
                let token = event.data as usize;
                let connection = &mut connections[token];
                let complete = read_reply(connection)?;
                if complete {
                    remove_interest(&queue, connection)?;
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

#[cfg(target_os = "linux")]
fn main() -> std::io::Result<()> {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    examples::needs("Linux");
}
