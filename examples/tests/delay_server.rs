//! What the delay server does for clients that behave, and for others.

mod session;

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use examples::DelayServer;

fn start() -> DelayServer {
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    DelayServer::start().unwrap()
}

fn send(server: &DelayServer, request: impl AsRef<[u8]>) -> TcpStream {
    let mut stream = TcpStream::connect(server.addr()).unwrap();
    stream.write_all(request.as_ref()).unwrap();
    stream
}

fn get(server: &DelayServer, path: &str) -> TcpStream {
    send(server, format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"))
}

/// All that comes until the server closes its end.
fn response(mut stream: TcpStream) -> String {
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

/// The status and the body of the response to `request`.
fn answer(server: &DelayServer, request: impl AsRef<[u8]>) -> (u16, String) {
    parse(&response(send(server, request)))
}

fn parse(response: &str) -> (u16, String) {
    let (head, body) = response.split_once("\r\n\r\n").expect(response);
    let status = head.split(' ').nth(1).expect(response);
    (status.parse().expect(response), body.into())
}

#[test]
fn the_text_comes_back_whole() {
    let server = start();
    assert_eq!(
        response(get(&server, "/0/hello")),
        "HTTP/1.1 200 OK\r\n\
         Content-Length: 5\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Connection: close\r\n\
         \r\n\
         hello"
    );
    let paths = [("/0/", ""), ("/007/a/b?c", "a/b?c"), ("/1/ü", "ü")];
    for (path, text) in paths {
        assert_eq!(parse(&response(get(&server, path))), (200, text.into()));
    }
}

#[test]
fn answers_come_in_the_order_of_their_delays() {
    let server = start();
    let (sender, answers) = std::sync::mpsc::channel();
    for delay in [400, 300, 200, 100] {
        let stream = get(&server, &format!("/{delay}/{delay}"));
        let sender = sender.clone();
        thread::spawn(move || sender.send(parse(&response(stream)).1));
    }
    drop(sender);
    assert_eq!(
        answers.iter().collect::<Vec<_>>(),
        ["100", "200", "300", "400"]
    );
}

#[test]
fn no_answer_comes_early() {
    let server = start();
    let start = Instant::now();
    response(get(&server, "/150/x"));
    assert!(start.elapsed() >= Duration::from_millis(150));
}

#[test]
fn five_hundred_clients_wait_together() {
    let server = start();
    let streams: Vec<TcpStream> = (0..500)
        .map(|number| get(&server, &format!("/200/text-{number}")))
        .collect();
    for (number, stream) in streams.into_iter().enumerate() {
        let expected = (200, format!("text-{number}"));
        assert_eq!(parse(&response(stream)), expected);
    }
}

#[test]
fn a_request_may_come_in_pieces() {
    let server = start();
    let mut stream = send(&server, "GET /1/pieces HT");
    // A first piece that arrives alone: the server reads it, and waits.
    thread::sleep(Duration::from_millis(50));
    stream.write_all(b"TP/1.1\r\n\r").unwrap();
    thread::sleep(Duration::from_millis(50));
    stream.write_all(b"\n").unwrap();
    assert_eq!(parse(&response(stream)), (200, "pieces".into()));
}

#[test]
fn head_is_answered_without_the_body() {
    let server = start();
    let head = response(send(&server, "HEAD /1/hello HTTP/1.1\r\n\r\n"));
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("\r\nContent-Length: 5\r\n"), "{head}");
    assert!(head.ends_with("\r\n\r\n"), "{head}");
}

#[test]
fn bare_line_feeds_and_http_1_0_are_understood() {
    let server = start();
    let expected = (200, "x".into());
    assert_eq!(answer(&server, "GET /1/x HTTP/1.1\n\n"), expected);
    assert_eq!(answer(&server, "GET /1/x HTTP/1.0\r\n\r\n"), expected);
}

#[test]
fn bad_requests_are_told_what_is_wrong() {
    let server = start();
    let status = |request: &[u8]| {
        let (status, body) = answer(&server, request);
        assert!(!body.is_empty());
        status
    };
    let line = |line: &str| status(format!("{line}\r\n\r\n").as_bytes());

    assert_eq!(line("GET / HTTP/1.1"), 404);
    assert_eq!(line("GET /favicon.ico HTTP/1.1"), 404);
    assert_eq!(line("GET /soon/x HTTP/1.1"), 404);
    assert_eq!(line("GET /-1/x HTTP/1.1"), 404);
    assert_eq!(line("GET //x HTTP/1.1"), 404);
    assert_eq!(line("GET http://x/1/x HTTP/1.1"), 404);

    assert_eq!(line("GET /60001/x HTTP/1.1"), 400);
    assert_eq!(line("GET /99999999999999999999999/x HTTP/1.1"), 400);
    assert_eq!(line("hello"), 400);
    assert_eq!(line("GET /1/x HTTP/2"), 400);
    assert_eq!(line("GET /1/two words HTTP/1.1"), 400);
    assert_eq!(status(b"\r\n\r\n"), 400);
    assert_eq!(status(b"GET /1/\xff HTTP/1.1\r\n\r\n"), 400);

    assert_eq!(line("DELETE /1/x HTTP/1.1"), 405);
    assert_eq!(status(b"POST /1/x HTTP/1.1\r\n\r\nbody"), 405);
}

#[test]
fn only_a_head_that_is_too_long_is_refused() {
    let server = start();
    let request = |length: usize| {
        let start = "GET /1/x HTTP/1.1\r\nX: ";
        let filler = "x".repeat(length - start.len() - 4);
        format!("{start}{filler}\r\n\r\n")
    };
    assert_eq!(answer(&server, request(8 * 1024)).0, 200);
    assert_eq!(answer(&server, request(8 * 1024 + 1)).0, 431);
    // Not even an end is needed.
    assert_eq!(answer(&server, vec![b'x'; 8 * 1024 + 1]).0, 431);
}

#[test]
fn what_follows_the_request_is_thrown_away() {
    let server = start();
    let request = "GET /50/x HTTP/1.1\r\n\r\n".to_string();
    let expected = (200, "x".into());
    assert_eq!(answer(&server, request.clone() + &request), expected);
    let garbage = "\0\r\n\r\n".repeat(10_000);
    assert_eq!(answer(&server, request + &garbage), expected);
}

#[test]
fn a_client_that_has_closed_its_end_still_gets_the_answer() {
    let server = start();
    let stream = get(&server, "/100/x");
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(parse(&response(stream)), (200, "x".into()));
}

#[test]
fn half_a_request_and_an_end_of_file_is_no_request() {
    let server = start();
    let stream = send(&server, "GET /1/x HTTP/1.1\r\n");
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(response(stream), "");
}

#[test]
fn clients_that_vanish_are_nobody_elses_business() {
    let server = start();
    for _ in 0..100 {
        // Before the request, in the middle of it, and after it.
        drop(send(&server, ""));
        drop(send(&server, "GET /1/x HT"));
        drop(get(&server, "/10/x"));
        // With an answer on its way, or unread: that resets the connection.
        let mut unread = get(&server, "/0/x");
        unread.read_exact(&mut [0]).unwrap();
    }
    assert_eq!(parse(&response(get(&server, "/20/x"))), (200, "x".into()));
}

#[test]
fn who_does_not_read_keeps_nobody_waiting() {
    let server = start();
    let path = format!("/0/{}", "x".repeat(8_000));
    let idle: Vec<TcpStream> = (0..50).map(|_| get(&server, &path)).collect();
    assert_eq!(parse(&response(get(&server, "/1/x"))), (200, "x".into()));
    for stream in idle {
        assert_eq!(parse(&response(stream)).1.len(), 8_000);
    }
}

#[test]
fn who_sends_without_end_keeps_nobody_waiting() {
    let server = start();
    let mut stream = get(&server, "/1000/x");
    thread::scope(|scope| {
        // Until the server has had enough, or the stream is shut down.
        scope.spawn(|| while (&stream).write_all(&[0; 64 * 1024]).is_ok() {});
        for _ in 0..20 {
            let expected = (200, "x".into());
            assert_eq!(parse(&response(get(&server, "/1/x"))), expected);
        }
        let _ = stream.shutdown(Shutdown::Both);
    });
    let _ = stream.read(&mut [0]);
}

#[test]
fn dropping_the_server_closes_its_connections_and_its_port() {
    let server = start();
    let addr = server.addr();
    let waiting = get(&server, "/60000/x");
    // An answer: so the request above has been read.
    response(get(&server, "/1/x"));
    drop(server);

    // What has not been answered never is.
    assert_eq!(response(waiting), "");
    let refused = TcpStream::connect(addr).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    TcpListener::bind(addr).unwrap();
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let server = start();
    let error = DelayServer::bind(server.addr()).err().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
}

#[test]
#[cfg(unix)]
fn who_finds_no_descriptor_left_waits_for_one() {
    let mut program = session::example("delay-server").unwrap();
    program.args(["--addr", "127.0.0.1:0"]);
    let limited = session::with_descriptor_limit(40, &program);
    let server = session::Server::start(limited);

    let streams: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = TcpStream::connect(server.addr).unwrap();
            stream.write_all(b"GET /100/x HTTP/1.1\r\n\r\n").unwrap();
            stream
        })
        .collect();
    // The last are accepted when the first have gone, although no new
    // connection comes.
    for stream in streams {
        assert_eq!(parse(&response(stream)), (200, "x".into()));
    }
}

#[test]
fn the_program_says_so_and_fails() {
    let server = start();
    let mut program = session::example("delay-server").unwrap();
    program.args(["--addr", &server.addr().to_string()]);

    let (lines, status) = session::output(program, None).unwrap();

    let start = format!("delay-server: cannot serve on {}: ", server.addr());
    assert!(lines.concat().starts_with(&start), "{lines:?}");
    assert_eq!(status.code(), Some(1));
}
