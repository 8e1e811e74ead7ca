//! A server that does nothing: the HTTP stack of ours, with a handler that reads the body and answers.
//! What it reaches is what HTTP alone costs on this machine.

use std::net::SocketAddr;
use std::path::PathBuf;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use clap::Args;
use http_body_util::BodyExt;
use indelible_process::{ConnectionLimits, Shutdown, files, listen};

#[derive(Debug, Args)]
pub(crate) struct NullServer {
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where the bound address is written.
    #[arg(long)]
    ready_file: Option<PathBuf>,
    /// Bytes of an answer.
    #[arg(long, default_value_t = 1)]
    answer_bytes: usize,
}

impl NullServer {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let shutdown = Shutdown::on_signals()?;
            let listener = listen::bind(self.listen).await?;
            let address = format!("{}\n", listener.local_addr()?);
            match &self.ready_file {
                Some(path) => files::replace_durably(path, address.as_bytes())?,
                None => print!("{address}"),
            }
            let answer = Bytes::from(vec![b'0'; self.answer_bytes]);
            // Every path and method lead to the one handler.
            let router = Router::new().fallback(nothing).with_state(answer);
            listen::serve(listener, router, ConnectionLimits::default(), shutdown).await;
            Ok(())
        })
    }
}

async fn nothing(State(answer): State<Bytes>, body: Body) -> Response {
    if body.collect().await.is_err() {
        return axum::http::StatusCode::BAD_REQUEST.into_response();
    }
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], answer).into_response()
}
