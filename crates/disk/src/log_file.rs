//! RocksDB's log files, looked over before RocksDB reads them: the write-ahead logs and the manifest.
//!
//! RocksDB 11.8 does three things on reading a damaged log that we cannot live with. A type byte that
//! turned into a recycled record's makes it read the same record for ever. A length that grew past the
//! end of the file makes it take all that follows for a commit that never finished. A block that
//! turned into zeros it steps over. None of them can be met in a log that passed here.
//!
//! The format: blocks of 32 KiB; in them records of a masked CRC-32C (4 bytes) over all that follows
//! the length, a length (2, little-endian), a type (1) and that many bytes; fewer than 7 bytes at the
//! end of a block are left unused.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::checksum::{Crc, unmask};
use crate::error::DiskError;

const BLOCK_BYTES: usize = 32 << 10;
const HEADER_BYTES: usize = 7;

/// Looks over all logs of a database that is not open. A record cut short at the end of a file is what
/// a crash leaves, and passes.
pub(crate) fn look_over(folder: &Path) -> Result<(), DiskError> {
    let failed = |error| DiskError::from_io("look for logs", folder, error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "log") {
            look_over_file(&path)?;
        }
    }
    manifest(folder).map_or(Ok(()), |path| look_over_file(&path))
}

/// The manifest in force, if the pointer to it can be read; RocksDB explains why not.
fn manifest(folder: &Path) -> Option<PathBuf> {
    let name = fs::read_to_string(folder.join("CURRENT")).ok()?;
    let name = name.strip_suffix('\n')?;
    name.starts_with("MANIFEST-").then(|| folder.join(name))
}

fn look_over_file(path: &Path) -> Result<(), DiskError> {
    let failed = |error| DiskError::from_io("look over a log", path, error);
    let mut file = match File::open(path) {
        Ok(file) => file,
        // RocksDB knows whether it should be there.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    let mut block = Vec::with_capacity(BLOCK_BYTES);
    let mut start = 0_u64;
    let mut unused = false;
    loop {
        block.clear();
        let limit = u64::try_from(BLOCK_BYTES).unwrap_or(u64::MAX);
        Read::by_ref(&mut file).take(limit).read_to_end(&mut block).map_err(failed)?;
        unused = look_over_block(&block, unused).map_err(|(at, what)| DiskError::Corrupt {
            detail: format!("{what} {at} bytes into the block at {start} of {}", path.display()),
        })?;
        if block.len() < BLOCK_BYTES {
            return Ok(());
        }
        start = start.saturating_add(limit);
    }
}

/// What is wrong in a block, and where.
type Wrong = (usize, &'static str);

/// Answers whether nothing may follow but zeros. `block` is the file's last where it is not full.
fn look_over_block(block: &[u8], mut unused: bool) -> Result<bool, Wrong> {
    let mut at = 0;
    while let Some((header, rest)) = block.get(at..).and_then(<[u8]>::split_first_chunk) {
        if unused {
            break;
        }
        let [a, b, c, d, low, high, kind] = *header;
        let stored = unmask(u32::from_le_bytes([a, b, c, d]));
        let length = u16::from_le_bytes([low, high]);
        if kind == 0 && length == 0 {
            unused = true;
            break;
        }
        match rest.get(..length.into()) {
            Some(bytes) if checksum(kind, bytes) == stored => {}
            Some(_) => return Err((at, "a record that its checksum does not fit")),
            None if block.len() == BLOCK_BYTES => {
                return Err((at, "a record longer than its block"));
            }
            None if length_has_flipped(kind, length, rest, stored) => {
                return Err((at, "a record whose length was changed"));
            }
            // The end of the file came first: a write that never finished.
            None => return Ok(true),
        }
        at = at.saturating_add(HEADER_BYTES).saturating_add(length.into());
    }
    if unused && block.get(at..).is_some_and(|rest| rest.iter().any(|byte| *byte != 0)) {
        return Err((at, "zeros, and then not only zeros,"));
    }
    Ok(unused)
}

/// Whether the checksum fits one of the lengths that are a single bit away.
fn length_has_flipped(kind: u8, length: u16, rest: &[u8], stored: u32) -> bool {
    (0..u16::BITS).any(|bit| {
        let bytes = rest.get(..usize::from(length ^ (1 << bit)));
        bytes.is_some_and(|bytes| checksum(kind, bytes) == stored)
    })
}

fn checksum(kind: u8, bytes: &[u8]) -> u32 {
    Crc::default().over(&[kind]).over(bytes).value()
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_BYTES, checksum, look_over_block};

    fn record(bytes: &[u8]) -> Vec<u8> {
        let crc = checksum(1, bytes);
        let masked = crc.rotate_right(15).wrapping_add(0xa282_ead8).to_le_bytes();
        let length = u16::try_from(bytes.len()).unwrap().to_le_bytes();
        [&masked[..], &length, &[1], bytes].concat()
    }

    fn records() -> Vec<u8> {
        [&b"first"[..], b"", b"the third record", b"last"].map(record).concat()
    }

    #[test]
    fn no_bit_of_a_log_can_flip_unseen() {
        let log = records();
        assert_eq!(look_over_block(&log, false), Ok(false));
        for bit in 0..log.len() * 8 {
            let mut flipped = log.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(look_over_block(&flipped, false).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_log_may_end_anywhere() {
        let log = records();
        for length in 0..log.len() {
            assert!(look_over_block(&log[..length], false).is_ok(), "{length}");
        }
    }

    #[test]
    fn zeros_may_follow_records_but_records_may_not_follow_zeros() {
        let log = [records(), vec![0; 20]].concat();
        assert_eq!(look_over_block(&log, false), Ok(true));
        assert_eq!(look_over_block(&[0; 20], true), Ok(true));
        assert!(look_over_block(&[log, records()].concat(), false).is_err());
        assert!(look_over_block(&records(), true).is_err());
    }

    #[test]
    fn in_a_full_block_nothing_is_cut_short() {
        let mut block = records();
        let left = BLOCK_BYTES - block.len();
        block.extend(record(&vec![7; left - 7 - 3]));
        block.extend([0; 3]);
        assert_eq!(look_over_block(&block, false), Ok(false));
        let mut longer = records();
        longer.extend(&record(&vec![7; left])[..left]);
        assert_eq!(longer.len(), BLOCK_BYTES);
        assert!(look_over_block(&longer, false).is_err());
    }
}
