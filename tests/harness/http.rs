//! As much HTTP as a test needs to speak to a log: one request per connection.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than any answer that is waited for.
const TIMEOUT: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

pub fn get(url: &str) -> std::io::Result<Answer> {
    exchange(url, "GET", "", &[])
}

/// An answer that must come and be good.
pub fn post(url: &str, content_type: &str, body: &[u8]) -> Answer {
    let headers = format!("Content-Type: {content_type}\r\nContent-Length: {}\r\n", body.len());
    let answer =
        exchange(url, "POST", &headers, body).unwrap_or_else(|error| panic!("POST {url}: {error}"));
    assert_eq!(answer.status, 200, "POST {url}: {}", answer.text());
    answer
}

// HTTP/1.0: the answer ends with the connection, and no server may send it in chunks.
fn exchange(url: &str, method: &str, headers: &str, body: &[u8]) -> std::io::Result<Answer> {
    let rest = url.strip_prefix("http://").expect("an address of this machine");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(
        format!("{method} /{path} HTTP/1.0\r\nHost: {host}\r\n{headers}\r\n").as_bytes(),
    )?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    read_answer(&answer)
        .ok_or_else(|| std::io::Error::other(format!("{method} {url} is no HTTP answer")))
}

fn read_answer(answer: &[u8]) -> Option<Answer> {
    let at = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = answer.split_at(at);
    let status = str::from_utf8(head).ok()?.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, body: body.get(4..)?.to_vec() })
}
