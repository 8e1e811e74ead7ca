//! The paths of a log's resources below its prefix (tlog-tiles), both ways. Each resource has one
//! spelling: whatever else might be meant is refused, so that no cache sees two names of one thing.

use core::fmt;

use indelible_merkle::{TileId, TileWidth};
use indelible_note::strict;

use crate::limits::PATH_BYTES_MAX;

const CHECKPOINT: &str = "checkpoint";
const TILE: &str = "tile/";
const ENTRIES: &str = "entries/";

/// Stands between a partial tile's index and its width.
const PARTIAL: &str = ".p/";

/// What a group of three digits counts to.
const GROUP: u64 = 1_000;

/// A resource that a log serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourcePath {
    /// The newest checkpoint.
    Checkpoint,
    /// A tile of hashes.
    Tile(TileId),
    /// A bundle of entries.
    Entries {
        /// How many bundles stand before it.
        index: u64,
        /// How many entries it has.
        width: TileWidth,
    },
}

/// Why a text is not such a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It is longer than any.
    #[error("a path of {bytes} bytes is longer than {PATH_BYTES_MAX}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// It names neither the checkpoint nor a tile.
    #[error("the path is neither `checkpoint` nor below `tile/`")]
    Unknown,
    /// The level is none.
    #[error("a tile's level is a decimal from 0 to 63 without leading zeros")]
    Level,
    /// The index is not written as it has to be, or does not fit 64 bits.
    #[error("a tile's index is 64 bits in groups of three digits, all but the last after an `x`")]
    Index,
    /// The width is none that a partial tile has.
    #[error("a partial tile's width is a decimal from 1 to 255 without leading zeros")]
    Width,
}

impl ResourcePath {
    /// Reads a path below the log's prefix, without a slash in front. Nothing in it is
    /// percent-decoded: none of these paths needs that.
    pub fn parse(path: &str) -> Result<Self, PathError> {
        if path.len() > PATH_BYTES_MAX {
            return Err(PathError::TooLong { bytes: path.len() });
        }
        if path == CHECKPOINT {
            return Ok(Self::Checkpoint);
        }
        let below = path.strip_prefix(TILE).ok_or(PathError::Unknown)?;
        if let Some(position) = below.strip_prefix(ENTRIES) {
            let (index, width) = parse_position(position)?;
            return Ok(Self::Entries { index, width });
        }
        let (level, position) = below.split_once('/').ok_or(PathError::Level)?;
        let level = strict::decimal(level).ok_or(PathError::Level)?;
        let level = u8::try_from(level).map_err(|_| PathError::Level)?;
        let (index, width) = parse_position(position)?;
        TileId::new(level, index, width).map(Self::Tile).map_err(|_| PathError::Level)
    }

    /// The media type that the resource is served with (tlog-tiles).
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Checkpoint => "text/plain; charset=utf-8",
            Self::Tile(_) | Self::Entries { .. } => "application/octet-stream",
        }
    }
}

impl fmt::Display for ResourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Checkpoint => f.write_str(CHECKPOINT),
            Self::Tile(tile) => {
                write!(f, "{TILE}{}/", tile.level())?;
                write_position(f, tile.index(), tile.width())
            }
            Self::Entries { index, width } => {
                write!(f, "{TILE}{ENTRIES}")?;
                write_position(f, index, width)
            }
        }
    }
}

/// Reads `<N>[.p/<W>]`.
fn parse_position(position: &str) -> Result<(u64, TileWidth), PathError> {
    let Some((index, width)) = position.split_once(PARTIAL) else {
        return Ok((parse_index(position)?, TileWidth::FULL));
    };
    let index = parse_index(index)?;
    let width = strict::decimal(width).and_then(|width| u16::try_from(width).ok());
    let width = width.and_then(|width| TileWidth::new(width).ok());
    // A full tile has no suffix.
    let partial = width.filter(|width| !width.is_full());
    Ok((index, partial.ok_or(PathError::Width)?))
}

/// Reads `x001/x234/067`.
fn parse_index(text: &str) -> Result<u64, PathError> {
    let (leading, last) = match text.rsplit_once('/') {
        Some((leading, last)) => (Some(leading), last),
        None => (None, text),
    };
    let mut index = 0_u64;
    for group in leading.into_iter().flat_map(|leading| leading.split('/')) {
        let digits = group.strip_prefix('x').and_then(parse_group).ok_or(PathError::Index)?;
        index = append_group(index, digits)?;
        // A first group of zeros would be padding that the index does not need.
        if index == 0 {
            return Err(PathError::Index);
        }
    }
    append_group(index, parse_group(last).ok_or(PathError::Index)?)
}

fn append_group(index: u64, group: u64) -> Result<u64, PathError> {
    let shifted = index.checked_mul(GROUP).ok_or(PathError::Index)?;
    shifted.checked_add(group).ok_or(PathError::Index)
}

/// Reads exactly three digits.
fn parse_group(text: &str) -> Option<u64> {
    let digits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

fn write_position(f: &mut fmt::Formatter<'_>, index: u64, width: TileWidth) -> fmt::Result {
    // 1000 to the power of the groups that precede the last; 10^18 at most.
    let mut scale = 1_u64;
    while index / scale >= GROUP {
        scale *= GROUP;
    }
    while scale > 1 {
        write!(f, "x{:03}/", index / scale % GROUP)?;
        scale /= GROUP;
    }
    write!(f, "{:03}", index % GROUP)?;
    if width.is_full() { Ok(()) } else { write!(f, "{PARTIAL}{width}") }
}

#[cfg(test)]
mod tests;
