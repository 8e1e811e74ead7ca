//! Which public keys can be used, against the specification's key and the known bad points.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::sample::{any_algorithm, any_damage, any_name, bit_flips, damaged, from_hex, key};

/// signed-note, "Example".
const SPEC_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

fn written(name: &str, algorithm: Algorithm, public: &[u8]) -> String {
    let name = KeyName::parse(name).unwrap();
    let id = KeyId::of(&name, algorithm, public);
    let mut text = String::new();
    write_key(&mut text, &name, id, algorithm, public).unwrap();
    text
}

#[test]
fn the_key_of_the_specification_is_read() {
    let key = VerifierKey::parse(SPEC_KEY).unwrap();
    assert_eq!(key.name().as_str(), "example.com/foo");
    assert_eq!(key.id().to_string(), "530d903a");
    assert_eq!(key.id().as_bytes(), &[0x53, 0x0d, 0x90, 0x3a]);
    assert_eq!(key.algorithm(), Algorithm::Ed25519);
    assert_eq!(key.public_bytes().len(), 32);
    assert_eq!(key.to_string(), SPEC_KEY);
}

#[test]
fn sizes_are_what_the_specifications_say() {
    let encoded = |algorithm| {
        let text = key("w", algorithm, 9).verifier().to_string();
        text.splitn(3, '+').nth(2).unwrap().len()
    };
    assert_eq!(encoded(Algorithm::Ed25519), 44);
    assert_eq!(encoded(Algorithm::Ed25519Cosignature), 44);
    assert_eq!(encoded(Algorithm::MlDsa44), 1752);
}

#[test]
fn one_spelling_of_a_key_is_read() {
    let material = "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    let refused = [
        ("example.com/foo+530d903a".to_string(), KeyError::Parts),
        ("example.com/foo".to_string(), KeyError::Parts),
        (String::new(), KeyError::Parts),
        (format!("+530d903a+{material}"), KeyError::Name(NameError::Empty)),
        (format!("example.com/ foo+530d903a+{material}"), KeyError::Name(NameError::Space)),
        (format!(" {SPEC_KEY}"), KeyError::Name(NameError::Space)),
        (format!("example.com/foo+530D903A+{material}"), KeyError::Id),
        (format!("example.com/foo+530d903+{material}"), KeyError::Id),
        (format!("example.com/foo+0530d903a+{material}"), KeyError::Id),
        (format!("example.com/foo++30d903a+{material}"), KeyError::Id),
        (format!("example.com/foo+ 530d903+{material}"), KeyError::Id),
        (format!("{SPEC_KEY}\n"), KeyError::Base64),
        (format!("{SPEC_KEY} "), KeyError::Base64),
        (format!("{SPEC_KEY}+"), KeyError::Base64),
        (format!("{SPEC_KEY}="), KeyError::Base64),
        ("example.com/foo+530d903a+".to_string(), KeyError::Empty),
        ("example.com/foo+530d903a+AQ==".to_string(), KeyError::Length { bytes: 0, expected: 32 }),
    ];
    for (text, error) in refused {
        assert_eq!(VerifierKey::parse(&text), Err(error), "{text:?}");
    }
}

#[test]
fn a_key_under_another_name_or_id_is_refused() {
    let computed = VerifierKey::parse(SPEC_KEY).unwrap().id();
    let stated = KeyId::from_bytes([0x53, 0x0d, 0x90, 0x3b]);
    let text = SPEC_KEY.replace("530d903a", "530d903b");
    assert_eq!(VerifierKey::parse(&text), Err(KeyError::OtherId { stated, computed }));
    let renamed = VerifierKey::parse(&SPEC_KEY.replace("/foo", "/bar"));
    assert!(matches!(renamed, Err(KeyError::OtherId { stated, .. }) if stated == computed));
}

#[test]
fn no_single_bit_of_a_key_can_change() {
    for flipped in bit_flips(SPEC_KEY) {
        assert!(VerifierKey::parse(&flipped).is_err(), "{flipped}");
    }
}

#[test]
fn types_that_we_do_not_speak_are_refused() {
    for byte in (0..=255).filter(|byte| ![1, 4, 6].contains(byte)) {
        let encoded = strict::to_base64(&[&[byte], [7; 32].as_slice()].concat());
        let text = format!("example.com/foo+530d903a+{encoded}");
        assert_eq!(VerifierKey::parse(&text), Err(KeyError::Algorithm { byte }));
    }
    for algorithm in [Algorithm::Ed25519, Algorithm::Ed25519Cosignature, Algorithm::MlDsa44] {
        assert_eq!(Algorithm::from_type_byte(algorithm.type_byte()), Some(algorithm));
    }
}

#[test]
fn material_of_another_length_is_refused() {
    let name = KeyName::parse("w").unwrap();
    for (algorithm, expected) in
        [(Algorithm::Ed25519, 32), (Algorithm::Ed25519Cosignature, 32), (Algorithm::MlDsa44, 1312)]
    {
        for bytes in [0, 31, 33, 64, 1311, 1313, 2420] {
            let made = VerifierKey::from_public(name.clone(), algorithm, &vec![1; bytes]);
            assert_eq!(made, Err(KeyError::Length { bytes, expected }));
        }
    }
}

#[test]
fn points_of_small_order_are_refused() {
    // All points of order 1, 2, 4 and 8, in all their encodings.
    let weak = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ];
    for point in weak {
        for algorithm in [Algorithm::Ed25519, Algorithm::Ed25519Cosignature] {
            let text = written("example.com/foo", algorithm, &from_hex(point));
            assert_eq!(VerifierKey::parse(&text), Err(KeyError::Point), "{point}");
        }
    }
}

#[test]
fn a_point_has_one_encoding() {
    // p + y for every y that fits: the second encodings that decompression would let through.
    for y in 0..19 {
        for sign in [0x7f, 0xff] {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (0xed + y, sign);
            let text = written("example.com/foo", Algorithm::Ed25519, &bytes);
            assert_eq!(VerifierKey::parse(&text), Err(KeyError::Point), "y = {y}");
        }
    }
}

#[test]
fn no_point_is_refused() {
    // y = 2 is on no point of the curve.
    let mut bytes = [0; 32];
    bytes[0] = 2;
    let text = written("example.com/foo", Algorithm::Ed25519, &bytes);
    assert_eq!(VerifierKey::parse(&text), Err(KeyError::Point));
}

/// "Taming the many EdDSAs" (IACR ePrint 2020/1244), table 6c, cases 2 to 5: message, key,
/// signature, and whether the strict rules accept it.
#[test]
fn signatures_are_checked_by_the_strict_rules() {
    let cases = [
        // R of small order.
        (
            "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
            "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa\
             8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e",
            false,
        ),
        // Key and R of mixed order: the equation holds without the cofactor.
        (
            "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
            "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
            "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f\
             87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009",
            true,
        ),
    ];
    for (message, public, signature, holds) in cases {
        let name = KeyName::parse("example.com/foo").unwrap();
        let key = VerifierKey::from_public(name, Algorithm::Ed25519, &from_hex(public)).unwrap();
        assert_eq!(key.made(&from_hex(message), &from_hex(signature)), holds, "{message}");
    }
}

#[test]
fn a_signature_cannot_be_bent() {
    // The order of the group, added to S: the equation still holds, and the signature differs.
    let order = from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let signer = key("example.com/foo", Algorithm::Ed25519, 3);
    let checkpoint = crate::sample::checkpoint();
    let line = signer.sign_log(&checkpoint).unwrap();
    let body = checkpoint.to_body();
    assert!(signer.verifier().made(body.as_bytes(), line.bytes()));
    let mut bent = line.bytes().to_vec();
    let mut carry = 0;
    for (at, byte) in bent.iter_mut().skip(32).enumerate() {
        carry += u16::from(*byte) + u16::from(order[at]);
        *byte = u8::try_from(carry & 0xff).unwrap();
        carry >>= 8;
    }
    assert!(!signer.verifier().made(body.as_bytes(), &bent));
}

#[test]
fn a_name_that_ml_dsa_cannot_sign_is_refused_at_once() {
    let (fits, bytes) = ("n".repeat(255), 256);
    let public = key("n", Algorithm::MlDsa44, 1).verifier().public_bytes().to_vec();
    let of = |name: &str| VerifierKey::parse(&written(name, Algorithm::MlDsa44, &public));
    assert!(of(&fits).is_ok());
    assert_eq!(of(&"n".repeat(bytes)), Err(KeyError::NameTooLong { bytes }));
}

#[test]
fn one_public_key_under_two_types_is_two_keys() {
    let note = key("w", Algorithm::Ed25519, 5);
    let cosigner = key("w", Algorithm::Ed25519Cosignature, 5);
    assert_eq!(note.verifier().public_bytes(), cosigner.verifier().public_bytes());
    assert_ne!(note.verifier().id(), cosigner.verifier().id());
    assert_ne!(note.verifier(), cosigner.verifier());
}

proptest! {
    #[test]
    fn what_is_printed_is_read(name in any_name(), algorithm in any_algorithm(), seed: [u8; 32]) {
        let key = crate::signer::SignerKey::from_seed(name, algorithm, seed);
        let text = key.verifier().to_string();
        prop_assert_eq!(&VerifierKey::parse(&text).unwrap(), key.verifier());
    }

    #[test]
    fn what_is_read_is_what_would_be_printed(damage in any_damage()) {
        let text: Vec<u8> = damaged(SPEC_KEY.as_bytes(), &damage);
        if let Ok(text) = str::from_utf8(&text) && let Ok(key) = VerifierKey::parse(text) {
            prop_assert_eq!(key.to_string(), text);
        }
    }
}
