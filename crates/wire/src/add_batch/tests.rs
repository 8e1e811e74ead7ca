//! Batches that are taken, and everything else.

use alloc::string::String;
use alloc::vec;

use proptest::prelude::*;

use super::*;
use crate::limits::ENTRY_BYTES_MAX;

fn entry(bytes: &[u8]) -> Entry {
    Entry::parse(bytes).unwrap()
}

fn lines(body: &[u8]) -> Result<Vec<Entry>, AddBatchError> {
    parse(body, Framing::JsonLines)
}

fn prefixed(body: &[u8]) -> Result<Vec<Entry>, AddBatchError> {
    parse(body, Framing::LengthPrefixed)
}

#[test]
fn length_prefixed_items_are_any_bytes() {
    let entries = prefixed(&[0, 1, b'\n', 0, 2, 0xff, 0]).unwrap();
    assert_eq!(entries, [entry(b"\n"), entry(&[0xff, 0])]);
}

#[test]
fn a_line_becomes_an_entry_to_the_byte() {
    let body =
        b"{\"b\":1, \"a\":1.0}\n [1,\t2] \n\"\\u00e9\"\n\"\xc3\xa9\"\n7\n{\"a\":1,\"a\":2}\nnull\n";
    let entries = lines(body).unwrap();
    let printed: Vec<_> = entries.iter().flat_map(|entry| [entry.as_bytes(), b"\n"]).collect();
    assert_eq!(entries.len(), 7);
    assert_eq!(printed.concat(), body);
}

#[test]
fn the_last_line_may_lack_its_newline() {
    assert_eq!(lines(b"1\n2").unwrap(), lines(b"1\n2\n").unwrap());
}

#[test]
fn a_body_without_entries_is_refused() {
    for framing in [Framing::LengthPrefixed, Framing::JsonLines] {
        assert_eq!(parse(b"", framing), Err(AddBatchError::Empty));
        assert_eq!(print(&[], framing), Err(AddBatchError::Empty));
    }
}

#[test]
fn a_prefixed_batch_is_only_read_whole() {
    let whole = [0, 3, 1, 2, 3, 0, 2, 4, 5];
    for length in 1..whole.len() {
        let cut = prefixed(&whole[..length]);
        match length {
            5 => assert_eq!(cut.unwrap(), [entry(&[1, 2, 3])]),
            1..5 => assert_eq!(cut, Err(AddBatchError::Truncated { item: 0 })),
            _ => assert_eq!(cut, Err(AddBatchError::Truncated { item: 1 })),
        }
    }
}

#[test]
fn an_empty_item_is_refused_and_named() {
    let reason = EntryError::Empty;
    assert_eq!(prefixed(&[0, 1, 7, 0, 0]), Err(AddBatchError::Entry { item: 1, reason }));
}

#[test]
fn lines_that_are_not_json_are_refused_and_named() {
    let refused: &[&[u8]] = &[
        b"{",
        b"{]",
        b"{\"a\":1}}",
        b"{\"a\":1,}",
        b"{'a':1}",
        b"[1 2]",
        b"1 2",
        b"01",
        b"+1",
        b".5",
        b"1.",
        b"NaN",
        b"nul",
        b"True",
        b"\"",
        b"\"\\x\"",
        b"\"\\u12\"",
        b"\"tab\tinside\"",
        b"\"\xff\"",
        b"\"\xc3\"",
        b"\"\xed\xa0\x80\"",
        b"\xef\xbb\xbf{}",
        b"{}\x00",
        b"// comment",
        b"{}\x0c",
    ];
    for line in refused {
        let body = [b"{}\n", *line, b"\n{}\n"].concat();
        let error = lines(&body).unwrap_err();
        assert_eq!(error, AddBatchError::NotJson { item: 1 }, "{:?}", line.escape_ascii());
        assert_eq!(error.item(), Some(1));
    }
}

#[test]
fn blank_lines_are_refused_but_for_a_final_newline() {
    for (body, item) in [
        (&b"\n"[..], 0),
        (b"\n1\n", 0),
        (b"1\n\n2\n", 1),
        (b"1\n \t\n2\n", 1),
        (b"1\n\n", 1),
        (b"1\n ", 1),
        (b"1\n\r\n", 1),
    ] {
        assert_eq!(
            lines(body),
            Err(AddBatchError::BlankLine { item }),
            "{:?}",
            body.escape_ascii()
        );
    }
}

#[test]
fn a_carriage_return_is_not_quietly_hashed() {
    assert_eq!(lines(b"{}\r\n{}\r\n"), Err(AddBatchError::CarriageReturn { item: 0 }));
    assert_eq!(lines(b"{}\n{}\r"), Err(AddBatchError::CarriageReturn { item: 1 }));
    // Inside a value it is white space like any other.
    assert!(lines(b"[1,\r2]\n").is_ok());
}

#[test]
fn a_deeply_nested_line_neither_recurses_nor_is_refused() {
    let depth = ENTRY_BYTES_MAX / 2;
    let nested = "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(lines(nested.as_bytes()).unwrap().len(), 1);
    assert_eq!(lines(&nested.as_bytes()[1..]), Err(AddBatchError::NotJson { item: 0 }));
}

#[test]
fn a_line_may_be_as_long_as_an_entry_and_no_longer() {
    let longest = ["\"", &"x".repeat(ENTRY_BYTES_MAX - 2), "\""].concat();
    assert_eq!(lines(longest.as_bytes()).unwrap()[0].as_bytes().len(), ENTRY_BYTES_MAX);
    let longer = ["\"", &"x".repeat(ENTRY_BYTES_MAX - 1), "\""].concat();
    let reason = EntryError::TooLong { bytes: ENTRY_BYTES_MAX + 1 };
    assert_eq!(lines(longer.as_bytes()), Err(AddBatchError::Entry { item: 0, reason }));
}

#[test]
fn one_entry_too_many_is_refused_in_both_framings() {
    for (framing, item) in
        [(Framing::LengthPrefixed, &[0, 1, b'7'][..]), (Framing::JsonLines, b"7\n")]
    {
        let full = item.repeat(BATCH_ENTRIES_MAX);
        let entries = parse(&full, framing).unwrap();
        assert_eq!(entries.len(), BATCH_ENTRIES_MAX);
        assert_eq!(print(&entries, framing).unwrap(), full);

        let mut over = entries;
        over.push(entry(b"7"));
        assert_eq!(parse(&[&full, item].concat(), framing), Err(AddBatchError::TooMany));
        assert_eq!(print(&over, framing), Err(AddBatchError::TooMany));
    }
}

#[test]
fn one_byte_too_many_is_refused_before_it_is_read() {
    // 127 of the largest entries, and one that fills the rest to the byte.
    let mut entries = vec![entry(&[1; ENTRY_BYTES_MAX]); 127];
    let rest = BATCH_BYTES_MAX - 127 * (2 + ENTRY_BYTES_MAX);
    entries.push(entry(&vec![1; rest - 2]));
    let body = print(&entries, Framing::LengthPrefixed).unwrap();
    assert_eq!(body.len(), BATCH_BYTES_MAX);
    assert_eq!(prefixed(&body).unwrap().len(), 128);

    let over = AddBatchError::TooLong { bytes: BATCH_BYTES_MAX + 1 };
    assert_eq!(prefixed(&[&body[..], &[0]].concat()), Err(over));
    entries[127] = entry(&vec![1; rest - 1]);
    assert_eq!(print(&entries, Framing::LengthPrefixed), Err(over));
}

#[test]
fn what_would_not_be_read_back_is_not_printed_as_lines() {
    for (bytes, refused) in [
        (&b"not json"[..], AddBatchError::NotJson { item: 1 }),
        (b"[1,\n2]", AddBatchError::NotJson { item: 1 }),
        (b"{}\n", AddBatchError::NotJson { item: 1 }),
        (b"{}\r", AddBatchError::CarriageReturn { item: 1 }),
        (b" ", AddBatchError::BlankLine { item: 1 }),
    ] {
        assert_eq!(print(&[entry(b"{}"), entry(bytes)], Framing::JsonLines), Err(refused));
    }
}

#[test]
fn the_framing_follows_from_the_content_type() {
    for (value, framing) in [
        ("application/octet-stream", Some(Framing::LengthPrefixed)),
        ("application/x-ndjson", Some(Framing::JsonLines)),
        ("Application/X-NDJSON ; charset=utf-8", Some(Framing::JsonLines)),
        ("application/json", None),
        ("application/x-ndjson, application/octet-stream", None),
        ("", None),
    ] {
        assert_eq!(Framing::of_content_type(value), framing, "{value:?}");
    }
}

fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(String::from("null")),
        any::<i64>().prop_map(|number| alloc::format!("{number}")),
        "\"[a-z]{0,8}\"",
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop::collection::vec(inner, 0..3)
            .prop_map(|items| alloc::format!("[{}]", items.join(", ")))
    })
}

proptest! {
    #[test]
    fn prefixed_batches_round_trip(
        items in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 1..20)
    ) {
        let entries: Vec<_> = items.iter().map(|item| entry(item)).collect();
        let body = print(&entries, Framing::LengthPrefixed).unwrap();
        prop_assert_eq!(prefixed(&body).unwrap(), entries);
    }

    #[test]
    fn json_lines_round_trip(items in prop::collection::vec(any_json(), 1..10)) {
        let entries: Vec<_> = items.iter().map(|item| entry(item.as_bytes())).collect();
        let body = print(&entries, Framing::JsonLines).unwrap();
        prop_assert_eq!(lines(&body).unwrap(), entries);
    }

    #[test]
    fn a_line_is_taken_just_when_it_is_json(line in "[\\[\\]{}\":,0-9a-d\\\\ ]{1,12}") {
        let judged = serde_json::from_str::<serde_json::Value>(&line).is_ok();
        prop_assert_eq!(lines(line.as_bytes()).is_ok(), judged, "{}", line);
    }
}
