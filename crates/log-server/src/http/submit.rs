//! From entries to places: identities, the queue, the answer.

use axum::http::HeaderMap;
use indelible_merkle::Hash;
use indelible_sequencer::{DedupKey, Identity, Item, Outcome, Placed, Submission};
use indelible_wire::{Entry, limits};
use tokio::sync::oneshot;

use crate::service::LogService;

use super::problem::Refusal;

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The submitter's own name for a request (draft-ietf-httpapi-idempotency-key-header).
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<&[u8]>, Refusal> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let key = value.as_bytes();
    let length = 1..=limits::IDEMPOTENCY_KEY_BYTES_MAX;
    let visible = key.iter().all(|byte| (0x21..=0x7e).contains(byte));
    if values.next().is_some() || !length.contains(&key.len()) || !visible {
        return Err(Refusal::IdempotencyKey);
    }
    Ok(Some(key))
}

/// Hands entries to the writer and waits until they are durable (I1).
pub(super) async fn submit(
    log: &LogService,
    entries: Vec<Entry>,
    idempotency_key: Option<&[u8]>,
) -> Result<(Vec<Hash>, Vec<Placed>), Refusal> {
    if log.frozen {
        return Err(Refusal::Frozen);
    }
    let last = entries.len().saturating_sub(1);
    let items: Vec<Item> = entries
        .into_iter()
        .enumerate()
        .map(|(position, entry)| {
            let name = if position == last { Name::Last } else { Name::At(position) };
            item(log, entry, idempotency_key, name)
        })
        .collect();
    let leaves = items.iter().map(|item| item.leaf).collect();
    let (ticket, outcome) = oneshot::channel();
    let named = idempotency_key.is_some();
    log.mailbox.submit(Submission { ticket, items, named })?;
    // A writer that ends without an answer leaves the outcome open.
    match outcome.await.unwrap_or(Outcome::Unknown) {
        Outcome::Placed(places) => Ok((leaves, places)),
        Outcome::IdentityReused { item } => Err(Refusal::IdempotencyKeyReused { item }),
        Outcome::TreeFull => Err(Refusal::TreeFull),
        Outcome::Frozen => Err(Refusal::Frozen),
        Outcome::Stopping => Err(crate::drive::mailbox::NotTaken::Closed.into()),
        Outcome::Unknown => Err(Refusal::OutcomeUnknown),
    }
}

fn item(log: &LogService, entry: Entry, key: Option<&[u8]>, name: Name) -> Item {
    let leaf = entry.leaf_hash();
    let by_key = key.map(|key| digest_of_key(key, name));
    let by_content = log.dedup_by_content.then(|| digest_of_leaf(&leaf));
    let digests = by_key.into_iter().chain(by_content);
    let identities = digests.map(|key| Identity { key, known: None }).collect();
    Item { entry, leaf, identities }
}

/// One key names a whole request, so each of its entries gets a name of its own. The last is named for
/// being the last: a longer or shorter request under the same key then brings another last entry, and
/// is refused whole instead of being taken for a repeat of what it shares.
#[derive(Clone, Copy, Debug)]
enum Name {
    At(usize),
    Last,
}

fn digest_of_key(key: &[u8], name: Name) -> DedupKey {
    let position = match name {
        Name::At(position) => u64::try_from(position).unwrap_or(u64::MAX - 1),
        Name::Last => u64::MAX,
    };
    let position = position.to_be_bytes();
    digest(b"idempotency-key\0", &[position.as_slice(), key].concat())
}

fn digest_of_leaf(leaf: &Hash) -> DedupKey {
    digest(b"content\0", leaf.as_bytes())
}

/// The domain keeps a submitter's key from ever meaning the content of an entry.
fn digest(domain: &[u8], bytes: &[u8]) -> DedupKey {
    DedupKey(*Hash::of_leaf(&[domain, bytes].concat()).as_bytes())
}
