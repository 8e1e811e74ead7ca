//! The tree once more, from nothing but the entries, held against each kept hash on the way.

use indelible_merkle::{
    Frontier, Hash, NodeId, TILE_HEIGHT, TILE_WIDTH, TileId, TileWidth, TreeSize,
};
use indelible_wire::bundle;

use crate::store::read::{LogRows, ReadError};

use super::kept::Kept;
use super::report::Bad;

/// Derives a log's tree bundle by bundle; memory stays at one tile a level.
pub(super) struct Derivation<'rows> {
    rows: &'rows LogRows,
    size: TreeSize,
    frontier: Frontier,
    // INVARIANT: position is the tile level; each holds the derived hashes of its open tile.
    open: Vec<OpenTile>,
}

#[derive(Default)]
struct OpenTile {
    first: u64,
    hashes: Vec<Hash>,
}

impl<'rows> Derivation<'rows> {
    pub(super) const fn of(rows: &'rows LogRows, size: TreeSize) -> Self {
        Self { rows, size, frontier: Frontier::empty(), open: Vec::new() }
    }

    /// The derived tree, if every kept hash and every kept checkpoint is of it.
    pub(super) fn run(
        mut self,
        kept: &[Kept],
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Frontier, Bad> {
        let total = self.size.get();
        for Kept { which, claim } in kept {
            let size = claim.unverified().size();
            if size > self.size {
                return Err(Bad::CheckpointAhead { which, size });
            }
        }
        self.expect_kept(kept)?;
        while self.frontier.size() < self.size {
            self.take_bundle(kept)?;
            progress(self.frontier.size().get(), total);
        }
        self.compare_open()?;
        Ok(self.frontier)
    }

    fn take_bundle(&mut self, kept: &[Kept]) -> Result<(), Bad> {
        let start = self.frontier.size().get();
        let width = (self.size.get() - start).min(TILE_WIDTH);
        let bytes = self.rows.bundle(start / TILE_WIDTH, width)?;
        let malformed = Bad::Unreadable(ReadError::EntryMissing { index: start });
        let count = usize::try_from(width).unwrap_or(usize::MAX);
        let entries = bundle::parse(&bytes, count).map_err(|_| malformed)?;
        for entry in entries {
            self.push(Hash::of_leaf(entry))?;
            self.expect_kept(kept)?;
        }
        Ok(())
    }

    fn push(&mut self, leaf: Hash) -> Result<(), Bad> {
        let Self { frontier, open, .. } = self;
        let size = frontier.size();
        let mut filled = Vec::new();
        let full = frontier.push_with(leaf, |node, hash| keep(open, node, hash, &mut filled));
        full.map_err(|_| Bad::Root { size })?;
        filled.into_iter().try_for_each(|level| self.compare(level))
    }

    /// Holds the open tile of a level against the kept one and begins the next.
    fn compare(&mut self, level: usize) -> Result<(), Bad> {
        let Some(tile) = self.open.get_mut(level).map(std::mem::take) else { return Ok(()) };
        let (Ok(level), Ok(width)) = (u8::try_from(level), u16::try_from(tile.hashes.len())) else {
            return Ok(());
        };
        let Ok(width) = TileWidth::new(width) else { return Ok(()) };
        let missing = ReadError::HashMissing { level, index: tile.first };
        let id = TileId::new(level, tile.first / TILE_WIDTH, width).map_err(|_| missing)?;
        let kept = self.rows.hashes(id)?;
        let (kept, _) = kept.as_chunks::<{ Hash::BYTES }>();
        let bad = tile.hashes.iter().zip(kept).position(|(hash, kept)| hash.as_bytes() != kept);
        match bad.map(|offset| tile.first + u64::try_from(offset).unwrap_or(0)) {
            None => Ok(()),
            // Which of the two is wrong cannot be told on level 0: either may have been changed.
            Some(index) if level == 0 => Err(Bad::Entry { index }),
            Some(index) => Err(Bad::Hash { level, index }),
        }
    }

    /// The tiles that the tree does not fill yet, from the entries upwards.
    fn compare_open(&mut self) -> Result<(), Bad> {
        (0..self.open.len()).try_for_each(|level| self.compare(level))
    }

    fn expect_kept(&mut self, kept: &[Kept]) -> Result<(), Bad> {
        let size = self.frontier.size();
        for Kept { which, claim } in kept {
            let checkpoint = claim.unverified();
            if checkpoint.size() == size && *checkpoint.root() != self.frontier.root() {
                // A bad entry before this size has a place of its own, which says more.
                self.compare_open()?;
                return Err(Bad::CheckpointForked { which, size });
            }
        }
        Ok(())
    }
}

/// Collects the hashes that tiles are made of; tells of tiles that are full now.
fn keep(open: &mut Vec<OpenTile>, node: NodeId, hash: Hash, filled: &mut Vec<usize>) {
    if !node.level().is_multiple_of(TILE_HEIGHT) {
        return;
    }
    let level = usize::from(node.level() / TILE_HEIGHT);
    if open.len() <= level {
        open.resize_with(level + 1, OpenTile::default);
    }
    let Some(tile) = open.get_mut(level) else { return };
    if tile.hashes.is_empty() {
        tile.first = node.index();
    }
    tile.hashes.push(hash);
    if u64::try_from(tile.hashes.len()).is_ok_and(|width| width == TILE_WIDTH) {
        filled.push(level);
    }
}
