//! Chapter 5: what the two filters of a socket or a pipe report when something
//! closes.
//!
//! Each line adds the filters to a queue, brings the socket or the pipe into
//! one state, and prints the events. `data` and `fflags` are those of
//! `EVFILT_READ`.
//!
//! ```sh
//! cargo run --example 05-closing
//! ```

#[cfg(has_kqueue)]
mod kqueue {
    use std::io::{self, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::os::fd::AsRawFd;
    use std::thread;
    use std::time::Duration;

    use examples::kqueue::{
        EV_ADD, EV_EOF, EVFILT_READ, EVFILT_WRITE, Filter, Kevent, Kqueue,
        error_name,
    };

    /// In this order, or libkqueue does not ask for the end of file.
    const BOTH: &[Filter] = &[EVFILT_WRITE, EVFILT_READ];

    fn report(
        what: &str,
        file: &impl AsRawFd,
        filters: &[Filter],
        happen: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<()> {
        let queue = Kqueue::new()?;
        for &filter in filters {
            queue.change(Kevent::new(file, filter, EV_ADD, 0))?;
        }
        happen()?;
        // The other end of a TCP connection needs a moment to hear of it.
        thread::sleep(Duration::from_millis(50));
        let events = queue.now()?;
        let read = event_of(EVFILT_READ, &events);
        let write = event_of(EVFILT_WRITE, &events);
        let (data, fflags) = match read {
            Some(event) => (event.data.to_string(), fflags(event)),
            None => ("-".into(), "-".into()),
        };
        let (read, write) = (state(read), state(write));
        println!("{what:35}{read:8}{data:6}{fflags:14}{write}");
        Ok(())
    }

    fn event_of(filter: Filter, events: &[Kevent]) -> Option<&Kevent> {
        events.iter().find(|event| event.filter == filter)
    }

    fn state(event: Option<&Kevent>) -> &'static str {
        match event {
            Some(event) if event.flags & EV_EOF != 0 => "EV_EOF",
            Some(_) => "ready",
            None => "-",
        }
    }

    fn fflags(event: &Kevent) -> String {
        match event.fflags {
            0 => "0".into(),
            error => error_name(error as i32),
        }
    }

    fn connection() -> io::Result<(TcpStream, TcpStream)> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let ours = TcpStream::connect(listener.local_addr()?)?;
        let (theirs, _) = listener.accept()?;
        Ok((ours, theirs))
    }

    pub fn main() -> io::Result<()> {
        println!("{:35}{:8}{:6}{:14}WRITE", "", "READ", "data", "fflags");

        let (ours, _theirs) = connection()?;
        report("nothing happened", &ours, BOTH, || Ok(()))?;

        let (ours, mut theirs) = connection()?;
        report("2 bytes arrived", &ours, BOTH, || theirs.write_all(b"ok"))?;

        let (ours, mut theirs) = connection()?;
        report("2 bytes, then the peer shut down", &ours, BOTH, || {
            theirs.write_all(b"ok")?;
            theirs.shutdown(Shutdown::Write)
        })?;

        let (ours, theirs) = connection()?;
        report("the peer shut down its writing", &ours, BOTH, || {
            theirs.shutdown(Shutdown::Write)
        })?;

        let (ours, theirs) = connection()?;
        report("the peer closed", &ours, BOTH, || {
            drop(theirs);
            Ok(())
        })?;

        let (ours, theirs) = connection()?;
        report("both shut down their writing", &ours, BOTH, || {
            theirs.shutdown(Shutdown::Write)?;
            ours.shutdown(Shutdown::Write)
        })?;

        let (ours, theirs) = connection()?;
        report("the peer closed with bytes unread", &ours, BOTH, || {
            (&ours).write_all(b"unread")?;
            // They have to be there, or there is nothing unread.
            theirs.peek(&mut [0])?;
            drop(theirs);
            Ok(())
        })?;

        let closed = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let stream = minimio::net::TcpStream::connect(closed)?;
        report("connection refused", &stream, BOTH, || Ok(()))?;

        let (reader, writer) = io::pipe()?;
        report("pipe, its writer closed", &reader, &[EVFILT_READ], || {
            drop(writer);
            Ok(())
        })?;

        let (reader, writer) = io::pipe()?;
        report("pipe, its reader closed", &writer, &[EVFILT_WRITE], || {
            drop(reader);
            Ok(())
        })
    }
}

#[cfg(has_kqueue)]
fn main() -> std::io::Result<()> {
    kqueue::main()
}

#[cfg(not(has_kqueue))]
fn main() {
    examples::needs_kqueue();
}
