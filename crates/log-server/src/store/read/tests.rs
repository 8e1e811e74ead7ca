//! Rows read back, against plain lists and the tree's definition.

use indelible_merkle::{
    Hash, LeafIndex, TILE_WIDTH, TreeSize, consistency, inclusion, tiles_of, width_at,
};
use indelible_sequencer::DedupKey;
use indelible_wire::bundle;

use super::*;
use crate::store::keys::EntryKey;
use crate::testing::{TestLog, oracle_root};

const SPLITS: [&[usize]; 4] = [&[1], &[7, 1, 300], &[256], &[255, 2, 513]];

#[test]
fn every_bundle_at_every_width_is_the_entries_however_they_were_committed() {
    for split in SPLITS {
        let log = TestLog::of(600, split);
        for number in 0..3 {
            let start = number * 256;
            for width in 1..=usize::from(width_at(0, number, TreeSize::new(600).unwrap())) {
                let from = usize::try_from(start).unwrap();
                let expected = log.entries[from..from + width].iter().map(Vec::as_slice);
                let expected = bundle::encode(expected).unwrap();
                let read = log.rows.bundle(number, u64::try_from(width).unwrap()).unwrap();
                assert_eq!(read, expected, "split {split:?}, bundle {number}, width {width}");
            }
        }
    }
}

#[test]
fn every_tile_holds_the_hashes_that_the_definition_gives() {
    for split in SPLITS {
        let log = TestLog::of(700, split);
        let leaves = log.leaves();
        for size in [1, 2, 255, 256, 257, 511, 512, 600, 700] {
            for id in tiles_of(TreeSize::new(size).unwrap()) {
                let span = 256_usize.pow(u32::from(id.level()));
                let tile = log.rows.tile(id).unwrap();
                for (offset, hash) in tile.hashes().iter().enumerate() {
                    let at = (usize::try_from(id.index()).unwrap() * 256 + offset) * span;
                    assert_eq!(*hash, oracle_root(&leaves[at..at + span]), "{id:?}, {offset}");
                }
            }
        }
    }
}

#[test]
fn proofs_made_from_rows_verify_against_roots_made_from_the_definition() {
    let log = TestLog::of(530, &[3, 250, 9]);
    let leaves = log.leaves();
    let size = |n: usize| TreeSize::new(u64::try_from(n).unwrap()).unwrap();
    for n in [1, 2, 3, 255, 256, 257, 300, 512, 530] {
        let root = oracle_root(&leaves[..n]);
        for i in [0, n / 3, n / 2, n - 1] {
            let index = LeafIndex::new(u64::try_from(i).unwrap()).unwrap();
            let proof = inclusion::prove(index, size(n), &log.rows.nodes(size(n))).unwrap();
            inclusion::verify(&leaves[i], index, size(n), &proof, &root).unwrap();
        }
        for m in [1, n / 2, n] {
            let growth = size(m).grow_to(size(n)).unwrap();
            let proof = consistency::prove(growth, &log.rows.nodes(size(n))).unwrap();
            consistency::verify(growth, &oracle_root(&leaves[..m]), &root, &proof).unwrap();
        }
    }
}

#[test]
fn a_leaf_is_found_by_its_hash_only_where_it_is() {
    let mut log = TestLog::of(300, &[40]);
    log.append_entries(vec![log.entries[7].clone()], None);
    let all = TreeSize::new(301).unwrap();
    for (i, leaf) in log.leaves().iter().enumerate().take(300) {
        let at = LeafIndex::new(u64::try_from(i).unwrap()).unwrap();
        assert_eq!(log.rows.leaf(at).unwrap(), *leaf);
        assert_eq!(
            log.rows.find(leaf, all).unwrap(),
            Some(at),
            "a repeat is answered by the first"
        );
        let before = TreeSize::new(at.get()).unwrap();
        assert_eq!(log.rows.find(leaf, before).unwrap(), None, "not in a tree that lacks it");
    }
    assert_eq!(log.rows.find(&Hash::of_leaf(b"nobody's"), all).unwrap(), None);
}

#[test]
fn a_leaf_that_only_shares_the_prefix_is_not_taken_for_the_one() {
    let log = TestLog::of(5, &[5]);
    let mut bytes = *log.leaves()[2].as_bytes();
    bytes[31] ^= 1;
    let twin = Hash::from_bytes(bytes);
    assert_eq!(log.rows.find(&twin, TreeSize::new(5).unwrap()).unwrap(), None);
}

#[test]
fn an_identity_leads_to_its_index_and_leaf() {
    let mut log = TestLog::of(9, &[2]);
    let key = DedupKey([7; 32]);
    log.append_entries(vec![b"named".to_vec()], Some(key));
    let known = log.rows.known(&key).unwrap().unwrap();
    assert_eq!((known.index.get(), known.leaf), (9, Hash::of_leaf(b"named")));
    assert_eq!(log.rows.known(&DedupKey([8; 32])).unwrap(), None);
}

#[test]
fn a_row_that_is_gone_is_an_error_that_names_the_place_and_never_a_short_answer() {
    for (key, _) in TestLog::of(600, &[100]).rows_of(ENTRIES) {
        let log = TestLog::of(600, &[100]);
        log.remove(ENTRIES, &key);
        let first = EntryKey::parse(&key).unwrap().first;
        let number = first / TILE_WIDTH;
        let width = u64::from(width_at(0, number, TreeSize::new(600).unwrap()));
        let error = log.rows.bundle(number, width).unwrap_err();
        assert!(matches!(error, ReadError::EntryMissing { index } if index == first), "{error}");
    }
}

#[test]
fn a_hash_row_that_is_gone_or_cut_is_an_error_that_names_the_place() {
    for (key, value) in TestLog::of(600, &[100]).rows_of(HASHES) {
        let place = HashKey::parse(&key).unwrap();
        let size = TreeSize::new(600).unwrap();
        let id = TileId::at(place.level, place.first / 256, size).unwrap();
        let log = TestLog::of(600, &[100]);
        log.remove(HASHES, &key);
        let error = log.rows.hashes(id).unwrap_err();
        let named = matches!(error, ReadError::HashMissing { level, index }
            if level == place.level && index == place.first);
        assert!(named, "{error}");
        log.overwrite(HASHES, &key, &value[..value.len() - 1]);
        assert!(log.rows.hashes(id).is_err());
    }
}

#[test]
fn entries_whose_lengths_do_not_add_up_are_refused() {
    let log = TestLog::of(3, &[3]);
    let (key, value) = log.rows_of(ENTRIES).remove(0);
    for cut in 0..value.len() {
        log.overwrite(ENTRIES, &key, &value[..cut]);
        assert!(log.rows.bundle(0, 3).is_err(), "cut at {cut}");
    }
}

#[test]
fn logs_in_one_database_do_not_see_each_other() {
    let one = TestLog::of(300, &[64]);
    let id = LogId(one.rows.log().0 + 1);
    let other = LogRows::of(Arc::clone(&one.backend), id);
    assert!(other.head().unwrap().is_none() && other.bundle(0, 1).is_err());
    assert_eq!(other.find(&one.leaves()[0], TreeSize::new(300).unwrap()).unwrap(), None);
}
