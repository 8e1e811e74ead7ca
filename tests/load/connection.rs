//! One kept-alive HTTP/1.1 connection: bytes out, as little parsing as an answer needs.

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer longer than this is none that we asked for.
const ANSWER_BYTES_MAX: usize = 32 << 20;

/// Asks for one answer at a time.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// An answer, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'connection> {
    pub(crate) status: u16,
    pub(crate) body: &'connection [u8],
}

impl Connection {
    pub(crate) async fn open(address: &str) -> anyhow::Result<Self> {
        let stream =
            TcpStream::connect(address).await.with_context(|| format!("connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(16 << 10) })
    }

    /// Sends a whole request and waits for its whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await.context("send a request")?;
        self.received.clear();
        let head = loop {
            if let Some(head) = Head::parse(&self.received)? {
                break head;
            }
            self.receive().await?;
        };
        match head.length {
            Length::Known(length) => {
                let end = head.bytes + length;
                while self.received.len() < end {
                    self.receive().await?;
                }
                ensure!(self.received.len() == end, "more than one answer to one request");
                let body = self.received.get(head.bytes..end).unwrap_or_default();
                Ok(Answer { status: head.status, body })
            }
            Length::Chunked => self.chunks(head).await,
        }
    }

    /// The chunks are joined where they lie.
    async fn chunks(&mut self, head: Head) -> anyhow::Result<Answer<'_>> {
        let (mut at, mut end) = (head.bytes, head.bytes);
        loop {
            let Some(line) = find(self.received.get(at..).unwrap_or_default(), b"\r\n") else {
                self.receive().await?;
                continue;
            };
            let size = str::from_utf8(self.received.get(at..at + line).unwrap_or_default())?;
            let size = size.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16).context("a chunk's size")?;
            let start = at + line + 2;
            while self.received.len() < start + size + 2 {
                self.receive().await?;
            }
            if size == 0 {
                break;
            }
            self.received.copy_within(start..start + size, end);
            end += size;
            at = start + size + 2;
        }
        Ok(Answer {
            status: head.status,
            body: self.received.get(head.bytes..end).unwrap_or_default(),
        })
    }

    async fn receive(&mut self) -> anyhow::Result<()> {
        ensure!(self.received.len() < ANSWER_BYTES_MAX, "an answer without end");
        let read = self.stream.read_buf(&mut self.received).await.context("receive an answer")?;
        if read == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug)]
struct Head {
    status: u16,
    bytes: usize,
    length: Length,
}

#[derive(Clone, Copy, Debug)]
enum Length {
    Known(usize),
    Chunked,
}

impl Head {
    /// None as long as it has not come whole.
    fn parse(received: &[u8]) -> anyhow::Result<Option<Self>> {
        let Some(end) = find(received, b"\r\n\r\n") else { return Ok(None) };
        let head = str::from_utf8(received.get(..end).unwrap_or_default()).context("a header")?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.get(9..12)).unwrap_or_default();
        let status = status.parse().context("a status line")?;
        let mut length = None;
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(Length::Known(value.trim().parse().context("a content-length")?));
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                length = Some(Length::Chunked);
            }
        }
        let length = length.unwrap_or(Length::Known(0));
        Ok(Some(Self { status, bytes: end + 4, length }))
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answered(answer: &'static [u8]) -> anyhow::Result<(u16, Vec<u8>)> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let server = async {
            let (mut stream, _) = listener.accept().await?;
            let mut request = [0; 4];
            stream.read_exact(&mut request).await?;
            // In two pieces, so that neither head nor chunk comes whole.
            let (first, second) = answer.split_at(answer.len() / 2);
            stream.write_all(first).await?;
            tokio::task::yield_now().await;
            stream.write_all(second).await
        };
        let client = async {
            let mut connection = Connection::open(&address).await?;
            let answer = connection.exchange(b"ping").await?;
            anyhow::Ok((answer.status, answer.body.to_vec()))
        };
        let (served, answer) = tokio::join!(server, client);
        served?;
        answer
    }

    #[tokio::test]
    async fn answers_are_read_whole_whatever_their_framing() {
        let known = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
        assert_eq!(answered(known).await.unwrap(), (200, b"hello".to_vec()));
        let chunked = b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
        assert_eq!(answered(chunked).await.unwrap(), (503, b"hello".to_vec()));
        let none = b"HTTP/1.1 304 Not Modified\r\netag: \"x\"\r\n\r\n";
        assert_eq!(answered(none).await.unwrap(), (304, Vec::new()));
    }

    #[tokio::test]
    async fn what_is_no_answer_is_an_error() {
        for answer in [&b"nonsense\r\n\r\n"[..], b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel"]
        {
            assert!(answered(answer).await.is_err(), "{}", String::from_utf8_lossy(answer));
        }
    }
}
