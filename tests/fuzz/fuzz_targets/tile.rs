//! Tiles. The first byte says how wide.
#![no_main]

use indelible_fuzz::one_spelling;
use indelible_merkle::{Tile, TileId, TileWidth};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((width, bytes)) = input.split_first() else { return };
    let Ok(width) = TileWidth::new(u16::from(*width) + 1) else { return };
    let Ok(id) = TileId::new(0, 0, width) else { return };
    one_spelling(bytes, |bytes| Tile::parse(id, bytes.into()), Tile::to_bytes);
});
