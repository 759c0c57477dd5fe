//! Chapter 5: five requests, one thread, one kqueue.
//!
//! The raw system calls, declared by hand, in one file:
//!
//! ```sh
//! cargo run --example 05-kqueue
//! cargo run --example 05-kqueue -- --addr 127.0.0.1:8080
//! ```

#[cfg(has_kqueue)]
mod kqueue {
    use std::ffi::c_int;
    use std::io::{self, Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
    use std::ptr;

    use clap::Parser;
    use examples::{ServerArgs, http};
    use libc::timespec;

    // ANCHOR: kevent
    #[allow(non_camel_case_types)]
    #[derive(Clone, Copy, Default)]
    #[repr(C)]
    #[cfg_attr(target_vendor = "apple", repr(packed(4)))]
    struct kevent {
        ident: usize,
        filter: Filter,
        flags: Flags,
        fflags: u32,
        data: Data,
        udata: usize, // a pointer in C, which nobody follows
        #[cfg(target_os = "freebsd")]
        ext: [u64; 4],
    }
    // ANCHOR_END: kevent

    // ANCHOR: types
    #[cfg(not(target_os = "netbsd"))]
    mod types {
        pub type Filter = i16;
        pub type Flags = u16;
        pub type Count = std::ffi::c_int;
    }
    #[cfg(target_os = "netbsd")]
    mod types {
        pub type Filter = u32;
        pub type Flags = u32;
        pub type Count = usize;
    }
    use types::{Count, Filter, Flags};

    #[cfg(not(minimio_kqueue))]
    type Data = i64;
    #[cfg(minimio_kqueue)]
    type Data = isize;
    // ANCHOR_END: types

    // ANCHOR: calls
    #[cfg_attr(minimio_kqueue, link(name = "kqueue"))]
    unsafe extern "C" {
        safe fn kqueue() -> c_int;
        #[cfg_attr(target_os = "netbsd", link_name = "__kevent50")]
        fn kevent(
            kq: c_int,
            changelist: *const kevent,
            nchanges: Count,
            eventlist: *mut kevent,
            nevents: Count,
            timeout: *const timespec,
        ) -> c_int;
    }
    // ANCHOR_END: calls

    // ANCHOR: constants
    #[cfg(not(target_os = "netbsd"))]
    const EVFILT_READ: Filter = -1;
    #[cfg(target_os = "netbsd")]
    const EVFILT_READ: Filter = 0;
    const EV_ADD: Flags = 0x1;
    const EV_DELETE: Flags = 0x2;
    // ANCHOR_END: constants

    const PATHS: [&str; 5] = [
        "/500/first",
        "/400/second",
        "/300/third",
        "/200/fourth",
        "/100/fifth",
    ];

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

    // ANCHOR: create_queue
    fn create_queue() -> io::Result<OwnedFd> {
        let fd = kqueue();
        if fd == -1 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel has just given us this descriptor.
        Ok(unsafe { OwnedFd::from_raw_fd(fd) })
    }
    // ANCHOR_END: create_queue

    // ANCHOR: change
    fn change(queue: &OwnedFd, change: kevent) -> io::Result<()> {
        let kq = queue.as_raw_fd();
        // SAFETY: `change` is one `kevent`, which the kernel copies; there is
        // no room for events, and no timeout.
        let result =
            unsafe { kevent(kq, &change, 1, ptr::null_mut(), 0, ptr::null()) };
        if result == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
    // ANCHOR_END: change

    // ANCHOR: add_interest
    fn add_interest(
        queue: &OwnedFd,
        connection: &Connection,
        token: usize,
    ) -> io::Result<()> {
        change(
            queue,
            kevent {
                ident: connection.stream.as_raw_fd() as usize,
                filter: EVFILT_READ,
                flags: EV_ADD,
                udata: token,
                ..kevent::default()
            },
        )
    }
    // ANCHOR_END: add_interest

    // ANCHOR: remove_interest
    fn remove_interest(
        queue: &OwnedFd,
        connection: &Connection,
    ) -> io::Result<()> {
        change(
            queue,
            kevent {
                ident: connection.stream.as_raw_fd() as usize,
                filter: EVFILT_READ,
                flags: EV_DELETE,
                ..kevent::default()
            },
        )
    }
    // ANCHOR_END: remove_interest

    // ANCHOR: wait_for_events
    fn wait_for_events<'a>(
        queue: &OwnedFd,
        buffer: &'a mut [kevent],
    ) -> io::Result<&'a [kevent]> {
        let kq = queue.as_raw_fd();
        let room = buffer.len() as Count;
        let events = buffer.as_mut_ptr();
        loop {
            // SAFETY: there are no changes, `buffer` has room for `room`
            // events, and there is no timeout.
            let count = unsafe {
                kevent(kq, ptr::null(), 0, events, room, ptr::null())
            };
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
        let mut buffer = [kevent::default(); 8];
        while unanswered > 0 {
            for event in wait_for_events(&queue, &mut buffer)? {
                let token = event.udata;
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

#[cfg(has_kqueue)]
fn main() -> std::io::Result<()> {
    kqueue::main()
}

#[cfg(not(has_kqueue))]
fn main() {
    examples::needs_kqueue();
}
