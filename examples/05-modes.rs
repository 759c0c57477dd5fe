//! Chapter 5: what the four modes of a filter report for the same bytes.
//!
//! Four queues, each with one socket in one mode. Each line does the same to
//! all four, unless it names some of them, and waits without waiting. A number
//! is the `data` of the event that each queue then has, the bytes to be read.
//!
//! ```sh
//! cargo run --example 05-modes
//! ```

#[cfg(has_kqueue)]
mod kqueue {
    use std::io::{self, Read, Write};
    use std::os::unix::net::UnixStream;

    use examples::kqueue::{
        EV_ADD, EV_CLEAR, EV_DISPATCH, EV_ENABLE, EV_ONESHOT, EVFILT_READ,
        Flags, Kevent, Kqueue, name_of,
    };

    struct Watched {
        queue: Kqueue,
        mode: Flags,
        socket: UnixStream,
        peer: UnixStream,
    }

    impl Watched {
        fn new(mode: Flags) -> io::Result<Watched> {
            let (socket, peer) = UnixStream::pair()?;
            Ok(Watched {
                queue: Kqueue::new()?,
                mode,
                socket,
                peer,
            })
        }

        fn arrive(&mut self, bytes: &[u8]) -> io::Result<()> {
            self.peer.write_all(bytes)
        }

        fn read(&mut self, count: usize) -> io::Result<()> {
            self.socket.read_exact(&mut vec![0; count])
        }

        fn change(&self, flags: Flags) -> io::Result<()> {
            let change = Kevent::new(&self.socket, EVFILT_READ, flags, 0);
            self.queue.change(change)
        }

        fn bytes_reported(&self) -> io::Result<String> {
            let events = self.queue.now()?;
            Ok(events
                .first()
                .map_or("-".into(), |event| event.data.to_string()))
        }
    }

    pub fn main() -> io::Result<()> {
        let mut watched = [
            Watched::new(0)?,
            Watched::new(EV_CLEAR)?,
            Watched::new(EV_ONESHOT)?,
            Watched::new(EV_DISPATCH)?,
        ];
        println!(
            "{:34}{:10}{:10}{:12}EV_DISPATCH",
            "", "no flag", "EV_CLEAR", "EV_ONESHOT"
        );
        let mut step =
            |what: &str, action: fn(&mut Watched) -> io::Result<()>| {
                print!("{what:34}");
                for (one, width) in watched.iter_mut().zip([10, 10, 12, 0]) {
                    let answer = match action(one) {
                        Ok(()) => one.bytes_reported()?,
                        Err(error) => name_of(&error),
                    };
                    print!("{answer:width$}");
                }
                println!();
                io::Result::Ok(())
            };

        step("EV_ADD; 5 bytes were there before", |one| {
            one.arrive(b"hello")?;
            one.change(EV_ADD | one.mode)
        })?;
        step("wait again, nothing read", |_| Ok(()))?;
        step("read 2 bytes, 3 are left", |one| one.read(2))?;
        step("1 more byte arrives", |one| one.arrive(b"!"))?;
        step("read the 4 bytes", |one| one.read(4))?;
        step("2 bytes arrive", |one| one.arrive(b"ok"))?;
        step("EV_ENABLE, the last two", |one| match one.mode {
            EV_ONESHOT | EV_DISPATCH => one.change(EV_ENABLE),
            _ => Ok(()),
        })?;
        step("EV_ADD again, EV_ONESHOT's", |one| match one.mode {
            EV_ONESHOT => one.change(EV_ADD | EV_ONESHOT),
            _ => Ok(()),
        })?;
        step("wait again, nothing read", |_| Ok(()))
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
