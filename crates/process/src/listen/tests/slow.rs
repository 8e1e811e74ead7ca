//! Clients that take too long.

use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt, Either};
use tokio::sync::mpsc;

use super::*;

#[tokio::test]
async fn a_silent_connection_is_closed() {
    let server = Server::start(ConnectionLimits { header_timeout: SOON, ..PATIENT }).await;
    is_closed_without_a_word(&mut server.connect().await).await;
}

#[tokio::test]
async fn a_connection_that_stalls_in_its_header_is_closed() {
    let server = Server::start(ConnectionLimits { header_timeout: SOON, ..PATIENT }).await;
    // The second is the beginning of HTTP/2's greeting, the third is HTTP/2 without a request.
    for start in [
        "GET / HTTP/1.1\r\nhost: a\r\nx-slow: ",
        "PRI * HTTP/2",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut stream = server.connect().await;
        send(&mut stream, start).await;
        rest(&mut stream).await;
    }
}

#[tokio::test]
async fn a_header_that_trickles_is_cut_off() {
    let server = Server::start(ConnectionLimits { header_timeout: SOON, ..PATIENT }).await;
    let stream = server.connect().await;
    trickle_until_closed(stream, "GET / HTTP/1.1\r\nhost: a\r\nx-slow: ").await;
}

#[tokio::test]
async fn the_header_of_a_second_request_has_a_limit_too() {
    let server = Server::start(ConnectionLimits { header_timeout: SOON, ..PATIENT }).await;
    let mut stream = server.connect().await;
    send(&mut stream, HELLO).await;
    answer(&mut stream).await;
    send(&mut stream, "GET / HT").await;
    is_closed_without_a_word(&mut stream).await;
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let server = Server::start(ConnectionLimits { idle_timeout: SOON, ..PATIENT }).await;
    let mut stream = server.connect().await;
    send(&mut stream, HELLO).await;
    answer(&mut stream).await;
    is_closed_without_a_word(&mut stream).await;
}

#[tokio::test]
async fn an_idle_http2_connection_is_closed() {
    let server = Server::start(ConnectionLimits { idle_timeout: SOON, ..PATIENT }).await;
    let (mut client, connection) = http2_parts(server.connect().await).await;
    let connection = tokio::spawn(connection);
    let answer = client.send_request(post("/", "hello")).await.unwrap();
    answer.into_body().collect().await.unwrap();
    // In good order: the client sees no error.
    at_last(connection).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_body_that_stops_coming_is_a_408() {
    let server = Server::start(ConnectionLimits { body_pause_timeout: SOON, ..PATIENT }).await;
    let mut stream = server.connect().await;
    send(&mut stream, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhell").await;
    let (head, body) = answer(&mut stream).await;
    assert!(head.starts_with("http/1.1 408 "), "{head}");
    assert!(head.contains("\r\nconnection: close\r\n"), "{head}");
    assert_eq!(body, "the request's body came too slowly");
    is_closed_without_a_word(&mut stream).await;
}

#[tokio::test]
async fn a_body_that_trickles_for_too_long_is_a_408() {
    let server = Server::start(ConnectionLimits { body_timeout: SOON, ..PATIENT }).await;
    let stream = server.connect().await;
    let head = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n";
    let said = trickle_until_closed(stream, head).await;
    assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
}

#[tokio::test]
async fn a_slow_http2_body_is_a_408_and_the_connection_lives() {
    let server = Server::start(ConnectionLimits { body_pause_timeout: SOON, ..PATIENT }).await;
    let mut client = http2(server.connect().await).await;
    let (sender, pieces) = mpsc::channel::<Bytes>(1);
    // The sender stays: the body is begun and never ended.
    sender.send(Bytes::from_static(b"hell")).await.unwrap();
    let request = Request::post("http://a/").body(Either::Left(Piecewise(pieces))).unwrap();
    let answer = at_last(client.send_request(request)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
    assert!(!answer.headers().contains_key("connection"));
    let answer = at_last(client.send_request(post("/", "hello"))).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_closed() {
    let server = Server::start(ConnectionLimits { write_timeout: SOON, ..PATIENT }).await;
    let mut stream = server.connect().await;
    send(&mut stream, "GET /big HTTP/1.1\r\nhost: a\r\n\r\n").await;
    // It reads only once the server has given up on it.
    at_last(async {
        while server.counts.timed_out() == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(rest(&mut stream).await.len() < BIG);
}

#[tokio::test]
async fn a_client_that_reads_gets_all_of_a_big_answer() {
    let server = Server::start(PATIENT).await;
    let mut stream = server.connect().await;
    send(&mut stream, "GET /big HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert_eq!(answer(&mut stream).await.1.len(), BIG);
}

#[tokio::test]
async fn a_request_that_lives_too_long_is_dropped_with_its_connection() {
    let mut server = Server::start(ConnectionLimits { request_timeout: SOON, ..PATIENT }).await;
    let mut stream = server.held().await;
    server.hears("dropped").await;
    is_closed_without_a_word(&mut stream).await;

    let mut client = http2(server.connect().await).await;
    let held = client.send_request(post("/hold", ""));
    server.hears("began").await;
    server.hears("dropped").await;
    at_last(held).await.unwrap_err();
}

#[tokio::test]
async fn a_client_that_leaves_takes_its_request_with_it() {
    let mut server = Server::start(PATIENT).await;
    drop(server.held().await);
    server.hears("dropped").await;
}
