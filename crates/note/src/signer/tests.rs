//! How private keys are read, and what they sign, against a second ML-DSA-44.

use alloc::format;
use alloc::string::ToString;

use fips204::ml_dsa_44;
use fips204::traits::{KeyGen, SerDes, Signer as _, Verifier};
use indelible_merkle::{LeafIndex, TreeSize};
use proptest::prelude::*;

use super::*;
use crate::cosignature::{verify_cosignature, verify_signature};
use crate::name::NameError;
use crate::sample::{
    NOON, ORIGIN, any_algorithm, any_damage, any_name, bit_flips, checkpoint, damaged, extended,
    key, log_key,
};

/// The documentation of Go's `golang.org/x/mod/sumdb/note`.
const GO_KEY: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const GO_PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_TEXT: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const GO_LINE: &str = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";

#[test]
fn a_key_made_by_go_signs_as_go_does() {
    let signer = SignerKey::parse(GO_KEY).unwrap();
    assert_eq!(signer.verifier().to_string(), GO_PUBLIC);
    assert_eq!(signer.to_text().as_str(), GO_KEY);
    let line = signer.line(signer.sign(GO_TEXT.as_bytes()).unwrap()).unwrap();
    assert_eq!(line.to_string(), GO_LINE);
}

#[test]
fn one_spelling_of_a_private_key_is_read() {
    let refused = [
        (GO_PUBLIC.to_string(), KeyError::NotPrivate),
        (String::new(), KeyError::NotPrivate),
        (format!(" {GO_KEY}"), KeyError::NotPrivate),
        (GO_KEY.to_lowercase(), KeyError::NotPrivate),
        ("PRIVATE+KEY+".to_string(), KeyError::Parts),
        ("PRIVATE+KEY+PeterNeumann+c74f20a3".to_string(), KeyError::Parts),
        (GO_KEY.replace("Peter", "Peter "), KeyError::Name(NameError::Space)),
        (GO_KEY.replace("c74f20a3", "C74F20A3"), KeyError::Id),
        (format!("{GO_KEY}\n"), KeyError::Base64),
        ("PRIVATE+KEY+PeterNeumann+c74f20a3+".to_string(), KeyError::Empty),
        (GO_KEY.replace("+AYE", "+AoE"), KeyError::Algorithm { byte: 2 }),
        (format!("{GO_KEY}AAAA"), KeyError::Length { bytes: 35, expected: 32 }),
        (
            "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEK".to_string(),
            KeyError::Length { bytes: 2, expected: 32 },
        ),
    ];
    for (text, error) in refused {
        assert_eq!(SignerKey::parse(&text).unwrap_err(), error, "{text:?}");
    }
    let long = key(&"n".repeat(256), Algorithm::MlDsa44, 1).to_text();
    let too_long = KeyError::NameTooLong { bytes: 256 };
    assert_eq!(SignerKey::parse(&long).unwrap_err(), too_long);
}

#[test]
fn a_damaged_private_key_is_not_read() {
    // The ID covers the public key that grows from the seed.
    for flipped in bit_flips(GO_KEY) {
        assert!(SignerKey::parse(&flipped).is_err(), "{flipped}");
    }
}

#[test]
fn a_secret_is_not_printed_by_accident() {
    for algorithm in [Algorithm::Ed25519, Algorithm::MlDsa44] {
        let signer = key("w", algorithm, 0x41);
        let (shown, text) = (format!("{signer:?}"), signer.to_text());
        let seed = text.rsplit('+').next().unwrap();
        assert!(shown.contains("w+") && !shown.contains(seed) && !shown.contains("65"), "{shown}");
        assert!(shown.len() < 40, "{shown}");
    }
}

#[test]
fn a_log_signs_with_both_of_its_types() {
    let plain = log_key().sign_log(&checkpoint()).unwrap();
    assert_eq!(plain.bytes().len(), 64);
    let said = verify_signature(log_key().verifier(), &checkpoint(), &plain);
    assert_eq!(said, Ok(None));
    let second = key(ORIGIN, Algorithm::MlDsa44, 2);
    let line = second.sign_log(&checkpoint()).unwrap();
    assert_eq!(line.bytes().len(), 2428);
    assert_eq!(line.bytes()[..8], [0; 8]);
    let said = verify_signature(second.verifier(), &checkpoint(), &line);
    assert_eq!(said, Ok(Some(Timestamp::ZERO)));
}

#[test]
fn the_empty_tree_can_be_signed() {
    let origin = checkpoint().origin().clone();
    let empty = Checkpoint::new(origin, TreeSize::ZERO, Hash::EMPTY_ROOT);
    for signer in [log_key(), key(ORIGIN, Algorithm::MlDsa44, 2)] {
        let line = signer.sign_log(&empty).unwrap();
        assert!(verify_signature(signer.verifier(), &empty, &line).is_ok());
    }
}

#[test]
fn one_checkpoint_has_one_signature() {
    for signer in [log_key(), key(ORIGIN, Algorithm::MlDsa44, 2)] {
        assert_eq!(signer.sign_log(&checkpoint()), signer.sign_log(&checkpoint()));
    }
}

#[test]
fn keys_do_not_sign_what_is_not_theirs() {
    let of = |algorithm| (key("w", algorithm, 1), SignError::WrongAlgorithm { algorithm });
    let hash = Hash::EMPTY_ROOT;
    let subtree = Subtree::new(LeafIndex::ZERO, TreeSize::new(1).unwrap()).unwrap();
    let origin = checkpoint().origin().clone();

    let (note, wrong) = of(Algorithm::Ed25519);
    assert_eq!(note.cosign(&checkpoint(), NOON), Err(wrong));
    assert_eq!(note.cosign_subtree(&origin, subtree, &hash), Err(wrong));
    let (old, wrong) = of(Algorithm::Ed25519Cosignature);
    assert_eq!(old.sign_log(&checkpoint()), Err(wrong));
    assert_eq!(old.cosign_subtree(&origin, subtree, &hash), Err(wrong));
}

#[test]
fn a_witness_always_says_when() {
    for algorithm in [Algorithm::Ed25519Cosignature, Algorithm::MlDsa44] {
        let witness = key("w", algorithm, 1);
        assert_eq!(witness.cosign(&checkpoint(), Timestamp::ZERO), Err(SignError::NoTimestamp));
    }
}

#[test]
fn a_log_never_signs_extension_lines() {
    for signer in [log_key(), key(ORIGIN, Algorithm::MlDsa44, 2)] {
        assert_eq!(signer.sign_log(&extended()), Err(SignError::Extensions));
    }
}

#[test]
fn names_and_origins_too_long_for_ml_dsa_are_not_signed() {
    let nameless = key(&"n".repeat(256), Algorithm::MlDsa44, 1);
    let long_name = SignError::Unsignable(UnsignableError::NameTooLong { bytes: 256 });
    assert_eq!(nameless.cosign(&checkpoint(), NOON), Err(long_name));
    assert_eq!(nameless.sign_log(&checkpoint()), Err(long_name));
    let origin = Origin::parse(&"o".repeat(256)).unwrap();
    let elsewhere = Checkpoint::new(origin, TreeSize::ZERO, Hash::EMPTY_ROOT);
    let long_origin = SignError::Unsignable(UnsignableError::OriginTooLong { bytes: 256 });
    let witness = key("w", Algorithm::MlDsa44, 1);
    assert_eq!(witness.cosign(&elsewhere, NOON), Err(long_origin));
}

#[test]
fn another_ml_dsa_makes_the_same_keys_and_signatures() {
    for seed in [0, 1, 0x5a, 0xff] {
        let signer = key("witness.example/w1", Algorithm::MlDsa44, seed);
        let (public, secret) = ml_dsa_44::KG::keygen_from_seed(&[seed; 32]);
        assert_eq!(signer.verifier().public_bytes(), public.clone().into_bytes());

        let checkpoint = checkpoint();
        let message = checkpoint_message(signer.verifier().name(), NOON, &checkpoint).unwrap();
        let ours = signer.cosign(&checkpoint, NOON).unwrap();
        let signature: [u8; 2420] = ours.bytes()[8..].try_into().unwrap();
        assert!(public.verify(&message, &signature, &[]));
        assert!(!public.verify(&message, &signature, b"another context"));

        // Deterministic signing is signing with zero randomness (FIPS 204, section 3.4).
        let theirs = secret.try_sign_with_seed(&[0; 32], &message, &[]).unwrap();
        assert_eq!(theirs, signature);
        let hedged = secret.try_sign_with_seed(&[7; 32], &message, &[]).unwrap();
        assert_ne!(hedged, signature);
        let line = signer.line(dated(NOON, &hedged)).unwrap();
        assert_eq!(verify_cosignature(signer.verifier(), &checkpoint, &line), Ok(NOON));
        let elsewhere = secret.try_sign_with_seed(&[0; 32], &message, b"context").unwrap();
        let line = signer.line(dated(NOON, &elsewhere)).unwrap();
        assert!(verify_cosignature(signer.verifier(), &checkpoint, &line).is_err());
    }
}

#[test]
fn another_ml_dsa_refuses_what_we_refuse() {
    let signer = key("witness.example/w1", Algorithm::MlDsa44, 3);
    let (public, _) = ml_dsa_44::KG::keygen_from_seed(&[3; 32]);
    let message = checkpoint_message(signer.verifier().name(), NOON, &checkpoint()).unwrap();
    let line = signer.cosign(&checkpoint(), NOON).unwrap();
    // A bit in every 13th byte, so that every part of a signature is touched: challenge, response,
    // hint.
    for at in (0..2420).step_by(13) {
        let mut signature: [u8; 2420] = line.bytes()[8..].try_into().unwrap();
        signature[at] ^= 1 << (at % 8);
        assert!(!public.verify(&message, &signature, &[]), "byte {at}");
        assert!(!signer.verifier().made(&message, &signature), "byte {at}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_printed_is_read(name in any_name(), algorithm in any_algorithm(), seed: [u8; 32]) {
        let signer = SignerKey::from_seed(name, algorithm, seed);
        let text = signer.to_text();
        let read = SignerKey::parse(&text).unwrap();
        prop_assert_eq!(read.verifier(), signer.verifier());
        prop_assert_eq!(read.to_text(), text);
    }

    #[test]
    fn what_is_read_is_what_would_be_printed(damage in any_damage()) {
        let text = damaged(GO_KEY.as_bytes(), &damage);
        if let Ok(text) = str::from_utf8(&text) && let Ok(signer) = SignerKey::parse(text) {
            let printed = signer.to_text();
            prop_assert_eq!(printed.as_str(), text);
        }
    }
}
