//! Verifiers: whatever numbers and hashes they are given, they answer; what they believe with some
//! hashes they do not believe with one more or one less.
#![no_main]

use indelible_merkle::{Hash, LeafIndex, Subtree, TreeSize};
use indelible_merkle::{consistency, inclusion, subtree};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((numbers, rest)) = input.split_first_chunk::<16>() else { return };
    let (low, high) = numbers.split_at(8);
    let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    let (low, high) = (number(low), number(high));
    let (chunks, _) = rest.as_chunks::<{ Hash::BYTES }>();
    let hashes: Vec<Hash> = chunks.iter().copied().map(Hash::from_bytes).collect();
    let Some((leaf, proof)) = hashes.split_first() else { return };

    let (Ok(index), Ok(size)) = (LeafIndex::new(low), TreeSize::new(high)) else { return };
    if let Ok(root) = inclusion::root_from(leaf, index, size, proof) {
        assert_eq!(inclusion::verify(leaf, index, size, proof, &root), Ok(()));
        let longer = [proof, &[*leaf]].concat();
        assert!(inclusion::root_from(leaf, index, size, &longer).is_err());
        if let Some((_, shorter)) = proof.split_last() {
            assert!(inclusion::root_from(leaf, index, size, shorter).is_err());
        }
    }

    let Some((root, proof)) = proof.split_first() else { return };
    if let Ok(part) = Subtree::new(index, size) {
        for leaves in [size, size.checked_add(1).unwrap_or(size), TreeSize::MAX] {
            let _ = subtree::verify(part, leaf, leaves, root, proof);
        }
    }
    let Some(growth) = index.size_before().grow_to(size) else { return };
    if consistency::verify(growth, leaf, root, proof).is_ok() {
        let longer = [proof, &[*leaf]].concat();
        assert!(consistency::verify(growth, leaf, root, &longer).is_err());
    }
});
