//! As much of HTTP/1.1 as the delay server needs, and those who ask it.

use std::borrow::Cow;
use std::str;
use std::time::Duration;

const LONGEST_HEAD: usize = 8 * 1024;
const LONGEST_DELAY: u64 = 60_000;

/// A request for `path`.
pub fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

/// The body of a whole response: what stands after the first empty line.
pub fn body(response: &[u8]) -> Cow<'_, str> {
    let start = head_length(response).unwrap_or(response.len());
    String::from_utf8_lossy(&response[start..])
}

/// The response to the request that begins with `bytes`, and the time to let
/// pass before it is sent. `None` while the head of the request is not
/// complete.
pub(crate) fn answer(bytes: &[u8]) -> Option<(Duration, Vec<u8>)> {
    let answer = match head_length(bytes) {
        None if bytes.len() <= LONGEST_HEAD => return None,
        Some(length) if length <= LONGEST_HEAD => answer_to(&bytes[..length]),
        _ => Answer::error(TOO_LONG, "a request has at most 8 KiB"),
    };
    Some((answer.delay, answer.into_bytes()))
}

/// Up to the empty line, and with it. A line may end without the carriage
/// return, as those typed into nc do.
fn head_length(bytes: &[u8]) -> Option<usize> {
    let mut ends = (1..=bytes.len()).map(|end| &bytes[..end]);
    ends.find(|head| head.ends_with(b"\n\r\n") || head.ends_with(b"\n\n"))
        .map(<[u8]>::len)
}

fn answer_to(head: &[u8]) -> Answer<'_> {
    let Ok(head) = str::from_utf8(head) else {
        return Answer::error(BAD, "the request is not UTF-8");
    };
    let line = head.lines().next().unwrap_or_default();
    let words: Vec<&str> = line.split(' ').collect();
    let [method, path, "HTTP/1.1" | "HTTP/1.0"] = words[..] else {
        return Answer::error(
            BAD,
            "a request begins with GET /<ms>/<text> HTTP/1.1",
        );
    };
    let answer = match method {
        "GET" | "HEAD" => answer_for(path),
        _ => Answer::error(NOT_ALLOWED, "only GET and HEAD are served"),
    };
    Answer {
        without_body: method == "HEAD",
        ..answer
    }
}

fn answer_for(path: &str) -> Answer<'_> {
    let parts = path.strip_prefix('/').and_then(|path| path.split_once('/'));
    let Some((ms, text)) = parts.filter(|(ms, _)| is_number(ms)) else {
        return Answer::error(NOT_FOUND, "every page is called /<ms>/<text>");
    };
    match ms.parse() {
        Ok(ms @ 0..=LONGEST_DELAY) => Answer {
            delay: Duration::from_millis(ms),
            status: OK,
            body: text,
            without_body: false,
        },
        _ => Answer::error(BAD, "the longest delay is 60000 ms"),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

const OK: &str = "200 OK";
const BAD: &str = "400 Bad Request";
const NOT_FOUND: &str = "404 Not Found";
const NOT_ALLOWED: &str = "405 Method Not Allowed";
const TOO_LONG: &str = "431 Request Header Fields Too Large";

struct Answer<'a> {
    delay: Duration,
    status: &'static str,
    body: &'a str,
    without_body: bool,
}

impl Answer<'_> {
    fn error(status: &'static str, body: &'static str) -> Answer<'static> {
        Answer {
            delay: Duration::ZERO,
            status,
            body,
            without_body: false,
        }
    }

    fn into_bytes(self) -> Vec<u8> {
        // The answer to a HEAD has the length of what a GET would get.
        let length = self.body.len();
        let body = if self.without_body { "" } else { self.body };
        let mut lines = vec![
            format!("HTTP/1.1 {}", self.status),
            format!("Content-Length: {length}"),
            "Content-Type: text/plain; charset=utf-8".into(),
            "Connection: close".into(),
        ];
        if self.status == NOT_ALLOWED {
            lines.push("Allow: GET, HEAD".into());
        }
        lines.extend(["".into(), body.into()]);
        lines.join("\r\n").into_bytes()
    }
}
