//! Bytes as the format spells them, and rows that were damaged.

use super::*;
use crate::testing::FakeLog;

fn row() -> Cosigned {
    Cosigned {
        tree: Tree { size: TreeSize::new(0x0102).unwrap(), root: Hash::from_bytes([7; 32]) },
        timestamp: Timestamp::new(0x0304).unwrap(),
        note: b"note".to_vec(),
        lines: b"lines".to_vec(),
    }
}

#[test]
fn bytes_are_what_the_format_says() {
    let bytes = row().to_bytes().unwrap();
    assert_eq!(bytes[..8], [0, 0, 0, 0, 0, 0, 1, 2]);
    assert_eq!(bytes[8..40], [7; 32]);
    assert_eq!(bytes[40..48], [0, 0, 0, 0, 0, 0, 3, 4]);
    assert_eq!(bytes[48..52], [0, 0, 0, 4]);
    assert_eq!(&bytes[52..], b"notelines");
    assert_eq!(Cosigned::from_bytes(&bytes).unwrap(), row());
    let evidence = evidence_to_bytes(b"one", b"other").unwrap();
    assert_eq!(evidence, b"\0\0\0\x03oneother");
    assert_eq!(evidence_from_bytes(&evidence), Some((&b"one"[..], &b"other"[..])));
}

#[test]
fn a_row_cut_before_its_note_ends_is_refused() {
    let bytes = row().to_bytes().unwrap();
    for length in 0..56 {
        let refused = Cosigned::from_bytes(&bytes[..length]).unwrap_err();
        assert_eq!(refused, RowError::TooShort { bytes: length });
    }
}

#[test]
fn numbers_that_nobody_could_have_written_are_refused() {
    let mut size = row().to_bytes().unwrap();
    size[0] = 0x80;
    assert_eq!(Cosigned::from_bytes(&size), Err(RowError::Field("size")));
    let mut timestamp = row().to_bytes().unwrap();
    timestamp[40] = 0x80;
    assert_eq!(Cosigned::from_bytes(&timestamp), Err(RowError::Field("timestamp")));
}

#[test]
fn a_row_whose_note_says_something_else_is_refused() {
    let log = FakeLog::named("log.example/a");
    let (note, lines) = log.checkpoint(5).split_signatures();
    let good = Cosigned { tree: log.tree(5), note, lines, ..row() };
    let origin = log.origin();
    assert_eq!(good.check(&origin), Ok(()));
    let other = Cosigned { tree: log.tree(6), ..good.clone() };
    assert_eq!(other.check(&origin), Err(RowError::OtherNote("tree")));
    let stranger = Origin::parse("log.example/b").unwrap();
    assert_eq!(good.check(&stranger), Err(RowError::OtherNote("origin")));
    let torn = Cosigned { note: good.note[..10].to_vec(), ..good };
    assert_eq!(torn.check(&origin), Err(RowError::Field("note")));
}

#[test]
fn a_log_is_its_origin_and_its_keys_one_per_line() {
    let log = FakeLog::named("log.example/a").known();
    let bytes = log_to_bytes(&log);
    let text = String::from_utf8(bytes.clone()).unwrap();
    let keys: Vec<String> = log.keys().iter().map(|key| format!("{key}\n")).collect();
    assert_eq!(text, format!("log.example/a\n{}", keys.concat()));
    assert_eq!(log_from_bytes(&bytes).unwrap(), log);
}

#[test]
fn a_damaged_log_row_is_refused() {
    let text = String::from_utf8(log_to_bytes(&FakeLog::named("log.example/a").known())).unwrap();
    let cut = text.strip_suffix('\n').unwrap();
    for bad in ["", "\n", "log.example/a\n", cut, &text.replacen("+", "*", 1), &format!("{text}\n")]
    {
        assert!(log_from_bytes(bad.as_bytes()).is_err(), "{bad:?}");
    }
    assert!(log_from_bytes(&[0xff, b'\n']).is_err());
}
