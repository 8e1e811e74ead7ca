//! Well-formed things that the tests of several rooms start from, and strategies for them.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use indelible_merkle::{Hash, LeafIndex, Subtree, TreeSize};
use indelible_note::{Checkpoint, Claim, KeyId, KeyName, Origin, SignatureLine};
use proptest::prelude::*;

/// The request body that tlog-witness gives as an example of `add-checkpoint`. Its proof is too
/// short for its sizes, so it shows the form and nothing more.
pub(crate) const ADD_CHECKPOINT: &str = "old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\u{2014} example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
";

/// The checkpoint in [`ADD_CHECKPOINT`].
pub(crate) fn checkpoint() -> &'static str {
    ADD_CHECKPOINT.split_once("\n\n").unwrap().1
}

/// Texts that are almost a hash: each decoder that is a little lax takes one of them.
pub(crate) fn misspelled_hashes(hash: &str) -> Vec<String> {
    assert!(hash.ends_with("wc="), "{hash}");
    let trailing_bits = hash.replace("wc=", "wd=");
    [
        "",
        "BwcH",
        &hash[..43],
        &trailing_bits,
        &format!("{hash}\n"),
        &format!(" {hash}"),
        &format!("{hash}="),
        &"07".repeat(32),
        &hash.replace('B', "-"),
    ]
    .map(String::from)
    .into()
}

/// A hash that is plainly one of ours.
pub(crate) fn hash(byte: u8) -> Hash {
    Hash::from_bytes([byte; 32])
}

pub(crate) fn size(size: u64) -> TreeSize {
    TreeSize::new(size).unwrap()
}

pub(crate) fn index(index: u64) -> LeafIndex {
    LeafIndex::new(index).unwrap()
}

/// A checkpoint of that size under one signature, which is no signature at all.
pub(crate) fn claim(size: u64) -> Claim {
    let origin = Origin::parse("example.com/log").unwrap();
    let checkpoint = Checkpoint::new(origin, self::size(size), hash(9));
    Claim::assemble(&checkpoint, [line(1)].into()).unwrap()
}

/// A signature line whose signature is that byte again and again.
pub(crate) fn line(byte: u8) -> SignatureLine {
    let name = KeyName::parse("witness.example/w1").unwrap();
    SignatureLine::new(name, KeyId::from_bytes([byte; 4]), [byte; 72].into()).unwrap()
}

pub(crate) fn any_hash() -> impl Strategy<Value = Hash> {
    any::<[u8; 32]>().prop_map(Hash::from_bytes)
}

pub(crate) fn any_proof() -> impl Strategy<Value = Vec<Hash>> {
    prop::collection::vec(any_hash(), 0..=63)
}

/// Sizes of every magnitude.
pub(crate) fn any_size() -> impl Strategy<Value = TreeSize> {
    (any::<u64>(), 1_u32..64).prop_map(|(bits, shift)| size(bits >> shift))
}

pub(crate) fn any_line() -> impl Strategy<Value = SignatureLine> {
    let name = "[a-z./\u{e9}-]{1,20}".prop_map(|name| KeyName::parse(&name).unwrap());
    let bytes = prop::collection::vec(any::<u8>(), 1..100);
    (name, any::<[u8; 4]>(), bytes).prop_map(|(name, id, bytes)| {
        SignatureLine::new(name, KeyId::from_bytes(id), bytes).unwrap()
    })
}

pub(crate) fn any_claim() -> impl Strategy<Value = Claim> {
    let origin = "[a-z./ +\u{e9}-]{1,20}".prop_map(|origin| Origin::parse(&origin).unwrap());
    let lines = prop::collection::vec(any_line(), 1..4);
    (origin, any_size(), any_hash(), lines).prop_map(|(origin, size, root, lines)| {
        Claim::assemble(&Checkpoint::new(origin, size, root), lines).unwrap()
    })
}

/// A claim, and a subtree of its tree where it has leaves.
pub(crate) fn any_subtree_of(claim: &Claim, bits: u64, level: u32) -> Option<Subtree> {
    let size = claim.unverified().size().get();
    let leaves = 1_u64 << level.min(62);
    let start = (bits % size.max(1)) / leaves * leaves;
    let end = start.saturating_add(leaves).min(size);
    Subtree::new(index(start), self::size(end)).ok()
}

/// `text` with its `number`th line, counted from 0, replaced.
pub(crate) fn with_line(text: &str, number: usize, line: &str) -> Vec<u8> {
    let mut lines: Vec<_> = text.split('\n').map(ToString::to_string).collect();
    lines[number] = line.to_string();
    lines.join("\n").into_bytes()
}
