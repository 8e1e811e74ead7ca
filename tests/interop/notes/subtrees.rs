//! Signatures over subtrees.

use indelible_merkle::{Hash, LeafIndex, Subtree};
use indelible_note::{Algorithm, Origin, SignatureLine, VerifierKey, verify_subtree_cosignature};
use serde_json::json;

use super::{ORIGIN, our_key, their_key};
use crate::oracle::{Oracle, base64};

const WITNESS: &str = "witness.example/w1";

/// Each is valid by the rule of Merkle tree certificates: it starts at a multiple of the smallest
/// power of two that is not less than its length.
const SUBTREES: [(u64, u64); 6] =
    [(0, 1), (0, 300), (4, 8), (8, 13), (256, 512), (1 << 40, 1 << 41)];

#[test]
fn our_subtree_signatures_are_accepted_elsewhere_for_that_subtree_alone() {
    let mut oracle = Oracle::start();
    let key = our_key(WITNESS, Algorithm::MlDsa44, 5);
    let origin = Origin::parse(ORIGIN).expect("an origin");
    let hash = Hash::of_leaf(b"the hash of a subtree");
    for (start, end) in SUBTREES {
        let line = key.cosign_subtree(&origin, subtree(start, end), &hash).expect("a signature");
        let mut accepted = |origin: &str, start: u64, end: u64, hash: &Hash| {
            let asked = json!({
                "verifier": key.verifier().to_string(),
                "origin": origin,
                "start": start,
                "end": end,
                "hash": base64(hash.as_bytes()),
                "signature": base64(line.bytes()),
            });
            oracle.accepts("subtree.verify", &asked)
        };
        assert!(accepted(ORIGIN, start, end, &hash), "{start}..{end}");
        assert!(!accepted(ORIGIN, start, end + 1, &hash), "{start}..{end}");
        assert!(!accepted(ORIGIN, start + 1, end, &hash), "{start}..{end}");
        assert!(!accepted("log.example/other", start, end, &hash), "{start}..{end}");
        assert!(!accepted(ORIGIN, start, end, &Hash::of_leaf(b"")), "{start}..{end}");
    }
}

#[test]
fn subtree_signatures_made_elsewhere_are_accepted_here_for_that_subtree_alone() {
    let mut oracle = Oracle::start();
    let (private, verifier) = their_key(&mut oracle, WITNESS, Algorithm::MlDsa44);
    let key = VerifierKey::parse(&verifier).expect("a verifier key");
    let origin = Origin::parse(ORIGIN).expect("an origin");
    let hash = Hash::of_leaf(b"the hash of a subtree");
    for (start, end) in SUBTREES {
        let asked = json!({
            "private": private,
            "timestamp": 0,
            "origin": ORIGIN,
            "start": start,
            "end": end,
            "hash": base64(hash.as_bytes()),
        });
        let line = oracle.must_text("subtree.sign", &asked);
        let line = SignatureLine::parse(&line).expect("a signature line");
        let verify = |origin: &Origin, start, end, hash: &Hash| {
            verify_subtree_cosignature(&key, origin, subtree(start, end), hash, &line)
        };
        verify(&origin, start, end, &hash).expect("their signature");
        let elsewhere = Origin::parse("log.example/other").expect("an origin");
        assert!(verify(&elsewhere, start, end, &hash).is_err(), "{start}..{end}");
        assert!(verify(&origin, start, end, &Hash::of_leaf(b"")).is_err(), "{start}..{end}");
        for (other_start, other_end) in SUBTREES {
            let same = (other_start, other_end) == (start, end);
            let accepted = verify(&origin, other_start, other_end, &hash).is_ok();
            assert_eq!(accepted, same, "{start}..{end} shown as {other_start}..{other_end}");
        }
    }
}

fn subtree(start: u64, end: u64) -> Subtree {
    let start = LeafIndex::new(start).expect("an index");
    let end = indelible_merkle::TreeSize::new(end).expect("a size");
    Subtree::new(start, end).expect("a valid subtree")
}
