//! Chapter 7: three ways to learn that a socket is ready from a kernel that
//! tells what is done.
//!
//! - A read into a buffer of our own is always under way. The program reads
//!   from that buffer.
//! - A read into no buffer at all is always under way. It ends when there is
//!   something to read.
//! - A poll of AFD.
//!
//! ```sh
//! cargo run --example 07-three-ways
//! ```

#[cfg(windows)]
mod windows {
    use std::io::{self, Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::os::windows::io::AsSocket;

    use examples::afd::{ACCEPT, Polls, RECEIVE, SEND};
    use examples::iocp::{Operation, Port, pair};
    use minimio::net;
    use windows_sys::Win32::System::IO::OVERLAPPED;

    const IDLE_CONNECTIONS: usize = 1_000;

    #[derive(Clone, Copy)]
    enum Way {
        /// A read, with a buffer of so many bytes.
        Read(usize),
        Poll,
    }

    impl Way {
        /// How many bytes the kernel is lent for a request.
        fn lent(self) -> usize {
            match self {
                Way::Read(room) => size_of::<OVERLAPPED>() + room,
                Way::Poll => Polls::LENT,
            }
        }

        /// Whether a request on `socket` ends when `event` holds. What has to
        /// be done for that is done by `bring`.
        fn tells(
            self,
            socket: &impl AsSocket,
            event: u32,
            bring: impl FnOnce() -> io::Result<()>,
        ) -> io::Result<bool> {
            // A second handle, so that any socket passes for a stream.
            let copy: TcpStream =
                socket.as_socket().try_clone_to_owned()?.into();
            match self {
                Way::Read(room) => read_tells(&copy, room, event, bring),
                Way::Poll => poll_tells(&copy, event, bring),
            }
        }
    }

    // ANCHOR: read_tells
    fn read_tells(
        socket: &TcpStream,
        room: usize,
        event: u32,
        bring: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<bool> {
        let port = Port::new()?;
        port.associate(socket, 0)?;
        let read = Operation::new("read", vec![0; room]).recv(socket);
        if read.is_err() {
            return Ok(false); // One cannot read from such a socket.
        }
        bring()?;
        if event == RECEIVE {
            return Ok(port.wait()?.error() == 0);
        }
        Polls::new()?.until(socket, event)?;
        // One that fails tells nothing.
        Ok(port.take(0)?.iter().any(|packet| packet.error() == 0))
    }

    // ANCHOR_END: read_tells

    fn poll_tells(
        socket: &TcpStream,
        event: u32,
        bring: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<bool> {
        let polls = Polls::new()?;
        polls.start(socket, event)?;
        bring()?;
        Ok(polls.wait(None)? == Some(event))
    }

    /// Whether it tells of bytes, and how many are left in the socket then.
    fn reading(way: Way) -> io::Result<(bool, usize)> {
        let (socket, mut peer) = pair()?;
        let told = way.tells(&socket, RECEIVE, || peer.write_all(b"hello"))?;
        socket.set_nonblocking(true)?;
        let left = match socket.peek(&mut [0; 16]) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            result => result?,
        };
        Ok((told, left))
    }

    fn writing(way: Way) -> io::Result<bool> {
        let (mut socket, mut peer) = pair()?;
        let mut bytes = fill(&mut socket)?;
        way.tells(&socket, SEND, || peer.read_exact(&mut bytes))
    }

    fn accepting(way: Way) -> io::Result<bool> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let addr = listener.local_addr()?;
        let mut stream = None;
        way.tells(&listener, ACCEPT, || {
            stream = Some(TcpStream::connect(addr)?);
            Ok(())
        })
    }

    fn connecting(way: Way) -> io::Result<bool> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let stream = net::TcpStream::connect(listener.local_addr()?)?;
        way.tells(&stream, SEND, || Ok(()))
    }

    /// Writes until there is no room. What the peer reads has the same length.
    fn fill(socket: &mut TcpStream) -> io::Result<Vec<u8>> {
        socket.set_nonblocking(true)?;
        let mut length = 0;
        loop {
            match socket.write(&[0; 64 * 1024]) {
                Ok(count) => length += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Ok(vec![0; length]);
                }
                Err(error) => return Err(error),
            }
        }
    }

    pub fn main() -> io::Result<()> {
        println!("{:16}memory for  left in     tells of", "");
        println!(
            "{:16} 1000 idle  the socket  {:7}{:7}{:8}connect",
            "", "read", "write", "accept"
        );
        for (name, way) in [
            ("own buffer", Way::Read(64 * 1024)),
            ("zero-byte read", Way::Read(0)),
            ("AFD poll", Way::Poll),
        ] {
            let lent = IDLE_CONNECTIONS * way.lent() / 1_000;
            let (read, left) = reading(way)?;
            print!("{name:16}{lent:>7} kB  {left} of 5      ");
            print!("{:7}{:7}", yes(read), yes(writing(way)?));
            println!("{:8}{}", yes(accepting(way)?), yes(connecting(way)?));
        }
        Ok(())
    }

    fn yes(told: bool) -> &'static str {
        if told { "yes" } else { "-" }
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
