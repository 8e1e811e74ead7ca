//! That each value has one spelling.

use proptest::prelude::*;

use super::*;

#[test]
fn base64_has_one_spelling() {
    for (text, bytes) in
        [("", b"".as_slice()), ("Zg==", b"f"), ("Zm8=", b"fo"), ("+/+/", &[0xfb, 0xff, 0xbf])]
    {
        assert_eq!(base64(text).as_deref(), Some(bytes), "{text:?}");
        assert_eq!(to_base64(bytes), text);
    }
    let refused = [
        "Zg", "Zg=", "Zg===", "=", "Zh==", "Zm9=", "Zg==\n", " Zg==", "Z g==", "Zg==Zg==", "Zm8-",
        "Zm8_", "Z", "Zm8=Zm8=", "====",
    ];
    for text in refused {
        assert_eq!(base64(text), None, "{text:?}");
    }
}

#[test]
fn a_decimal_has_one_spelling() {
    for (text, number) in [("0", 0), ("7", 7), ("10", 10), ("18446744073709551615", u64::MAX)] {
        assert_eq!(decimal(text), Some(number), "{text:?}");
    }
    let refused = [
        "",
        "00",
        "01",
        "007",
        "+1",
        "-1",
        "-0",
        " 1",
        "1 ",
        "1\n",
        "1_000",
        "0x1",
        "1e3",
        "1.0",
        "18446744073709551616",
        "\u{661}",
        "\u{ff11}",
    ];
    for text in refused {
        assert_eq!(decimal(text), None, "{text:?}");
    }
}

#[test]
fn a_hash_is_32_bytes() {
    let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    assert_eq!(hash(root), Some(Hash::EMPTY_ROOT));
    assert_eq!(to_hash_text(&Hash::EMPTY_ROOT), root);
    for bytes in [0, 1, 31, 33, 64] {
        assert_eq!(hash(&to_base64(&alloc::vec![7; bytes])), None, "{bytes} bytes");
    }
    // Two bits of the last symbol are unused, and must be zero.
    for last in ["V", "W", "X"] {
        assert_eq!(hash(&root.replace("U=", &alloc::format!("{last}="))), None, "{last}");
    }
}

proptest! {
    #[test]
    fn what_decodes_is_what_would_be_printed(text in "[A-D+/=0-9 ]{0,12}") {
        if let Some(bytes) = base64(&text) {
            prop_assert_eq!(to_base64(&bytes), text.as_str());
        }
        if let Some(number) = decimal(&text) {
            prop_assert_eq!(alloc::format!("{number}"), text.as_str());
        }
    }

    #[test]
    fn what_is_printed_decodes(bytes: Vec<u8>, number: u64) {
        prop_assert_eq!(base64(&to_base64(&bytes)), Some(bytes));
        prop_assert_eq!(decimal(&alloc::format!("{number}")), Some(number));
    }
}
