//! One log, as its policy names it: where it is asked, and when it is believed.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, Stream, TryStreamExt};

use indelible_merkle::{Hash, LeafIndex};
use indelible_note::{Claim, ClaimError, Origin, Policy, ProofFile, QuorumError, Trusted};
use indelible_wire::ResourcePath;
use indelible_wire::limits::CHECKPOINT_BYTES_MAX;

use crate::clock;
use crate::entries::{EntriesError, LoggedEntry};
use crate::error::Fault;
use crate::fetch_error::FetchError;
use crate::tiles::{Tiles, TreeError};
use crate::tree::Tree;

/// Why the log's checkpoint is not believed.
#[derive(Debug, thiserror::Error)]
pub enum LatestError {
    /// No answer.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Not a signed checkpoint.
    #[error("the checkpoint is malformed: {0}")]
    Malformed(#[from] ClaimError),
    /// A checkpoint of another log.
    #[error("the checkpoint is of log {found:?}, not of {expected:?}")]
    OtherLog {
        /// The log asked.
        expected: Box<str>,
        /// The origin found.
        found: Box<str>,
    },
    /// Not signed by the log, or not cosigned as the policy demands.
    #[error("the checkpoint does not satisfy the policy: {0}")]
    Untrusted(#[from] QuorumError),
}

impl LatestError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Fetch(error) => error.fault(),
            Self::Malformed(_) | Self::OtherLog { .. } | Self::Untrusted(_) => Fault::Unproven,
        }
    }
}

/// Why nothing could be proven from the log.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// No checkpoint to prove against.
    #[error(transparent)]
    Latest(#[from] LatestError),
    /// The tiles do not prove it.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The leaf at this index is not the one asked for.
    #[error("leaf {index} is {found}, not {expected}")]
    OtherLeaf {
        /// The index.
        index: LeafIndex,
        /// The leaf asked for.
        expected: Hash,
        /// The leaf that the tree holds there.
        found: Hash,
    },
    /// No checkpoint came to cover the leaf in the time given.
    #[error("no checkpoint covers leaf {index} after {} s", .waited.as_secs())]
    NotYet {
        /// The index.
        index: LeafIndex,
        /// How long it was waited for.
        waited: Duration,
    },
}

impl ProveError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Latest(error) => error.fault(),
            Self::Tree(error) => error.fault(),
            Self::OtherLeaf { .. } => Fault::Unproven,
            Self::NotYet { .. } => Fault::Unavailable,
        }
    }
}

/// A log that a policy names. Clones share connections and cache.
#[derive(Debug, Clone)]
pub struct Log {
    origin: Origin,
    policy: Arc<Policy>,
    tiles: Tiles,
}

impl Log {
    /// How often a checkpoint is asked for while it does not cover a leaf yet; logs publish every
    /// second or so.
    const POLL: Duration = Duration::from_millis(500);

    pub(crate) const fn new(origin: Origin, policy: Arc<Policy>, tiles: Tiles) -> Self {
        Self { origin, policy, tiles }
    }

    /// The log's name.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What makes its checkpoints believed.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Where it is asked.
    #[must_use]
    pub fn url(&self) -> &str {
        self.tiles.fetch().base().as_str()
    }

    pub(crate) const fn tiles(&self) -> &Tiles {
        &self.tiles
    }

    /// The checkpoint that the log shows now, judged by the policy. Whether it goes on from one
    /// seen before is for [`crate::Follower`] to say.
    ///
    /// # Errors
    ///
    /// [`LatestError`] where there is none, or none to believe.
    pub async fn latest(&self) -> Result<Trusted, LatestError> {
        let answer = self.tiles.fetch().get(ResourcePath::Checkpoint, CHECKPOINT_BYTES_MAX).await?;
        self.judge(&Claim::parse(&answer.body)?)
    }

    /// Judges a checkpoint that came from anywhere.
    ///
    /// # Errors
    ///
    /// [`LatestError`] where it is not to be believed.
    pub fn judge(&self, claim: &Claim) -> Result<Trusted, LatestError> {
        let found = claim.unverified().origin();
        // The policy may trust other logs as well; this one may not answer with theirs.
        if *found != self.origin {
            let (expected, found) = (self.origin.as_str().into(), found.as_str().into());
            return Err(LatestError::OtherLog { expected, found });
        }
        Ok(self.policy.judge(claim)?)
    }

    /// The tree under a trusted checkpoint.
    ///
    /// # Errors
    ///
    /// [`TreeError`] where the log's tiles do not hash to its root.
    pub async fn tree(&self, trusted: Trusted) -> Result<Tree, TreeError> {
        Tree::load(self.tiles.clone(), trusted).await
    }

    /// The tree under the latest checkpoint.
    ///
    /// # Errors
    ///
    /// [`ProveError`] where either is not to be believed.
    pub async fn latest_tree(&self) -> Result<Tree, ProveError> {
        Ok(self.tree(self.latest().await?).await?)
    }

    /// A proof for the leaf at `index` against the latest checkpoint, made from tiles and verified.
    ///
    /// # Errors
    ///
    /// [`ProveError`] where the log does not prove it.
    pub async fn prove(&self, index: LeafIndex) -> Result<ProofFile, ProveError> {
        Ok(self.latest_tree().await?.prove(index).await?)
    }

    /// The same, for a leaf that is known: another one at that index is refused.
    ///
    /// # Errors
    ///
    /// [`ProveError`] where the log does not prove it.
    pub async fn prove_leaf(&self, index: LeafIndex, leaf: &Hash) -> Result<ProofFile, ProveError> {
        self.latest_tree().await?.prove_leaf(index, leaf).await
    }

    /// The tree under the first checkpoint that covers `index`, asked for until `patience` ends.
    ///
    /// # Errors
    ///
    /// [`ProveError::NotYet`] when it ends, and the others as they come.
    pub async fn tree_covering(
        &self,
        index: LeafIndex,
        patience: Duration,
    ) -> Result<Tree, ProveError> {
        let mut waited = Duration::ZERO;
        loop {
            let trusted = self.latest().await?;
            if trusted.checkpoint().size().contains(index) {
                return Ok(self.tree(trusted).await?);
            }
            if waited >= patience {
                return Err(ProveError::NotYet { index, waited });
            }
            clock::wait(Self::POLL).await;
            waited += Self::POLL;
        }
    }

    /// The entries with these indices under the latest checkpoint, in order, each verified.
    pub fn entries(
        &self,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<LoggedEntry, ReadError>> + Send + use<> {
        let log = self.clone();
        let tree = async move { log.latest_tree().await.map_err(ReadError::from) };
        stream::once(tree)
            .map_ok(move |tree| tree.entries(range.clone()).map_err(ReadError::from))
            .try_flatten()
    }
}

impl Tree {
    /// A proof for a leaf that is known: another one at that index is refused.
    ///
    /// # Errors
    ///
    /// [`ProveError`] where the log does not prove it.
    pub async fn prove_leaf(&self, index: LeafIndex, leaf: &Hash) -> Result<ProofFile, ProveError> {
        let found = self.leaf_hash(index).await?;
        if found != *leaf {
            return Err(ProveError::OtherLeaf { index, expected: *leaf, found });
        }
        Ok(self.prove(index).await?)
    }
}

/// Why entries of the latest tree cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no tree to read from.
    #[error(transparent)]
    Tree(#[from] ProveError),
    /// There is, and the entries are not in it.
    #[error(transparent)]
    Entries(#[from] EntriesError),
}

impl ReadError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Tree(error) => error.fault(),
            Self::Entries(error) => error.fault(),
        }
    }
}
