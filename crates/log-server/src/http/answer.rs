//! The forms of an answer, and which of them a request's `Accept` prefers.

use std::cmp::Reverse;

use axum::http::{HeaderMap, header};
use indelible_merkle::inclusion;
use indelible_note::ProofFile;
use indelible_sequencer::Placed;

use crate::published::Published;
use crate::service::LogService;

use super::problem::Refusal;

/// What an answer may be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Json,
    TlogProof,
}

/// The media type of a `.tlog-proof` file; C2SP tlog-proof registers none.
pub(super) const TLOG_PROOF: &str = "application/vnd.c2sp.tlog-proof";
pub(super) const TEXT: &str = "text/plain; charset=utf-8";

/// Picks the form that the caller prefers (RFC 9110, section 12.5.1): by quality, then the more
/// particular range, so that `application/json, */*` is JSON, then the caller's order, then ours.
pub(super) fn negotiate(headers: &HeaderMap, offered: &[Form]) -> Result<Form, Refusal> {
    if ranges(headers).next().is_none() {
        return offered.first().copied().ok_or(Refusal::NotAcceptable);
    }
    let preferred = offered.iter().filter_map(|form| Some((form.preference(headers)?, *form)));
    // Of equals the last is taken, and the first offered is ours to prefer.
    let preferred = preferred.rev().max_by_key(|(preference, _)| *preference);
    preferred.map(|(_, form)| form).ok_or(Refusal::NotAcceptable)
}

/// How much a form is wanted: quality in thousandths, particularity, place in the header.
type Preference = (u16, u8, Reverse<usize>);

impl Form {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain",
            Self::Json => "application/json",
            Self::TlogProof => TLOG_PROOF,
        }
    }

    /// What the most particular range that holds the form says of it; `None` if it is excluded.
    fn preference(self, headers: &HeaderMap) -> Option<Preference> {
        let holding = ranges(headers).enumerate().filter_map(|(place, (range, quality))| {
            Some((particularity(range, self.media_type())?, Reverse(place), quality))
        });
        let (particularity, place, quality) = holding.max()?;
        (quality > 0).then_some((quality, particularity, place))
    }
}

/// How particularly a media range names a media type, if it does.
fn particularity(range: &str, media_type: &str) -> Option<u8> {
    let family = media_type.split('/').next().unwrap_or_default();
    let of_family = |start: &str| start.eq_ignore_ascii_case(family);
    if range.eq_ignore_ascii_case(media_type) {
        Some(2)
    } else if range.strip_suffix("/*").is_some_and(of_family) {
        Some(1)
    } else {
        (range == "*/*").then_some(0)
    }
}

/// The well-formed media ranges of `Accept` with their qualities in thousandths; others say nothing.
fn ranges(headers: &HeaderMap) -> impl Iterator<Item = (&str, u16)> {
    let values = headers.get_all(header::ACCEPT).iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).filter_map(
        |range| {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().filter(|name| name.contains('/'))?;
            let weight =
                parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            Some((name, weight.map_or(Some(1_000), thousandths)?))
        },
    )
}

/// A weight has at most three decimals and is at most 1 (RFC 9110, section 12.4.2).
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = decimals.len() <= 3 && decimals.bytes().all(|digit| digit.is_ascii_digit());
    let decimals = digits.then(|| format!("{decimals:0<3}").parse::<u16>().ok()).flatten()?;
    match (whole, decimals) {
        ("0", decimals) => Some(decimals),
        ("1", 0) => Some(1_000),
        _ => None,
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
    ProofFile::new(None, placed.index, hashes, head.claim.clone())
        .map_err(|_| Refusal::Unanswerable)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn chosen(accept: &[&'static str], offered: &[Form]) -> Option<Form> {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(header::ACCEPT, HeaderValue::from_static(value));
        }
        negotiate(&headers, offered).ok()
    }

    const OFFERED: [Form; 3] = [Form::Text, Form::Json, Form::TlogProof];

    #[test]
    fn whoever_takes_anything_gets_what_we_offer_first() {
        for accept in [&[][..], &["*/*"], &[""], &[","], &["nonsense"], &["text/plain;q=7"]] {
            assert_eq!(chosen(accept, &OFFERED), Some(Form::Text), "{accept:?}");
        }
    }

    #[test]
    fn quality_decides_then_particularity_then_the_callers_order() {
        let wanted = [
            ("application/json, */*", Form::Json),
            ("*/*, application/json", Form::Json),
            ("text/plain;q=0.5, application/json;q=0.6", Form::Json),
            ("text/plain;q=0.5, application/json;q=0.499", Form::Text),
            ("application/json, text/plain", Form::Json),
            ("text/plain, application/json", Form::Text),
            ("application/*", Form::Json),
            ("APPLICATION/VND.C2SP.TLOG-PROOF", Form::TlogProof),
            ("application/json ; q=1.000", Form::Json),
            ("*/*, text/plain;q=0", Form::Json),
            ("*/*;q=0.1, text/*;q=0.0, application/json;Q=0", Form::TlogProof),
        ];
        for (accept, form) in wanted {
            assert_eq!(chosen(&[accept], &OFFERED), Some(form), "{accept}");
        }
        assert_eq!(chosen(&["image/png", "application/json"], &OFFERED), Some(Form::Json));
    }

    #[test]
    fn what_is_excluded_is_not_given() {
        for accept in ["image/png", "text/html, image/*", "*/*;q=0", "text/plain;q=0.000"] {
            assert_eq!(chosen(&[accept], &[Form::Text]), None, "{accept}");
        }
    }
}
