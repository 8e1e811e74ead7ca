//! Clients that ask for too much.

use tokio::io::AsyncWriteExt;

use super::*;
use crate::listen::limits::REFUSALS_MAX;

#[tokio::test]
async fn whoever_comes_when_all_is_taken_is_told_so_and_may_come_again() {
    let server = Server::start(ConnectionLimits { connections_max: 2, ..PATIENT }).await;
    let mut taken = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect().await;
        send(&mut stream, HELLO).await;
        answer(&mut stream).await;
        taken.push(stream);
    }
    let mut third = server.connect().await;
    send(&mut third, HELLO).await;
    let (head, body) = answer(&mut third).await;
    assert!(head.starts_with("http/1.1 503 "), "{head}");
    assert!(head.contains("\r\nretry-after: 1\r\n"), "{head}");
    assert!(body.contains("\"status\":503"), "{body}");
    assert_eq!((server.counts.open(), server.counts.refused()), (2, 1));

    drop(taken.pop());
    at_last(async {
        loop {
            let mut stream = server.connect().await;
            send(&mut stream, HELLO).await;
            if answer(&mut stream).await.0.starts_with("http/1.1 200 ") {
                break;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_crowd_that_is_refused_does_not_hurt_those_inside() {
    let mut server = Server::start(ConnectionLimits { connections_max: 1, ..PATIENT }).await;
    let mut inside = server.held().await;
    let crowd: Vec<_> = (0..3 * REFUSALS_MAX).map(|_| server.connect()).collect();
    for stranger in crowd {
        // Beyond the number that is told, strangers are closed without a word.
        rest(&mut stranger.await).await;
    }
    server.room.may_go_on.notify_one();
    assert_eq!(answer(&mut inside).await.1, "held");
}

#[tokio::test]
async fn a_header_that_is_too_large_is_refused() {
    let server = Server::start(PATIENT).await;
    let mut stream = server.connect().await;
    let large = format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "x".repeat(100_000));
    let _ = stream.write_all(large.as_bytes()).await;
    let said = rest(&mut stream).await;
    assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 431 "), "{said:?}");

    let mut client = http2(server.connect().await).await;
    let mut request = post("/", "");
    request.headers_mut().insert("x", "x".repeat(20_000).parse().unwrap());
    let refused = at_last(client.send_request(request)).await;
    assert!(refused.is_err() || refused.unwrap().status() == 431);
}

#[tokio::test]
async fn what_is_not_http_is_closed() {
    let server = Server::start(PATIENT).await;
    let mut stream = server.connect().await;
    send(&mut stream, "SSH-2.0-client\r\n\r\n").await;
    let said = rest(&mut stream).await;
    assert!(said.starts_with(b"HTTP/1.1 400 "), "{said:?}");
}

/// Sends `sent` bytes of a body of `announced`.
async fn body(server: &Server, path: &str, announced: usize, sent: usize) -> TcpStream {
    let mut stream = server.connect().await;
    let head = format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: {announced}\r\n\r\n");
    send(&mut stream, &head).await;
    send(&mut stream, &"x".repeat(sent)).await;
    stream
}

#[tokio::test]
async fn more_bodies_than_there_is_memory_for_are_refused_and_small_ones_are_not() {
    let mut server = Server::start(PATIENT).await;
    // Beyond the first 64 KiB of each, all bodies together may hold 100,000 bytes: one of these does
    // not reach that, and two do.
    let size = NEARLY + 1;
    let mut stalled = body(&server, "/nearly", size, NEARLY).await;
    server.hears("nearly").await;
    let mut other = body(&server, "/", size, size).await;
    assert_eq!(answer(&mut other).await.1, "too many bodies are being received at once");
    let mut small = body(&server, "/", 60_000, 60_000).await;
    assert_eq!(answer(&mut small).await.1.len(), 60_000);
    // Whoever had room keeps it, and leaves it to others afterwards.
    send(&mut stalled, "x").await;
    assert_eq!(answer(&mut stalled).await.1, size.to_string());
    let mut other = body(&server, "/", size, size).await;
    assert_eq!(answer(&mut other).await.1.len(), size);
}
