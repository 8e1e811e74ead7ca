//! The high-water mark: how far acknowledged commits reach, kept beside the database.
//!
//! RocksDB takes a damaged or shortened end of its log for a commit that never finished: rightly after
//! a power cut, wrongly if that commit had been acknowledged. So each commit, once synced and before it
//! is answered, writes its sequence number here, without a sync of its own. After a crash of the
//! process the mark is exact; after a power cut it may be some seconds old, but never ahead of what was
//! durable. A database that opens with less than its mark says has lost something.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::Path;

use parking_lot::Mutex;

use crate::error::DiskError;

/// RocksDB leaves files alone whose names it does not know.
pub(crate) const FILE_NAME: &str = "HIGH-WATER";

/// The version is that of the file and of the promises that `open` checks by it.
const FIRST_LINE: &str = "indelible disk 1\n";

#[derive(Debug)]
pub(crate) struct Mark {
    file: File,
    // INVARIANT: never less than what the file says.
    reached: Mutex<u64>,
}

impl Mark {
    /// Makes the mark of a new database or backup, durably.
    pub(crate) fn create(folder: &Path, reached: u64) -> Result<Self, DiskError> {
        let path = folder.join(FILE_NAME);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(|error| DiskError::from_io("make the high-water mark", &path, error))?;
        file.write_all_at(to_text(reached).as_bytes(), 0)
            .and_then(|()| file.sync_all())
            .and_then(|()| File::open(folder)?.sync_all())
            .map_err(|error| DiskError::from_io("write the high-water mark", &path, error))?;
        Ok(Self { file, reached: Mutex::new(reached) })
    }

    pub(crate) fn open(folder: &Path) -> Result<Self, DiskError> {
        let path = folder.join(FILE_NAME);
        let file = OpenOptions::new().read(true).write(true).open(&path);
        let file = file.map_err(|error| match error.kind() {
            ErrorKind::NotFound => missing(&path),
            _ => DiskError::from_io("open the high-water mark", &path, error),
        })?;
        let mut text = [0; TEXT_BYTES];
        let read = file.read_exact_at(&mut text, 0);
        let reached = match read {
            Ok(()) => from_text(&text),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => None,
            Err(error) => return Err(DiskError::from_io("read the high-water mark", &path, error)),
        };
        let reached = reached.ok_or_else(|| DiskError::Corrupt {
            detail: format!("{} is not a high-water mark of version 1", path.display()),
        })?;
        Ok(Self { file, reached: Mutex::new(reached) })
    }

    pub(crate) fn reached(&self) -> u64 {
        *self.reached.lock()
    }

    /// Commits of several threads arrive here in any order.
    pub(crate) fn raise(&self, to: u64) -> io::Result<()> {
        let mut reached = self.reached.lock();
        if to > *reached {
            *reached = to;
            self.file.write_all_at(to_text(to).as_bytes(), 0)?;
        }
        Ok(())
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

/// Refuses a folder that has no mark, before anything in it is touched.
pub(crate) fn require(folder: &Path) -> Result<(), DiskError> {
    let path = folder.join(FILE_NAME);
    match path.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err(missing(&path)),
        Err(error) => Err(DiskError::from_io("look for the high-water mark", &path, error)),
    }
}

fn missing(path: &Path) -> DiskError {
    DiskError::Corrupt {
        detail: format!("{} is missing: half made, or half copied", path.display()),
    }
}

/// First line, 20 digits, a space, the complement in 16 hexadecimal digits, a newline.
const TEXT_BYTES: usize = FIRST_LINE.len() + 20 + 1 + 16 + 1;

fn to_text(reached: u64) -> String {
    format!("{FIRST_LINE}{reached:020} {:016x}\n", !reached)
}

fn from_text(text: &[u8]) -> Option<u64> {
    let digits = core::str::from_utf8(text).ok()?.strip_prefix(FIRST_LINE)?.get(..20)?;
    let reached = digits.parse().ok()?;
    (to_text(reached).as_bytes() == text).then_some(reached)
}

#[cfg(test)]
mod tests {
    use super::{FILE_NAME, Mark, TEXT_BYTES, from_text, to_text};
    use crate::error::DiskError;

    #[test]
    fn the_mark_is_spelled_as_documented() {
        let text = "indelible disk 1\n00000000000000000258 fffffffffffffefd\n";
        assert_eq!(to_text(258), text);
        assert_eq!((from_text(text.as_bytes()), text.len()), (Some(258), TEXT_BYTES));
        assert_eq!(from_text(to_text(u64::MAX).as_bytes()), Some(u64::MAX));
    }

    #[test]
    fn no_bit_of_the_mark_can_flip_unseen() {
        let text = to_text(123_456_789).into_bytes();
        for bit in 0..text.len() * 8 {
            let mut flipped = text.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(from_text(&flipped), None, "bit {bit}");
        }
        assert_eq!(from_text(&text[..text.len() - 1]), None);
    }

    #[test]
    fn the_mark_never_goes_back() {
        let folder = tempfile::tempdir().unwrap();
        let mark = Mark::create(folder.path(), 5).unwrap();
        mark.raise(9).unwrap();
        mark.raise(7).unwrap();
        drop(mark);
        assert_eq!(Mark::open(folder.path()).unwrap().reached(), 9);
        assert!(matches!(Mark::create(folder.path(), 0), Err(DiskError::Io { .. })));
    }

    #[test]
    fn a_missing_or_short_mark_is_damage() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Mark::open(folder.path()), Err(DiskError::Corrupt { .. })));
        drop(Mark::create(folder.path(), 5).unwrap());
        let file =
            std::fs::File::options().write(true).open(folder.path().join(FILE_NAME)).unwrap();
        file.set_len(20).unwrap();
        assert!(matches!(Mark::open(folder.path()), Err(DiskError::Corrupt { .. })));
    }
}
