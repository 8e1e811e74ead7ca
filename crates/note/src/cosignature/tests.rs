//! The signed messages byte for byte, and the refusals of the checker.

use alloc::string::String;
use alloc::vec;

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;
use crate::key::KeyId;
use crate::sample::{NOON, any_checkpoint, checkpoint, extended, from_hex, key, log_key};
use crate::signer::SignerKey;

const WITNESS: &str = "witness.example/w1";

/// Built from the text of tlog-cosignature by a program of others; 115 bytes.
const GOLDEN_SUBTREE_MESSAGE: &str = "737562747265652f76310a00127769746e6573732e6578616d706c652f77\
    3100000000641850cb1b6578616d706c652e636f6d2f626568696e642d746865\
    2d736f6661000000000000000000000000013e2dc30ac5186a91863e8e1d90c8\
    08014aa89bf5da8e3ee1d9f07630f0378f68f1ab62";

fn ed25519() -> SignerKey {
    key(WITNESS, Algorithm::Ed25519Cosignature, 7)
}

fn ml_dsa() -> SignerKey {
    key(WITNESS, Algorithm::MlDsa44, 8)
}

fn subtree() -> Subtree {
    Subtree::new(LeafIndex::new(8).unwrap(), TreeSize::new(13).unwrap()).unwrap()
}

fn retold(line: &SignatureLine, bytes: Vec<u8>) -> SignatureLine {
    SignatureLine::new(line.name().clone(), line.id(), bytes).unwrap()
}

#[test]
fn the_ml_dsa_message_is_the_golden_one() {
    let name = KeyName::parse(WITNESS).unwrap();
    let message = checkpoint_message(&name, NOON, &checkpoint()).unwrap();
    assert_eq!(message.len(), 115);
    assert_eq!(message, from_hex(GOLDEN_SUBTREE_MESSAGE));
}

#[test]
fn the_ed25519_message_is_the_golden_one() {
    let message = cosignature_message_v1(&checkpoint(), NOON);
    assert_eq!(message.len(), 113);
    assert_eq!(
        Sha256::digest(&message).as_slice(),
        from_hex("e5da61fc426054b9b299196251831ba990fb808990e4e3c3e63bd2140e3989cd")
    );
}

#[test]
fn extension_lines_are_in_the_ed25519_message_only() {
    let message = String::from_utf8(cosignature_message_v1(&extended(), NOON)).unwrap();
    assert!(message.ends_with("jxq2I=\none extension\nand another\n"));
    let name = KeyName::parse(WITNESS).unwrap();
    let message = |checkpoint| checkpoint_message(&name, NOON, checkpoint).unwrap();
    assert_eq!(message(&extended()), message(&checkpoint()));
}

#[test]
fn names_longer_than_one_byte_can_count_have_no_message() {
    let (fits, long) = ("n".repeat(255), "n".repeat(256));
    let message = |name: &str, origin: &str| {
        let (name, origin) = (KeyName::parse(name).unwrap(), Origin::parse(origin).unwrap());
        let root = Hash::EMPTY_ROOT;
        subtree_message(&name, NOON, &origin, LeafIndex::ZERO, TreeSize::ZERO, &root)
    };
    assert_eq!(message(&fits, &fits).unwrap().len(), 70 + 255 + 255);
    assert_eq!(message(&long, &fits), Err(UnsignableError::NameTooLong { bytes: 256 }));
    assert_eq!(message(&fits, &long), Err(UnsignableError::OriginTooLong { bytes: 256 }));
}

#[test]
fn only_what_starts_at_the_first_leaf_has_a_time() {
    let name = KeyName::parse(WITNESS).unwrap();
    let message = |timestamp| {
        let (tree, hash) = (subtree(), Hash::EMPTY_ROOT);
        let checkpoint = checkpoint();
        subtree_message(&name, timestamp, checkpoint.origin(), tree.start(), tree.end(), &hash)
    };
    assert!(message(Timestamp::ZERO).is_ok());
    assert_eq!(message(NOON), Err(UnsignableError::DatedSubtree { start: 8 }));
}

#[test]
fn timestamps_end_with_63_bits() {
    let last = (1 << 63) - 1;
    assert_eq!(Timestamp::new(last).unwrap(), Timestamp::MAX);
    assert_eq!(Timestamp::new(0).unwrap(), Timestamp::ZERO);
    for seconds in [last + 1, u64::MAX] {
        assert_eq!(Timestamp::new(seconds), Err(TimestampError { seconds }));
    }
}

#[test]
fn cosignatures_have_the_sizes_of_the_specification() {
    let bytes = |key: &SignerKey| key.cosign(&checkpoint(), NOON).unwrap().bytes().len();
    assert_eq!((bytes(&ed25519()), bytes(&ml_dsa())), (72, 2428));
}

#[test]
fn a_cosignature_says_when() {
    for cosigner in [ed25519(), ml_dsa()] {
        for checkpoint in [checkpoint(), extended()] {
            for seconds in [NOON, Timestamp::MAX, Timestamp::new(1).unwrap()] {
                let line = cosigner.cosign(&checkpoint, seconds).unwrap();
                assert_eq!(line.bytes()[..8], seconds.get().to_be_bytes());
                let said = verify_cosignature(cosigner.verifier(), &checkpoint, &line);
                assert_eq!(said, Ok(seconds));
            }
        }
    }
}

#[test]
fn a_cosignature_holds_for_its_own_checkpoint_only() {
    let shown = checkpoint();
    let other_origin = Origin::parse("example.com/before-the-sofa").unwrap();
    let (size, root) = (shown.size(), *shown.root());
    let others = [
        Checkpoint::new(other_origin, size, root),
        Checkpoint::new(shown.origin().clone(), size.checked_add(1).unwrap(), root),
        Checkpoint::new(shown.origin().clone(), size, Hash::EMPTY_ROOT),
    ];
    for cosigner in [ed25519(), ml_dsa()] {
        let (key, id) = (cosigner.verifier(), cosigner.verifier().id());
        let line = cosigner.cosign(&shown, NOON).unwrap();
        for other in &others {
            assert_eq!(verify_cosignature(key, other, &line), Err(Refused::Signature { id }));
        }
    }
    // The text that Ed25519 signs has the extension lines.
    let (cosigner, id) = (ed25519(), ed25519().verifier().id());
    let line = cosigner.cosign(&shown, NOON).unwrap();
    let said = verify_cosignature(cosigner.verifier(), &extended(), &line);
    assert_eq!(said, Err(Refused::Signature { id }));
}

#[test]
fn a_cosignature_cannot_be_moved_in_time() {
    for cosigner in [ed25519(), ml_dsa()] {
        let (key, id) = (cosigner.verifier(), cosigner.verifier().id());
        let line = cosigner.cosign(&checkpoint(), NOON).unwrap();
        for seconds in [0, NOON.get() + 1, Timestamp::MAX.get()] {
            let mut bytes = line.bytes().to_vec();
            bytes[..8].copy_from_slice(&seconds.to_be_bytes());
            let said = verify_cosignature(key, &checkpoint(), &retold(&line, bytes));
            assert_eq!(said, Err(Refused::Signature { id }));
        }
        for seconds in [1 << 63, u64::MAX] {
            let mut bytes = line.bytes().to_vec();
            bytes[..8].copy_from_slice(&seconds.to_be_bytes());
            let said = verify_cosignature(key, &checkpoint(), &retold(&line, bytes));
            assert_eq!(said, Err(Refused::Timestamp { id, seconds }));
        }
    }
}

#[test]
fn a_cosignature_of_another_length_is_refused() {
    for (cosigner, expected) in [(ed25519(), 72), (ml_dsa(), 2428)] {
        let (key, id) = (cosigner.verifier(), cosigner.verifier().id());
        let line = cosigner.cosign(&checkpoint(), NOON).unwrap();
        for bytes in [1, 7, 8, 64, expected - 1, expected + 1, expected + 8] {
            let mut resized = line.bytes().to_vec();
            resized.resize(bytes, 0);
            let said = verify_cosignature(key, &checkpoint(), &retold(&line, resized));
            assert_eq!(said, Err(Refused::Length { id, bytes, expected }));
        }
    }
}

#[test]
fn a_line_is_checked_with_its_own_key_only() {
    let line = ed25519().cosign(&checkpoint(), NOON).unwrap();
    let twin = ml_dsa();
    let refused = Refused::OtherKey { found: line.id(), expected: twin.verifier().id() };
    assert_eq!(verify_cosignature(twin.verifier(), &checkpoint(), &line), Err(refused));
}

#[test]
fn the_signature_of_a_log_is_no_cosignature() {
    let (signer, id) = (log_key(), log_key().verifier().id());
    let line = signer.sign_log(&checkpoint()).unwrap();
    let said = verify_cosignature(signer.verifier(), &checkpoint(), &line);
    assert_eq!(said, Err(Refused::WrongAlgorithm { id }));
    assert_eq!(verify_signature(signer.verifier(), &checkpoint(), &line), Ok(None));
}

#[test]
fn a_note_signature_does_not_pass_for_a_cosignature() {
    // One secret under both types: the messages differ, so neither passes for the other.
    let note = key(WITNESS, Algorithm::Ed25519, 7);
    let signature = note.sign_log(&checkpoint()).unwrap();
    let cosigner = ed25519();
    let (key, id) = (cosigner.verifier(), cosigner.verifier().id());
    let bytes = [&NOON.get().to_be_bytes(), signature.bytes()].concat();
    let line = SignatureLine::new(key.name().clone(), id, bytes).unwrap();
    assert_eq!(verify_cosignature(key, &checkpoint(), &line), Err(Refused::Signature { id }));
}

#[test]
fn a_subtree_signature_holds_for_its_own_subtree_only() {
    let cosigner = ml_dsa();
    let (key, id) = (cosigner.verifier(), cosigner.verifier().id());
    let (checkpoint, hash) = (checkpoint(), Hash::of_leaf(b"x"));
    let origin = checkpoint.origin();
    let line = cosigner.cosign_subtree(origin, subtree(), &hash).unwrap();
    assert_eq!(verify_subtree_cosignature(key, origin, subtree(), &hash, &line), Ok(()));
    let failed = Err(Refused::Signature { id });
    let other = Subtree::new(LeafIndex::new(8).unwrap(), TreeSize::new(12).unwrap()).unwrap();
    assert_eq!(verify_subtree_cosignature(key, origin, other, &hash, &line), failed);
    let root = Hash::EMPTY_ROOT;
    assert_eq!(verify_subtree_cosignature(key, origin, subtree(), &root, &line), failed);
    let elsewhere = Origin::parse("example.com/elsewhere").unwrap();
    assert_eq!(verify_subtree_cosignature(key, &elsewhere, subtree(), &hash, &line), failed);

    let mut dated = line.bytes().to_vec();
    dated[7] = 1;
    let said = verify_subtree_cosignature(key, origin, subtree(), &hash, &retold(&line, dated));
    assert_eq!(said, Err(Refused::Dated { id, seconds: 1 }));

    let old = ed25519();
    let line = old.cosign(&checkpoint, NOON).unwrap();
    let said = verify_subtree_cosignature(old.verifier(), origin, subtree(), &hash, &line);
    assert_eq!(said, Err(Refused::WrongAlgorithm { id: old.verifier().id() }));
}

#[test]
fn a_subtree_that_is_the_whole_tree_is_an_undated_cosignature() {
    let (cosigner, checkpoint) = (ml_dsa(), checkpoint());
    let whole = Subtree::new(LeafIndex::ZERO, checkpoint.size()).unwrap();
    let line = cosigner.cosign_subtree(checkpoint.origin(), whole, checkpoint.root()).unwrap();
    let said = verify_cosignature(cosigner.verifier(), &checkpoint, &line);
    assert_eq!(said, Ok(Timestamp::ZERO));
}

#[test]
fn an_origin_too_long_for_ml_dsa_is_refused_by_the_checker_too() {
    let origin = Origin::parse(&"o".repeat(256)).unwrap();
    let checkpoint = Checkpoint::new(origin, TreeSize::ZERO, Hash::EMPTY_ROOT);
    let cosigner = ml_dsa();
    let (key, id) = (cosigner.verifier(), cosigner.verifier().id());
    let line = SignatureLine::new(key.name().clone(), id, vec![0; 2428]).unwrap();
    let refused = Refused::Unsignable(UnsignableError::OriginTooLong { bytes: 256 });
    assert_eq!(verify_cosignature(key, &checkpoint, &line), Err(refused));
    // Ed25519 has no such limit.
    let cosigner = ed25519();
    let line = cosigner.cosign(&checkpoint, NOON).unwrap();
    assert_eq!(verify_cosignature(cosigner.verifier(), &checkpoint, &line), Ok(NOON));
}

#[test]
fn the_id_of_a_key_is_over_its_type() {
    let digest = |byte: u8, public: &[u8]| {
        let bytes = [WITNESS.as_bytes(), b"\n", &[byte], public].concat();
        let digest = Sha256::digest(bytes);
        KeyId::from_bytes([digest[0], digest[1], digest[2], digest[3]])
    };
    for (cosigner, byte) in [(ed25519(), 4), (ml_dsa(), 6)] {
        let key = cosigner.verifier();
        assert_eq!(key.id(), digest(byte, key.public_bytes()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_cosigned_verifies(checkpoint in any_checkpoint(), seconds in 1..1_u64 << 63) {
        let timestamp = Timestamp::new(seconds).unwrap();
        for cosigner in [ed25519(), ml_dsa()] {
            let line = cosigner.cosign(&checkpoint, timestamp).unwrap();
            let said = verify_cosignature(cosigner.verifier(), &checkpoint, &line);
            prop_assert_eq!(said, Ok(timestamp));
        }
    }
}
