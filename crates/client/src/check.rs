//! Checks a whole log as a third party: every tile derived from the entries, up to the signed root.

use std::num::NonZeroUsize;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

use indelible_merkle::{Hash, TileId, TileWidth, TreeSize};

use crate::cache::TileCache;
use crate::entries::{EntriesError, RawBundle, first_difference};
use crate::error::Fault;
use crate::log::{LatestError, Log};
use crate::tile::{self, FullTile};
use crate::tiles::{self, TilePlace, Tiles, TreeError};
use crate::tree::{Tree, edge_root};

/// What a whole log was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Entries read and hashed.
    pub size: TreeSize,
    /// Their root, which is the signed one.
    pub root: Hash,
    /// Tiles compared, partial ones included.
    pub tiles: u64,
    /// Bundles read, a partial one included.
    pub bundles: u64,
}

/// The first place where a log is not what it signed.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// No checkpoint to hold the log against.
    #[error(transparent)]
    Latest(#[from] LatestError),
    /// A bundle or an entry in it, or what is needed to judge one.
    #[error(transparent)]
    Entries(#[from] EntriesError),
    /// A tile that is not what the entries give.
    #[error("{place}: hash {position} is {found}, but the entries give {derived}")]
    Tile {
        /// The tile.
        place: TilePlace,
        /// Which of its hashes.
        position: usize,
        /// What the entries give.
        derived: Hash,
        /// What the tile holds.
        found: Hash,
    },
    /// A tile that is wider or narrower than the entries give.
    #[error("{place} has not as many hashes as the entries give")]
    Width {
        /// The tile.
        place: TilePlace,
    },
    /// All tiles agree with the entries, and their root is not the signed one.
    #[error("the entries give root {derived}, but {signed} is signed for size {size}")]
    Root {
        /// The size.
        size: TreeSize,
        /// What the entries give.
        derived: Hash,
        /// What is signed.
        signed: Hash,
    },
    /// The runtime was stopped meanwhile.
    #[error("the check was interrupted")]
    Interrupted,
}

impl CheckError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Latest(error) => error.fault(),
            Self::Entries(error) => error.fault(),
            Self::Tile { .. } | Self::Width { .. } | Self::Root { .. } => Fault::Unproven,
            Self::Interrupted => Fault::Caller,
        }
    }
}

impl From<TreeError> for CheckError {
    fn from(error: TreeError) -> Self {
        Self::Entries(error.into())
    }
}

/// How a log is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckOptions {
    /// Bundles in flight; each takes the memory of its entries, 16 MiB at most.
    pub bundles_ahead: NonZeroUsize,
}

impl Default for CheckOptions {
    fn default() -> Self {
        Self { bundles_ahead: NonZeroUsize::new(24).unwrap_or(NonZeroUsize::MIN) }
    }
}

impl Log {
    /// Reads every bundle and every tile of the latest checkpoint, derives the tiles from the
    /// entries, and names the first place that differs. `progress` hears of the entries done.
    /// Memory does not grow with the log.
    ///
    /// # Errors
    ///
    /// [`CheckError`], the first in the order of the log.
    pub async fn check(
        &self,
        options: CheckOptions,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Checked, CheckError> {
        let trusted = self.latest().await?;
        // A cache of its own: what was read before says nothing about what the log serves now.
        let tiles = Tiles::new(self.tiles().fetch().clone(), Arc::new(TileCache::default()));
        let tree = Tree::load(tiles, trusted).await?;
        Derived::default().run(&tree, options, progress).await
    }
}

/// How far a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Entries checked.
    pub done: u64,
    /// Entries in all.
    pub size: u64,
}

/// The tiles as the entries give them, from the bottom up: of each level only the last one.
#[derive(Debug, Default)]
struct Derived {
    // Row 0 stays empty until the end: a full bundle enters as one hash of row 1.
    rows: Vec<Vec<Hash>>,
    // How many full tiles each row has behind it.
    full: Vec<u64>,
    tiles: u64,
    bundles: u64,
}

impl Derived {
    async fn run(
        mut self,
        tree: &Tree,
        options: CheckOptions,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Checked, CheckError> {
        let size = tree.size();
        let mut roots = stream::iter(0..size.get() / tile::WIDTH as u64)
            .map(|index| tokio::spawn(full_bundle(tree.clone(), index)))
            .buffered(options.bundles_ahead.get());
        while let Some(root) = roots.next().await {
            let root = root.map_err(|_| CheckError::Interrupted)??;
            self.bundles += 1;
            self.tiles += 1;
            self.push(tree, root).await?;
            progress(Progress { done: self.bundles * tile::WIDTH as u64, size: size.get() });
        }
        drop(roots);
        let last = match tiles::edge_tile(0, size) {
            Some(edge) => partial_bundle(tree, edge).await?,
            None => Vec::new(),
        };
        self.bundles += u64::from(!last.is_empty());
        progress(Progress { done: size.get(), size: size.get() });
        self.finish(tree, last)
    }

    /// Takes the root of a full level-0 tile, and compares each tile that it completes.
    async fn push(&mut self, tree: &Tree, root: Hash) -> Result<(), CheckError> {
        let mut carried = root;
        for level in 1..=u8::MAX {
            let at = usize::from(level);
            if self.rows.len() <= at {
                self.rows.resize_with(at + 1, Vec::new);
                self.full.resize(at + 1, 0);
            }
            let (Some(row), Some(full)) = (self.rows.get_mut(at), self.full.get_mut(at)) else {
                break;
            };
            row.push(carried);
            if row.len() < tile::WIDTH {
                break;
            }
            let Some(derived) = FullTile::new(std::mem::take(row)) else { break };
            let place = TilePlace { level, index: *full };
            *full += 1;
            compare(place, derived.hashes(), tree.full(place).await?.hashes())?;
            self.tiles += 1;
            carried = *derived.root();
        }
        Ok(())
    }

    /// Compares the partial tiles and the root.
    fn finish(mut self, tree: &Tree, last: Vec<Hash>) -> Result<Checked, CheckError> {
        match self.rows.first_mut() {
            Some(row) => *row = last,
            None => self.rows.push(last),
        }
        let size = tree.size();
        for level in 0..Tree::LEVELS {
            let Some(edge) = tiles::edge_tile(level, size) else { continue };
            let place = TilePlace { level, index: edge.index() };
            let derived = self.rows.get(usize::from(level)).map_or(&[][..], Vec::as_slice);
            compare(place, derived, tree.edge_row(level))?;
            self.tiles += 1;
        }
        let signed = *tree.trusted().checkpoint().root();
        let derived = edge_root(size, &self.rows).unwrap_or(Hash::EMPTY_ROOT);
        if derived != signed {
            return Err(CheckError::Root { size, derived, signed });
        }
        Ok(Checked { size, root: signed, tiles: self.tiles, bundles: self.bundles })
    }
}

/// A full bundle, held against the tree and against the tile that the log serves for it.
async fn full_bundle(tree: Tree, index: u64) -> Result<Hash, CheckError> {
    let place = TilePlace { level: 0, index };
    let bundle = async { Ok(RawBundle::fetch(tree.tiles(), index, TileWidth::FULL).await?) };
    let served = async { Ok::<_, EntriesError>(tree.tiles().unverified_full(place).await?) };
    let expected = async { Ok(tree.root_of_full(place).await?) };
    let (bundle, served, expected) = tokio::try_join!(bundle, served, expected)?;
    let hashes = bundle.entries()?.into_iter().map(Hash::of_leaf).collect();
    let derived = FullTile::new(hashes).ok_or(CheckError::Width { place })?;
    if *derived.root() == expected {
        compare(place, derived.hashes(), served.hashes())?;
        return Ok(expected);
    }
    // The entries are not those that were signed; the tile, if it is true, tells which.
    if *served.root() != expected {
        return Err(TreeError::TileHash { place, expected, found: *served.root() }.into());
    }
    Err(first_difference(place, served.hashes(), derived.hashes()).into())
}

/// The leaf hashes of the last bundle, where it is partial.
async fn partial_bundle(tree: &Tree, edge: TileId) -> Result<Vec<Hash>, CheckError> {
    let bundle = RawBundle::fetch(tree.tiles(), edge.index(), edge.width()).await;
    let bundle = bundle.map_err(EntriesError::from)?;
    let derived: Vec<Hash> = bundle.entries()?.into_iter().map(Hash::of_leaf).collect();
    let signed = tree.edge_row(0);
    if derived != signed {
        let place = TilePlace { level: 0, index: edge.index() };
        return Err(first_difference(place, signed, &derived).into());
    }
    Ok(derived)
}

fn compare(place: TilePlace, derived: &[Hash], found: &[Hash]) -> Result<(), CheckError> {
    let pairs = derived.iter().zip(found).enumerate();
    let mut differing = pairs.filter(|(_, (derived, found))| derived != found);
    if let Some((position, (derived, found))) = differing.next() {
        return Err(CheckError::Tile { place, position, derived: *derived, found: *found });
    }
    if derived.len() == found.len() { Ok(()) } else { Err(CheckError::Width { place }) }
}
