//! Reads entries in order, each bundle held against verified leaf hashes before any of it is handed on.

use std::ops::Range;

use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};

use indelible_merkle::{Hash, LeafIndex, TileError, TileId, TileWidth};
use indelible_wire::limits::BUNDLE_BYTES_MAX;
use indelible_wire::{BundleError, ResourcePath, bundle};

use crate::error::Fault;
use crate::fetch_error::FetchError;
use crate::tile::{self, FullTile};
use crate::tiles::{self, TilePlace, Tiles, TreeError};
use crate::tree::Tree;

/// An entry that is in the log under a trusted checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEntry {
    index: LeafIndex,
    leaf_hash: Hash,
    bytes: Box<[u8]>,
}

impl LoggedEntry {
    /// Its place in the log.
    #[must_use]
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// Its leaf hash, which the checkpoint covers.
    #[must_use]
    pub const fn leaf_hash(&self) -> &Hash {
        &self.leaf_hash
    }

    /// What was logged. Foreign logs may hold empty entries.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was logged, without a copy.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes.into_vec()
    }
}

/// Why entries cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum EntriesError {
    /// The tiles that would prove them cannot be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// No answer.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The bundle is not a bundle of the length that it must have.
    #[error("entry bundle {index}: {source}")]
    Bundle {
        /// The bundle.
        index: u64,
        /// What is wrong with it.
        source: BundleError,
    },
    /// An entry that is not the one that was logged.
    #[error("entry {index} hashes to {found}, but the tree holds {expected} there")]
    Entry {
        /// Its index.
        index: LeafIndex,
        /// What the tree holds.
        expected: Hash,
        /// What the entry hashes to.
        found: Hash,
    },
    /// A range that is not within the checkpoint.
    #[error("entries {start}..{end} are not among the {size} of the checkpoint")]
    Range {
        /// Its first index.
        start: u64,
        /// The index after its last.
        end: u64,
        /// How many entries there are.
        size: u64,
    },
}

impl EntriesError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Tree(error) => error.fault(),
            Self::Fetch(error) => error.fault(),
            Self::Range { .. } => Fault::Caller,
            Self::Bundle { .. } | Self::Entry { .. } => Fault::Unproven,
        }
    }
}

/// Bundles that are fetched ahead of the reader: hides the round trip, and bounds memory.
const BUNDLES_AHEAD: usize = 8;

impl Tree {
    /// The entries with these indices, in order, each verified. After an error nothing that follows
    /// should be used.
    pub fn entries(
        &self,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<LoggedEntry, EntriesError>> + Send + use<> {
        let Range { start, end } = range;
        let size = self.size().get();
        let refusal =
            (start > end || end > size).then_some(EntriesError::Range { start, end, size });
        let bundles = match &refusal {
            None if start < end => start / WIDTH..end.div_ceil(WIDTH),
            None | Some(_) => 0..0,
        };
        let tree = self.clone();
        let read = stream::iter(bundles)
            .map(move |index| {
                let tree = tree.clone();
                async move { tree.bundle(index).await }
            })
            .buffered(BUNDLES_AHEAD)
            .map_ok(|entries| stream::iter(entries.into_iter().map(Ok)))
            .try_flatten()
            .try_filter(move |entry: &LoggedEntry| {
                std::future::ready((start..end).contains(&entry.index.get()))
            });
        stream::iter(refusal.map(Err)).chain(read)
    }

    /// One bundle, all of it verified.
    async fn bundle(&self, index: u64) -> Result<Vec<LoggedEntry>, EntriesError> {
        let edge = tiles::edge_tile(0, self.size()).filter(|edge| edge.index() == index);
        let width = edge.map_or(TileWidth::FULL, TileId::width);
        let bundle = RawBundle::fetch(self.tiles(), index, width).await?;
        let entries = bundle.entries()?;
        let found: Vec<Hash> = entries.iter().map(|entry| Hash::of_leaf(entry)).collect();
        let place = TilePlace { level: 0, index };
        // A full bundle that hashes to what the level above holds is its own proof.
        let is_proven = match FullTile::new(found.clone()) {
            Some(derived) if edge.is_none() => *derived.root() == self.root_of_full(place).await?,
            _ => found == self.edge_row(0),
        };
        if !is_proven {
            let expected = self.row(place).await?;
            return Err(first_difference(place, expected.hashes(), &found));
        }
        let first = index * WIDTH;
        let logged = (first..).zip(found).zip(entries).filter_map(|((index, leaf_hash), entry)| {
            Some(LoggedEntry { index: LeafIndex::new(index).ok()?, leaf_hash, bytes: entry.into() })
        });
        Ok(logged.collect())
    }
}

const WIDTH: u64 = tile::WIDTH as u64;

/// The longest entry behind its length.
const ENTRY_IN_BUNDLE_BYTES_MAX: usize = BUNDLE_BYTES_MAX / tile::WIDTH;

/// Names the first entry that is not the logged one. The rows differ, since their roots do.
pub(crate) fn first_difference(
    place: TilePlace,
    expected: &[Hash],
    found: &[Hash],
) -> EntriesError {
    let differing = (place.index * WIDTH..)
        .zip(expected.iter().zip(found))
        .find(|(_, (expected, found))| expected != found)
        .and_then(|(index, (expected, found))| {
            let index = LeafIndex::new(index).ok()?;
            Some(EntriesError::Entry { index, expected: *expected, found: *found })
        });
    let source = TileError::Width { width: u16::try_from(found.len()).unwrap_or(u16::MAX) };
    differing.unwrap_or(EntriesError::Tree(TreeError::Tile { place, source }))
}

/// A bundle as the server sent it.
#[derive(Debug)]
pub(crate) struct RawBundle {
    index: u64,
    bytes: bytes::Bytes,
    /// How many entries the bytes must hold.
    held: TileWidth,
    /// How many of them the checkpoint covers.
    width: TileWidth,
}

impl RawBundle {
    /// Asks for the bundle at its width; a partial one may be gone once the full one exists.
    pub(crate) async fn fetch(
        tiles: &Tiles,
        index: u64,
        width: TileWidth,
    ) -> Result<Self, FetchError> {
        let get = async |held: TileWidth| {
            let path = ResourcePath::Entries { index, width: held };
            let bytes_max = usize::from(held.get()) * ENTRY_IN_BUNDLE_BYTES_MAX;
            let bytes = tiles.fetch().get(path, bytes_max).await?.body;
            Ok(Self { index, bytes, held, width })
        };
        match get(width).await {
            Err(FetchError::NotFound { url }) if !width.is_full() => {
                get(TileWidth::FULL).await.map_err(|error| match error {
                    // The partial bundle is the one that should have been there.
                    FetchError::NotFound { .. } => FetchError::NotFound { url },
                    error => error,
                })
            }
            answer => answer,
        }
    }

    /// The entries that the checkpoint covers.
    pub(crate) fn entries(&self) -> Result<Vec<&[u8]>, EntriesError> {
        let parsed = bundle::parse(&self.bytes, self.held.get().into());
        let mut entries =
            parsed.map_err(|source| EntriesError::Bundle { index: self.index, source })?;
        entries.truncate(self.width.get().into());
        Ok(entries)
    }
}
