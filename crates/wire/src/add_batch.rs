//! The body of `POST add-batch`: many entries in one request, framed in one of two ways.

use alloc::vec::Vec;

use serde::de::IgnoredAny;

use crate::bundle;
use crate::entry::{Entry, EntryError};
use crate::limits::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX};

/// How the entries of a batch are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Each behind its big-endian `u16` length, as in a bundle: any bytes at all.
    LengthPrefixed,
    /// Each on a line of its own, which must be JSON. The entry is the line as sent, without its
    /// newline: nothing is parsed and printed again, so what was hashed is what was written.
    JsonLines,
}

/// Why a body is not a batch. Items are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddBatchError {
    /// There is nothing in it.
    #[error("a batch has at least 1 entry")]
    Empty,
    /// The body is too long.
    #[error("a batch of {bytes} bytes is longer than {BATCH_BYTES_MAX}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// It has more entries than one commit takes.
    #[error("a batch has at most {BATCH_ENTRIES_MAX} entries")]
    TooMany,
    /// An item cannot be an entry.
    #[error("item {item}: {reason}")]
    Entry {
        /// Which one.
        item: usize,
        /// Why.
        reason: EntryError,
    },
    /// The body ends inside a length-prefixed item.
    #[error("item {item}: the batch ends inside it")]
    Truncated {
        /// Which one.
        item: usize,
    },
    /// A line has nothing on it. Skipping it would shift every later result.
    #[error("item {item}: the line is blank")]
    BlankLine {
        /// Which one.
        item: usize,
    },
    /// A line ends in a carriage return, which would silently become part of the entry.
    #[error("item {item}: the line ends in a carriage return")]
    CarriageReturn {
        /// Which one.
        item: usize,
    },
    /// A line is not one JSON value in UTF-8.
    #[error("item {item}: the line is not JSON")]
    NotJson {
        /// Which one.
        item: usize,
    },
}

impl Framing {
    /// The media type that announces it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::LengthPrefixed => "application/octet-stream",
            Self::JsonLines => "application/x-ndjson",
        }
    }

    /// The framing that a `Content-Type` announces. Case and parameters do not matter to it.
    pub fn of_content_type(value: &str) -> Option<Self> {
        let essence = value.split_once(';').map_or(value, |(essence, _)| essence).trim();
        [Self::LengthPrefixed, Self::JsonLines]
            .into_iter()
            .find(|framing| essence.eq_ignore_ascii_case(framing.media_type()))
    }
}

impl AddBatchError {
    /// The item at fault, where one is.
    pub const fn item(&self) -> Option<usize> {
        match *self {
            Self::Empty | Self::TooLong { .. } | Self::TooMany => None,
            Self::Entry { item, .. }
            | Self::Truncated { item }
            | Self::BlankLine { item }
            | Self::CarriageReturn { item }
            | Self::NotJson { item } => Some(item),
        }
    }
}

/// Reads a batch: 1 to [`BATCH_ENTRIES_MAX`] entries, or what is wrong with the first bad one.
pub fn parse(body: &[u8], framing: Framing) -> Result<Vec<Entry>, AddBatchError> {
    match body.len() {
        0 => return Err(AddBatchError::Empty),
        1..=BATCH_BYTES_MAX => {}
        bytes => return Err(AddBatchError::TooLong { bytes }),
    }
    let mut entries = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let item = entries.len();
        if item == BATCH_ENTRIES_MAX {
            return Err(AddBatchError::TooMany);
        }
        let (bytes, after) = match framing {
            Framing::LengthPrefixed => {
                bundle::split_first(rest).ok_or(AddBatchError::Truncated { item })?
            }
            Framing::JsonLines => split_line(rest),
        };
        if framing == Framing::JsonLines {
            check_line(bytes, item)?;
        }
        entries.push(Entry::parse(bytes).map_err(|reason| AddBatchError::Entry { item, reason })?);
        rest = after;
    }
    Ok(entries)
}

/// Writes a batch, or says why [`parse`] would not take it.
pub fn print(entries: &[Entry], framing: Framing) -> Result<Vec<u8>, AddBatchError> {
    match entries.len() {
        0 => return Err(AddBatchError::Empty),
        1..=BATCH_ENTRIES_MAX => {}
        _ => return Err(AddBatchError::TooMany),
    }
    let mut body = Vec::new();
    for (item, entry) in entries.iter().enumerate() {
        match framing {
            Framing::LengthPrefixed => bundle::append(&mut body, entry),
            Framing::JsonLines => {
                if entry.as_bytes().contains(&b'\n') {
                    return Err(AddBatchError::NotJson { item });
                }
                check_line(entry.as_bytes(), item)?;
                body.extend_from_slice(entry.as_bytes());
                body.push(b'\n');
            }
        }
        if body.len() > BATCH_BYTES_MAX {
            return Err(AddBatchError::TooLong { bytes: body.len() });
        }
    }
    Ok(body)
}

/// The first line without its newline, and what follows. The last line may lack one.
fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let newline = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at_checked(newline).unwrap_or((bytes, &[]));
    (line, rest.split_first().map_or(rest, |(_, after)| after))
}

/// Checks one line, its length before anything reads it.
fn check_line(line: &[u8], item: usize) -> Result<(), AddBatchError> {
    if line.trim_ascii().is_empty() {
        return Err(AddBatchError::BlankLine { item });
    }
    Entry::check_length(line.len()).map_err(|reason| AddBatchError::Entry { item, reason })?;
    if line.ends_with(b"\r") {
        return Err(AddBatchError::CarriageReturn { item });
    }
    // Skipping over a value builds no tree and does not recurse, so depth costs nothing; but it
    // skips over string bytes without a look at their UTF-8, so that is checked first.
    let text = core::str::from_utf8(line).map_err(|_| AddBatchError::NotJson { item })?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|_| AddBatchError::NotJson { item })?;
    Ok(())
}

#[cfg(test)]
mod tests;
