//! Bodies of `add-checkpoint`: the one of the specification, and what is not one.

use alloc::string::String;
use alloc::vec;

use indelible_note::NoteError;
use proptest::prelude::*;

use super::*;
use crate::samples;
use crate::samples::{ADD_CHECKPOINT, with_line};

const HASH: &str = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=";

fn refused(body: impl AsRef<[u8]>) -> AddCheckpointError {
    AddCheckpoint::parse(body.as_ref()).unwrap_err()
}

#[test]
fn the_example_of_the_specification_is_read() {
    let request = AddCheckpoint::parse(ADD_CHECKPOINT.as_bytes()).unwrap();
    assert_eq!(request.old().get(), 20_852_014);
    assert_eq!(request.proof().len(), 4);
    assert_eq!(request.checkpoint().bytes(), samples::checkpoint().as_bytes());
    let checkpoint = request.checkpoint().unverified();
    assert_eq!(checkpoint.origin().as_str(), "example.com/behind-the-sofa");
    assert_eq!(checkpoint.size().get(), 20_852_163);
    assert_eq!(request.checkpoint().signatures().len(), 2);
    assert_eq!(request.to_bytes(), ADD_CHECKPOINT.as_bytes());
}

#[test]
fn a_first_checkpoint_has_no_proof_lines() {
    let body = [b"old 0\n\n", samples::checkpoint().as_bytes()].concat();
    let request = AddCheckpoint::parse(&body).unwrap();
    assert_eq!((request.old(), request.proof()), (TreeSize::ZERO, &[][..]));
    assert_eq!(request.to_bytes(), body);
}

#[test]
fn an_old_size_above_the_checkpoints_is_left_to_the_witness() {
    let body = with_line(ADD_CHECKPOINT, 0, "old 9223372036854775807");
    assert_eq!(AddCheckpoint::parse(&body).unwrap().old(), TreeSize::MAX);
}

#[test]
fn every_other_spelling_of_the_old_size_is_refused() {
    for line in [
        "",
        "old",
        "old ",
        "old 01",
        "old 00",
        "old +1",
        "old -1",
        "old  1",
        "old 1 ",
        " old 1",
        "old\t1",
        "old 1\r",
        "old 1 2",
        "old 0x1",
        "old 1e3",
        "old 1_000",
        "old 1.0",
        "old \u{661}",
        "Old 1",
        "OLD 1",
        "size 1",
        "20852014",
        "old 9223372036854775808",
        "old 18446744073709551616",
        "old 99999999999999999999999999",
    ] {
        let body = with_line(ADD_CHECKPOINT, 0, line);
        assert_eq!(refused(body), AddCheckpointError::OldSize, "{line:?}");
    }
}

#[test]
fn every_other_spelling_of_a_hash_is_refused() {
    for line in [
        // 31 and 33 bytes.
        "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkQ==",
        "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkawA",
        // Without padding, with more of it, and with trailing bits that say nothing.
        "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw",
        "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw==",
        "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkax=",
        // The URL alphabet, white space, a carriage return, hexadecimal.
        "5-pKlUdi2LeF_BcMHBn-Ku6yhPGNCswZZD1X_6QgPd8=",
        " PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=",
        "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw= ",
        "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\r",
        "3e544d0abc07a6a846aeea6e7b42fb8316e36cc88a03db5e9afb996430e991ac",
        "=",
        "-",
        "\u{2014}",
    ] {
        let body = with_line(ADD_CHECKPOINT, 3, line);
        let reason = AddCheckpointError::Proof(ProofLinesError::NotAHash { line: 3 });
        assert_eq!(refused(body), reason, "{line:?}");
    }
}

#[test]
fn the_63rd_proof_line_is_taken_and_the_64th_is_not() {
    let body = |lines: usize| {
        let proof: String = vec![HASH; lines].join("\n");
        ["old 1\n", &proof, "\n\n", samples::checkpoint()].concat()
    };
    assert_eq!(AddCheckpoint::parse(body(63).as_bytes()).unwrap().proof().len(), 63);
    let too_many = AddCheckpointError::Proof(ProofLinesError::TooMany);
    assert_eq!(refused(body(64)), too_many);
    assert_eq!(refused(body(5_000)), too_many);

    let hashes = vec![samples::hash(1); 64];
    assert_eq!(AddCheckpoint::new(samples::size(1), hashes, samples::claim(2)), Err(too_many));
}

#[test]
fn a_missing_blank_line_is_refused() {
    let body = ADD_CHECKPOINT.replacen("\n\n", "\n", 1);
    let reason = AddCheckpointError::Proof(ProofLinesError::NotAHash { line: 5 });
    assert_eq!(refused(body), reason);
}

#[test]
fn a_second_blank_line_is_refused() {
    let body = ADD_CHECKPOINT.replacen("\n\n", "\n\n\n", 1);
    assert!(matches!(refused(body), AddCheckpointError::Checkpoint(_)));
}

#[test]
fn carriage_returns_are_refused() {
    assert_eq!(refused(ADD_CHECKPOINT.replace('\n', "\r\n")), AddCheckpointError::OldSize);
    for (number, line) in ADD_CHECKPOINT.split('\n').enumerate() {
        refused(with_line(ADD_CHECKPOINT, number, &[line, "\r"].concat()));
    }
}

#[test]
fn a_body_cut_anywhere_is_refused_or_is_shorter_by_a_whole_signature() {
    let last_line = ADD_CHECKPOINT.trim_end().rfind('\n').unwrap() + 1;
    for length in 0..ADD_CHECKPOINT.len() {
        let cut = AddCheckpoint::parse(&ADD_CHECKPOINT.as_bytes()[..length]);
        match cut {
            Ok(request) => {
                assert_eq!(length, last_line, "cut to {length} bytes");
                assert_eq!(request.checkpoint().signatures().len(), 1);
            }
            Err(_) => assert_ne!(length, last_line),
        }
    }
}

#[test]
fn a_checkpoint_without_signatures_is_refused() {
    let (unsigned, _) = ADD_CHECKPOINT.rsplit_once("\n\n").unwrap();
    for ending in ["", "\n", "\n\n"] {
        let reason = refused([unsigned, ending].concat());
        assert!(matches!(reason, AddCheckpointError::Checkpoint(_)), "{reason}");
    }
}

#[test]
fn bytes_after_the_checkpoint_are_refused() {
    for tail in ["\n", " ", "x", "\0", "old 1\n"] {
        let reason = refused([ADD_CHECKPOINT, tail].concat());
        assert!(matches!(reason, AddCheckpointError::Checkpoint(_)), "{tail:?}: {reason}");
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    let mut body = ADD_CHECKPOINT.as_bytes().to_vec();
    body[2] = 0xff;
    assert_eq!(refused(&body), AddCheckpointError::OldSize);
    let mut body = ADD_CHECKPOINT.as_bytes().to_vec();
    let origin = ADD_CHECKPOINT.find("example").unwrap();
    body[origin] = 0xff;
    assert_eq!(refused(&body), AddCheckpointError::Checkpoint(NoteError::Utf8.into()));
}

#[test]
fn a_body_over_the_limit_is_refused_unread() {
    let bytes = ADD_CHECKPOINT_BYTES_MAX + 1;
    assert_eq!(refused(vec![b'x'; bytes]), AddCheckpointError::TooLong { bytes });
    assert_eq!(refused(vec![b'x'; bytes - 1]), AddCheckpointError::OldSize);
}

#[test]
fn the_limit_leaves_room_for_what_witnesses_must_take() {
    // tlog-witness bodies of 128 KiB are met in practice.
    const { assert!(ADD_CHECKPOINT_BYTES_MAX >= 128 * 1024) };
}

proptest! {
    #[test]
    fn what_was_printed_parses_to_the_same(
        old in samples::any_size(), proof in samples::any_proof(), claim in samples::any_claim()
    ) {
        let request = AddCheckpoint::new(old, proof, claim).unwrap();
        prop_assert_eq!(AddCheckpoint::parse(&request.to_bytes()), Ok(request));
    }

    #[test]
    fn a_changed_byte_is_refused_or_read_as_it_stands(
        at in 0..ADD_CHECKPOINT.len(), byte in any::<u8>()
    ) {
        let mut body = ADD_CHECKPOINT.as_bytes().to_vec();
        body[at] = byte;
        if let Ok(request) = AddCheckpoint::parse(&body) {
            prop_assert_eq!(request.to_bytes(), body);
        }
    }
}
