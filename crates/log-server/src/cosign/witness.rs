//! One witness as a log sees it: what it was last known to hold, and the conversation that gets a
//! cosignature (C2SP tlog-witness, "add-checkpoint").

use std::time::Duration;

use indelible_merkle::TreeSize;
use indelible_note::{Claim, Origin, SignatureLine};
use indelible_process::console;
use indelible_wire::{
    AddCheckpoint, AddCheckpointError, limits, parse_signature_lines, parse_size_body,
};
use tokio::sync::Mutex;

use super::proof::{self, NoProof};
use crate::store::read::LogRows;

/// A client for talking to witnesses. Where a witness is, is the policy's word: one that sends us
/// elsewhere would have us repeat a request wherever it likes.
pub(crate) fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()
}

/// A witness with an address.
#[derive(Debug)]
pub(crate) struct Witness {
    pub(crate) name: String,
    url: String,
    http: reqwest::Client,
    // The size it holds of our log, as far as we know. The lock also keeps conversations with one
    // witness from crossing, which would only make them stale.
    held: Mutex<TreeSize>,
}

/// Why a witness gave no cosignature.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unhelpful {
    #[error("no answer: {}", console::in_full(.0))]
    Transport(#[from] reqwest::Error),
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    #[error("answered {status}: {detail:?}")]
    Status { status: u16, detail: String },
    #[error("answered 409 without a size")]
    ConflictWithoutSize,
    #[error("asked for another size more than {0} times")]
    Restless(usize),
    #[error("its answer is longer than {max} bytes")]
    TooLong { max: usize },
    #[error("its answer is malformed")]
    Malformed,
    #[error(transparent)]
    Proof(#[from] NoProof),
    #[error("our request is malformed: {0}")]
    Request(#[from] AddCheckpointError),
}

/// What a witness says that it holds of a log.
#[derive(Clone, Debug)]
pub(crate) enum Memory {
    /// A head, signed by the log itself if it is to mean anything.
    Head(Claim),
    /// Only a size: its heads are served elsewhere, or not at all.
    Size(TreeSize),
}

enum Reply {
    Cosigned(Vec<SignatureLine>),
    Holds(TreeSize),
}

impl Witness {
    /// A second 409 can come from another publication of ours that overtook; more cannot.
    const ROUNDS_MAX: usize = 3;

    pub(crate) fn new(name: String, url: &str, http: reqwest::Client) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        Self { name, url, http, held: Mutex::new(TreeSize::ZERO) }
    }

    /// Whether this is the witness of that address.
    pub(crate) fn is_at(&self, url: &str) -> bool {
        self.url == url.trim_end_matches('/')
    }

    /// Gets this head cosigned, catching the witness up from whatever it holds.
    pub(crate) async fn cosign(
        &self,
        signed: &Claim,
        rows: &LogRows,
        patience: Duration,
    ) -> Result<Vec<SignatureLine>, Unhelpful> {
        let conversation = async {
            let mut held = self.held.lock().await;
            let size = signed.unverified().size();
            // A witness that we know to be past this head would answer 409; a newer head follows.
            let mut old = (*held).min(size);
            for _ in 0..Self::ROUNDS_MAX {
                match self.ask(old, signed, rows).await? {
                    Reply::Cosigned(lines) => {
                        *held = size;
                        return Ok(lines);
                    }
                    Reply::Holds(other) => {
                        *held = other;
                        old = other;
                    }
                }
            }
            Err(Unhelpful::Restless(Self::ROUNDS_MAX))
        };
        tokio::time::timeout(patience, conversation)
            .await
            .unwrap_or(Err(Unhelpful::Timeout(patience)))
    }

    async fn ask(&self, old: TreeSize, signed: &Claim, rows: &LogRows) -> Result<Reply, Unhelpful> {
        let proof = proof::between(rows, old, signed.unverified().size()).await?;
        let body = AddCheckpoint::new(old, proof, signed.clone())?.to_bytes();
        let url = format!("{}/add-checkpoint", self.url);
        let response = self.http.post(url).body(body).send().await?;
        let status = response.status().as_u16();
        let body = read(response, limits::SIGNATURE_LINES_BYTES_MAX).await?;
        match status {
            200 => {
                parse_signature_lines(&body).map(Reply::Cosigned).map_err(|_| Unhelpful::Malformed)
            }
            // Witnesses of tlog-witness 1.0.0 and older answer 409 without a size where the roots
            // of one size differ; newer ones 422.
            409 if body.is_empty() => Err(Unhelpful::ConflictWithoutSize),
            409 => parse_size_body(&body).map(Reply::Holds).map_err(|_| Unhelpful::Malformed),
            status => Err(Unhelpful::Status { status, detail: excerpt(&body) }),
        }
    }

    /// What it remembers of our log: the head that its monitoring GET serves, where submission and
    /// monitoring prefix are the same; otherwise the size that it answers a probe from nothing with.
    /// `None` where it remembers nothing.
    pub(crate) async fn remembered(
        &self,
        signed: &Claim,
        rows: &LogRows,
        patience: Duration,
    ) -> Result<Option<Memory>, Unhelpful> {
        let conversation = async {
            if let Some(head) = self.monitored(signed.unverified().origin()).await? {
                return Ok(Some(Memory::Head(head)));
            }
            // A head that was signed before is nothing new to anybody.
            match self.ask(TreeSize::ZERO, signed, rows).await {
                Ok(Reply::Holds(size)) => Ok(Some(Memory::Size(size))),
                Ok(Reply::Cosigned(_)) | Err(Unhelpful::Status { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        };
        tokio::time::timeout(patience, conversation)
            .await
            .unwrap_or(Err(Unhelpful::Timeout(patience)))
    }

    async fn monitored(&self, origin: &Origin) -> Result<Option<Claim>, Unhelpful> {
        let url = format!("{}/{}/checkpoint", self.url, origin.digest());
        let response = self.http.get(url).send().await?;
        let status = response.status().as_u16();
        let body = read(response, limits::CHECKPOINT_BYTES_MAX).await?;
        Ok(if status == 200 { Claim::parse(&body).ok() } else { None })
    }
}

async fn read(mut response: reqwest::Response, max: usize) -> Result<Vec<u8>, Unhelpful> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len().saturating_add(chunk.len()) > max {
            return Err(Unhelpful::TooLong { max });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The first line of a refusal, short enough for a log line.
fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    text.lines().next().unwrap_or_default().chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn a_witness_that_sends_us_elsewhere_is_not_followed() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/add-checkpoint", listener.local_addr().unwrap());
        let answering = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).await.unwrap();
            let answer = "HTTP/1.1 307 Elsewhere\r\nlocation: /other\r\ncontent-length: 0\r\n\r\n";
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        let response = client().unwrap().post(url).body("a").send().await.unwrap();
        assert_eq!(response.status().as_u16(), 307);
        answering.await.unwrap();
    }

    #[tokio::test]
    async fn why_a_witness_was_not_reached_is_said() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/add-checkpoint", listener.local_addr().unwrap());
        drop(listener);
        let error = client().unwrap().post(url).send().await.unwrap_err();
        let said = Unhelpful::from(error).to_string();
        assert!(said.contains("onnection refused"), "{said}");
    }
}
