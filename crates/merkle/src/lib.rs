//! The arithmetic of RFC 6962 trees.
//!
//! Holds: hashes, positions, the frontier of a growing tree, tiles, and inclusion, consistency and
//! subtree proofs, both making and checking them.
//! Holds not: where hashes are kept, how proofs travel, or who signs a root.
//! Depends on: nothing of ours.
#![no_std]
#![warn(missing_docs)]

extern crate alloc;

pub mod consistency;
pub mod inclusion;
pub mod subtree;

mod climb;
mod frontier;
mod hash;
mod node;
mod position;
mod refused;
mod span;
mod tile;

#[cfg(test)]
mod mutations;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod peers;

pub use frontier::{Frontier, Full, PeaksError, peak_ids};
pub use hash::{Hash, HashLengthError};
pub use node::{NodeId, NodeSource};
pub use position::{Growth, LeafIndex, PositionError, TreeSize};
pub use refused::{ProveError, Refused};
pub use span::{Subtree, SubtreeError};
pub use tile::{TILE_HEIGHT, TILE_WIDTH, Tile, TileError, TileId, TileWidth};
pub use tile::{tile_root, tiles_of, width_at};
