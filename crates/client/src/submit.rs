//! Submits entries: one or a batch, repeated safely, answered with a receipt or a verified proof.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;

use indelible_merkle::{Hash, LeafIndex};
use indelible_note::{ProofFile, Proven, strict};
use indelible_wire::limits::{
    ANSWER_BYTES_MAX, BATCH_ANSWER_BYTES_MAX, BATCH_BYTES_MAX, BATCH_ENTRIES_MAX,
};
use indelible_wire::{
    Added, AddedBatch, AddedWithProof, Entry, Framing, Receipt as Claimed, bundle,
};

use crate::add_error::{AddError, submission_error};
use crate::fetch::{Answer, Post, Wait};
use crate::fetch_error::FetchError;
use crate::idempotency::IdempotencyKey;
use crate::log::Log;

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

impl Log {
    /// How long [`Log::add_proven`] looks for a checkpoint where the server cannot wait itself.
    const PROOF_PATIENCE: Duration = Duration::from_secs(60);

    /// Single adds at the same time, in place of a batch.
    const ADDS_IN_FLIGHT: usize = 64;

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

    /// Adds entries in one request where the log takes batches, and one by one where it does not.
    /// Logs that know no batches know no idempotency keys either: there, a repetition after a lost
    /// answer may add an entry twice.
    ///
    /// # Errors
    ///
    /// [`AddError`] where any of them was not added, or nobody knows.
    pub async fn add_many(&self, entries: &[Entry]) -> Result<Vec<Receipt>, AddError> {
        match self.add_batch(entries).await {
            Err(AddError::Fetch(FetchError::NotFound { .. })) => {
                stream::iter(entries)
                    .map(|entry| self.add(entry))
                    .buffered(Self::ADDS_IN_FLIGHT)
                    .try_collect()
                    .await
            }
            added => added,
        }
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
