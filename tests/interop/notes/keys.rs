//! The texts of private and verifier keys.

use indelible_note::{SignerKey, VerifierKey};
use serde_json::json;

use super::{ALGORITHMS, id_number, our_key, their_key};
use crate::dice::Dice;
use crate::oracle::{Oracle, number, text};

const NAMES: [&str; 4] = ["a", "log.example/access", "oid/1.3.6.1.4.1.32473.1", "k\u{f6}ln"];

#[test]
fn keys_that_others_made_are_read_here_and_printed_as_they_were() {
    let mut oracle = Oracle::start();
    for algorithm in ALGORITHMS {
        for name in NAMES {
            let (private, verifier) = their_key(&mut oracle, name, algorithm);
            let signer = SignerKey::parse(&private).expect("a private key");
            assert_eq!(signer.to_text().as_str(), private);
            assert_eq!(signer.verifier().to_string(), verifier);
            let read = VerifierKey::parse(&verifier).expect("a verifier key");
            assert_eq!(&read, signer.verifier());
            assert_eq!((read.name().as_str(), read.algorithm()), (name, algorithm));
        }
    }
}

#[test]
fn keys_that_we_made_are_read_by_others_under_the_same_id() {
    let mut oracle = Oracle::start();
    for algorithm in ALGORITHMS {
        for name in NAMES {
            let key = our_key(name, algorithm, 7);
            let expected = id_number(key.verifier().id());
            for asked in [
                json!({ "private": key.to_text().as_str() }),
                json!({ "verifier": key.verifier().to_string() }),
            ] {
                let read = oracle.must("key.read", &asked);
                assert_eq!((text(&read["name"]).as_str(), number(&read["id"])), (name, expected));
            }
        }
    }
}

/// Theirs read some texts that are not what they would print (other base64, unchecked ids); what
/// they refuse we refuse as well.
#[test]
fn a_broken_verifier_key_that_others_refuse_is_refused_here() {
    let mut oracle = Oracle::start();
    let mut dice = Dice::new(10);
    for algorithm in ALGORITHMS {
        let (_, whole) = their_key(&mut oracle, "log.example/access", algorithm);
        let mut refused = 0;
        for _ in 0..300 {
            let mut bytes = whole.clone().into_bytes();
            match dice.below(3) {
                0 => dice.flip_a_bit(&mut bytes),
                1 => bytes.truncate(dice.index(whole.len())),
                _ => bytes.insert(dice.index(whole.len()), b"+A=\n "[dice.index(5)]),
            }
            let Ok(broken) = String::from_utf8(bytes) else { continue };
            let theirs = oracle.ask("key.read", &json!({ "verifier": broken }));
            let ours = VerifierKey::parse(&broken);
            refused += u32::from(ours.is_err());
            assert!(theirs.is_ok() || ours.is_err(), "they refuse what we read: {broken:?}");
        }
        assert!(refused > 200, "only {refused} broken keys of {algorithm:?} were refused");
    }
}
