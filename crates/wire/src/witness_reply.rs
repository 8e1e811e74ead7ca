//! What a witness answers: signature lines, or the size that it remembers (tlog-witness).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use indelible_merkle::TreeSize;
use indelible_note::{LineError, SignatureLine};

use crate::limits::{SIGNATURE_LINES_BYTES_MAX, SIGNATURE_LINES_MAX, SIZE_BODY_BYTES_MAX};
use crate::proof_lines;

/// The media type of a 409 reply to `add-checkpoint`.
pub const CONTENT_TYPE_TLOG_SIZE: &str = "text/x.tlog.size";

/// Why bytes are not signature lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureLinesError {
    /// There are none. A mirror may answer so; a witness does not.
    #[error("there are no signature lines")]
    Empty,
    /// The body is too long.
    #[error("{bytes} bytes of signature lines are more than {SIGNATURE_LINES_BYTES_MAX}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// There are too many lines.
    #[error("there are more than {SIGNATURE_LINES_MAX} signature lines")]
    TooMany,
    /// No newline ends the last line.
    #[error("signature line {line} does not end in a newline")]
    Unterminated {
        /// Which one, counted from 1.
        line: usize,
    },
    /// A line is not UTF-8.
    #[error("signature line {line} is not utf-8")]
    NotUtf8 {
        /// Which one, counted from 1.
        line: usize,
    },
    /// A line is no signature line.
    #[error("signature line {line}: {reason}")]
    Malformed {
        /// Which one, counted from 1.
        line: usize,
        /// Why.
        reason: LineError,
    },
}

/// Why bytes are not the body of a 409 reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SizeBodyError {
    /// There is none. Older witnesses answer so, and then say nothing of their size.
    #[error("the witness did not say which size it holds")]
    Empty,
    /// It is not one decimal and a newline.
    #[error("the body is not a decimal from 0 to 2^63-1 and a newline")]
    Malformed,
}

/// Reads the body of a 200 reply: one or more signature lines and nothing else.
///
/// A malformed line refuses them all, as it would refuse the note that they are going to stand on;
/// a line by an unknown key is for the reader to ignore.
pub fn parse_signature_lines(body: &[u8]) -> Result<Vec<SignatureLine>, SignatureLinesError> {
    match body.len() {
        0 => return Err(SignatureLinesError::Empty),
        1..=SIGNATURE_LINES_BYTES_MAX => {}
        bytes => return Err(SignatureLinesError::TooLong { bytes }),
    }
    let mut lines = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        if lines.len() == SIGNATURE_LINES_MAX {
            return Err(SignatureLinesError::TooMany);
        }
        let line = lines.len().saturating_add(1);
        let (text, after) =
            proof_lines::split_line(rest).ok_or(SignatureLinesError::Unterminated { line })?;
        let text = str::from_utf8(text).map_err(|_| SignatureLinesError::NotUtf8 { line })?;
        let parsed = SignatureLine::parse(text)
            .map_err(|reason| SignatureLinesError::Malformed { line, reason })?;
        lines.push(parsed);
        rest = after;
    }
    Ok(lines)
}

/// Writes signature lines; [`parse_signature_lines`] is the inverse for 1 to
/// [`SIGNATURE_LINES_MAX`] of them.
pub fn print_signature_lines(lines: &[SignatureLine]) -> String {
    let mut body = String::new();
    for line in lines {
        // Writing to a `String` cannot fail.
        let _ = writeln!(body, "{line}");
    }
    body
}

/// Reads the body of a 409 reply: the size that the witness remembers.
pub fn parse_size_body(body: &[u8]) -> Result<TreeSize, SizeBodyError> {
    match body.len() {
        0 => return Err(SizeBodyError::Empty),
        1..=SIZE_BODY_BYTES_MAX => {}
        _ => return Err(SizeBodyError::Malformed),
    }
    body.strip_suffix(b"\n")
        .and_then(proof_lines::decimal)
        .and_then(|size| TreeSize::new(size).ok())
        .ok_or(SizeBodyError::Malformed)
}

/// Writes the body of a 409 reply; [`parse_size_body`] is the inverse.
pub fn print_size_body(size: TreeSize) -> String {
    format!("{size}\n")
}

#[cfg(test)]
mod tests;
