//! Replies as tlog-witness shows them, and what is not one.

use alloc::vec;

use proptest::prelude::*;

use super::*;
use crate::samples;
use crate::samples::with_line;

/// The reply that tlog-witness gives as an example.
const EXAMPLE: &str = "\u{2014} witness.example/w1 CMp+6LWBU0anHGH5aNDTJkH/gj79sG+T6+iP2ThYN5krrDJbR1HDnucjL39QsZTSvVjyQLrdk3DXDqI5G2HgLatVs0pWh6Up69HVOw==
\u{2014} witness.example/w1 I7rEps0pvK2UqkS2gSpVUDhrhVtQV9lgF6pRrWAvjJHjyWpW7VcE3SiOlVlbQNt64vWhO+DlkL0+UfzuOBMh9ChdMkP1vi/lCAsmlw==
\u{2014} witness.example/w2 AWui8Sk55XjYLOijihBjhqEH6nS1ndDymE0a+6idX7pLcnoB+dhnz0854aLZgrrKbYKA7nC3HNJhm/kWl7oJlqU3rXXvpysAdyP3wQ==
";

#[test]
fn the_example_of_the_specification_is_read() {
    let lines = parse_signature_lines(EXAMPLE.as_bytes()).unwrap();
    let names: Vec<_> = lines.iter().map(|line| line.name().as_str()).collect();
    assert_eq!(names, ["witness.example/w1", "witness.example/w1", "witness.example/w2"]);
    assert_eq!(lines[0].id(), indelible_note::KeyId::from_bytes([0x08, 0xca, 0x7e, 0xe8]));
    assert_eq!(print_signature_lines(&lines), EXAMPLE);
}

#[test]
fn a_reply_cut_inside_a_line_is_refused() {
    let whole: Vec<_> = EXAMPLE.match_indices('\n').map(|(newline, _)| newline + 1).collect();
    for length in 0..=EXAMPLE.len() {
        let cut = parse_signature_lines(&EXAMPLE.as_bytes()[..length]);
        match whole.iter().position(|end| *end == length) {
            Some(before) => assert_eq!(cut.unwrap().len(), before + 1),
            None if length == 0 => assert_eq!(cut, Err(SignatureLinesError::Empty)),
            None => {
                let line = 1 + whole.iter().filter(|end| **end < length).count();
                assert_eq!(cut, Err(SignatureLinesError::Unterminated { line }));
            }
        }
    }
}

#[test]
fn a_malformed_line_refuses_the_reply_and_is_named() {
    for line in [
        "",
        "- witness.example/w1 CMp+6LWB",
        "\u{2014}witness.example/w1 CMp+6LWB",
        "\u{2014} witness.example/w1",
        "\u{2014} witness.example/w1 CMp+6A==",
        "\u{2014} witness.example/w1 CMp+6LWC=",
        "\u{2014} witness.example/w1 CMp+6LWB\r",
        "\u{2014} witness example/w1 CMp+6LWB",
        "example.com/behind-the-sofa",
    ] {
        let refused = parse_signature_lines(&with_line(EXAMPLE, 1, line)).unwrap_err();
        let named = matches!(refused, SignatureLinesError::Malformed { line: 2, .. });
        assert!(named, "{line:?}: {refused}");
    }
    let mut body = EXAMPLE.as_bytes().to_vec();
    body[0] = 0xff;
    assert_eq!(parse_signature_lines(&body), Err(SignatureLinesError::NotUtf8 { line: 1 }));
}

#[test]
fn one_line_too_many_and_one_byte_too_many_are_refused() {
    let lines = vec![samples::line(1); SIGNATURE_LINES_MAX];
    let body = print_signature_lines(&lines);
    assert_eq!(parse_signature_lines(body.as_bytes()).unwrap(), lines);
    let over = body + &print_signature_lines(&lines[..1]);
    assert_eq!(parse_signature_lines(over.as_bytes()), Err(SignatureLinesError::TooMany));
    let bytes = SIGNATURE_LINES_BYTES_MAX + 1;
    let refused = parse_signature_lines(&vec![b'\n'; bytes]);
    assert_eq!(refused, Err(SignatureLinesError::TooLong { bytes }));
}

#[test]
fn sixteen_of_the_longest_lines_fit_the_limit() {
    let name = indelible_note::KeyName::parse(&"n".repeat(255)).unwrap();
    let id = indelible_note::KeyId::from_bytes([1; 4]);
    let line = SignatureLine::new(name, id, vec![1; 8 + 2_420]).unwrap();
    let body = print_signature_lines(&vec![line; SIGNATURE_LINES_MAX]);
    assert!(body.len() <= SIGNATURE_LINES_BYTES_MAX, "{}", body.len());
    assert_eq!(parse_signature_lines(body.as_bytes()).unwrap().len(), SIGNATURE_LINES_MAX);
}

#[test]
fn a_size_is_a_decimal_and_a_newline() {
    for (body, size) in [(&b"0\n"[..], 0), (b"20852014\n", 20_852_014)] {
        assert_eq!(parse_size_body(body).unwrap().get(), size);
        assert_eq!(print_size_body(samples::size(size)).as_bytes(), body);
    }
    assert_eq!(parse_size_body(b"9223372036854775807\n"), Ok(TreeSize::MAX));
    assert_eq!(print_size_body(TreeSize::MAX).len(), SIZE_BODY_BYTES_MAX);
}

#[test]
fn a_reply_without_a_body_is_told_from_a_malformed_one() {
    assert_eq!(parse_size_body(b""), Err(SizeBodyError::Empty));
}

#[test]
fn every_other_spelling_of_a_size_is_refused() {
    for body in [
        "\n",
        "1",
        "1\n\n",
        "\n1\n",
        "1\r\n",
        " 1\n",
        "1 \n",
        "01\n",
        "00\n",
        "+1\n",
        "-1\n",
        "1e3\n",
        "0x1\n",
        "1\n2\n",
        "size 1\n",
        "\u{661}\n",
        "9223372036854775808\n",
        "18446744073709551616\n",
        "00000000000000000000\n",
    ] {
        assert_eq!(parse_size_body(body.as_bytes()), Err(SizeBodyError::Malformed), "{body:?}");
    }
    assert_eq!(parse_size_body(b"\xff\n"), Err(SizeBodyError::Malformed));
}

proptest! {
    #[test]
    fn printed_lines_parse_to_the_same(
        lines in prop::collection::vec(samples::any_line(), 1..=SIGNATURE_LINES_MAX)
    ) {
        let body = print_signature_lines(&lines);
        prop_assert_eq!(parse_signature_lines(body.as_bytes()), Ok(lines));
    }

    #[test]
    fn printed_sizes_parse_to_the_same(size in samples::any_size()) {
        prop_assert_eq!(parse_size_body(print_size_body(size).as_bytes()), Ok(size));
    }

    #[test]
    fn a_size_body_that_parses_is_the_printed_one(body in "[0-9+ \n]{0,4}") {
        if let Ok(size) = parse_size_body(body.as_bytes()) {
            prop_assert_eq!(print_size_body(size), body);
        }
    }
}
