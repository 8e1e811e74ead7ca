//! How proof files are read, and when they prove.

use alloc::format;
use alloc::string::ToString;
use alloc::vec;

use indelible_merkle::{Frontier, Refused, TreeSize};
use proptest::prelude::*;

use super::*;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::Algorithm;
use crate::name::Origin;
use crate::sample::{
    NOON, ORIGIN, any_damage, any_hash, bit_flips, checkpoint, damaged, key, log_key,
};
use crate::text::NoteError;

const HASH: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

fn index(index: u64) -> LeafIndex {
    LeafIndex::new(index).unwrap()
}

fn leaf(index: u8) -> Hash {
    Hash::of_leaf(&[index])
}

fn policy() -> Policy {
    let witness = key("witness.example/w1", Algorithm::Ed25519Cosignature, 3);
    let (log, witness) = (log_key(), witness.verifier().clone());
    Policy::parse(&format!("log {}\nwitness w {witness}\nquorum w\n", log.verifier())).unwrap()
}

/// The signed and cosigned checkpoint of a log with these many leaves.
fn published(leaves: u8) -> Claim {
    let mut frontier = Frontier::empty();
    for at in 0..leaves {
        frontier.push(leaf(at)).unwrap();
    }
    let origin = Origin::parse(ORIGIN).unwrap();
    let size = TreeSize::new(leaves.into()).unwrap();
    let checkpoint = Checkpoint::new(origin, size, frontier.root());
    let witness = key("witness.example/w1", Algorithm::Ed25519Cosignature, 3);
    let lines =
        vec![log_key().sign_log(&checkpoint).unwrap(), witness.cosign(&checkpoint, NOON).unwrap()];
    Claim::assemble(&checkpoint, lines).unwrap()
}

/// The proof of leaf 2 of five, worked out by hand.
fn third_of_five() -> ProofFile {
    let first_two = Hash::of_node(&leaf(0), &leaf(1));
    let hashes = vec![leaf(3), first_two, leaf(4)];
    ProofFile::new(Some(b"more".to_vec()), index(2), hashes, published(5)).unwrap()
}

fn file(before: &str) -> Vec<u8> {
    [before.as_bytes(), published(1).bytes()].concat()
}

#[test]
fn a_proof_proves_its_own_leaf_at_its_own_index() {
    let proof = third_of_five();
    let proven = proof.verify(&leaf(2), &policy()).unwrap();
    assert_eq!((proven.leaf(), proven.index()), (&leaf(2), index(2)));
    assert_eq!(proven.trusted().checkpoint().size().get(), 5);
    assert_eq!(proven.trusted().cosigned_by()[0].witness(), "w");

    let wrong = Err(ProofError::Inclusion(Refused::Root));
    assert_eq!(proof.verify(&leaf(1), &policy()), wrong);
    let at = |number| {
        let (hashes, claim) = (proof.hashes().to_vec(), published(5));
        ProofFile::new(None, index(number), hashes, claim).unwrap().verify(&leaf(2), &policy())
    };
    assert!(at(2).is_ok());
    for number in [0, 1, 3] {
        assert_eq!(at(number), wrong);
    }
    for number in [5, 6, TreeSize::MAX.get() - 1] {
        assert!(matches!(at(number), Err(ProofError::Inclusion(Refused::IndexOutside { .. }))));
    }
}

#[test]
fn a_proof_with_other_hashes_does_not_prove() {
    let hashes = third_of_five().hashes().to_vec();
    let with = |hashes| {
        ProofFile::new(None, index(2), hashes, published(5)).unwrap().verify(&leaf(2), &policy())
    };
    assert!(matches!(with(vec![]), Err(ProofError::Inclusion(Refused::Length { .. }))));
    for at in 0..3 {
        let (mut fewer, mut more, mut changed) = (hashes.clone(), hashes.clone(), hashes.clone());
        fewer.remove(at);
        more.insert(at, hashes[at]);
        changed[at] = leaf(9);
        for hashes in [fewer, more, changed] {
            assert!(matches!(with(hashes), Err(ProofError::Inclusion(_))));
        }
    }
}

#[test]
fn a_proof_is_worth_what_its_checkpoint_is() {
    let proof = third_of_five();
    let log_only = Policy::logs_only(vec![log_key().verifier().clone()]).unwrap();
    assert!(proof.verify(&leaf(2), &log_only).unwrap().trusted().cosigned_by().is_empty());
    let other = key(ORIGIN, Algorithm::Ed25519, 9).verifier().clone();
    let stranger = Policy::logs_only(vec![other]).unwrap();
    let unsigned = Err(ProofError::Quorum(QuorumError::Unsigned));
    assert_eq!(proof.verify(&leaf(2), &stranger), unsigned);
    let mut lines = published(5).signatures().to_vec();
    lines.truncate(1);
    let claim = Claim::assemble(published(5).unverified(), lines).unwrap();
    let proof = ProofFile::new(None, index(2), proof.hashes().to_vec(), claim).unwrap();
    let short = Err(ProofError::Quorum(QuorumError::Short { cosigned: 0 }));
    assert_eq!(proof.verify(&leaf(2), &policy()), short);
}

#[test]
fn the_file_of_a_single_leaf_has_no_hashes() {
    let bytes = file("c2sp.org/tlog-proof@v1\nindex 0\n\n");
    let proof = ProofFile::parse(&bytes).unwrap();
    assert!(proof.extra().is_none() && proof.hashes().is_empty());
    assert_eq!(proof.to_bytes(), bytes);
    assert!(proof.verify(&leaf(0), &policy()).is_ok());
    assert!(proof.verify(&leaf(1), &policy()).is_err());
}

#[test]
fn a_file_has_the_lines_of_the_specification() {
    let bytes =
        file(&format!("c2sp.org/tlog-proof@v1\nextra bW9yZQ==\nindex 73894\n{HASH}\n{HASH}\n\n"));
    let proof = ProofFile::parse(&bytes).unwrap();
    assert_eq!(proof.extra(), Some(b"more".as_slice()));
    assert_eq!(proof.index(), index(73894));
    assert_eq!(proof.hashes(), [Hash::EMPTY_ROOT; 2]);
    assert_eq!(proof.checkpoint(), &published(1));
    assert_eq!(proof.to_bytes(), bytes);
}

#[test]
fn the_checkpoint_is_kept_verbatim() {
    // Lines by strangers, and a text that looks like a proof.
    let origin = Origin::parse("c2sp.org/tlog-proof@v1").unwrap();
    let checkpoint = Checkpoint::new(origin, TreeSize::ZERO, Hash::EMPTY_ROOT);
    let line = key("stranger.example", Algorithm::MlDsa44, 6).sign_log(&checkpoint).unwrap();
    let claim = Claim::assemble(&checkpoint, vec![line.clone(), line]).unwrap();
    let bytes = [b"c2sp.org/tlog-proof@v1\nindex 0\n\n", claim.bytes()].concat();
    let proof = ProofFile::parse(&bytes).unwrap();
    assert_eq!(proof.checkpoint().bytes(), claim.bytes());
    assert_eq!(proof.to_bytes(), bytes);
}

#[test]
fn malformed_files_are_refused() {
    let v1 = "c2sp.org/tlog-proof@v1";
    let refused = [
        ("\n\n".to_string(), ProofFileError::Header),
        ("c2sp.org/tlog-proof@v2\nindex 0\n\n".to_string(), ProofFileError::Header),
        (format!("{v1}\r\nindex 0\n\n"), ProofFileError::Header),
        (format!("\u{feff}{v1}\nindex 0\n\n"), ProofFileError::Header),
        (format!("{v1}\n\n"), ProofFileError::Index),
        (format!("{v1}\nextra bW9yZQ==\n\n"), ProofFileError::Index),
        (format!("{v1}\nindex\n\n"), ProofFileError::Index),
        (format!("{v1}\nindex \n\n"), ProofFileError::Index),
        (format!("{v1}\nindex 00\n\n"), ProofFileError::Index),
        (format!("{v1}\nindex 01\n\n"), ProofFileError::Index),
        (format!("{v1}\nindex  1\n\n"), ProofFileError::Index),
        (format!("{v1}\nindex +1\n\n"), ProofFileError::Index),
        (format!("{v1}\nindex 0 \n\n"), ProofFileError::Index),
        (format!("{v1}\nindex 0\r\n\n"), ProofFileError::Index),
        (format!("{v1}\nIndex 0\n\n"), ProofFileError::Index),
        (format!("{v1}\nindex 9223372036854775808\n\n"), ProofFileError::Index),
        (format!("{v1}\nextra \nindex 0\n\n"), ProofFileError::Extra),
        (format!("{v1}\nextra\nindex 0\n\n"), ProofFileError::Extra),
        (format!("{v1}\nextra  bW9yZQ==\nindex 0\n\n"), ProofFileError::Extra),
        (format!("{v1}\nextra bW9yZQ\nindex 0\n\n"), ProofFileError::Extra),
        (format!("{v1}\nextra bW9yZR==\nindex 0\n\n"), ProofFileError::Extra),
        (format!("{v1}\nextra bW9yZQ==\nextra bW9yZQ==\nindex 0\n\n"), ProofFileError::Index),
        (format!("{v1}\nindex 0\nextra bW9yZQ==\n\n"), ProofFileError::Hash),
        (format!("{v1}\nindex 0\nindex 0\n\n"), ProofFileError::Hash),
        (format!("{v1}\nindex 0\n{HASH} \n\n"), ProofFileError::Hash),
        (format!("{v1}\nindex 0\n{HASH}\r\n\n"), ProofFileError::Hash),
        (format!("{v1}\nindex 0\nAAAA\n\n"), ProofFileError::Hash),
        (format!("{v1}\nindex 0\n{}\n\n", HASH.replace("U=", "V=")), ProofFileError::Hash),
    ];
    for (before, error) in refused {
        assert_eq!(ProofFile::parse(&file(&before)), Err(error), "{before:?}");
    }
    let parse = |text: &str| ProofFile::parse(text.as_bytes());
    assert_eq!(parse(""), Err(ProofFileError::NoCheckpoint));
    assert_eq!(parse(&format!("{v1}\nindex 0\n")), Err(ProofFileError::NoCheckpoint));
    let unsigned = ClaimError::Note(NoteError::Unsigned);
    assert_eq!(parse(&format!("{v1}\nindex 0\n\n")), Err(ProofFileError::Checkpoint(unsigned)));
    let blank = [b"c2sp.org/tlog-proof@v1\nindex 0\n\n\n", published(1).bytes()].concat();
    let no_origin = CheckpointError::Origin(crate::name::OriginError::Empty);
    assert_eq!(
        ProofFile::parse(&blank),
        Err(ProofFileError::Checkpoint(ClaimError::Checkpoint(no_origin)))
    );
    let latin = [b"c2sp.org/tlog-proof@v1\nextra \xe9\n\n", published(1).bytes()].concat();
    assert_eq!(ProofFile::parse(&latin), Err(ProofFileError::Utf8));
}

#[test]
fn a_proof_has_limits() {
    let lines = |hashes: usize| {
        let hashes = format!("{HASH}\n").repeat(hashes);
        file(&format!("c2sp.org/tlog-proof@v1\nindex 0\n{hashes}\n"))
    };
    assert_eq!(ProofFile::parse(&lines(63)).unwrap().hashes().len(), 63);
    let many = ProofFileError::TooMany { hashes: 64 };
    assert_eq!(ProofFile::parse(&lines(64)), Err(many));
    let new = |extra, hashes| ProofFile::new(extra, index(0), hashes, published(1));
    assert_eq!(new(None, vec![Hash::EMPTY_ROOT; 64]), Err(many));
    // Extra data may be larger than a line reader would like.
    let large = new(Some(vec![7; 700_000]), vec![]).unwrap();
    assert_eq!(ProofFile::parse(&large.to_bytes()), Ok(large));
    let bytes = vec![b'\n'; PROOF_FILE_BYTES_MAX + 1];
    let too_long = ProofFileError::TooLong { bytes: PROOF_FILE_BYTES_MAX + 1 };
    assert_eq!(ProofFile::parse(&bytes), Err(too_long));
    let extra = Some(vec![7; PROOF_FILE_BYTES_MAX]);
    assert!(matches!(new(extra, vec![]), Err(ProofFileError::TooLong { .. })));
}

#[test]
fn empty_extra_data_is_none() {
    let proof = ProofFile::new(Some(vec![]), index(0), vec![], published(1)).unwrap();
    assert_eq!(proof.extra(), None);
    assert_eq!(ProofFile::parse(&proof.to_bytes()), Ok(proof));
}

#[test]
fn no_single_bit_changes_what_is_proven() {
    let proof = third_of_five();
    let proven = proof.verify(&leaf(2), &policy()).unwrap();
    let text = String::from_utf8(proof.to_bytes()).unwrap();
    let mut refused = 0;
    for flipped in bit_flips(&text) {
        let read = ProofFile::parse(flipped.as_bytes());
        match read.map(|proof| (proof.verify(&leaf(2), &policy()), proof)) {
            Err(_) | Ok((Err(_), _)) => refused += 1,
            // The extra data is nobody's word.
            Ok((Ok(still), changed)) => {
                assert_ne!(changed.extra(), proof.extra());
                assert_eq!(still, proven);
            }
        }
    }
    assert!(refused > text.len() * 4);
}

proptest! {
    #[test]
    fn what_is_printed_is_read(
        extra in prop::option::of(prop::collection::vec(any::<u8>(), 1..40)),
        number in 0..TreeSize::MAX.get(),
        hashes in prop::collection::vec(any_hash(), 0..=63),
    ) {
        let proof = ProofFile::new(extra, index(number), hashes, published(1)).unwrap();
        prop_assert_eq!(ProofFile::parse(&proof.to_bytes()), Ok(proof));
    }

    #[test]
    fn what_is_read_is_what_would_be_printed(damage in any_damage()) {
        let bytes = damaged(&third_of_five().to_bytes(), &damage);
        if let Ok(proof) = ProofFile::parse(&bytes) {
            prop_assert_eq!(proof.to_bytes(), bytes);
        }
    }
}

#[test]
fn a_checkpoint_of_another_log_is_not_taken() {
    let claim = Claim::assemble(&checkpoint(), published(5).signatures().to_vec()).unwrap();
    let proof = ProofFile::new(None, index(2), third_of_five().hashes().to_vec(), claim).unwrap();
    assert!(matches!(
        proof.verify(&leaf(2), &policy()),
        Err(ProofError::Quorum(QuorumError::Refused(_)))
    ));
}
