//! Where a leaf is: asked of the server, whose answer is a hint to be proven, or looked for in the
//! log's verified tiles.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use indelible_merkle::{Hash, LeafIndex};
use indelible_wire::limits::ANSWER_BYTES_MAX;
use indelible_wire::{AnswerError, InclusionAnswer};

use crate::error::Fault;
use crate::fetch_error::FetchError;
use crate::log::Log;
use crate::tile;
use crate::tiles::{TilePlace, TreeError};
use crate::tree::Tree;

/// Why the server does not say where a leaf is.
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    /// The log has no such leaf under its checkpoint, or does not look up leaves.
    #[error("the log finds no leaf {leaf}, or looks none up")]
    NotFound {
        /// The leaf asked for.
        leaf: Hash,
    },
    /// No answer.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Not an answer to the question.
    #[error("the answer to the look-up is not of the shape agreed on")]
    Shape(#[from] serde_json::Error),
    /// Not an answer that can be true.
    #[error("the answer to the look-up is malformed: {0}")]
    Answer(#[from] AnswerError),
}

impl LocateError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::NotFound { .. } => Fault::Unavailable,
            Self::Fetch(error) => error.fault(),
            Self::Shape(_) | Self::Answer(_) => Fault::Unproven,
        }
    }
}

impl Log {
    /// Where the server says that a leaf is. To be followed by [`Log::prove_leaf`].
    ///
    /// # Errors
    ///
    /// [`LocateError`] where it does not say.
    pub async fn locate(&self, leaf: &Hash) -> Result<LeafIndex, LocateError> {
        let query = format!("leaf_hash={leaf}");
        let fetch = self.tiles().fetch();
        match fetch.ask("proof/inclusion", &query, ANSWER_BYTES_MAX).await {
            Ok(answer) => {
                let answer: InclusionAnswer = serde_json::from_slice(&answer.body)?;
                Ok(answer.decode()?.index())
            }
            Err(FetchError::NotFound { .. }) => Err(LocateError::NotFound { leaf: *leaf }),
            Err(error) => Err(error.into()),
        }
    }
}

/// Tiles that are fetched ahead of the search.
const TILES_AHEAD: usize = 16;

impl Tree {
    /// Looks for a leaf through all of the log's leaf hashes, the newest first, each verified: one
    /// tile for every 256 entries. For logs that look nothing up.
    ///
    /// # Errors
    ///
    /// [`TreeError`] where a tile on the way cannot be read.
    pub async fn find(&self, leaf: &Hash) -> Result<Option<LeafIndex>, TreeError> {
        let width = tile::WIDTH as u64;
        let mut rows = stream::iter((0..self.size().get().div_ceil(width)).rev())
            .map(|index| async move {
                Ok::<_, TreeError>((index, self.row(TilePlace { level: 0, index }).await?))
            })
            .buffered(TILES_AHEAD);
        while let Some((index, row)) = rows.try_next().await? {
            if let Some(offset) = row.hashes().iter().rposition(|found| found == leaf) {
                return Ok(LeafIndex::new(index * width + offset as u64).ok());
            }
        }
        Ok(None)
    }
}
