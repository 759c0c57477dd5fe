//! The servers of the book before clients that are not ours: curl and nc.
//!
//! ```sh
//! cargo test -p examples --features tools
//! ```

mod session;

use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use examples::DelayServer;
use session::Server;

/// What `command` prints when `input` is typed into it.
fn output_of(command: &mut Command, input: &str) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!(
                "{command:?}: {error}; \
                 this test needs `apt-get install curl netcat-openbsd`"
            )
        });
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

fn curl(arguments: &[&str]) -> String {
    let mut command = Command::new("curl");
    // A proxy of the environment, or a ~/.curlrc, is not what we test.
    command.args(["-q", "--noproxy", "*", "--silent", "--show-error"]);
    output_of(command.args(arguments), "")
}

/// `-N` closes nc's end after the input, and waits for the other's.
fn nc(addr: SocketAddr, input: &str) -> String {
    let (ip, port) = (addr.ip().to_string(), addr.port().to_string());
    output_of(Command::new("nc").args(["-N", &ip, &port]), input)
}

#[test]
fn curl_gets_the_text() {
    let server = DelayServer::start().unwrap();
    let url = format!("http://{}/10/hello", server.addr());

    assert_eq!(curl(&[&url]), "hello");
    assert_eq!(curl(&["--http1.0", &url]), "hello");

    let head = curl(&["--head", &url]);
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("Content-Length: 5\r\n"), "{head}");
}

#[test]
fn curl_in_parallel_gets_the_shortest_delay_first() {
    let server = DelayServer::start().unwrap();
    let addr = server.addr();
    let first = format!("http://{addr}/300/first,");
    let second = format!("http://{addr}/200/second,");
    let third = format!("http://{addr}/100/third,");

    let immediate = "--parallel-immediate"; // not one after the other
    let arguments = ["--parallel", immediate, "--no-progress-meter"];
    let output = curl(&[&arguments[..], &[&first, &second, &third]].concat());

    assert_eq!(output, "third,second,first,");
}

#[test]
fn curl_is_told_what_is_wrong() {
    let server = DelayServer::start().unwrap();
    let status = |path: &str, more: &[&str]| {
        let url = format!("http://{}{path}", server.addr());
        let mut arguments = vec!["--output", "-", "--write-out"];
        arguments.push(" %{http_code}");
        arguments.extend(more);
        arguments.push(&url);
        curl(&arguments)
    };

    assert!(status("/", &[]).ends_with(" 404"));
    assert!(status("/60001/x", &[]).ends_with(" 400"));
    assert!(status("/1/x", &["--data", "x"]).ends_with(" 405"));
    let cookie = format!("Cookie: {}", "x".repeat(20_000));
    assert!(status("/1/x", &["--header", &cookie]).ends_with(" 431"));
}

#[test]
fn curl_uploads_what_is_not_wanted_and_still_gets_the_answer() {
    let server = DelayServer::start().unwrap();
    let url = format!("http://{}/1/x", server.addr());
    let mut command = Command::new("curl");
    command.args(["-q", "--noproxy", "*", "--silent", "--show-error"]);
    command.args(["--data-binary", "@-", &url]);

    let output = output_of(&mut command, &"x".repeat(100_000));

    assert_eq!(output, "only GET and HEAD are served");
}

#[test]
fn a_request_is_typed_into_nc() {
    let server = DelayServer::start().unwrap();

    let response = nc(server.addr(), "GET /10/typed HTTP/1.1\n\n");

    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    assert!(response.ends_with("\r\n\r\ntyped"), "{response}");
}

#[test]
fn nc_hears_its_echo() {
    let echo = Server::start(session::example("09-echo").unwrap());

    assert_eq!(nc(echo.addr, "hello\n"), "hello\n");
    assert_eq!(nc(echo.addr, ""), "");
    let long = "all of it\n".repeat(100_000);
    assert!(nc(echo.addr, &long) == long);
}
