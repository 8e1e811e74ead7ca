//! CRC-32C, as RocksDB's logs carry it.

/// Eight tables let eight bytes be taken at a time: a log is read at a start, while someone waits.
static TABLES: [[u32; 256]; 8] = tables();

/// Castagnoli's polynomial, bits reversed.
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// A checksum under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crc(u32);

impl Default for Crc {
    fn default() -> Self {
        Self(u32::MAX)
    }
}

impl Crc {
    pub(crate) fn over(self, bytes: &[u8]) -> Self {
        let [t0, t1, t2, t3, t4, t5, t6, t7] = &TABLES;
        let mut crc = self.0;
        let (eights, rest) = bytes.as_chunks::<8>();
        for &[a, b, c, d, e, f, g, h] in eights {
            let [w, x, y, z] = (crc ^ u32::from_le_bytes([a, b, c, d])).to_le_bytes();
            crc = look(t7, w) ^ look(t6, x) ^ look(t5, y) ^ look(t4, z);
            crc ^= look(t3, e) ^ look(t2, f) ^ look(t1, g) ^ look(t0, h);
        }
        for &byte in rest {
            let [low, ..] = crc.to_le_bytes();
            crc = (crc >> 8) ^ look(t0, low ^ byte);
        }
        Self(crc)
    }

    pub(crate) const fn value(self) -> u32 {
        !self.0
    }
}

#[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
fn look(table: &[u32; 256], at: u8) -> u32 {
    table[usize::from(at)]
}

/// Stored checksums are masked, so that a checksum over bytes that hold checksums stays one.
pub(crate) const fn unmask(stored: u32) -> u32 {
    stored.wrapping_sub(0xa282_ead8).rotate_left(15)
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    let mut value = 0_u32;
    while byte < 256 {
        let mut crc = value;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { POLYNOMIAL } else { 0 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
        value += 1;
    }
    let mut table = 1;
    while table < 8 {
        byte = 0;
        while byte < 256 {
            let before = tables[table - 1][byte];
            tables[table][byte] = (before >> 8) ^ tables[0][(before & 0xff) as usize];
            byte += 1;
        }
        table += 1;
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::{Crc, unmask};

    fn crc(bytes: &[u8]) -> u32 {
        Crc::default().over(bytes).value()
    }

    /// RFC 3720 appendix B.4, and the check value of the catalogues.
    #[test]
    fn the_published_values_come_out() {
        let ascending: Vec<u8> = (0..32).collect();
        let descending: Vec<u8> = (0..32).rev().collect();
        assert_eq!(crc(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc(&ascending), 0x46dd_794e);
        assert_eq!(crc(&descending), 0x113f_db5c);
        assert_eq!(crc(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn pieces_give_what_the_whole_gives() {
        let bytes: Vec<u8> = (0..100).collect();
        for cut in 0..bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            assert_eq!(Crc::default().over(head).over(tail).value(), crc(&bytes));
        }
    }

    #[test]
    fn unmasking_undoes_masking() {
        for crc in [0, 1, 0x8a91_36aa, u32::MAX] {
            assert_eq!(unmask(crc.rotate_right(15).wrapping_add(0xa282_ead8)), crc);
        }
    }
}
