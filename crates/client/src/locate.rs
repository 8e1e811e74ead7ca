//! Asks the server where a leaf is. The answer is a hint: it is proven afterwards or worth nothing.

use indelible_merkle::{Hash, LeafIndex};
use indelible_wire::limits::ANSWER_BYTES_MAX;
use indelible_wire::{AnswerError, InclusionAnswer};

use crate::error::Fault;
use crate::fetch::FetchError;
use crate::log::Log;

/// Why the server does not say where a leaf is.
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    /// The log has no such leaf under its checkpoint, or does not look up leaves.
    #[error("the log finds no leaf {leaf}, or looks none up; give its index instead")]
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
