//! `GET proof/inclusion` and `GET proof/consistency`: proofs made by the server, for thin clients
//! that do not read tiles. They are checked like everything else that a server says.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use indelible_merkle::{LeafIndex, TreeSize, consistency, inclusion};
use indelible_note::Claim;
use indelible_sequencer::Placed;
use indelible_wire::{ConsistencyClaim, InclusionClaim};

use crate::published::Published;
use crate::service::LogService;

use super::answer::{Form, TLOG_PROOF, negotiate, proof_of};
use super::problem::Refusal;
use super::query::Parameters;

/// By `index` or by `leaf_hash`, in the published tree or an earlier `size` of it.
pub(super) async fn inclusion(
    State(log): State<Arc<LogService>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let form = negotiate(&headers, &[Form::Json, Form::TlogProof])?;
    let parameters = Parameters::parse(query.as_deref(), &["index", "leaf_hash", "size"])?;
    let head = log.head().ok_or(Refusal::NoCheckpoint)?;
    let size = size_of(&head, &parameters, "size")?;
    let index = wanted(&log, &parameters, size)?;
    if form == Form::TlogProof {
        if size != head.size {
            let reason = "cannot be given for a tlog-proof, which is against the checkpoint";
            return Err(Refusal::Query { name: "size", reason });
        }
        let proof = proof_of(&log, &head, Placed { index, duplicate: false })?;
        return Ok(([(header::CONTENT_TYPE, TLOG_PROOF)], proof.to_bytes()).into_response());
    }
    let hashes = inclusion::prove(index, size, &log.rows.nodes(size))
        .map_err(|_| Refusal::Unanswerable)?;
    let claim = InclusionClaim::new(index, size, log.rows.leaf(index)?, hashes, note(&head)?);
    claim.map(|claim| Json(claim.to_answer()).into_response()).map_err(|_| Refusal::Unanswerable)
}

/// The leaf that is asked for, by exactly one of its names.
fn wanted(
    log: &LogService,
    parameters: &Parameters,
    size: TreeSize,
) -> Result<LeafIndex, Refusal> {
    match (parameters.index("index")?, parameters.hash("leaf_hash")?) {
        (Some(index), None) if size.contains(index) => Ok(index),
        (Some(_), None) => Err(Refusal::NotPublished { size }),
        (None, Some(leaf)) => log.rows.find(&leaf, size)?.ok_or(Refusal::LeafUnknown { size }),
        (None, None) => Err(Refusal::Query { name: "index", reason: "or leaf_hash must be given" }),
        (Some(_), Some(_)) => {
            Err(Refusal::Query { name: "index", reason: "and leaf_hash exclude each other" })
        }
    }
}

/// Between two sizes; `to` is the published one where it is not given.
pub(super) async fn consistency(
    State(log): State<Arc<LogService>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let parameters = Parameters::parse(query.as_deref(), &["from", "to"])?;
    let head = log.head().ok_or(Refusal::NoCheckpoint)?;
    let to = size_of(&head, &parameters, "to")?;
    let missing = Refusal::Query { name: "from", reason: "must be given" };
    let from = parameters.size("from")?.ok_or(missing)?;
    let past = Refusal::Query { name: "from", reason: "is larger than to" };
    let growth = from.grow_to(to).ok_or(past)?;
    let proof = consistency::prove(growth, &log.rows.nodes(to))?;
    let claim = ConsistencyClaim::new(growth, proof, note(&head)?);
    claim.map(|claim| Json(claim.to_answer()).into_response()).map_err(|_| Refusal::Unanswerable)
}

fn size_of(
    head: &Published,
    parameters: &Parameters,
    name: &'static str,
) -> Result<TreeSize, Refusal> {
    match parameters.size(name)? {
        None => Ok(head.size),
        Some(size) if size <= head.size => Ok(size),
        Some(_) => Err(Refusal::NotPublished { size: head.size }),
    }
}

fn note(head: &Published) -> Result<Claim, Refusal> {
    Claim::parse(&head.note).map_err(|_| Refusal::Unanswerable)
}
