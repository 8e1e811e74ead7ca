//! Bodies of `sign-subtree`: the form of the specification's example, and what is not one.

use alloc::string::String;
use alloc::vec;

use proptest::prelude::*;

use super::*;
use crate::samples;
use crate::samples::{index, size, with_line};

/// The example of tlog-witness, but for its signature, which the specification abbreviates.
const EXAMPLE: &str = "subtree 8 13
mbsQCg+dEIMGlpqeGgk94JutQwKKS2Lo5IuDhKmDjiU=
CD82D2LDm0phY0+xKbHyZfq3Hw21lVkuV7Zis5EFg0k=
h/ghL5nyaXTIBAklqDnisM+SFdbA3izoGZ5oRYMZzc0=
8qtnAAU9sTKQx/zt3E4v8Jt2a9IMQUf0QUawvePF9y0=
KuO5BNOmginG34Lm5G3e2GuiWliGo3K0ebzGpvI0fEg=

example.com/behind-the-sofa
14
/CcKVZM9n65aH7jLaIZuUB4/MSlEFQ4+ldwUC21rDHM=

\u{2014} witness.example/w1 LijDAFSpKvDUj+ZtaJ4lUVcnvnoo
";

fn refused(body: impl AsRef<[u8]>) -> SignSubtreeError {
    SignSubtree::parse(body.as_ref()).unwrap_err()
}

#[test]
fn the_example_of_the_specification_is_read() {
    let request = SignSubtree::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!(request.subtree(), Subtree::new(index(8), size(13)).unwrap());
    assert_eq!(strict::to_hash_text(request.hash()), EXAMPLE.split('\n').nth(1).unwrap());
    assert_eq!(request.proof().len(), 4);
    assert_eq!(request.checkpoint().unverified().size(), size(14));
    assert_eq!(request.to_bytes(), EXAMPLE.as_bytes());
}

#[test]
fn a_proof_may_have_no_lines() {
    // The whole tree is a subtree that needs no proof.
    let claim = samples::claim(14);
    let whole = Subtree::of_tree(size(14)).unwrap();
    let request = SignSubtree::new(whole, samples::hash(9), Vec::new(), claim).unwrap();
    assert_eq!(SignSubtree::parse(&request.to_bytes()), Ok(request));
}

#[test]
fn every_other_spelling_of_the_range_is_refused() {
    for line in [
        "",
        "subtree",
        "subtree 8",
        "subtree 8 ",
        "subtree  8 13",
        "subtree 8  13",
        "subtree 8 13 ",
        " subtree 8 13",
        "subtree 8 13 14",
        "subtree 08 13",
        "subtree 8 013",
        "subtree +8 13",
        "subtree 8 +13",
        "subtree 00 8",
        "subtree -8 13",
        "subtree 8-13",
        "subtree 8\t13",
        "subtree 8 13\r",
        "subtree 8 \u{661}3",
        "Subtree 8 13",
        "old 8",
        "subtree 9223372036854775807 9223372036854775807",
        "subtree 0 9223372036854775808",
        "subtree 18446744073709551616 18446744073709551617",
    ] {
        assert_eq!(refused(with_line(EXAMPLE, 0, line)), SignSubtreeError::Range, "{line:?}");
    }
}

#[test]
fn a_range_that_is_no_subtree_is_refused() {
    for line in [
        "subtree 8 8",
        "subtree 13 8",
        "subtree 0 0",
        "subtree 4 12",
        "subtree 1 3",
        "subtree 8 17",
    ] {
        let reason = refused(with_line(EXAMPLE, 0, line));
        assert!(matches!(reason, SignSubtreeError::Subtree(_)), "{line}: {reason}");
    }
}

#[test]
fn a_subtree_past_the_checkpoint_is_refused() {
    let reason = SignSubtreeError::PastCheckpoint { end: size(15), size: size(14) };
    assert_eq!(refused(with_line(EXAMPLE, 0, "subtree 8 15")), reason);
    assert!(SignSubtree::parse(&with_line(EXAMPLE, 0, "subtree 8 14")).is_ok());
}

#[test]
fn every_hash_is_32_bytes_in_strict_base64() {
    for line in [
        "",
        "mbsQCg+dEIMGlpqeGgk94JutQwKKS2Lo5IuDhKmDjg==",
        "mbsQCg+dEIMGlpqeGgk94JutQwKKS2Lo5IuDhKmDjiUA",
        "mbsQCg+dEIMGlpqeGgk94JutQwKKS2Lo5IuDhKmDjiU",
        "mbsQCg+dEIMGlpqeGgk94JutQwKKS2Lo5IuDhKmDjiV=",
        "mbsQCg-dEIMGlpqeGgk94JutQwKKS2Lo5IuDhKmDjiU=",
        "mbsQCg+dEIMGlpqeGgk94JutQwKKS2Lo5IuDhKmDjiU=\r",
    ] {
        assert_eq!(refused(with_line(EXAMPLE, 1, line)), SignSubtreeError::Hash, "{line:?}");
        if !line.is_empty() {
            let reason = SignSubtreeError::Proof(ProofLinesError::NotAHash { line: 1 });
            assert_eq!(refused(with_line(EXAMPLE, 2, line)), reason, "{line:?}");
        }
    }
}

#[test]
fn the_63rd_proof_line_is_taken_and_the_64th_is_not() {
    let lines: Vec<_> = EXAMPLE.split('\n').collect();
    let (head, tail) = (lines[..2].join("\n"), lines[6..].join("\n"));
    let body = |hashes: usize| {
        let proof: String = vec![lines[2]; hashes].join("\n");
        [&head, "\n", &proof, "\n", &tail].concat()
    };
    assert_eq!(SignSubtree::parse(body(63).as_bytes()).unwrap().proof().len(), 63);
    let too_many = SignSubtreeError::Proof(ProofLinesError::TooMany);
    assert_eq!(refused(body(64)), too_many);
    let (subtree, claim) = (Subtree::of_leaf(index(0)), samples::claim(14));
    let made = SignSubtree::new(subtree, samples::hash(1), vec![samples::hash(1); 64], claim);
    assert_eq!(made, Err(too_many));
}

#[test]
fn a_body_cut_anywhere_is_refused() {
    for length in 0..EXAMPLE.len() {
        refused(&EXAMPLE.as_bytes()[..length]);
    }
}

#[test]
fn carriage_returns_are_refused_on_every_line() {
    for (number, line) in EXAMPLE.split('\n').enumerate() {
        refused(with_line(EXAMPLE, number, &[line, "\r"].concat()));
    }
}

#[test]
fn a_missing_blank_line_is_refused() {
    let reason = SignSubtreeError::Proof(ProofLinesError::NotAHash { line: 5 });
    assert_eq!(refused(EXAMPLE.replacen("\n\n", "\n", 1)), reason);
}

#[test]
fn a_body_over_the_limit_is_refused_unread() {
    let bytes = SIGN_SUBTREE_BYTES_MAX + 1;
    assert_eq!(refused(vec![b'x'; bytes]), SignSubtreeError::TooLong { bytes });
}

proptest! {
    #[test]
    fn what_was_printed_parses_to_the_same(
        claim in samples::any_claim(), hash in samples::any_hash(), proof in samples::any_proof(),
        bits in any::<u64>(), level in 0_u32..63
    ) {
        if let Some(subtree) = samples::any_subtree_of(&claim, bits, level) {
            let request = SignSubtree::new(subtree, hash, proof, claim).unwrap();
            prop_assert_eq!(SignSubtree::parse(&request.to_bytes()), Ok(request));
        }
    }

    #[test]
    fn a_changed_byte_is_refused_or_read_as_it_stands(
        at in 0..EXAMPLE.len(), byte in any::<u8>()
    ) {
        let mut body = EXAMPLE.as_bytes().to_vec();
        body[at] = byte;
        if let Ok(request) = SignSubtree::parse(&body) {
            prop_assert_eq!(request.to_bytes(), body);
        }
    }
}
