//! `POST add-batch`: many entries in one request, one commit, one result each in order.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use indelible_merkle::Hash;
use indelible_sequencer::Placed;
use indelible_wire::{AddedBatch, BatchClaim, Framing, Receipt, add_batch as batch, limits};
use utoipa::IntoResponses;
use utoipa::openapi::RefOr;

use crate::service::LogService;

use super::add::{added, covering};
use super::answer::{Form, negotiate, proof_of};
use super::body;
use super::kind::Kind;
use super::openapi::bodies::BatchBytes;
use super::openapi::{refusals, schemas};
use super::problem::Refusal;
use super::query::Parameters;
use super::submit::{idempotency_key, submit};

/// Add 1 to 8,192 entries in one commit.
///
/// All of them, or none. They are durable once this answers.
#[utoipa::path(
    post,
    path = "/add-batch",
    tag = "write",
    params(
        ("wait" = inline(Option<schemas::Wait>), Query,
            description = "Answer only when a published checkpoint covers all entries."),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]+$", min_length = 1,
            max_length = 255,
            description = "Names the whole request: a repeat with the same key and bytes is \
                answered with the original indices; an entry with other bytes is refused."),
    ),
    request_body(
        description = "Each entry behind its big-endian 16-bit length, or one JSON value a line.",
        content(
            (inline(BatchBytes) = "application/octet-stream"),
            (inline(BatchBytes) = "application/x-ndjson"),
        ),
    ),
    responses(
        (status = 200, body = schemas::AddedBatch, content_type = "application/json",
            description = "Durable; with `wait=checkpoint`, published too. One result for each \
                entry, in order."),
        Refusals,
    ),
)]
pub(super) async fn add_batch(
    State(log): State<Arc<LogService>>,
    request: Request,
) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let answered = match Wishes::of(&log, &head) {
        Ok(wishes) => {
            let bytes = body::read(&head.headers, body, limits::BATCH_BYTES_MAX).await;
            answer(&log, wishes, bytes).await
        }
        Err(refusal) => {
            body::discard(&head.headers, body).await;
            Err(refusal)
        }
    };
    answered.inspect_err(|refusal| log.metrics.refused(refusal.kind().slug()))
}

struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        refusals::refusals(&[
            Kind::BatchMalformed,
            Kind::BodyIncomplete,
            Kind::IdempotencyKey,
            Kind::Query,
            Kind::NotAcceptable,
            Kind::BodySlow,
            Kind::Frozen,
            Kind::BodyTooLong,
            Kind::BatchTooLarge,
            Kind::MediaType,
            Kind::IdempotencyKeyReused,
            Kind::Unreadable,
            Kind::Unanswerable,
            Kind::Busy,
            Kind::Stopping,
            Kind::NotCoveredYet,
            Kind::OutcomeUnknown,
            Kind::TreeFull,
        ])
    }
}

/// What a request says besides its body. All of it can be refused before the body is read.
struct Wishes<'head> {
    waits: bool,
    framing: Framing,
    key: Option<&'head [u8]>,
}

impl<'head> Wishes<'head> {
    fn of(log: &LogService, head: &'head Parts) -> Result<Self, Refusal> {
        if log.frozen {
            return Err(Refusal::Frozen);
        }
        let waits = Parameters::parse(head.uri.query(), &["wait"])?.waits()?;
        negotiate(&head.headers, &[Form::Json])?;
        let framing = framing(&head.headers)?;
        Ok(Self { waits, framing, key: idempotency_key(&head.headers)? })
    }
}

async fn answer(
    log: &Arc<LogService>,
    wishes: Wishes<'_>,
    bytes: Result<Bytes, Refusal>,
) -> Result<Response, Refusal> {
    let bytes = bytes?;
    let entries = batch::parse(&bytes, wishes.framing)?;
    // The entries own their bytes now; the body's need not wait for the commit.
    drop(bytes);
    let (leaves, places) = submit(log, entries, wishes.key).await?;
    if wishes.waits {
        return with_proofs(log, leaves, places).await;
    }
    let results = leaves.iter().zip(places).map(|(leaf, placed)| added(leaf, placed)).collect();
    Ok(Json(AddedBatch { results }).into_response())
}

fn framing(headers: &HeaderMap) -> Result<Framing, Refusal> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media_type.and_then(Framing::of_content_type).ok_or(Refusal::MediaType)
}

/// All under one checkpoint: the first that covers the last of them.
async fn with_proofs(
    log: &Arc<LogService>,
    leaves: Vec<Hash>,
    places: Vec<Placed>,
) -> Result<Response, Refusal> {
    let last = places.iter().copied().max_by_key(|placed| placed.index);
    let head = covering(log, last.ok_or(Refusal::Unanswerable)?).await?;
    let log = Arc::clone(log);
    let made = tokio::task::spawn_blocking(move || {
        let checkpoint = head.claim.clone();
        let receipts = leaves.into_iter().zip(places).map(|(leaf, placed)| {
            let proof = proof_of(&log, &head, placed)?;
            let Placed { index, duplicate } = placed;
            Ok((Receipt { index, leaf, duplicate }, proof.hashes().to_vec()))
        });
        let receipts = receipts.collect::<Result<Vec<_>, Refusal>>()?;
        Ok(BatchClaim { receipts, checkpoint }.to_answer())
    });
    let answer = made.await.map_err(|_| Refusal::Unanswerable)?;
    answer.map(|answer| Json(answer).into_response())
}
