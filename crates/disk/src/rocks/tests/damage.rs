//! Damage to table files, the manifest and the pointer to it.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{commit, commits, crash_image, create, files, open, overwrite, with_bit_flipped};
use crate::error::DiskError;

/// All rows in table files, over two flushes, and the database closed.
fn closed() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let engine = create(folder.path());
    for number in 1..=20 {
        commit(&engine, number, 2_000).unwrap();
        if number == 10 {
            engine.flush().unwrap();
        }
    }
    engine.close().unwrap();
    folder
}

fn manifest(folder: &Path) -> PathBuf {
    let current = fs::read_to_string(folder.join("CURRENT")).unwrap();
    folder.join(current.trim_end())
}

/// Opens and reads all; damage may not change what is there without an error.
fn everything_or_an_error(folder: &Path, damage: &str) -> Option<DiskError> {
    let engine = match open(folder) {
        Ok(engine) => engine,
        Err(error) => return Some(error),
    };
    match engine.verify() {
        Ok(tables) => {
            for table in tables {
                assert_eq!(table.rows, 20, "{damage}: rows of {}", table.table.name);
            }
            assert_eq!(commits(&engine), (1..=20).collect::<Vec<_>>(), "{damage}");
            None
        }
        Err(error) => Some(error),
    }
}

#[test]
fn an_undamaged_database_verifies() {
    let folder = closed();
    assert_eq!(everything_or_an_error(folder.path(), "none"), None);
}

#[test]
fn a_missing_or_shortened_table_file_is_refused() {
    let folder = closed();
    let tables = files(folder.path(), "sst");
    assert!(tables.len() >= 8, "two flushes of four tables: {tables:?}");
    for table in tables {
        let image = crash_image(folder.path());
        let damaged = image.path().join(table.file_name().unwrap());
        let bytes = fs::read(&damaged).unwrap();
        overwrite(&damaged, &bytes[..bytes.len() - 1]);
        let refused = open(image.path()).unwrap_err();
        assert!(matches!(refused, DiskError::Corrupt { .. }), "{refused}");
        fs::remove_file(&damaged).unwrap();
        let refused = open(image.path()).unwrap_err();
        assert!(matches!(refused, DiskError::Corrupt { .. }), "{refused}");
    }
}

#[test]
fn a_flipped_bit_in_a_table_file_is_noticed_and_mostly_named() {
    let folder = closed();
    let (mut noticed, mut named) = (0, 0);
    for (table, salt) in files(folder.path(), "sst").iter().zip(0..) {
        let bytes = fs::read(table).unwrap();
        // Spread over the file, and over the bits of a byte.
        for step in 0..8 {
            let bit = (bytes.len() * 8 - 1) * step / 8 + salt;
            let image = crash_image(folder.path());
            let name = table.file_name().unwrap();
            overwrite(&image.path().join(name), &with_bit_flipped(&bytes, bit));
            let damage = format!("bit {bit} of {} in {name:?}", bytes.len() * 8);
            if let Some(error) = everything_or_an_error(image.path(), &damage) {
                assert!(matches!(error, DiskError::Corrupt { .. }), "{damage}: {error}");
                named += usize::from(error.to_string().contains(name.to_str().unwrap()));
                noticed += 1;
            }
        }
    }
    assert!(noticed >= 50, "only {noticed} of 64 or more flips were noticed");
    // Where a file cannot even be opened, RocksDB blames the manifest.
    assert!(named >= 45, "only {named} of {noticed} files were named");
}

#[test]
fn a_damaged_manifest_or_pointer_never_opens_with_less() {
    let folder = closed();
    let mut refused = 0;
    for path in [manifest(folder.path()), folder.path().join("CURRENT")] {
        let bytes = fs::read(&path).unwrap();
        let bits = bytes.len() * 8;
        for bit in (0..bits).step_by(bits / 60 + 1) {
            let image = crash_image(folder.path());
            let damaged = image.path().join(path.file_name().unwrap());
            overwrite(&damaged, &with_bit_flipped(&bytes, bit));
            let damage = format!("bit {bit} of {path:?}");
            refused += usize::from(everything_or_an_error(image.path(), &damage).is_some());
        }
        for keep in [0, bytes.len() / 2, bytes.len() - 1] {
            let image = crash_image(folder.path());
            overwrite(&image.path().join(path.file_name().unwrap()), &bytes[..keep]);
            everything_or_an_error(image.path(), &format!("{keep} bytes of {path:?}"));
        }
    }
    assert!(refused > 60, "only {refused} flips were refused");
}

/// RocksDB 11.8 would read such a record for ever.
#[test]
fn a_manifest_record_that_turned_into_a_recycled_one_is_refused() {
    let folder = closed();
    let path = manifest(folder.path());
    let bytes = fs::read(&path).unwrap();
    let second = 7 + usize::from(u16::from_le_bytes([bytes[4], bytes[5]]));
    assert_eq!(bytes[second + 6], 1, "a whole record");
    overwrite(&path, &with_bit_flipped(&bytes, (second + 6) * 8 + 2));
    let refused = open(folder.path()).unwrap_err();
    assert!(matches!(&refused, DiskError::Corrupt { detail } if detail.contains("MANIFEST")));
}
