//! `GET proof/inclusion` and `GET proof/consistency`: proofs made by the server, for thin clients
//! that do not read tiles. They are checked like everything else that a server says.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use indelible_merkle::{LeafIndex, NodeId, NodeSource, TreeSize, consistency, inclusion};
use indelible_sequencer::Placed;
use indelible_wire::{ConsistencyClaim, InclusionClaim};
use utoipa::IntoResponses;
use utoipa::openapi::RefOr;

use crate::published::Published;
use crate::service::LogService;

use super::answer::{Form, TLOG_PROOF, negotiate, proof_of};
use super::cached::BRIEF;
use super::kind::Kind;
use super::openapi::{refusals, schemas};
use super::problem::Refusal;
use super::query::Parameters;

/// Prove that an entry is in the tree.
///
/// In the published tree, or an earlier size of it. The entry is named by exactly one of `index` and
/// `leaf_hash`.
#[utoipa::path(
    get,
    path = "/proof/inclusion",
    tag = "proofs",
    params(
        ("index" = Option<u64>, Query, nullable = false, maximum = 9_223_372_036_854_775_806_i64,
            description = "The entry's leaf index."),
        ("leaf_hash" = Option<String>, Query, nullable = false,
            pattern = "^([0-9A-Fa-f]{64}|[A-Za-z0-9+/_-]{42}[AEIMQUYcgkosw048]=)$",
            description = "The entry's leaf hash, in hexadecimal or base64. Of equal entries, the \
                first is proven."),
        ("size" = Option<u64>, Query, nullable = false, maximum = 9_223_372_036_854_775_807_i64,
            description = "The size to prove it in; the published one if it is not given."),
    ),
    responses(
        (status = 200, description = "The proof, and the newest checkpoint. As a tlog-proof only \
            against the newest checkpoint.",
            content((schemas::InclusionAnswer = "application/json"),
                (String = "application/vnd.c2sp.tlog-proof")),
            headers(("Cache-Control" = String, description = "A second."))),
        InclusionRefusals,
    ),
)]
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
        let about = [(header::CONTENT_TYPE, TLOG_PROOF)];
        return Ok((BRIEFLY, about, proof.to_bytes()).into_response());
    }
    let nodes = log.rows.nodes(size);
    let hashes = inclusion::prove(index, size, &nodes).map_err(|_| Refusal::Unanswerable)?;
    let leaf = nodes.node(NodeId::leaf(index))?;
    let claim = InclusionClaim::new(index, size, leaf, hashes, head.claim.clone())
        .map_err(|_| Refusal::Unanswerable)?;
    Ok((BRIEFLY, Json(claim.to_answer())).into_response())
}

/// The leaf that is asked for, by exactly one of its names.
fn wanted(log: &LogService, parameters: &Parameters, size: TreeSize) -> Result<LeafIndex, Refusal> {
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

/// Prove that the tree of one size is the beginning of a larger one.
#[utoipa::path(
    get,
    path = "/proof/consistency",
    tag = "proofs",
    params(
        ("from" = u64, Query, maximum = 9_223_372_036_854_775_807_i64,
            description = "The smaller size."),
        ("to" = Option<u64>, Query, nullable = false, maximum = 9_223_372_036_854_775_807_i64,
            description = "The larger size; the published one if it is not given."),
    ),
    responses(
        (status = 200, body = schemas::ConsistencyAnswer, content_type = "application/json",
            description = "The proof, and the newest checkpoint.",
            headers(("Cache-Control" = String, description = "A second."))),
        ConsistencyRefusals,
    ),
)]
pub(super) async fn consistency(
    State(log): State<Arc<LogService>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    negotiate(&headers, &[Form::Json])?;
    let parameters = Parameters::parse(query.as_deref(), &["from", "to"])?;
    let head = log.head().ok_or(Refusal::NoCheckpoint)?;
    let to = size_of(&head, &parameters, "to")?;
    let missing = Refusal::Query { name: "from", reason: "must be given" };
    let from = parameters.size("from")?.ok_or(missing)?;
    let past = Refusal::Query { name: "from", reason: "is larger than to" };
    let growth = from.grow_to(to).ok_or(past)?;
    let proof = consistency::prove(growth, &log.rows.nodes(to))?;
    let claim = ConsistencyClaim::new(growth, proof, head.claim.clone())
        .map_err(|_| Refusal::Unanswerable)?;
    Ok((BRIEFLY, Json(claim.to_answer())).into_response())
}

const PROOF_REFUSALS: [Kind; 5] =
    [Kind::Query, Kind::NotPublished, Kind::NotAcceptable, Kind::Unreadable, Kind::NoCheckpoint];

struct InclusionRefusals;

impl IntoResponses for InclusionRefusals {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        refusals::refusals(
            &[&PROOF_REFUSALS[..], &[Kind::LeafUnknown, Kind::Unanswerable]].concat(),
        )
    }
}

struct ConsistencyRefusals;

impl IntoResponses for ConsistencyRefusals {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        refusals::refusals(&[&PROOF_REFUSALS[..], &[Kind::Unanswerable]].concat())
    }
}

/// The checkpoint beside a proof is as short-lived as any.
const BRIEFLY: [(header::HeaderName, HeaderValue); 1] = [(header::CACHE_CONTROL, BRIEF)];

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
