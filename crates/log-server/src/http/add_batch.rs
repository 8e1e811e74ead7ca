//! `POST add-batch`: many entries in one request, one commit, one result each in order.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use indelible_merkle::Hash;
use indelible_note::Claim;
use indelible_sequencer::Placed;
use indelible_wire::{
    AddedBatch, BatchClaim, Framing, Receipt, add_batch as batch, limits,
};

use crate::service::LogService;

use super::add::{added, covering};
use super::answer::{Form, negotiate, proof_of};
use super::body;
use super::problem::Refusal;
use super::query::Parameters;
use super::submit::{idempotency_key, submit};

pub(super) async fn add_batch(
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
    let waits = Parameters::parse(query, &["wait"])?.waits()?;
    negotiate(headers, &[Form::Json])?;
    let framing = framing(headers)?;
    let key = idempotency_key(headers)?;
    let bytes = body::read(headers, body, limits::BATCH_BYTES_MAX).await?;
    let entries = batch::parse(&bytes, framing)?;
    // The entries own their bytes now; the body's need not wait for the commit.
    drop(bytes);
    let (leaves, places) = submit(log, entries, key).await?;
    if waits {
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
        let checkpoint = Claim::parse(&head.note).map_err(|_| Refusal::Unanswerable)?;
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
