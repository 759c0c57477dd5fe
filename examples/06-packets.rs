//! Chapter 6: what a call answers, and which packets come of it.
//!
//! Each line does one thing to a socket, and prints what the call says, and
//! what then comes to the port: how many bytes were transferred, or the error
//! that the operation has ended with.
//!
//! ```sh
//! cargo run --example 06-packets
//! ```

#[cfg(windows)]
mod windows {
    use std::io::{self, Read, Write};
    use std::net::TcpStream;

    use examples::iocp::{
        self, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS, Operation, Packet, Port,
        Started,
    };

    const KEY: usize = 7;

    /// For so many milliseconds we look for packets that must not come.
    const A_WHILE: u32 = 50;

    struct Connection {
        port: Port,
        socket: TcpStream,
        peer: TcpStream,
    }

    impl Connection {
        fn new() -> io::Result<Connection> {
            let port = Port::new()?;
            let (socket, peer) = iocp::pair()?;
            port.associate(&socket, KEY)?;
            Ok(Connection { port, socket, peer })
        }

        fn read(&self, room: usize) -> io::Result<Started> {
            Operation::new("read", vec![0; room]).recv(&self.socket)
        }
    }

    fn answer(started: &Started) -> String {
        match started.at_once {
            Some(count) => bytes(count),
            None => iocp::name(997),
        }
    }

    fn bytes(count: u32) -> String {
        format!("{count} bytes")
    }

    fn result(packet: &Packet) -> String {
        match packet.error() {
            0 => bytes(packet.bytes),
            error => iocp::name(error),
        }
    }

    fn no_packet(port: &Port) -> io::Result<String> {
        match port.take(A_WHILE)?.first() {
            Some(packet) => Ok(result(packet)),
            None => Ok("-".into()),
        }
    }

    fn line(what: &str, answer: &str, packets: &str) {
        println!("{what:31}{answer:22}{packets}");
    }

    fn arrivals() -> io::Result<()> {
        let mut one = Connection::new()?;
        let started = one.read(1024)?;
        let packets = no_packet(&one.port)?;
        line("WSARecv, nothing is there", &answer(&started), &packets);
        one.peer.write_all(b"hello")?;
        let packet = one.port.wait()?;
        line("5 bytes arrive", "", &result(&packet));

        one.peer.write_all(b"yes")?;
        iocp::wait_for_bytes(&one.socket, 3)?;
        line("3 bytes arrive", "", &no_packet(&one.port)?);
        let started = one.read(1024)?;
        let packet = one.port.wait()?;
        line("WSARecv, 3 are there", &answer(&started), &result(&packet));

        iocp::set_modes(&one.socket, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS)?;
        one.peer.write_all(b"yes")?;
        iocp::wait_for_bytes(&one.socket, 3)?;
        let started = one.read(1024)?;
        let packets = no_packet(&one.port)?;
        line("the same, SKIP_..._ON_SUCCESS", &answer(&started), &packets);
        Ok(())
    }

    fn no_room() -> io::Result<()> {
        let mut one = Connection::new()?;
        let started = one.read(0)?;
        let packets = no_packet(&one.port)?;
        line("WSARecv of 0 bytes", &answer(&started), &packets);
        one.peer.write_all(b"hello")?;
        let packet = one.port.wait()?;
        line("5 bytes arrive", "", &result(&packet));
        let count = one.socket.read(&mut [0; 1024])?;
        let packets = no_packet(&one.port)?;
        line("recv", &bytes(count as u32), &packets);
        Ok(())
    }

    fn endings() -> io::Result<()> {
        let one = Connection::new()?;
        let read = one.read(1024)?.operation;
        let answer = said(read.cancel(&one.socket));
        let packet = one.port.wait()?;
        line("WSARecv; CancelIoEx", &answer, &result(&packet));
        let answer = said(read.cancel(&one.socket));
        line("CancelIoEx again", &answer, &no_packet(&one.port)?);

        one.read(1024)?;
        drop(one.peer);
        let packet = one.port.wait()?;
        line("WSARecv; the peer closes", "", &result(&packet));

        let one = Connection::new()?;
        one.read(1024)?;
        iocp::reset(one.peer)?;
        let packet = one.port.wait()?;
        line("WSARecv; the peer resets", "", &result(&packet));
        Ok(())
    }

    /// Which error it is differs: Wine's is not that of Windows.
    fn closing() -> io::Result<()> {
        let one = Connection::new()?;
        one.read(1024)?;
        drop(one.socket);
        let packet = one.port.wait()?;
        let result = match packet.error() {
            0 => bytes(packet.bytes),
            _ => "an error".into(),
        };
        line("WSARecv; we close the socket", "", &result);
        Ok(())
    }

    fn said(result: io::Result<()>) -> String {
        match result.map_err(|error| error.raw_os_error()) {
            Ok(()) => "ok".into(),
            Err(number) => iocp::name(number.unwrap_or(0) as u32),
        }
    }

    fn posted() -> io::Result<()> {
        let port = Port::new()?;
        let answer = said(port.post(9, 77));
        let packet = port.wait()?;
        let packets = format!("key {}, {} bytes", packet.key, packet.bytes);
        line("a packet is posted: key 9, 77", &answer, &packets);
        Ok(())
    }

    pub fn main() -> io::Result<()> {
        line("", "the call says", "packets");
        arrivals()?;
        no_room()?;
        endings()?;
        closing()?;
        posted()
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
