//! Submits entries: one or a batch, repeated safely, answered with a receipt or a verified proof.

use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use indelible_merkle::{Hash, LeafIndex};
use indelible_note::{ProofError, ProofFile, Proven, strict};
use indelible_wire::limits::{
    ANSWER_BYTES_MAX, BATCH_ANSWER_BYTES_MAX, BATCH_BYTES_MAX, BATCH_ENTRIES_MAX,
    IDEMPOTENCY_KEY_BYTES_MAX,
};
use indelible_wire::{
    Added, AddedBatch, AddedWithProof, AnswerError, Entry, Framing, Receipt as Claimed, bundle,
};

use crate::error::Fault;
use crate::fetch::{Answer, FetchError, Post, Wait};
use crate::log::{Log, ProveError};
use crate::random::{self, Hex, NoRandomness};

/// Marks repetitions of one submission, so that the server adds it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(Box<str>);

/// Why a text cannot mark a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdempotencyKeyError {
    /// Nothing, or more than a server takes.
    #[error("an idempotency key has 1 to {IDEMPOTENCY_KEY_BYTES_MAX} characters, not {bytes}")]
    Length {
        /// What it has.
        bytes: usize,
    },
    /// Something that no header can carry.
    #[error("an idempotency key consists of visible ascii characters")]
    Character,
}

impl IdempotencyKey {
    /// A key that nobody else has.
    ///
    /// # Errors
    ///
    /// [`NoRandomness`] where the operating system gives none.
    pub fn random() -> Result<Self, NoRandomness> {
        Ok(Self(Hex(&random::bytes::<16>()?).to_string().into()))
    }

    /// A key of the caller's, for repetitions that outlive this process.
    ///
    /// # Errors
    ///
    /// [`IdempotencyKeyError`] where no header could carry it.
    pub fn parse(text: &str) -> Result<Self, IdempotencyKeyError> {
        if text.is_empty() || text.len() > IDEMPOTENCY_KEY_BYTES_MAX {
            return Err(IdempotencyKeyError::Length { bytes: text.len() });
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(IdempotencyKeyError::Character);
        }
        Ok(Self(text.into()))
    }

    /// As it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the server says about an entry that it took. Nothing proves it yet: prove it once a
/// checkpoint covers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    index: LeafIndex,
    leaf_hash: Hash,
    is_duplicate: bool,
}

impl Receipt {
    fn new(claimed: Claimed, entry: &Entry) -> Result<Self, AddError> {
        let (expected, found) = (entry.leaf_hash(), claimed.leaf);
        if expected != found {
            return Err(AddError::OtherLeaf { expected, found });
        }
        Ok(Self { index: claimed.index, leaf_hash: found, is_duplicate: claimed.duplicate })
    }

    /// Where the server says that the entry is.
    #[must_use]
    pub const fn claimed_index(&self) -> LeafIndex {
        self.index
    }

    /// The leaf hash of what was sent, computed here.
    #[must_use]
    pub const fn leaf_hash(&self) -> &Hash {
        &self.leaf_hash
    }

    /// Whether the server says that it had the entry before.
    #[must_use]
    pub const fn is_duplicate(&self) -> bool {
        self.is_duplicate
    }
}

/// An entry and the proof that it is in the log, verified against the policy.
#[derive(Debug)]
pub struct ProvenEntry {
    /// To be kept: anyone verifies the entry with it, offline.
    pub file: ProofFile,
    /// What its verification showed.
    pub proven: Proven,
}

/// Why an entry was not added, or not proven to be.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// No randomness for an idempotency key.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// More than one request takes.
    #[error("a batch has 1 to {BATCH_ENTRIES_MAX} entries, not {entries}")]
    BatchEntries {
        /// How many there are.
        entries: usize,
    },
    /// More than one request takes.
    #[error("a batch has at most {BATCH_BYTES_MAX} bytes with its framing, not {bytes}")]
    BatchBytes {
        /// How many there are.
        bytes: usize,
    },
    /// The log is closed for good.
    #[error("the log is frozen and takes no more entries")]
    Frozen,
    /// Not taken. After [`FetchError::Unreachable`] it may have been: repeat with the same key.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The answer is neither an index nor a receipt, nor a receipt with a proof.
    #[error("{url} answered with something else than a receipt")]
    NoReceipt {
        /// What was asked.
        url: Box<str>,
    },
    /// The receipt is malformed.
    #[error("the receipt is malformed: {0}")]
    Receipt(#[from] AnswerError),
    /// The receipt is for another leaf.
    #[error("the receipt is for leaf {found}, but {expected} was sent")]
    OtherLeaf {
        /// What was sent.
        expected: Hash,
        /// What came.
        found: Hash,
    },
    /// The proof does not prove what was sent.
    #[error("the proof does not hold: {0}")]
    Proof(#[from] ProofError),
    /// The proof is for another log of the policy.
    #[error("the proof is of log {found:?}, not of {expected:?}")]
    OtherLog {
        /// The log asked.
        expected: Box<str>,
        /// The origin found.
        found: Box<str>,
    },
    /// The log took the entry, and does not prove it.
    #[error(transparent)]
    Prove(#[from] ProveError),
}

impl AddError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::NoRandomness(_) | Self::BatchEntries { .. } | Self::BatchBytes { .. } => {
                Fault::Caller
            }
            Self::Frozen => Fault::Unavailable,
            Self::Fetch(error) => error.fault(),
            Self::NoReceipt { .. }
            | Self::Receipt(_)
            | Self::OtherLeaf { .. }
            | Self::Proof(_)
            | Self::OtherLog { .. } => Fault::Unproven,
            Self::Prove(error) => error.fault(),
        }
    }
}

/// What a submission failed with: 410 alone means that no later one will succeed.
fn submission_error(error: FetchError) -> AddError {
    match error {
        FetchError::Refused { status: 410, .. } => AddError::Frozen,
        error => AddError::Fetch(error),
    }
}

impl Log {
    /// How long [`Log::add_proven`] looks for a checkpoint where the server cannot wait itself.
    const PROOF_PATIENCE: Duration = Duration::from_secs(60);

    /// Adds one entry under a fresh idempotency key. The receipt is the server's word alone.
    ///
    /// # Errors
    ///
    /// [`AddError`] where it was not added, or nobody knows.
    pub async fn add(&self, entry: &Entry) -> Result<Receipt, AddError> {
        self.add_with_key(entry, &IdempotencyKey::random()?).await
    }

    /// Adds one entry under the caller's idempotency key.
    ///
    /// # Errors
    ///
    /// [`AddError`] where it was not added, or nobody knows.
    pub async fn add_with_key(
        &self,
        entry: &Entry,
        key: &IdempotencyKey,
    ) -> Result<Receipt, AddError> {
        let answer = self.post_entry(entry, key, Wait::No).await?;
        receipt(&answer, entry)
    }

    /// Adds one entry and stays until it is proven: the proof is verified before it is returned.
    ///
    /// # Errors
    ///
    /// [`AddError`] where it was not added, not proven, or nobody knows.
    pub async fn add_proven(&self, entry: &Entry) -> Result<ProvenEntry, AddError> {
        self.add_proven_with_key(entry, &IdempotencyKey::random()?).await
    }

    /// The same under the caller's idempotency key.
    ///
    /// # Errors
    ///
    /// [`AddError`] where it was not added, not proven, or nobody knows.
    pub async fn add_proven_with_key(
        &self,
        entry: &Entry,
        key: &IdempotencyKey,
    ) -> Result<ProvenEntry, AddError> {
        let answer = self.post_entry(entry, key, Wait::ForCheckpoint).await?;
        if let Some(answer) = json::<AddedWithProof>(&answer) {
            let (claimed, file) = answer.decode()?;
            Receipt::new(claimed, entry)?;
            return self.proven(entry, file);
        }
        // A log that gives no proofs: the proof is in its tiles.
        let receipt = receipt(&answer, entry)?;
        let tree = self.tree_covering(receipt.index, Self::PROOF_PATIENCE).await?;
        let file = tree.prove_leaf(receipt.index, &receipt.leaf_hash).await?;
        self.proven(entry, file)
    }

    /// Adds a batch in one request and one commit; the receipts stand in the order of the entries.
    ///
    /// # Errors
    ///
    /// [`AddError`] where it was not added, or nobody knows.
    pub async fn add_batch(&self, entries: &[Entry]) -> Result<Vec<Receipt>, AddError> {
        self.add_batch_with_key(entries, &IdempotencyKey::random()?).await
    }

    /// The same under the caller's idempotency key.
    ///
    /// # Errors
    ///
    /// [`AddError`] where it was not added, or nobody knows.
    pub async fn add_batch_with_key(
        &self,
        entries: &[Entry],
        key: &IdempotencyKey,
    ) -> Result<Vec<Receipt>, AddError> {
        if entries.is_empty() || entries.len() > BATCH_ENTRIES_MAX {
            return Err(AddError::BatchEntries { entries: entries.len() });
        }
        let mut body = Vec::new();
        entries.iter().for_each(|entry| bundle::append(&mut body, entry));
        if body.len() > BATCH_BYTES_MAX {
            return Err(AddError::BatchBytes { bytes: body.len() });
        }
        let post = Post {
            path: "add-batch",
            wait: Wait::No,
            content_type: Framing::LengthPrefixed.media_type(),
            accept: JSON,
            idempotency_key: key.as_str(),
            body: body.into(),
            answer_bytes_max: BATCH_ANSWER_BYTES_MAX,
        };
        let answer = self.tiles().fetch().post(post).await.map_err(submission_error)?;
        let added = json::<AddedBatch>(&answer)
            .ok_or_else(|| AddError::NoReceipt { url: answer.url.clone() })?;
        let claimed = added.decode(entries.len())?;
        claimed.into_iter().zip(entries).map(|(one, entry)| Receipt::new(one, entry)).collect()
    }

    async fn post_entry(
        &self,
        entry: &Entry,
        key: &IdempotencyKey,
        wait: Wait,
    ) -> Result<Answer, AddError> {
        let post = Post {
            path: "add",
            wait,
            content_type: "application/octet-stream",
            accept: JSON,
            idempotency_key: key.as_str(),
            body: Bytes::copy_from_slice(entry.as_bytes()),
            answer_bytes_max: ANSWER_BYTES_MAX,
        };
        self.tiles().fetch().post(post).await.map_err(submission_error)
    }

    fn proven(&self, entry: &Entry, file: ProofFile) -> Result<ProvenEntry, AddError> {
        let proven = file.verify(&entry.leaf_hash(), self.policy())?;
        let found = proven.trusted().checkpoint().origin();
        if found != self.origin() {
            let (expected, found) = (self.origin().as_str().into(), found.as_str().into());
            return Err(AddError::OtherLog { expected, found });
        }
        Ok(ProvenEntry { file, proven })
    }
}

const JSON: &str = "application/json";

/// The answer as `T`, where it is JSON of that shape.
fn json<T: DeserializeOwned>(answer: &Answer) -> Option<T> {
    let is_json = answer.media_type.as_deref() == Some(JSON);
    is_json.then(|| serde_json::from_slice(&answer.body).ok())?
}

/// Our servers answer in JSON when asked to; others with the index as a decimal.
fn receipt(answer: &Answer, entry: &Entry) -> Result<Receipt, AddError> {
    if let Some(added) = json::<Added>(answer) {
        return Receipt::new(added.decode()?, entry);
    }
    let index = std::str::from_utf8(&answer.body)
        .ok()
        .and_then(|text| strict::decimal(text.strip_suffix('\n').unwrap_or(text)))
        .and_then(|index| LeafIndex::new(index).ok())
        .ok_or_else(|| AddError::NoReceipt { url: answer.url.clone() })?;
    Ok(Receipt { index, leaf_hash: entry.leaf_hash(), is_duplicate: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idempotency_key_is_what_a_header_can_carry() {
        assert_eq!(IdempotencyKey::parse("a-1").unwrap().as_str(), "a-1");
        assert_eq!(IdempotencyKey::parse(""), Err(IdempotencyKeyError::Length { bytes: 0 }));
        let long = "a".repeat(256);
        assert_eq!(IdempotencyKey::parse(&long), Err(IdempotencyKeyError::Length { bytes: 256 }));
        assert_eq!(IdempotencyKey::parse("a b"), Err(IdempotencyKeyError::Character));
        assert_eq!(IdempotencyKey::parse("a\n"), Err(IdempotencyKeyError::Character));
    }

    #[test]
    fn random_keys_differ() {
        assert_ne!(IdempotencyKey::random().unwrap(), IdempotencyKey::random().unwrap());
    }
}
