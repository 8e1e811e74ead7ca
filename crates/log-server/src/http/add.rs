//! `POST add`: one entry, raw bytes, durable when it is answered.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use indelible_merkle::Hash;
use indelible_note::strict;
use indelible_sequencer::Placed;
use indelible_wire::{Added, AddedWithProof, Entry, limits};

use crate::published::Published;
use crate::service::LogService;

use super::answer::{Form, TEXT, TLOG_PROOF, negotiate, proof_of};
use super::body;
use super::problem::Refusal;
use super::query::Parameters;
use super::submit::{idempotency_key, submit};

pub(super) async fn add(
    State(log): State<Arc<LogService>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let counted = |refusal: Refusal| {
        log.metrics.refused(refusal.slug());
        refusal
    };
    answer(&log, query.as_deref(), &headers, body).await.map_err(counted)
}

async fn answer(
    log: &Arc<LogService>,
    query: Option<&str>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    // Everything that can be refused is refused before the entry is placed.
    let waits = Parameters::parse(query, &["wait"])?.waits()?;
    let form = negotiate(headers, offered(waits))?;
    let key = idempotency_key(headers)?;
    let bytes = body::read(headers, body, limits::ENTRY_BYTES_MAX).await?;
    let entry = Entry::parse(bytes)?;
    let (leaves, places) = submit(log, vec![entry], key).await?;
    let (Some(leaf), Some(placed)) = (leaves.first(), places.first()) else {
        return Err(Refusal::Unanswerable);
    };
    if waits {
        let head = covering(log, *placed).await?;
        with_proof(log, form, head, *leaf, *placed).await
    } else {
        Ok(receipt(form, leaf, *placed))
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
    ([(header::CONTENT_TYPE, TEXT)], placed.index.to_string()).into_response()
}

pub(super) fn added(leaf: &Hash, placed: Placed) -> Added {
    Added {
        index: placed.index.get(),
        leaf_hash: strict::to_hash_text(leaf),
        duplicate: placed.duplicate,
    }
}

/// The first visible head that covers an entry.
pub(super) async fn covering(
    log: &LogService,
    placed: Placed,
) -> Result<Arc<Published>, Refusal> {
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

async fn with_proof(
    log: &Arc<LogService>,
    form: Form,
    head: Arc<Published>,
    leaf: Hash,
    placed: Placed,
) -> Result<Response, Refusal> {
    if form == Form::Text {
        return Ok(text(placed));
    }
    let proof = proof_of(log, &head, placed)?.to_bytes();
    if form == Form::TlogProof {
        return Ok(([(header::CONTENT_TYPE, TLOG_PROOF)], proof).into_response());
    }
    let Added { index, leaf_hash, duplicate } = added(&leaf, placed);
    let proof = String::from_utf8(proof).map_err(|_| Refusal::Unanswerable)?;
    Ok(Json(AddedWithProof { index, leaf_hash, duplicate, proof }).into_response())
}
