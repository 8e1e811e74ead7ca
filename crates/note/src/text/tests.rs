//! How notes are read, against the notes of the specification and of Go's library.

use alloc::format;
use alloc::string::ToString;
use alloc::vec;

use proptest::prelude::*;

use super::*;
use crate::key::{Algorithm, KeyId};
use crate::name::KeyName;
use crate::sample::{any_damage, any_name, damaged, key};

/// signed-note, "Example".
const SPEC_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const SPEC_NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

/// The documentation of Go's `golang.org/x/mod/sumdb/note`.
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

/// signed-note, "Format": the text has an empty line of its own.
const POEM: &str = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned \u{e8} subito sera.\n\n\u{2014} quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";

#[test]
fn notes_of_others_verify() {
    for (key, note) in [(SPEC_KEY, SPEC_NOTE), (GO_KEY, GO_NOTE)] {
        let key = VerifierKey::parse(key).unwrap();
        let parsed = Note::parse(note.as_bytes()).unwrap();
        let text = parsed.verified_text(&key).unwrap();
        assert!(note.starts_with(text) && text.ends_with(".\n"));
        assert_eq!(parsed.to_bytes(), note.as_bytes());
    }
}

#[test]
fn a_note_is_believed_for_its_own_text_and_key_only() {
    let key = VerifierKey::parse(SPEC_KEY).unwrap();
    let changed = Note::parse(SPEC_NOTE.replace("example m", "excellent m").as_bytes()).unwrap();
    assert_eq!(changed.verified_text(&key), Err(Refused::Signature { id: key.id() }));
    let stranger = Note::parse(GO_NOTE.as_bytes()).unwrap();
    assert_eq!(stranger.verified_text(&key), Err(Refused::NoneKnown));
    let doubled = SPEC_NOTE.to_string() + "\u{2014} example.com/foo Uw2QOkn8\n";
    let short = Refused::Length { id: key.id(), bytes: 2, expected: 64 };
    assert_eq!(Note::parse(doubled.as_bytes()).unwrap().verified_text(&key), Err(short));
    let cosigner = crate::sample::key("w", Algorithm::Ed25519Cosignature, 1);
    let line = cosigner.cosign(&crate::sample::checkpoint(), crate::sample::NOON).unwrap();
    let note = Note::new(crate::sample::checkpoint().to_body(), vec![line]).unwrap();
    let id = cosigner.verifier().id();
    assert_eq!(note.verified_text(cosigner.verifier()), Err(Refused::WrongAlgorithm { id }));
}

#[test]
fn the_last_empty_line_ends_the_text() {
    let note = Note::parse(POEM.as_bytes()).unwrap();
    assert!(note.text().contains("\n\n") && note.text().ends_with("sera.\n"));
    assert_eq!(note.signatures().len(), 1);
    for text in ["\n", "a\n\n", "\n\n\na\n", "\u{2014} a AAAAAAA=\n\n\u{2014} b AAAAAAA=\n"] {
        let bytes = format!("{text}\n\u{2014} a AAAAAAA=\n");
        assert_eq!(Note::parse(bytes.as_bytes()).unwrap().text(), text);
    }
}

#[test]
fn malformed_notes_are_refused() {
    let line = "\u{2014} a AAAAAAA=\n";
    let refused = [
        (String::new(), NoteError::Unsigned),
        ("a\n".to_string(), NoteError::Unsigned),
        (format!("a\n{line}"), NoteError::Unsigned),
        (format!("\n{line}"), NoteError::Unsigned),
        ("a\n\n".to_string(), NoteError::Unsigned),
        (format!("a\n\n{line}\n"), NoteError::Unsigned),
        (format!("a\r\n\n{line}"), NoteError::Control),
        (format!("a\tb\n\n{line}"), NoteError::Control),
        (format!("a\0b\n\n{line}"), NoteError::Control),
        ("a\n\n\u{2014} a AAAAAAA=".to_string(), NoteError::Unterminated),
        (format!("a\n\n{line}x"), NoteError::Unterminated),
        (format!("a\n\n{line}x\n"), NoteError::Line(LineError::Prefix)),
        (format!("a\n\nx\n{line}"), NoteError::Line(LineError::Prefix)),
        ("a\n\n\u{2014} a AAAAAAA=\r\n".to_string(), NoteError::Line(LineError::Base64)),
        (format!("a\n\n{line}\u{2014} a AAAA\n"), NoteError::Line(LineError::TooShort)),
    ];
    for (text, error) in refused {
        assert_eq!(Note::parse(text.as_bytes()), Err(error), "{text:?}");
    }
    assert_eq!(Note::parse(b"a\xff\n\n"), Err(NoteError::Utf8));
    let line = SignatureLine::parse("\u{2014} a AAAAAAA=").unwrap();
    let new = |text: &str, lines| Note::new(text.into(), lines);
    assert_eq!(new("a", vec![line.clone()]), Err(NoteError::Unterminated));
    assert_eq!(new("", vec![line.clone()]), Err(NoteError::Unterminated));
    assert_eq!(new("\r\n", vec![line]), Err(NoteError::Control));
    assert_eq!(new("a\n", vec![]), Err(NoteError::Unsigned));
}

#[test]
fn a_note_has_limits() {
    let line = "\u{2014} a AAAAAAA=\n";
    let lines = |number| format!("a\n\n{}", line.repeat(number));
    assert_eq!(Note::parse(lines(100).as_bytes()).unwrap().signatures().len(), 100);
    let many = NoteError::TooMany { signatures: 101 };
    assert_eq!(Note::parse(lines(101).as_bytes()), Err(many));
    let tail = format!("\n\n{line}");
    let long = |bytes: usize| "a".repeat(bytes - tail.len()) + &tail;
    assert!(Note::parse(long(MAX_NOTE_BYTES).as_bytes()).is_ok());
    let bytes = MAX_NOTE_BYTES + 1;
    assert_eq!(Note::parse(long(bytes).as_bytes()), Err(NoteError::TooLong { bytes }));
    let line = SignatureLine::parse(line.trim_end()).unwrap();
    assert_eq!(Note::new("a\n".into(), vec![line.clone(); 101]), Err(many));
    let text = "a".repeat(MAX_NOTE_BYTES) + "\n";
    assert!(matches!(Note::new(text, vec![line]), Err(NoteError::TooLong { .. })));
}

#[test]
fn sixteen_ml_dsa_signatures_fit() {
    let line = key("witness.example/w1", Algorithm::MlDsa44, 1)
        .cosign(&crate::sample::checkpoint(), crate::sample::NOON)
        .unwrap();
    let note = Note::new(crate::sample::checkpoint().to_body(), vec![line; 16]).unwrap();
    assert_eq!(Note::parse(&note.to_bytes()), Ok(note));
}

proptest! {
    #[test]
    fn what_is_printed_is_read(
        text in "([ -~\u{a0}-\u{ff}\u{2014}]{0,9}\n){1,5}",
        lines in prop::collection::vec((any_name(), any::<[u8; 4]>(), any::<[u8; 7]>()), 1..5),
    ) {
        let line = |(name, id, bytes): (KeyName, _, [u8; 7])| {
            SignatureLine::new(name, KeyId::from_bytes(id), bytes.to_vec()).unwrap()
        };
        let note = Note::new(text, lines.into_iter().map(line).collect()).unwrap();
        prop_assert_eq!(Note::parse(&note.to_bytes()), Ok(note));
    }

    #[test]
    fn what_is_read_is_what_would_be_printed(damage in any_damage()) {
        let bytes = damaged(POEM.as_bytes(), &damage);
        if let Ok(note) = Note::parse(&bytes) {
            prop_assert_eq!(note.to_bytes(), bytes);
        }
    }
}
