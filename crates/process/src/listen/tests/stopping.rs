//! What a shutdown does to the clients of the moment.

use http_body_util::BodyExt;

use super::*;

#[tokio::test]
async fn a_request_under_way_is_finished_and_nobody_new_is_let_in() {
    let mut server = Server::start(PATIENT).await;
    let mut stream = server.held().await;
    server.shutdown.request();
    let address = server.address;
    // The listening socket is gone while the request is still held.
    at_last(async { while TcpStream::connect(address).await.is_ok() {} }).await;
    server.room.may_go_on.notify_one();
    let (head, body) = answer(&mut stream).await;
    assert!(head.contains("\r\nconnection: close\r\n"), "{head}");
    assert_eq!(body, "held");
    is_closed_without_a_word(&mut stream).await;
    assert_eq!(server.ends().await, Drained { cut: 0 });
}

#[tokio::test]
async fn an_http2_request_under_way_is_finished() {
    let mut server = Server::start(PATIENT).await;
    let mut client = http2(server.connect().await).await;
    let held = tokio::spawn(client.send_request(post("/hold", "")));
    server.hears("began").await;
    server.shutdown.request();
    server.room.may_go_on.notify_one();
    let answer = at_last(held).await.unwrap().unwrap();
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "held");
    assert_eq!(server.ends().await, Drained { cut: 0 });
}

#[tokio::test]
async fn connections_without_a_request_do_not_hold_up_the_end() {
    let server = Server::start(PATIENT).await;
    let silent = server.connect().await;
    let mut idle = server.connect().await;
    send(&mut idle, HELLO).await;
    answer(&mut idle).await;
    let greeted = http2(server.connect().await).await;
    server.shutdown.request();
    assert_eq!(server.ends().await, Drained { cut: 0 });
    drop((silent, greeted));
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_cut_and_counted() {
    let mut server = Server::start(ConnectionLimits { drain_timeout: SOON, ..PATIENT }).await;
    let mut stream = server.held().await;
    let mut client = http2(server.connect().await).await;
    let held = tokio::spawn(client.send_request(post("/hold", "")));
    server.hears("began").await;
    server.shutdown.request();
    is_closed_without_a_word(&mut stream).await;
    at_last(held).await.unwrap().unwrap_err();
    assert_eq!(server.ends().await, Drained { cut: 2 });
}

#[tokio::test]
async fn asked_twice_it_does_not_wait_at_all() {
    let mut server = Server::start(PATIENT).await;
    let mut stream = server.held().await;
    server.shutdown.request();
    server.shutdown.request();
    is_closed_without_a_word(&mut stream).await;
    assert_eq!(server.ends().await, Drained { cut: 1 });
}

#[tokio::test]
async fn a_socket_that_is_taken_is_named() {
    let server = Server::start(PATIENT).await;
    let refused = bind(server.address).await.unwrap_err();
    assert!(refused.to_string().starts_with(&format!("cannot listen on {}: ", server.address)));
}
