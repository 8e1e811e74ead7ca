//! Clients that behave, and clients that do not, on real sockets.
//!
//! Limits that a test is about are tiny, all others are longer than any test. Nothing is timed: a
//! test waits for the close or the answer that must come.

use std::convert::Infallible;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body::Frame;
use http_body_util::{BodyExt, Either, Full};
use hyper::client::conn::http2::{Connection, SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

use super::*;

mod crowded;
mod served;
mod slow;
mod stopping;

const SOON: Duration = Duration::from_millis(40);
const NEVER: Duration = Duration::from_secs(3_600);

const PATIENT: ConnectionLimits = ConnectionLimits {
    connections_max: 100,
    header_timeout: NEVER,
    idle_timeout: NEVER,
    body_pause_timeout: NEVER,
    body_timeout: NEVER,
    write_timeout: NEVER,
    request_timeout: NEVER,
    drain_timeout: NEVER,
    bodies_bytes_max: 100_000,
    http2_streams_max: 10,
};

struct Server {
    address: SocketAddr,
    shutdown: Shutdown,
    counts: ConnectionCounts,
    ended: JoinHandle<Drained>,
    room: Arc<Room>,
    /// Hears of each `/hold` that has begun, and of each that was dropped unfinished.
    heard: mpsc::Receiver<&'static str>,
}

/// What the handlers share.
struct Room {
    may_go_on: Notify,
    tell: mpsc::Sender<&'static str>,
}

/// Says so when a handler is dropped before its end.
struct Dropped(Option<mpsc::Sender<&'static str>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        if let Some(tell) = self.0.take() {
            tell.try_send("dropped").unwrap();
        }
    }
}

impl Server {
    async fn start(limits: ConnectionLimits) -> Self {
        let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, heard) = mpsc::channel(100);
        let room = Arc::new(Room { may_go_on: Notify::new(), tell });
        let (shutdown, counts) = (Shutdown::new(), ConnectionCounts::default());
        let service = {
            let room = Arc::clone(&room);
            tower::service_fn(move |request| handle(Arc::clone(&room), request))
        };
        let ended = tokio::spawn(serve_counted(
            listener,
            service,
            limits,
            shutdown.clone(),
            counts.clone(),
        ));
        Self { address, shutdown, counts, ended, room, heard }
    }

    async fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).await.unwrap();
        // Else the kernel may hold a body back for 40 ms, which here is too slow a client.
        stream.set_nodelay(true).unwrap();
        stream
    }

    async fn hears(&mut self, expected: &str) {
        assert_eq!(at_last(self.heard.recv()).await, Some(expected));
    }

    /// A connection with one request in the midst of being handled.
    async fn held(&mut self) -> TcpStream {
        let mut stream = self.connect().await;
        send(&mut stream, "GET /hold HTTP/1.1\r\nhost: a\r\n\r\n").await;
        self.hears("began").await;
        stream
    }

    async fn ends(self) -> Drained {
        at_last(self.ended).await.unwrap()
    }
}

async fn handle(
    room: Arc<Room>,
    request: Request<RequestBody>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let answer = match head.uri.path() {
        "/hold" => {
            room.tell.send("began").await.unwrap();
            let mut dropped = Dropped(Some(room.tell.clone()));
            room.may_go_on.notified().await;
            dropped.0 = None;
            Response::new(Full::from("held"))
        }
        "/big" => Response::new(Full::from(vec![b'x'; BIG])),
        "/nearly" => {
            let mut body = body;
            let mut received = 0;
            while let Some(Ok(frame)) = body.frame().await {
                received += frame.data_ref().map_or(0, Bytes::len);
                if received == NEARLY {
                    room.tell.send("nearly").await.unwrap();
                }
            }
            Response::new(Full::from(received.to_string()))
        }
        "/forget" => Response::new(Full::from("did not look")),
        _ => match body.collect().await {
            Ok(body) => Response::new(Full::new(body.to_bytes())),
            Err(refused) => {
                let mut answer = Response::new(Full::from(refused.to_string()));
                *answer.status_mut() = StatusCode::BAD_REQUEST;
                answer
            }
        },
    };
    Ok(answer)
}

/// How much of a body `/nearly` tells of.
const NEARLY: usize = 149_999;

/// More than the socket buffers of both sides take.
const BIG: usize = 64 * 1024 * 1024;

/// A test that hangs says nothing; one that fails says where.
async fn at_last<F: Future>(future: F) -> F::Output {
    clock::within(Duration::from_secs(30), future).await.expect("it happens at all")
}

async fn send(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.unwrap();
}

/// Status line with headers, and body, of the next answer.
async fn answer(stream: &mut TcpStream) -> (String, String) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(at_last(stream.read_u8()).await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let (_, length) = head.split_once("content-length: ").unwrap();
    let mut body = vec![0; length.split_once("\r\n").unwrap().0.parse().unwrap()];
    at_last(stream.read_exact(&mut body)).await.unwrap();
    (head, String::from_utf8(body).unwrap())
}

/// Whatever comes until the server closes. A reset is a close too.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    let _ = at_last(stream.read_to_end(&mut rest)).await;
    rest
}

async fn is_closed_without_a_word(stream: &mut TcpStream) {
    assert_eq!(rest(stream).await, b"");
}

const HELLO: &str = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello";

/// Sends a byte now and then, as long as the server lets it; gives what the server said.
async fn trickle_until_closed(mut stream: TcpStream, start: &str) -> String {
    send(&mut stream, start).await;
    let (mut reader, mut writer) = stream.split();
    let mut said = Vec::new();
    {
        let mut closed = pin!(reader.read_to_end(&mut said));
        let trickling = async {
            while clock::within(Duration::from_millis(2), closed.as_mut()).await.is_err() {
                let _ = writer.write_all(b"x").await;
            }
        };
        at_last(trickling).await;
    }
    String::from_utf8(said).unwrap()
}

type ClientBody = Either<Piecewise, Full<Bytes>>;

/// A body that is sent piece by piece, as somebody else decides.
struct Piecewise(mpsc::Receiver<Bytes>);

impl Body for Piecewise {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

fn post(path: &str, body: &'static str) -> Request<ClientBody> {
    Request::post(format!("http://a{path}")).body(Either::Right(Full::from(body))).unwrap()
}

async fn http2(stream: TcpStream) -> SendRequest<ClientBody> {
    let (client, connection) = http2_parts(stream).await;
    tokio::spawn(connection);
    client
}

async fn http2_parts(
    stream: TcpStream,
) -> (SendRequest<ClientBody>, Connection<TokioIo<TcpStream>, ClientBody, TokioExecutor>) {
    at_last(handshake(TokioExecutor::new(), TokioIo::new(stream))).await.unwrap()
}
