//! How a signature line is read and printed.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::key::Algorithm;
use crate::sample::{any_damage, any_name, damaged, key};

const LINE: &str = "\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=";

#[test]
fn the_line_of_the_specification_is_read() {
    let line = SignatureLine::parse(LINE).unwrap();
    assert_eq!(line.name().as_str(), "example.com/foo");
    assert_eq!(line.id().to_string(), "530d903a");
    assert_eq!(line.bytes().len(), 64);
    assert_eq!(line.to_string(), LINE);
}

#[test]
fn one_spelling_of_a_line_is_read() {
    let dash = '\u{2014}';
    let refused = [
        (String::new(), LineError::Prefix),
        (format!("{dash}"), LineError::Prefix),
        ("- a AAAAAAA=".to_string(), LineError::Prefix),
        ("\u{2013} a AAAAAAA=".to_string(), LineError::Prefix),
        (format!("{dash}a AAAAAAA="), LineError::Prefix),
        (format!(" {dash} a AAAAAAA="), LineError::Prefix),
        (format!("{dash}\u{a0}a AAAAAAA="), LineError::Prefix),
        (format!("{dash} a"), LineError::Parts),
        (format!("{dash}  AAAAAAA="), LineError::Name(NameError::Empty)),
        (format!("{dash} a+b AAAAAAA="), LineError::Name(NameError::Plus)),
        (format!("{dash} a\u{a0}b AAAAAAA="), LineError::Name(NameError::Space)),
        (format!("{dash} a  AAAAAAA="), LineError::Base64),
        (format!("{dash} a AAAAAAA= "), LineError::Base64),
        (format!("{dash} a AAAAAAA=\r"), LineError::Base64),
        (format!("{dash} a AAAAAAA"), LineError::Base64),
        (format!("{dash} a AAAAAAB="), LineError::Base64),
        (format!("{dash} a AAAAAAA= x"), LineError::Base64),
        (format!("{dash} a "), LineError::TooShort),
        (format!("{dash} a AAAA"), LineError::TooShort),
        (format!("{dash} a AAAAAA=="), LineError::TooShort),
    ];
    for (text, error) in refused {
        assert_eq!(SignatureLine::parse(&text), Err(error), "{text:?}");
    }
    assert!(SignatureLine::parse(&format!("{dash} a AAAAAAA=")).is_ok());
    let name = KeyName::parse("a").unwrap();
    let empty = SignatureLine::new(name, KeyId::from_bytes([0; 4]), Vec::new());
    assert_eq!(empty, Err(LineError::TooShort));
}

#[test]
fn name_or_id_alone_is_a_stranger() {
    let known = key("a", Algorithm::Ed25519, 1);
    let line =
        |name: &str, id| SignatureLine::new(KeyName::parse(name).unwrap(), id, vec![0]).unwrap();
    let (known, other) = (known.verifier(), KeyId::from_bytes([0; 4]));
    assert!(line("a", known.id()).claims(known));
    assert!(!line("b", known.id()).claims(known));
    assert!(!line("a", other).claims(known));
}

proptest! {
    #[test]
    fn what_is_printed_is_read(
        name in any_name(),
        id: [u8; 4],
        bytes in prop::collection::vec(any::<u8>(), 1..200),
    ) {
        let line = SignatureLine::new(name, KeyId::from_bytes(id), bytes).unwrap();
        prop_assert_eq!(SignatureLine::parse(&line.to_string()), Ok(line));
    }

    #[test]
    fn what_is_read_is_what_would_be_printed(damage in any_damage()) {
        let text = damaged(LINE.as_bytes(), &damage);
        if let Ok(text) = str::from_utf8(&text) && let Ok(line) = SignatureLine::parse(text) {
            prop_assert_eq!(line.to_string(), text);
        }
    }
}
