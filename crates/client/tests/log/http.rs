//! As much of an HTTP/1.1 server as a client can be tested against, and every way to misbehave.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

/// A request, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    fn read(stream: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let mut parts = line.split_ascii_whitespace().map(str::to_owned);
        let (method, target) = (parts.next()?, parts.next()?);
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut request = Self { method, target, headers, body: Vec::new() };
        let length = request.header("content-length").map_or(0, |value| value.parse().unwrap());
        request.body.resize(length, 0);
        stream.read_exact(&mut request.body).ok()?;
        Some(request)
    }
}

/// An answer, or something worse.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) extra: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As HTTP has it.
    Proper,
    /// The body never ends.
    Never,
    /// The connection closes in place of an answer.
    Hangup,
}

impl Answer {
    pub(crate) fn ok(content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self { status: 200, content_type, extra: Vec::new(), body, end: End::Proper }
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { status, ..Self::ok("text/plain", "no\n") }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.extra.push((name, value.into()));
        self
    }

    pub(crate) fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    pub(crate) fn ending(self, end: End) -> Self {
        Self { end, ..self }
    }

    fn write(&self, stream: &mut impl Write) -> std::io::Result<()> {
        write!(stream, "HTTP/1.1 {} Some\r\ncontent-type: {}\r\n", self.status, self.content_type)?;
        for (name, value) in &self.extra {
            write!(stream, "{name}: {value}\r\n")?;
        }
        if self.end == End::Never {
            write!(stream, "transfer-encoding: chunked\r\n\r\n")?;
            let noise = [b'x'; 1024];
            loop {
                write!(stream, "400\r\n")?;
                stream.write_all(&noise)?;
                write!(stream, "\r\n")?;
            }
        }
        write!(stream, "content-length: {}\r\n\r\n", self.body.len())?;
        stream.write_all(&self.body)?;
        stream.flush()
    }
}

/// Answers on a port of its own until the process ends.
pub(crate) fn serve(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || converse(stream, &*answer));
        }
    });
    format!("http://{address}")
}

fn converse(stream: TcpStream, answer: &impl Fn(&Request) -> Answer) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = std::io::BufWriter::new(stream);
    while let Some(request) = Request::read(&mut reader) {
        let answer = answer(&request);
        if answer.end == End::Hangup {
            break;
        }
        answer.write(&mut writer).ok()?;
    }
    Some(())
}
