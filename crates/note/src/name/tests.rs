//! Which names there are.

use super::*;

#[test]
fn a_key_name_is_one_word_without_plus() {
    let long = "n".repeat(1000);
    for name in [
        "a",
        "example.com/log",
        "oid/1.3.6.1.4.1.44363",
        "\u{fc}\u{4e2d}",
        "a-b_c=d",
        "\u{200b}",
        &long,
    ] {
        assert_eq!(KeyName::parse(name).unwrap().as_str(), name);
    }
    let refused = [
        ("", NameError::Empty),
        (" ", NameError::Space),
        ("a b", NameError::Space),
        ("a\tb", NameError::Space),
        ("a\n", NameError::Space),
        ("a\rb", NameError::Space),
        ("a\u{85}b", NameError::Space),
        ("a\u{a0}b", NameError::Space),
        ("a\u{1680}b", NameError::Space),
        ("a\u{2003}b", NameError::Space),
        ("a\u{2028}b", NameError::Space),
        ("a\u{202f}b", NameError::Space),
        ("a\u{205f}b", NameError::Space),
        ("a\u{3000}", NameError::Space),
        ("+", NameError::Plus),
        ("a+b", NameError::Plus),
        ("a\0b", NameError::Control),
        ("a\u{1b}b", NameError::Control),
    ];
    for (name, error) in refused {
        assert_eq!(KeyName::parse(name), Err(error), "{name:?}");
    }
}

#[test]
fn an_origin_is_one_line() {
    for origin in ["a", "a b", "a+b", " ", "\u{2014} x", "\u{2028}", "Go.SUM database tree"] {
        assert_eq!(Origin::parse(origin).unwrap().as_str(), origin);
    }
    let refused = [
        ("", OriginError::Empty),
        ("\n", OriginError::Newline),
        ("a\n", OriginError::Newline),
        ("a\nb", OriginError::Newline),
        ("a\tb", OriginError::Control),
        ("a\r", OriginError::Control),
        ("\0", OriginError::Control),
    ];
    for (origin, error) in refused {
        assert_eq!(Origin::parse(origin), Err(error), "{origin:?}");
    }
}

#[test]
fn an_origin_with_spaces_has_no_key_name() {
    let of = |origin| Origin::parse(origin).unwrap().to_key_name();
    assert_eq!(of("example.com/log").unwrap().as_str(), "example.com/log");
    assert_eq!(of("a b"), Err(NameError::Space));
    assert_eq!(of("a+b"), Err(NameError::Plus));
}

#[test]
fn every_key_name_is_an_origin() {
    let name = KeyName::parse("example.com/log").unwrap();
    assert_eq!(Origin::from(&name), Origin::parse("example.com/log").unwrap());
}
