//! A plan becomes one batch of rows. The only room that writes a log's rows.

use indelible_disk::{Backend, Batch, DiskError};
use indelible_sequencer::Plan;

use super::keys::{EntryKey, HashKey, LeafKey, LogId, StateRow, identity_key};
use super::records::{head_to_bytes, index_to_bytes};
use super::schema::{ENTRIES, HASHES, IDENTITIES, LEAVES, STATE};

/// Makes a plan durable: entries, tree state and identities in one synced batch (I1).
pub(crate) fn commit(backend: &dyn Backend, log: LogId, plan: &Plan) -> Result<(), DiskError> {
    backend.commit(batch_of(log, plan))
}

/// Keeps the checkpoint that the log is about to give away.
pub(crate) fn save_signed(backend: &dyn Backend, log: LogId, note: &[u8]) -> Result<(), DiskError> {
    save(backend, log, StateRow::Signed, note)
}

/// Keeps the checkpoint that is about to become visible.
pub(crate) fn save_published(
    backend: &dyn Backend,
    log: LogId,
    note: &[u8],
) -> Result<(), DiskError> {
    save(backend, log, StateRow::Published, note)
}

/// Ends a log's growth. There is no way back.
pub(crate) fn save_frozen(backend: &dyn Backend, log: LogId) -> Result<(), DiskError> {
    save(backend, log, StateRow::Frozen, &[])
}

fn save(backend: &dyn Backend, log: LogId, row: StateRow, value: &[u8]) -> Result<(), DiskError> {
    let mut batch = Batch::new();
    batch.put(STATE, row.key(log), value);
    backend.commit(batch)
}

fn batch_of(log: LogId, plan: &Plan) -> Batch {
    let mut batch = Batch::new();
    for fragment in &plan.entries {
        let key = EntryKey { log, first: fragment.first.get() };
        batch.put(ENTRIES, key.to_bytes(), fragment.bytes.as_slice());
    }
    for fragment in &plan.hashes {
        let key = HashKey { log, level: fragment.level, first: fragment.first };
        batch.put(HASHES, key.to_bytes(), fragment.bytes.as_slice());
    }
    let mut leaves: Vec<LeafKey> =
        plan.leaves.iter().map(|(leaf, index)| LeafKey::of(log, leaf, *index)).collect();
    // In order they find their places in the database's memory a third faster.
    leaves.sort_unstable();
    for leaf in leaves {
        batch.put(LEAVES, leaf.to_bytes(), []);
    }
    for (key, index) in &plan.identities {
        batch.put(IDENTITIES, identity_key(log, key), index_to_bytes(*index));
    }
    batch.put(STATE, StateRow::Head.key(log), head_to_bytes(&plan.frontier));
    batch
}
