//! What the echo server of chapter 9 does for clients that make it difficult.

mod session;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use session::Server;

fn start() -> Server {
    Server::start(session::example("09-echo").unwrap())
}

fn echo_of(server: &Server, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server.addr)?;
    stream.write_all(bytes)?;
    stream.shutdown(Shutdown::Write)?;
    let mut echo = Vec::new();
    stream.read_to_end(&mut echo)?;
    Ok(echo)
}

#[test]
fn the_echo_of_nothing_is_an_end_of_file() {
    assert_eq!(echo_of(&start(), b"").unwrap(), b"");
}

#[test]
fn every_byte_comes_back_before_the_end_of_file() {
    let server = start();
    assert_eq!(echo_of(&server, b"hello").unwrap(), b"hello");
    // The end of file is there long before the server can have written all:
    // it keeps 64 KiB.
    let bytes: Vec<u8> = (0..300_000).map(|i| (i / 7) as u8).collect();
    assert!(echo_of(&server, &bytes).unwrap() == bytes);
}

#[test]
fn a_conversation_has_many_turns() {
    let server = start();
    let mut stream = TcpStream::connect(server.addr).unwrap();
    for length in (1..100_000).step_by(7_777) {
        let bytes = vec![length as u8; length];
        let mut echo = vec![0; length];
        stream.write_all(&bytes).unwrap();
        stream.read_exact(&mut echo).unwrap();
        assert!(echo == bytes);
    }
}

#[test]
fn who_sends_and_does_not_read_has_to_stop_and_loses_nothing() {
    let server = start();
    let mut stream = TcpStream::connect(server.addr).unwrap();
    // How much the kernel keeps is its business, but it is not 64 MiB: then
    // the server would have kept the rest. (No write timeout: after one,
    // Windows does not tell how much was sent.)
    stream.set_nonblocking(true).unwrap();
    let chunk: Vec<u8> = (0..64 * 1024).map(|i| (i / 251) as u8).collect();
    let mut sent = 0;
    let mut last = Instant::now();
    while last.elapsed() < Duration::from_millis(500) {
        match stream.write(&chunk[sent % chunk.len()..]) {
            Ok(count) => {
                sent += count;
                last = Instant::now();
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                thread::sleep(Duration::from_millis(1));
            }
        }
        assert!(sent < 64 * 1024 * 1024, "the server keeps all of it");
    }
    stream.set_nonblocking(false).unwrap();

    // Nobody else was kept waiting.
    assert_eq!(echo_of(&server, b"hello").unwrap(), b"hello");

    stream.shutdown(Shutdown::Write).unwrap();
    let mut echo = Vec::new();
    stream.read_to_end(&mut echo).unwrap();
    let expected: Vec<u8> = chunk.iter().copied().cycle().take(sent).collect();
    assert_eq!(echo.len(), expected.len());
    assert!(echo == expected);
}

#[test]
fn two_who_never_pause_share_the_server() {
    let server = start();
    let mut loud = TcpStream::connect(server.addr).unwrap();
    let reading = loud.try_clone().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || io::copy(&mut &reading, &mut io::sink()));
        scope.spawn(|| while loud.write_all(&[0; 64 * 1024]).is_ok() {});
        for _ in 0..100 {
            assert_eq!(echo_of(&server, b"hello").unwrap(), b"hello");
        }
        drop(server);
    });
}

#[test]
fn peers_that_vanish_are_nobody_elses_business() {
    let server = start();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(server.addr).unwrap();
        stream.write_all(&[0; 100_000]).unwrap();
        // With bytes unread, or still on their way: that is a reset.
        drop(stream);
    }
    assert_eq!(echo_of(&server, b"hello").unwrap(), b"hello");
}

#[test]
#[cfg(unix)]
fn who_finds_no_descriptor_left_waits_for_one() {
    let program = session::example("09-echo").unwrap();
    let limited = session::with_descriptor_limit(40, &program);
    let server = Server::start(limited);

    let streams: Vec<TcpStream> = (0..100)
        .map(|_| TcpStream::connect(server.addr).unwrap())
        .collect();
    // The last are still in the kernel's queue. They are accepted when the
    // first have gone, although no new connection comes.
    for mut stream in streams {
        let mut echo = [0; 5];
        stream.write_all(b"hello").unwrap();
        stream.read_exact(&mut echo).unwrap();
        assert_eq!(&echo, b"hello");
    }
}
