//! What the bodies of tlog-witness share: lines, a proof of one hash per line, and the blank line
//! that ends it. Lines end in a bare newline; a carriage return makes a line something else.

use alloc::string::String;
use alloc::vec::Vec;

use indelible_merkle::Hash;
use indelible_note::strict;

use crate::limits::PROOF_HASHES_MAX;

/// Why lines are not a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofLinesError {
    /// A line is neither blank nor 32 bytes in canonical base64.
    #[error("proof line {line} is not a hash of 32 bytes in base64")]
    NotAHash {
        /// Which one, counted from 1.
        line: usize,
    },
    /// There are more than a proof can have.
    #[error("a proof has at most {PROOF_HASHES_MAX} hashes")]
    TooMany,
    /// No blank line ends the proof.
    #[error("no blank line follows the proof")]
    Unended,
}

/// Reads hashes to the blank line; returns them and what follows it.
pub(crate) fn parse(body: &[u8]) -> Result<(Vec<Hash>, &[u8]), ProofLinesError> {
    let mut hashes = Vec::new();
    let mut rest = body;
    loop {
        let (line, after) = split_line(rest).ok_or(ProofLinesError::Unended)?;
        if line.is_empty() {
            return Ok((hashes, after));
        }
        if hashes.len() == PROOF_HASHES_MAX {
            return Err(ProofLinesError::TooMany);
        }
        let number = hashes.len().saturating_add(1);
        hashes.push(hash(line).ok_or(ProofLinesError::NotAHash { line: number })?);
        rest = after;
    }
}

/// Writes hashes and the blank line; [`parse`] is the inverse for at most [`PROOF_HASHES_MAX`].
pub(crate) fn print(hashes: &[Hash], body: &mut String) {
    for hash in hashes {
        body.push_str(&strict::to_hash_text(hash));
        body.push('\n');
    }
    body.push('\n');
}

/// The first line without its newline, and what follows; `None` where no newline ends it.
pub(crate) fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let newline = bytes.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = bytes.split_at_checked(newline)?;
    let (_, after) = rest.split_first()?;
    Some((line, after))
}

/// A hash from the bytes of its base64.
pub(crate) fn hash(line: &[u8]) -> Option<Hash> {
    strict::hash(str::from_utf8(line).ok()?)
}

/// A number from the bytes of its canonical decimal.
pub(crate) fn decimal(text: &[u8]) -> Option<u64> {
    strict::decimal(str::from_utf8(text).ok()?)
}
