//! Chapter 5: how the changes of one call are answered.
//!
//! Three changes in one call, the second of which deletes what is not there.
//! Then changes by themselves.
//!
//! ```sh
//! cargo run --example 05-changes
//! ```

#[cfg(has_kqueue)]
mod kqueue {
    use std::fs::{self, File};
    use std::io::{self, Read, Write};
    use std::os::unix::net::UnixStream;
    use std::time::Duration;
    use std::{env, process};

    use examples::kqueue::{
        EV_ADD, EV_CLEAR, EV_DELETE, EV_RECEIPT, EVFILT_READ, EVFILT_WRITE,
        Flags, Kevent, Kqueue, error_name, name_of,
    };

    /// A socket that has something to be read.
    fn readable() -> io::Result<(UnixStream, UnixStream)> {
        let (socket, mut peer) = UnixStream::pair()?;
        peer.write_all(b"!")?;
        Ok((socket, peer))
    }

    fn three_changes(what: &str, flags: Flags, room: usize) -> io::Result<()> {
        let queue = Kqueue::new()?;
        let (first, third) = (readable()?, readable()?);
        let (add, delete) = (EV_ADD | flags, EV_DELETE | flags);
        let changes = [
            Kevent::new(&first.0, EVFILT_READ, add, 0),
            Kevent::new(&first.0, EVFILT_WRITE, delete, 1),
            Kevent::new(&third.0, EVFILT_READ, add, 2),
        ];

        let result = queue.kevent(&changes, room, Some(Duration::ZERO));
        let added = queue.now()?;
        println!("{what:24}{:36}{}", answer(result), tokens(&added));
        Ok(())
    }

    fn answer(result: io::Result<Vec<Kevent>>) -> String {
        let answers = match result {
            Ok(answers) => answers,
            Err(error) => return format!("-1, {}", name_of(&error)),
        };
        let entries: Vec<_> = answers.iter().map(describe).collect();
        entries.join(", ")
    }

    fn describe(entry: &Kevent) -> String {
        let answer = entry.error().map_or("event".into(), error_name);
        format!("{answer} for {}", entry.token)
    }

    fn tokens(events: &[Kevent]) -> String {
        let mut tokens: Vec<_> =
            events.iter().map(|event| event.token.to_string()).collect();
        tokens.sort();
        tokens.join(", ")
    }

    fn say(what: &str, result: io::Result<String>) {
        println!("{what:46}{}", result.unwrap_or_else(|it| name_of(&it)));
    }

    fn add_twice() -> io::Result<String> {
        let queue = Kqueue::new()?;
        let (socket, mut peer) = UnixStream::pair()?;
        let flags = EV_ADD | EV_CLEAR;
        queue.change(Kevent::new(&socket, EVFILT_READ, flags, 1))?;
        queue.change(Kevent::new(&socket, EVFILT_READ, flags, 2))?;
        peer.write_all(b"!")?;
        let events = queue.now()?;
        let (count, token) = (events.len(), events[0].token);
        Ok(format!("{count} event, token {token}"))
    }

    fn regular_file(bytes_to_read: usize) -> io::Result<String> {
        let name = format!("05-changes-{}", process::id());
        let path = env::temp_dir().join(name);
        fs::write(&path, b"ten bytes.")?;
        let mut file = File::open(&path)?;
        fs::remove_file(&path)?;
        file.read_exact(&mut vec![0; bytes_to_read])?;

        let queue = Kqueue::new()?;
        queue.change(Kevent::new(&file, EVFILT_READ, EV_ADD, 0))?;
        Ok(match queue.now()?.first() {
            Some(event) => format!("event, data {}", event.data),
            None => "no event".into(),
        })
    }

    pub fn main() -> io::Result<()> {
        println!("{:24}{:36}added", "changes 0, 1, 2", "answer");
        three_changes("no room for events", 0, 0)?;
        three_changes("room for 1", 0, 1)?;
        three_changes("EV_RECEIPT, room for 3", EV_RECEIPT, 3)?;
        println!();

        say("EV_ADD twice, with tokens 1 and 2; a byte", add_twice());
        say("EV_ADD of a file of 10 bytes, 4 read", regular_file(4));
        say("EV_ADD of the same, all read", regular_file(10));
        Ok(())
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
