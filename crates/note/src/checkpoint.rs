//! What a checkpoint says: the log, its size, its root.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use indelible_merkle::{Hash, TreeSize};

use crate::name::{Origin, OriginError};
use crate::strict;

/// The text of a checkpoint (tlog-checkpoint, "Note text"). Says nothing about who vouches for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: Origin,
    size: TreeSize,
    root: Hash,
    // INVARIANT: each is one non-empty line without control characters. Only ever read, never made:
    // the specification advises against them, because monitors cannot audit them.
    extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without extension lines.
    #[must_use]
    pub const fn new(origin: Origin, size: TreeSize, root: Hash) -> Self {
        Self { origin, size, root, extensions: Vec::new() }
    }

    /// Reads the text of a checkpoint, up to and including the newline of its last line.
    ///
    /// # Errors
    /// For anything that [`Checkpoint::to_body`] would not print.
    pub fn parse_body(body: &str) -> Result<Self, CheckpointError> {
        let body = body.strip_suffix('\n').ok_or(CheckpointError::Unterminated)?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Lines);
        };
        let origin = Origin::parse(origin)?;
        let size = strict::decimal(size)
            .and_then(|size| TreeSize::new(size).ok())
            .ok_or(CheckpointError::Size)?;
        let root = strict::hash(root).ok_or(CheckpointError::Root)?;
        let extensions = lines.map(extension).collect::<Result<_, _>>()?;
        Ok(Self { origin, size, root, extensions })
    }

    /// The log that it speaks of.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How many entries the log has.
    #[must_use]
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The root of the tree over them.
    #[must_use]
    pub const fn root(&self) -> &Hash {
        &self.root
    }

    /// Whatever else a foreign log put there, one text per line. ML-DSA signatures do not cover it.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// The note text; [`Checkpoint::parse_body`] is the inverse.
    #[must_use]
    pub fn to_body(&self) -> String {
        let mut body = String::new();
        let Self { origin, size, root, extensions } = self;
        // Writing to a `String` cannot fail.
        let _ = write!(body, "{origin}\n{size}\n{}\n", strict::to_hash_text(root));
        for line in extensions {
            body.push_str(line);
            body.push('\n');
        }
        body
    }

    /// The first three lines alone.
    pub(crate) fn without_extensions(&self) -> Self {
        Self::new(self.origin.clone(), self.size, self.root)
    }
}

fn extension(line: &str) -> Result<String, CheckpointError> {
    if line.is_empty() || line.bytes().any(|byte| byte < b' ') {
        Err(CheckpointError::Extension)
    } else {
        Ok(line.into())
    }
}

/// Why a text is no checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The last line does not end in a newline.
    #[error("a checkpoint does not end in a newline")]
    Unterminated,
    /// Fewer than three lines.
    #[error("a checkpoint has fewer than three lines")]
    Lines,
    /// The first line.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// The second line.
    #[error("a tree size is a decimal from 0 to 2^63-1 without leading zeros")]
    Size,
    /// The third line.
    #[error("a root hash is 32 bytes in canonical base64")]
    Root,
    /// A further line.
    #[error("an extension line is empty or contains a control character")]
    Extension,
}

#[cfg(test)]
mod tests;
