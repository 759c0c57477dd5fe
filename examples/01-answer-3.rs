//! Chapter 1, exercise 3: the job by `poll`, which every Unix has.
//!
//! ```sh
//! cargo run --example 01-answer-3
//! ```

#[cfg(unix)]
mod unix {
    use std::io::{self, ErrorKind, Read, Write};
    use std::net::{SocketAddr, TcpStream};
    use std::os::fd::AsRawFd;

    use clap::Parser;
    use examples::{JobArgs, http};
    use libc::{POLLIN, pollfd};

    /// Waits for answers of a delay server, with one thread and `poll`
    #[derive(Parser)]
    struct Args {
        #[command(flatten)]
        job: JobArgs,
    }

    struct Connection {
        stream: TcpStream,
        response: Vec<u8>,
    }

    fn ask(addr: SocketAddr, path: &str) -> io::Result<Connection> {
        let mut stream = TcpStream::connect(addr)?;
        stream.write_all(http::request(path).as_bytes())?;
        stream.set_nonblocking(true)?;
        let response = Vec::new();
        Ok(Connection { stream, response })
    }

    // ANCHOR: wait
    /// Sleeps until one of them can be read. The answers are in the list.
    fn wait(connections: &[Connection]) -> io::Result<Vec<pollfd>> {
        let entry = |connection: &Connection| pollfd {
            fd: connection.stream.as_raw_fd(),
            events: POLLIN,
            revents: 0,
        };
        let mut list: Vec<pollfd> = connections.iter().map(entry).collect();
        let length = list.len() as libc::nfds_t;
        loop {
            // SAFETY: the kernel reads and writes `length` entries.
            let count = unsafe { libc::poll(list.as_mut_ptr(), length, -1) };
            if count >= 0 {
                return Ok(list);
            }
            let error = io::Error::last_os_error();
            // A debugger that attaches ends the wait.
            if error.kind() != ErrorKind::Interrupted {
                return Err(error);
            }
        }
    }
    // ANCHOR_END: wait

    pub fn main() -> io::Result<()> {
        let Args { job } = Args::parse();
        rlimit::increase_nofile_limit(u64::MAX)?;
        let server = job.server()?;
        let mut connections = Vec::new();
        for path in job.paths() {
            job.print(format_args!("-> GET {path}"));
            connections.push(ask(server.addr(), &path)?);
        }

        // ANCHOR: loop
        while !connections.is_empty() {
            let list = wait(&connections)?;
            // From the end, so that what is removed moves nobody who is next.
            for index in (0..list.len()).rev() {
                if list[index].revents == 0 {
                    continue;
                }
                let Connection { stream, response } = &mut connections[index];
                match stream.read_to_end(response) {
                    Ok(_) => {
                        job.print(format_args!("<- {}", http::body(response)));
                        connections.remove(index);
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
            }
        }
        // ANCHOR_END: loop
        Ok(())
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
