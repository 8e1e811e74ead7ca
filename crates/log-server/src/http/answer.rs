//! What a submitter is answered with, by its `Accept` and whether it waits for the checkpoint.

use axum::http::{HeaderMap, header};
use indelible_merkle::inclusion;
use indelible_note::{Claim, ProofFile};
use indelible_sequencer::Placed;

use crate::published::Published;
use crate::service::LogService;

use super::problem::Refusal;

/// The forms of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Json,
    TlogProof,
}

/// The media type of a `.tlog-proof` file; C2SP tlog-proof registers none.
pub(super) const TLOG_PROOF: &str = "application/vnd.c2sp.tlog-proof";
pub(super) const TEXT: &str = "text/plain; charset=utf-8";

/// Picks the first of `offered` that the caller accepts; quality weights only exclude (`q=0`),
/// because the forms say the same.
pub(super) fn negotiate(headers: &HeaderMap, offered: &[Form]) -> Result<Form, Refusal> {
    let accept: Vec<&str> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|range| !range.is_empty())
        .collect();
    if accept.is_empty() {
        return offered.first().copied().ok_or(Refusal::NotAcceptable);
    }
    // In the caller's order: who writes `application/json, */*` wants JSON.
    accept
        .iter()
        .filter(|range| !is_refused(range))
        .find_map(|range| offered.iter().copied().find(|form| form.is_in(range)))
        .ok_or(Refusal::NotAcceptable)
}

fn is_refused(range: &str) -> bool {
    range.split(';').skip(1).any(|parameter| {
        let parameter = parameter.trim().strip_prefix("q=");
        parameter.is_some_and(|quality| quality.parse::<f32>().is_ok_and(|quality| quality <= 0.0))
    })
}

impl Form {
    fn is_in(self, range: &str) -> bool {
        let range = range.split(';').next().unwrap_or_default().trim();
        let media_type = match self {
            Self::Text => "text/plain",
            Self::Json => "application/json",
            Self::TlogProof => TLOG_PROOF,
        };
        let family = media_type.split('/').next().unwrap_or_default();
        range == "*/*"
            || range.eq_ignore_ascii_case(media_type)
            || range.strip_suffix("/*").is_some_and(|start| start.eq_ignore_ascii_case(family))
    }
}

/// The proof of a placed entry under a visible head that covers it.
pub(super) fn proof_of(
    log: &LogService,
    head: &Published,
    placed: Placed,
) -> Result<ProofFile, Refusal> {
    let hashes = inclusion::prove(placed.index, head.size, &log.rows.nodes(head.size))
        .map_err(|_| Refusal::Unanswerable)?;
    let checkpoint = Claim::parse(&head.note).map_err(|_| Refusal::Unanswerable)?;
    ProofFile::new(None, placed.index, hashes, checkpoint).map_err(|_| Refusal::Unanswerable)
}
