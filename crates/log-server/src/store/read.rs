//! What a log holds, read back: entries, hashes, heads. Rows below the committed size never
//! change, so reading needs no lock and no snapshot.

use std::ops::ControlFlow;
use std::sync::Arc;

use bytes::Bytes;
use indelible_disk::{Backend, DiskError};
use indelible_merkle::{Frontier, Hash, LeafIndex, TILE_WIDTH, Tile, TileId, TreeSize};
use indelible_sequencer::{DedupKey, Known};

use super::kept::{KeptTiles, Served};
use super::keys::{EntryKey, HashKey, LeafKey, LogId, StateRow, identity_key};
use super::records::{RowError, head_from_bytes, index_from_bytes};
use super::schema::{ENTRIES, HASHES, IDENTITIES, LEAVES, STATE};

/// Why something that must be there could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database failed.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A row is not what was written.
    #[error("table {table}, position {position}: {error}")]
    Row {
        /// Which table.
        table: &'static str,
        /// Where in it.
        position: u64,
        /// What is wrong.
        #[source]
        error: RowError,
    },
    /// Entries that the tree covers are not there.
    #[error("entry {index} is missing or malformed")]
    EntryMissing {
        /// The first such entry.
        index: u64,
    },
    /// Hashes that the tree covers are not there.
    #[error("hash {index} of tile level {level} is missing or malformed")]
    HashMissing {
        /// Tile level.
        level: u8,
        /// Position on it.
        index: u64,
    },
}

/// One log's rows.
#[derive(Clone, Debug)]
pub(crate) struct LogRows {
    backend: Arc<dyn Backend>,
    log: LogId,
    kept: Arc<KeptTiles>,
}

impl LogRows {
    pub(crate) fn of(backend: Arc<dyn Backend>, log: LogId) -> Self {
        Self { backend, log, kept: Arc::default() }
    }

    pub(crate) const fn log(&self) -> LogId {
        self.log
    }

    pub(crate) fn backend(&self) -> &Arc<dyn Backend> {
        &self.backend
    }

    pub(super) fn kept(&self) -> &KeptTiles {
        &self.kept
    }

    /// The first `width` entries of bundle `number`, encoded as tlog-tiles has them.
    pub(crate) fn bundle(&self, number: u64, width: u64) -> Result<Vec<u8>, ReadError> {
        let start = number.saturating_mul(TILE_WIDTH);
        let end = start.saturating_add(width);
        let key = |first| EntryKey { log: self.log, first }.to_bytes();
        let mut bundle = Vec::new();
        let mut next = start;
        let mut visit = |key: &[u8], fragment: &[u8]| {
            if EntryKey::parse(key).map(|key| key.first) != Some(next) {
                return ControlFlow::Break(());
            }
            let Some((count, bytes)) = first_entries(fragment, end - next) else {
                return ControlFlow::Break(());
            };
            bundle.extend_from_slice(bytes);
            next = next.saturating_add(count);
            if next < end { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        self.backend.scan(ENTRIES, &key(start), &key(end), &mut visit)?;
        if next < end { Err(ReadError::EntryMissing { index: next }) } else { Ok(bundle) }
    }

    /// The first `width` hashes of a tile, 32 bytes each.
    pub(crate) fn hashes(&self, id: TileId) -> Result<Vec<u8>, ReadError> {
        let (level, start) = (id.level(), id.index().saturating_mul(TILE_WIDTH));
        let width = usize::from(id.width().get());
        let key = |first| HashKey { log: self.log, level, first }.to_bytes();
        let wanted = width.saturating_mul(Hash::BYTES);
        let mut hashes: Vec<u8> = Vec::with_capacity(wanted);
        let missing = |held: &Vec<u8>| {
            let held = u64::try_from(held.len() / Hash::BYTES).unwrap_or(u64::MAX);
            start.saturating_add(held)
        };
        let mut visit = |key: &[u8], fragment: &[u8]| {
            let expected = Some(missing(&hashes));
            let whole = fragment.len().is_multiple_of(Hash::BYTES) && !fragment.is_empty();
            if !whole || HashKey::parse(key).map(|key| key.first) != expected {
                return ControlFlow::Break(());
            }
            let take = fragment.len().min(wanted.saturating_sub(hashes.len()));
            hashes.extend_from_slice(fragment.get(..take).unwrap_or_default());
            if hashes.len() < wanted { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let end = start.saturating_add(u64::from(id.width().get()));
        self.backend.scan(HASHES, &key(start), &key(end), &mut visit)?;
        if hashes.len() == wanted {
            return Ok(hashes);
        }
        Err(ReadError::HashMissing { level, index: missing(&hashes) })
    }

    pub(crate) fn tile(&self, id: TileId) -> Result<Tile, ReadError> {
        let missing = ReadError::HashMissing {
            level: id.level(),
            index: id.index().saturating_mul(TILE_WIDTH),
        };
        Tile::parse(id, self.hashes(id)?).map_err(|_| missing)
    }

    /// A tile as readers get it, who ask for some tiles much more often than for others.
    pub(crate) fn served(&self, id: TileId) -> Result<Served, ReadError> {
        if let Some(served) = self.kept.served(id) {
            return Ok(served);
        }
        let bytes = Bytes::from(self.hashes(id)?);
        let digest = Hash::of_leaf(&bytes);
        let served = Served { bytes, digest };
        self.kept.keep_served(id, served.clone());
        Ok(served)
    }

    /// The hash of one leaf.
    pub(crate) fn leaf(&self, index: LeafIndex) -> Result<Hash, ReadError> {
        let missing = || ReadError::HashMissing { level: 0, index: index.get() };
        let from =
            HashKey { log: self.log, level: 0, first: index.get() / TILE_WIDTH * TILE_WIDTH };
        let to = HashKey { log: self.log, level: 0, first: index.get().saturating_add(1) };
        let (key, fragment) =
            self.backend.last(HASHES, &from.to_bytes(), &to.to_bytes())?.ok_or_else(missing)?;
        let first = HashKey::parse(&key).ok_or_else(missing)?.first;
        let offset = index.get().checked_sub(first).ok_or_else(missing)?;
        let (hashes, _) = fragment.as_chunks::<{ Hash::BYTES }>();
        let offset = usize::try_from(offset).map_err(|_| missing())?;
        hashes.get(offset).copied().map(Hash::from_bytes).ok_or_else(missing)
    }

    /// The first place of a leaf among the first `size` leaves.
    pub(crate) fn find(&self, leaf: &Hash, size: TreeSize) -> Result<Option<LeafIndex>, ReadError> {
        for index in self.candidates(leaf)? {
            if size.contains(index) && self.leaf(index)? == *leaf {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    /// Where leaves with this prefix stand, in order.
    fn candidates(&self, leaf: &Hash) -> Result<Vec<LeafIndex>, ReadError> {
        let (from, to) = LeafKey::range(self.log, leaf);
        let mut found = Vec::new();
        self.backend.scan(LEAVES, &from, &to, &mut |key, _| {
            let index = LeafKey::parse(key).and_then(|key| LeafIndex::new(key.index).ok());
            found.extend(index);
            // Repeats of one entry can be many; the first is the answer, and someone who made up
            // entries with one prefix gets no more of our time than this.
            if found.len() < Self::CANDIDATES_MAX {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        Ok(found)
    }

    /// Places looked at for one leaf hash. Two honest leaves share twelve bytes of SHA-256 about
    /// never; equal leaves are answered by the first.
    const CANDIDATES_MAX: usize = 256;

    /// Where an identity was placed before.
    pub(crate) fn known(&self, key: &DedupKey) -> Result<Option<Known>, ReadError> {
        let Some(row) = self.backend.get(IDENTITIES, &identity_key(self.log, key))? else {
            return Ok(None);
        };
        let index = index_from_bytes(&row).map_err(|error| row_error("identities", error))?;
        Ok(Some(Known { index, leaf: self.leaf(index)? }))
    }

    /// The first table, if any, with rows of leaves past `size`: no commit writes such rows.
    pub(crate) fn surplus(&self, size: TreeSize) -> Result<Option<&'static str>, ReadError> {
        let (log, first) = (self.log, size.get());
        let entries = (EntryKey { log, first }, EntryKey { log, first: u64::MAX });
        let hashes = (HashKey { log, level: 0, first }, HashKey { log, level: 0, first: u64::MAX });
        let found = self.backend.last(ENTRIES, &entries.0.to_bytes(), &entries.1.to_bytes())?;
        if found.is_some() {
            return Ok(Some(ENTRIES.name));
        }
        let found = self.backend.last(HASHES, &hashes.0.to_bytes(), &hashes.1.to_bytes())?;
        Ok(found.map(|_| HASHES.name))
    }

    /// The committed tree.
    pub(crate) fn head(&self) -> Result<Option<Frontier>, ReadError> {
        let Some(row) = self.state(StateRow::Head)? else { return Ok(None) };
        head_from_bytes(&row).map(Some).map_err(|error| row_error("state", error))
    }

    /// The note last signed.
    pub(crate) fn signed(&self) -> Result<Option<Vec<u8>>, ReadError> {
        self.state(StateRow::Signed)
    }

    /// The note last made visible.
    pub(crate) fn published(&self) -> Result<Option<Vec<u8>>, ReadError> {
        self.state(StateRow::Published)
    }

    pub(crate) fn is_frozen(&self) -> Result<bool, ReadError> {
        Ok(self.state(StateRow::Frozen)?.is_some())
    }

    fn state(&self, row: StateRow) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.backend.get(STATE, &row.key(self.log))?)
    }
}

fn row_error(table: &'static str, error: RowError) -> ReadError {
    ReadError::Row { table, position: 0, error }
}

/// Up to `limit` entries from the start of a fragment: how many, and their bytes. `None` where the
/// fragment is malformed.
fn first_entries(fragment: &[u8], limit: u64) -> Option<(u64, &[u8])> {
    let (mut count, mut rest) = (0, fragment);
    while count < limit && !rest.is_empty() {
        let (length, tail) = rest.split_first_chunk::<2>()?;
        rest = tail.get(usize::from(u16::from_be_bytes(*length))..)?;
        count += 1;
    }
    let taken = fragment.get(..fragment.len().checked_sub(rest.len())?)?;
    (count > 0).then_some((count, taken))
}

#[cfg(test)]
mod tests;
