//! Clients that behave.

use http::{StatusCode, Version};
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

#[tokio::test]
async fn one_connection_serves_one_request_after_the_other() {
    let server = Server::start(PATIENT).await;
    let mut stream = server.connect().await;
    for _ in 0..3 {
        send(&mut stream, HELLO).await;
        let (head, body) = answer(&mut stream).await;
        assert!(head.starts_with("http/1.1 200 "), "{head}");
        assert_eq!(body, "hello");
    }
    assert_eq!((server.counts.open(), server.counts.refused()), (1, 0));
}

#[tokio::test]
async fn requests_sent_ahead_are_answered_in_order() {
    let server = Server::start(PATIENT).await;
    let mut stream = server.connect().await;
    send(&mut stream, &format!("{HELLO}{}", HELLO.replace("hello", "world"))).await;
    assert_eq!(answer(&mut stream).await.1, "hello");
    assert_eq!(answer(&mut stream).await.1, "world");
}

#[tokio::test]
async fn a_body_in_pieces_is_one_body() {
    let limits = ConnectionLimits { body_pause_timeout: Duration::from_secs(20), ..PATIENT };
    let server = Server::start(limits).await;
    let mut stream = server.connect().await;
    send(&mut stream, "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n").await;
    for piece in ["2\r\nhe\r\n", "3\r\nllo\r\n", "0\r\n\r\n"] {
        stream.flush().await.unwrap();
        tokio::task::yield_now().await;
        send(&mut stream, piece).await;
    }
    assert_eq!(answer(&mut stream).await.1, "hello");
}

#[tokio::test]
async fn a_client_that_waits_to_be_asked_for_its_body_is_asked() {
    let server = Server::start(PATIENT).await;
    let mut stream = server.connect().await;
    let head = "POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n";
    send(&mut stream, head).await;
    let mut asked = [0; 25];
    at_last(stream.read_exact(&mut asked)).await.unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    send(&mut stream, "hello").await;
    assert_eq!(answer(&mut stream).await.1, "hello");
}

#[tokio::test]
async fn http2_is_served_on_the_same_socket() {
    let server = Server::start(PATIENT).await;
    let mut client = http2(server.connect().await).await;
    let answer = client.send_request(post("/", "hello")).await.unwrap();
    assert_eq!((answer.status(), answer.version()), (StatusCode::OK, Version::HTTP_2));
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "hello");
}
