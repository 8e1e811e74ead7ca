//! `POST add`: one entry, raw bytes, durable when it is answered.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use indelible_merkle::Hash;
use indelible_note::strict;
use indelible_sequencer::Placed;
use indelible_wire::{Added, AddedWithProof, Entry, limits};
use utoipa::IntoResponses;
use utoipa::openapi::RefOr;

use crate::published::Published;
use crate::service::LogService;

use super::answer::{Form, TEXT, TLOG_PROOF, negotiate, proof_of};
use super::body;
use super::kind::Kind;
use super::openapi::bodies::EntryBytes;
use super::openapi::{refusals, schemas};
use super::problem::Refusal;
use super::query::Parameters;
use super::submit::{idempotency_key, submit};

/// Add one entry.
///
/// It is durable once this answers. The body is taken as it is, whatever its `Content-Type`.
#[utoipa::path(
    post,
    path = "/add",
    tag = "write",
    params(
        ("wait" = inline(Option<schemas::Wait>), Query,
            description = "Answer only when a published checkpoint covers the entry."),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, pattern = "^[!-~]+$", min_length = 1,
            max_length = 255,
            description = "A repeat with the same key and bytes is answered with the original \
                index; with other bytes it is refused."),
    ),
    request_body(content = inline(EntryBytes), content_type = "application/octet-stream",
        description = "The entry."),
    responses(
        (status = 200, description = "Durable; with `wait=checkpoint`, published too. Without an \
            `Accept` header the answer is text, with `wait=checkpoint` a tlog-proof.",
            content((String = "text/plain"), (schemas::Added = "application/json"),
                (String = "application/vnd.c2sp.tlog-proof"))),
        Refusals,
    ),
)]
pub(super) async fn add(
    State(log): State<Arc<LogService>>,
    request: Request,
) -> Result<Response, Refusal> {
    let (head, body) = request.into_parts();
    let answered = match Wishes::of(&log, &head) {
        Ok(wishes) => {
            let bytes = body::read(&head.headers, body, limits::ENTRY_BYTES_MAX).await;
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
            Kind::EntryEmpty,
            Kind::BodyIncomplete,
            Kind::IdempotencyKey,
            Kind::Query,
            Kind::NotAcceptable,
            Kind::BodySlow,
            Kind::Frozen,
            Kind::BodyTooLong,
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
    form: Form,
    key: Option<&'head [u8]>,
}

impl<'head> Wishes<'head> {
    fn of(log: &LogService, head: &'head Parts) -> Result<Self, Refusal> {
        if log.frozen {
            return Err(Refusal::Frozen);
        }
        let waits = Parameters::parse(head.uri.query(), &["wait"])?.waits()?;
        let form = negotiate(&head.headers, offered(waits))?;
        Ok(Self { waits, form, key: idempotency_key(&head.headers)? })
    }
}

async fn answer(
    log: &Arc<LogService>,
    wishes: Wishes<'_>,
    bytes: Result<bytes::Bytes, Refusal>,
) -> Result<Response, Refusal> {
    let entry = Entry::parse(bytes?)?;
    let (leaves, places) = submit(log, vec![entry], wishes.key).await?;
    let (Some(leaf), Some(placed)) = (leaves.first(), places.first()) else {
        return Err(Refusal::Unanswerable);
    };
    if wishes.waits {
        let head = covering(log, *placed).await?;
        with_proof(log, wishes.form, &head, leaf, *placed)
    } else {
        Ok(receipt(wishes.form, leaf, *placed))
    }
}

/// A proof needs a checkpoint, so without waiting there is none to offer.
const fn offered(waits: bool) -> &'static [Form] {
    if waits { &[Form::TlogProof, Form::Json, Form::Text] } else { &[Form::Text, Form::Json] }
}

fn receipt(form: Form, leaf: &Hash, placed: Placed) -> Response {
    match form {
        Form::Text | Form::TlogProof => text(placed),
        Form::Json => Json(added(leaf, placed)).into_response(),
    }
}

fn text(placed: Placed) -> Response {
    let about = [(header::CONTENT_TYPE, HeaderValue::from_static(TEXT))];
    (about, placed.index.to_string()).into_response()
}

pub(super) fn added(leaf: &Hash, placed: Placed) -> Added {
    Added {
        index: placed.index.get(),
        leaf_hash: strict::to_hash_text(leaf),
        duplicate: placed.duplicate,
    }
}

/// The first visible head that covers an entry.
pub(super) async fn covering(log: &LogService, placed: Placed) -> Result<Arc<Published>, Refusal> {
    let index = placed.index.get();
    let waited = indelible_process::clock::within(
        log.wait_timeout,
        log.head_of(placed.index.size_through()),
    );
    match waited.await {
        Ok(Some(head)) => Ok(head),
        Ok(None) | Err(_) => Err(Refusal::WaitedTooLong { index }),
    }
}

fn with_proof(
    log: &LogService,
    form: Form,
    head: &Published,
    leaf: &Hash,
    placed: Placed,
) -> Result<Response, Refusal> {
    if form == Form::Text {
        return Ok(text(placed));
    }
    let proof = proof_of(log, head, placed)?.to_bytes();
    if form == Form::TlogProof {
        return Ok(([(header::CONTENT_TYPE, TLOG_PROOF)], proof).into_response());
    }
    let Added { index, leaf_hash, duplicate } = added(leaf, placed);
    let proof = String::from_utf8(proof).map_err(|_| Refusal::Unanswerable)?;
    Ok(Json(AddedWithProof { index, leaf_hash, duplicate, proof }).into_response())
}
