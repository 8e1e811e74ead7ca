//! The bytes of every row, each with its parser and its printer.

use indelible_merkle::{Hash, TreeSize};
use indelible_note::{Claim, Origin, Timestamp, VerifierKey};

use crate::decide::Tree;
use crate::known_log::KnownLog;

/// Why a row cannot be what this program wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// It ends too early.
    #[error("the row has only {bytes} bytes")]
    TooShort {
        /// Its length.
        bytes: usize,
    },
    /// A number or a text in it is out of bounds.
    #[error("the row's {0} is malformed")]
    Field(&'static str),
    /// Its note is about another log or another tree.
    #[error("the row's note does not state the row's {0}")]
    OtherNote(&'static str),
}

/// A log and its keys: the origin, then each key, one per line.
pub(crate) fn log_to_bytes(log: &KnownLog) -> Vec<u8> {
    let mut text = format!("{}\n", log.origin());
    for key in log.keys() {
        text.push_str(&format!("{key}\n"));
    }
    text.into_bytes()
}

pub(crate) fn log_from_bytes(bytes: &[u8]) -> Result<KnownLog, RowError> {
    let text = str::from_utf8(bytes).map_err(|_| RowError::Field("text"))?;
    let text = text.strip_suffix('\n').ok_or(RowError::Field("last line"))?;
    let (origin, keys) = text.split_once('\n').ok_or(RowError::Field("keys"))?;
    let origin = Origin::parse(origin).map_err(|_| RowError::Field("origin"))?;
    let keys = keys
        .split('\n')
        .map(VerifierKey::parse)
        .collect::<Result<_, _>>()
        .map_err(|_| RowError::Field("key"))?;
    KnownLog::new(origin, keys).map_err(|_| RowError::Field("log"))
}

/// What was cosigned last for a log, and everything that was said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cosigned {
    pub(crate) tree: Tree,
    /// What our cosignatures state.
    pub(crate) timestamp: Timestamp,
    /// The checkpoint with the log's signatures that were verified, and no others.
    pub(crate) note: Vec<u8>,
    /// Our cosignatures as lines: what was answered.
    pub(crate) lines: Vec<u8>,
}

impl Cosigned {
    /// The checkpoint under both kinds of signatures.
    pub(crate) fn cosigned_note(&self) -> Vec<u8> {
        // A note ends in its signature lines, so further ones just follow.
        [self.note.as_slice(), &self.lines].concat()
    }

    /// Size (8 bytes), root (32), time (8), length of the note (4), note, lines.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, RowError> {
        let length = u32::try_from(self.note.len()).map_err(|_| RowError::Field("note length"))?;
        Ok([
            self.tree.size.get().to_be_bytes().as_slice(),
            self.tree.root.as_bytes(),
            &self.timestamp.get().to_be_bytes(),
            &length.to_be_bytes(),
            &self.note,
            &self.lines,
        ]
        .concat())
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, RowError> {
        let short = RowError::TooShort { bytes: bytes.len() };
        let (size, rest) = bytes.split_first_chunk::<8>().ok_or(short)?;
        let (root, rest) = rest.split_first_chunk::<32>().ok_or(short)?;
        let (timestamp, rest) = rest.split_first_chunk::<8>().ok_or(short)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(short)?;
        let size = TreeSize::new(u64::from_be_bytes(*size)).map_err(|_| RowError::Field("size"))?;
        let timestamp = Timestamp::new(u64::from_be_bytes(*timestamp))
            .map_err(|_| RowError::Field("timestamp"))?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| short)?;
        let (note, lines) = rest.split_at_checked(length).ok_or(short)?;
        Ok(Self {
            tree: Tree { size, root: Hash::from_bytes(*root) },
            timestamp,
            note: note.to_vec(),
            lines: lines.to_vec(),
        })
    }

    /// Holds the row against itself: its note must state its tree, for the log that it stands
    /// under.
    pub(crate) fn check(&self, origin: &Origin) -> Result<(), RowError> {
        let claim = Claim::parse(&self.cosigned_note()).map_err(|_| RowError::Field("note"))?;
        let stated = claim.unverified();
        if stated.origin() != origin {
            return Err(RowError::OtherNote("origin"));
        }
        if (Tree { size: stated.size(), root: *stated.root() }) != self.tree {
            return Err(RowError::OtherNote("tree"));
        }
        Ok(())
    }
}

/// Two notes that contradict each other: length of the first (4 bytes), the one that was cosigned,
/// the other. Both bear verified signatures of the log; whoever has its keys needs nothing else.
pub(crate) fn evidence_to_bytes(cosigned: &[u8], other: &[u8]) -> Result<Vec<u8>, RowError> {
    let length = u32::try_from(cosigned.len()).map_err(|_| RowError::Field("note length"))?;
    Ok([length.to_be_bytes().as_slice(), cosigned, other].concat())
}

#[cfg(test)]
pub(crate) fn evidence_from_bytes(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests;
