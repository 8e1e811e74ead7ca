//! What an attacker, a bad disk or a careless server makes of a proof.

use alloc::vec::Vec;

use crate::hash::Hash;

/// The hash with each one of its bits changed.
pub(crate) fn bit_flips(hash: Hash) -> impl Iterator<Item = Hash> {
    (0..256_usize).map(move |bit| {
        let mut bytes = *hash.as_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        Hash::from_bytes(bytes)
    })
}

/// Calls with the proof after each change of one of its bits.
pub(crate) fn with_each_bit_flipped(proof: &[Hash], mut changed: impl FnMut(&[Hash])) {
    let mut proof = proof.to_vec();
    for place in 0..proof.len() {
        let before = proof[place];
        for flipped in bit_flips(before) {
            proof[place] = flipped;
            changed(&proof);
        }
        proof[place] = before;
    }
}

/// The proof with one or two hashes too few or too many, at either end.
pub(crate) fn other_lengths(proof: &[Hash], surplus: [Hash; 2]) -> Vec<Vec<Hash>> {
    let mut others = Vec::new();
    for count in 1..=2 {
        if let Some(kept) = proof.len().checked_sub(count) {
            others.push(proof[..kept].to_vec());
            others.push(proof[count..].to_vec());
        }
        others.push([proof, &surplus[..count]].concat());
        others.push([&surplus[..count], proof].concat());
        if let (Some(first), Some(last)) = (proof.first(), proof.last()) {
            let repeated = |hash: &Hash| core::iter::repeat_n(*hash, count).collect::<Vec<_>>();
            others.push([repeated(first).as_slice(), proof].concat());
            others.push([proof, repeated(last).as_slice()].concat());
        }
    }
    others
}

/// The proof with each pair of neighbours swapped.
pub(crate) fn swapped(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let swap = |place: usize| {
        let mut swapped = proof.to_vec();
        swapped.swap(place - 1, place);
        swapped
    };
    (1..proof.len()).map(swap).collect()
}
