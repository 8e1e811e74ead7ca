//! Keys, checkpoints and damage that the tests of several rooms share.

use alloc::string::String;
use alloc::vec::Vec;

use indelible_merkle::{Hash, TreeSize};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::checkpoint::Checkpoint;
use crate::cosignature::Timestamp;
use crate::key::Algorithm;
use crate::name::{KeyName, Origin};
use crate::signer::SignerKey;
use crate::strict;

pub(crate) const ORIGIN: &str = "example.com/behind-the-sofa";
pub(crate) const NOON: Timestamp = match Timestamp::new(1_679_315_147) {
    Ok(noon) => noon,
    Err(_) => Timestamp::ZERO,
};

pub(crate) fn key(name: &str, algorithm: Algorithm, seed: u8) -> SignerKey {
    SignerKey::from_seed(KeyName::parse(name).unwrap(), algorithm, [seed; 32])
}

pub(crate) fn log_key() -> SignerKey {
    key(ORIGIN, Algorithm::Ed25519, 1)
}

/// The checkpoint in the examples of tlog-checkpoint and tlog-cosignature.
pub(crate) fn checkpoint() -> Checkpoint {
    let root = strict::hash("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=").unwrap();
    Checkpoint::new(Origin::parse(ORIGIN).unwrap(), TreeSize::new(20_852_163).unwrap(), root)
}

pub(crate) fn extended() -> Checkpoint {
    let body = checkpoint().to_body() + "one extension\nand another\n";
    Checkpoint::parse_body(&body).unwrap()
}

pub(crate) fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

pub(crate) fn any_hash() -> impl Strategy<Value = Hash> {
    any::<[u8; 32]>().prop_map(Hash::from_bytes)
}

pub(crate) fn any_algorithm() -> impl Strategy<Value = Algorithm> {
    use Algorithm::{Ed25519, Ed25519Cosignature, MlDsa44};
    prop_oneof![Just(Ed25519), Just(Ed25519Cosignature), Just(MlDsa44)]
}

pub(crate) fn any_name() -> impl Strategy<Value = KeyName> {
    "[!-*,-~\u{a1}-\u{ff}\u{4e00}-\u{4eff}]{1,40}".prop_map(|name| KeyName::parse(&name).unwrap())
}

pub(crate) fn any_checkpoint() -> impl Strategy<Value = Checkpoint> {
    let extensions = prop::collection::vec("[ -~\u{a0}-\u{ff}]{1,30}", 0..3);
    let size = 0..=TreeSize::MAX.get();
    ("[ -~\u{a0}-\u{ff}]{1,40}", size, any_hash(), extensions).prop_map(
        |(origin, size, root, extensions)| {
            let origin = Origin::parse(&origin).unwrap();
            let mut body = Checkpoint::new(origin, TreeSize::new(size).unwrap(), root).to_body();
            for line in extensions {
                body.push_str(&line);
                body.push('\n');
            }
            Checkpoint::parse_body(&body).unwrap()
        },
    )
}

/// A few small edits: what a careless program or a clever person does to a text.
pub(crate) fn any_damage() -> impl Strategy<Value = Vec<(Index, Edit)>> {
    let byte = || prop::sample::select(b"\n\n \t\r+=/AB019aZx#\x00\x7f\x80\xe2".as_slice());
    let edit = prop_oneof![
        byte().prop_map(Edit::Insert),
        byte().prop_map(Edit::Replace),
        Just(Edit::Delete),
        Just(Edit::Double),
    ];
    prop::collection::vec((any::<Index>(), edit), 1..4)
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Edit {
    Insert(u8),
    Replace(u8),
    Delete,
    Double,
}

pub(crate) fn damaged(text: &[u8], damage: &[(Index, Edit)]) -> Vec<u8> {
    let mut text = text.to_vec();
    for (at, edit) in damage {
        let at = at.index(text.len());
        match edit {
            Edit::Insert(byte) => text.insert(at, *byte),
            Edit::Replace(byte) => text[at] = *byte,
            Edit::Delete => _ = text.remove(at),
            Edit::Double => text.insert(at, text[at]),
        }
    }
    text
}

/// Every text that differs from this one in one bit, as far as it is UTF-8.
pub(crate) fn bit_flips(text: &str) -> impl Iterator<Item = String> {
    (0..text.len() * 8).filter_map(|bit| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        String::from_utf8(bytes).ok()
    })
}
