//! The tree under one trusted checkpoint: every node of it proven up to the signed root.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::try_join_all;

use indelible_merkle::{
    Frontier, Growth, Hash, LeafIndex, NodeId, NodeSource, TILE_HEIGHT, TileWidth, TreeSize,
    consistency, inclusion, peak_ids, width_at,
};
use indelible_note::{Claim, ProofFile, Trusted};

use crate::tile::{self, FullTile};
use crate::tiles::{self, TilePlace, Tiles, TreeError};

/// A trusted checkpoint and the tiles at its right edge, which hash to its root. All other tiles
/// are verified from here downwards. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tree {
    tiles: Tiles,
    trusted: Arc<Trusted>,
    claim: Arc<Claim>,
    // INVARIANT: one row per level below which the tree has a partial tile; together they hold all
    // peaks of the tree, and the peaks hash to the checkpoint's root.
    edge: Arc<[Vec<Hash>]>,
}

impl Tree {
    /// Levels of a tree of 2^63 - 1 leaves.
    pub(crate) const LEVELS: u8 = 8;

    /// Fetches the right edge and holds it against the root.
    pub(crate) async fn load(tiles: Tiles, trusted: Trusted) -> Result<Self, TreeError> {
        let size = trusted.checkpoint().size();
        let rows = (0..Self::LEVELS).map(|level| {
            let tiles = &tiles;
            async move {
                match tiles::edge_tile(level, size) {
                    None => Ok(Vec::new()),
                    Some(id) => tiles.unverified_partial(id).await,
                }
            }
        });
        let edge = try_join_all(rows).await?;
        let found = edge_root(size, &edge);
        let expected = *trusted.checkpoint().root();
        if found != Some(expected) {
            let found = found.unwrap_or(Hash::EMPTY_ROOT);
            return Err(TreeError::EdgeHash { size, expected, found });
        }
        // The same bytes again: a proof file carries the checkpoint verbatim.
        let claim = Arc::new(Claim::parse(trusted.bytes())?);
        Ok(Self { tiles, trusted: Arc::new(trusted), claim, edge: edge.into() })
    }

    /// The checkpoint that everything read here is proven against.
    #[must_use]
    pub fn trusted(&self) -> &Trusted {
        &self.trusted
    }

    /// How many leaves there are.
    #[must_use]
    pub fn size(&self) -> TreeSize {
        self.trusted.checkpoint().size()
    }

    pub(crate) const fn tiles(&self) -> &Tiles {
        &self.tiles
    }

    /// The hash of a leaf.
    ///
    /// # Errors
    ///
    /// [`TreeError`] where the log does not prove it.
    pub async fn leaf_hash(&self, index: LeafIndex) -> Result<Hash, TreeError> {
        let size = self.size();
        let outside = TreeError::OutsideTree { index, size };
        if !size.contains(index) {
            return Err(outside);
        }
        let place = TilePlace { level: 0, index: index.get() / tile::WIDTH as u64 };
        let row = self.row(place).await?;
        row.hashes().get(tiles::offset(index.get())).copied().ok_or(outside)
    }

    /// A proof that the leaf is in the tree, made from tiles and verified.
    ///
    /// # Errors
    ///
    /// [`TreeError`] where the log does not prove it.
    pub async fn prove(&self, index: LeafIndex) -> Result<ProofFile, TreeError> {
        let size = self.size();
        let leaf = self.leaf_hash(index).await?;
        let hashes = self.gather(|nodes| inclusion::prove(index, size, nodes).ok()).await?;
        let hashes = hashes.ok_or(TreeError::OutsideTree { index, size })?;
        let root = self.trusted.checkpoint().root();
        inclusion::verify(&leaf, index, size, &hashes, root).map_err(TreeError::Refused)?;
        Ok(ProofFile::new(None, index, hashes, Claim::clone(&self.claim))?)
    }

    /// The root that this tree had when it held `growth.from()` leaves, and the proof of it:
    /// the proof connects that root to the one trusted here.
    ///
    /// # Errors
    ///
    /// [`TreeError`] where the log does not prove it.
    pub async fn earlier(&self, from: TreeSize) -> Result<Option<Earlier>, TreeError> {
        let Some(growth) = from.grow_to(self.size()) else { return Ok(None) };
        let from_root =
            self.gather(|nodes| Some(Frontier::from_source(from, nodes).ok()?.root())).await?;
        let proof = self.gather(|nodes| consistency::prove(growth, nodes).ok()).await?;
        let (Some(root), Some(proof)) = (from_root, proof) else { return Ok(None) };
        consistency::verify(growth, &root, self.trusted.checkpoint().root(), &proof)
            .map_err(TreeError::Refused)?;
        Ok(Some(Earlier { growth, root, proof }))
    }

    /// Runs `attempt` again and again, each time with the tile that it missed, until it misses none.
    async fn gather<T>(
        &self,
        attempt: impl Fn(&Gathered) -> Option<T>,
    ) -> Result<Option<T>, TreeError> {
        let mut gathered = Gathered::default();
        loop {
            let done = attempt(&gathered);
            let Some(missing) = gathered.missing.take() else { return Ok(done) };
            let row = self.row(missing).await?;
            gathered.rows.insert(missing, row);
        }
    }

    /// The verified hashes of a tile: of the edge, or of a full tile.
    pub(crate) async fn row(&self, place: TilePlace) -> Result<Row, TreeError> {
        if self.is_at_edge(place) {
            let row = self.edge_row(place.level);
            return Ok(Row::Edge(row.into()));
        }
        self.full(place).await.map(Row::Full)
    }

    /// Walks up to the edge, then down again, each tile verified by the one above it.
    pub(crate) async fn full(&self, place: TilePlace) -> Result<Arc<FullTile>, TreeError> {
        let mut below = vec![place];
        let mut parent = place.parent();
        while !self.is_at_edge(parent) {
            below.push(parent);
            parent = parent.parent();
        }
        let mut above = Row::Edge(self.edge_row(parent.level).into());
        let mut tile = None;
        for place in below.into_iter().rev() {
            let expected = above.hashes().get(place.offset_in_parent()).copied();
            let expected = expected.ok_or_else(|| self.outside(place))?;
            let full = self.tiles.full(place, &expected).await?;
            above = Row::Full(Arc::clone(&full));
            tile = Some(full);
        }
        tile.ok_or_else(|| self.outside(place))
    }

    /// The hash that a full tile must have.
    pub(crate) async fn root_of_full(&self, place: TilePlace) -> Result<Hash, TreeError> {
        let row = self.row(place.parent()).await?;
        row.hashes().get(place.offset_in_parent()).copied().ok_or_else(|| self.outside(place))
    }

    fn is_at_edge(&self, place: TilePlace) -> bool {
        width_at(place.level, place.index, self.size()) < TileWidth::FULL.get()
    }

    pub(crate) fn edge_row(&self, level: u8) -> &[Hash] {
        self.edge.get(usize::from(level)).map_or(&[], Vec::as_slice)
    }

    /// A tile to the right of the tree, named by the first leaf that it would hold.
    fn outside(&self, place: TilePlace) -> TreeError {
        let bits = u32::from(TILE_HEIGHT) * (u32::from(place.level) + 1);
        let first = place.index.checked_shl(bits).and_then(|index| LeafIndex::new(index).ok());
        let index = first.unwrap_or(LeafIndex::MAX);
        TreeError::OutsideTree { index, size: self.size() }
    }
}

/// What a tree was at a smaller size; made only after its proof verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    growth: Growth,
    root: Hash,
    proof: Vec<Hash>,
}

impl Earlier {
    /// From the smaller size to that of the tree.
    #[must_use]
    pub const fn growth(&self) -> Growth {
        self.growth
    }

    /// The root at the smaller size.
    #[must_use]
    pub const fn root(&self) -> &Hash {
        &self.root
    }

    /// The consistency proof between the two roots.
    #[must_use]
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }
}

/// The hashes of one verified tile.
#[derive(Debug, Clone)]
pub(crate) enum Row {
    Edge(Box<[Hash]>),
    Full(Arc<FullTile>),
}

impl Row {
    pub(crate) fn hashes(&self) -> &[Hash] {
        match self {
            Self::Edge(hashes) => hashes,
            Self::Full(tile) => tile.hashes(),
        }
    }
}

/// Verified tiles for the pure provers, which cannot wait; what they miss is noted.
#[derive(Debug, Default)]
struct Gathered {
    rows: HashMap<TilePlace, Row>,
    missing: Cell<Option<TilePlace>>,
}

/// The prover asked for a node whose tile is not there yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tile is missing")]
struct Missing;

impl NodeSource for Gathered {
    type Error = Missing;

    fn node(&self, id: NodeId) -> Result<Hash, Missing> {
        let (place, height, offset) = place_of(id);
        let row = self.rows.get(&place);
        let node = row.and_then(|row| tile::node_in(row.hashes(), height, offset));
        if node.is_none() && row.is_none() {
            self.missing.set(Some(place));
        }
        node.ok_or(Missing)
    }
}

/// The tile that holds a node, how far above the tile's bottom row, and how far from the left.
fn place_of(id: NodeId) -> (TilePlace, u8, usize) {
    let height = id.level() % TILE_HEIGHT;
    let per_tile = u64::from(TILE_HEIGHT - height);
    let place = TilePlace { level: id.level() / TILE_HEIGHT, index: id.index() >> per_tile };
    let within = tiles::offset(id.index() & ((1 << per_tile) - 1));
    (place, height, within)
}

/// The root over the peaks that stand in the edge's rows; `None` where a row is too short.
pub(crate) fn edge_root(size: TreeSize, edge: &[Vec<Hash>]) -> Option<Hash> {
    let peaks = peak_ids(size)
        .into_iter()
        .map(|id| {
            let (place, height, offset) = place_of(id);
            tile::node_in(edge.get(usize::from(place.level))?, height, offset)
        })
        .collect::<Option<Vec<_>>>()?;
    Some(Frontier::from_peaks(size, peaks).ok()?.root())
}
