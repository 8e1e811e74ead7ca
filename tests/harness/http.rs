//! As much HTTP as a test needs to speak to a server: one request per connection.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than any answer that is waited for.
const TIMEOUT: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    // Names in lower case.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The first header of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

pub fn get(url: &str) -> io::Result<Answer> {
    exchange("GET", url, &[], &[])
}

/// An answer that must come and be good.
pub fn get_good(url: &str) -> Answer {
    expect_good(url, get(url))
}

/// An answer that must come and be good.
pub fn post(url: &str, content_type: &str, body: &[u8]) -> Answer {
    expect_good(url, send(url, &[("Content-Type", content_type)], body))
}

/// Posts; any answer will do, and none is an error.
pub fn send(url: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Answer> {
    exchange("POST", url, headers, body)
}

fn expect_good(url: &str, answer: io::Result<Answer>) -> Answer {
    let answer = answer.unwrap_or_else(|error| panic!("{url}: {error}"));
    assert_eq!(answer.status, 200, "{url}: {}", answer.text());
    answer
}

// HTTP/1.0: the answer ends with the connection, and no server may send it in chunks.
fn exchange(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Answer> {
    let rest = url.strip_prefix("http://").expect("an address of this machine");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut head = format!("{method} /{path} HTTP/1.0\r\nHost: {host}\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if method == "POST" {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    read_answer(&answer).ok_or_else(|| io::Error::other(format!("{method} {url}: no HTTP answer")))
}

fn read_answer(answer: &[u8]) -> Option<Answer> {
    let at = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = answer.split_at(at);
    let mut lines = str::from_utf8(head).ok()?.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let body = body.get(4..)?.to_vec();
    let answer = Answer { status, headers, body };
    // A connection that is cut leaves less than was promised.
    let promised = answer.header("content-length").and_then(|length| length.parse().ok());
    promised.is_none_or(|length: usize| length == answer.body.len()).then_some(answer)
}
