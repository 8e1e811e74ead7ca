//! A server that stands in for another: it answers as the test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// A request, as far as a test looks at it.
#[derive(Debug)]
pub struct Asked {
    /// Slash included.
    pub path: String,
    pub body: Vec<u8>,
}

/// Serves on a port of its own until the test ends, and says where. `answer` gives status and body.
pub fn serve(answer: impl Fn(&Asked) -> (u16, Vec<u8>) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = Arc::clone(&answer);
            // A client that goes away early is its own affair.
            thread::spawn(move || drop(converse(stream, &*answer)));
        }
    });
    format!("http://{address}")
}

fn converse(
    mut stream: TcpStream,
    answer: &impl Fn(&Asked) -> (u16, Vec<u8>),
) -> std::io::Result<()> {
    let asked = read(&mut BufReader::new(stream.try_clone()?))?;
    let (status, body) = answer(&asked);
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} So\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    )?;
    stream.write_all(&body)
}

fn read(stream: &mut impl BufRead) -> std::io::Result<Asked> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        line.clear();
        if stream.read_line(&mut line)? <= 2 {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(std::io::Error::other)?;
        }
    }
    let mut body = Vec::new();
    stream.take(length).read_to_end(&mut body)?;
    Ok(Asked { path, body })
}
