//! Chapter 7: which bits a poll of AFD answers with in which situation, and
//! what the next operation says.
//!
//! Each line brings a socket into one state, polls it for everything, and
//! prints the answer. Then it reads once, or does what tells more.
//!
//! ```sh
//! cargo run --example 07-conditions
//! ```

#[cfg(windows)]
mod windows {
    use std::io::{self, Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
    use std::os::windows::io::AsRawSocket;

    use examples::afd::{
        ABORT, ACCEPT, CONNECT_FAIL, DISCONNECT, LOCAL_CLOSE, Polls, RECEIVE,
        SEND, names,
    };
    use examples::iocp::{pair, reset};

    const ALL: u32 = RECEIVE
        | SEND
        | DISCONNECT
        | ABORT
        | LOCAL_CLOSE
        | ACCEPT
        | CONNECT_FAIL;

    /// Waits for `event` alone, and then asks for all that holds.
    fn report<S: AsRawSocket>(
        what: &str,
        event: u32,
        mut socket: S,
        then: fn(&mut S) -> String,
    ) -> io::Result<()> {
        let polls = Polls::new()?;
        polls.until(&socket, event)?;
        let events = names(polls.now(&socket, ALL)?);
        println!("{what:32}{events:18}{}", then(&mut socket));
        Ok(())
    }

    /// Here the end of file has come, and is not asked for.
    fn report_receive_only(
        what: &str,
        mut socket: TcpStream,
    ) -> io::Result<()> {
        let polls = Polls::new()?;
        polls.until(&socket, DISCONNECT)?;
        let events = names(polls.now(&socket, RECEIVE)?);
        println!("{what:32}{events:18}{}", read(&mut socket));
        Ok(())
    }

    /// Here the poll is pending first.
    fn report_local_close(what: &str, socket: TcpStream) -> io::Result<()> {
        let polls = Polls::new()?;
        polls.start(&socket, ALL & !SEND)?;
        assert_eq!(polls.packet()?, None, "nothing holds");
        drop(socket);
        let events = polls.wait(None)?.unwrap_or(0);
        println!("{what:32}{}", names(events));
        Ok(())
    }

    fn read(socket: &mut impl Read) -> String {
        match socket.read(&mut [0; 16]) {
            Ok(count) => format!("read: {count}"),
            Err(error) => format!("read: {:?}", error.kind()),
        }
    }

    fn receive(socket: &mut UdpSocket) -> String {
        match socket.recv(&mut [0; 16]) {
            Ok(count) => format!("recv: {count}"),
            Err(error) => format!("recv: {:?}", error.kind()),
        }
    }

    fn write(socket: &mut impl Write) -> String {
        match socket.write(b"x") {
            Ok(count) => format!("write: {count}"),
            Err(error) => format!("write: {:?}", error.kind()),
        }
    }

    fn accept(listener: &mut TcpListener) -> String {
        match listener.accept() {
            Ok(_) => "accept: a stream".into(),
            Err(error) => format!("accept: {:?}", error.kind()),
        }
    }

    fn socket_error(socket: &mut minimio::net::TcpStream) -> String {
        match socket.take_error() {
            Ok(None) => "SO_ERROR: none".into(),
            Ok(Some(error)) | Err(error) => {
                format!("SO_ERROR: {:?}", error.kind())
            }
        }
    }

    pub fn main() -> io::Result<()> {
        println!("{:32}{:18}then", "", "AFD_POLL_…");

        let (ours, theirs) = pair()?;
        ours.set_nonblocking(true)?;
        report("nothing happened", SEND, ours, read)?;
        drop(theirs);

        let (ours, mut theirs) = pair()?;
        theirs.write_all(b"ok")?;
        report("2 bytes arrived", RECEIVE, ours, read)?;

        let (mut ours, mut theirs) = pair()?;
        theirs.write_all(b"ok")?;
        theirs.shutdown(Shutdown::Write)?;
        Polls::new()?.until(&ours, RECEIVE)?;
        ours.read_exact(&mut [0; 2])?;
        report("the end, after 2 bytes, read", DISCONNECT, ours, read)?;

        let (ours, theirs) = pair()?;
        theirs.shutdown(Shutdown::Write)?;
        report("the peer shut down its writing", DISCONNECT, ours, read)?;

        let (ours, theirs) = pair()?;
        drop(theirs);
        report("the peer closed", DISCONNECT, ours, read)?;

        let (ours, theirs) = pair()?;
        drop(theirs);
        report_receive_only("the same, only RECEIVE is asked", ours)?;

        let (ours, theirs) = pair()?;
        reset(theirs)?;
        report("the peer reset", ABORT, ours, write)?;

        let closed = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let ours = minimio::net::TcpStream::connect(closed)?;
        report("connection refused", CONNECT_FAIL, ours, socket_error)?;

        let listener = TcpListener::bind("127.0.0.1:0")?;
        let _theirs = TcpStream::connect(listener.local_addr()?)?;
        report("a connection waits", ACCEPT, listener, accept)?;

        let ours = UdpSocket::bind("127.0.0.1:0")?;
        let theirs = UdpSocket::bind("127.0.0.1:0")?;
        theirs.send_to(b"ok", ours.local_addr()?)?;
        report("a datagram of 2 bytes", RECEIVE, ours, receive)?;

        let (ours, _theirs) = pair()?;
        report_local_close("closed by us, poll pending", ours)
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
