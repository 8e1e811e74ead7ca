//! What holds for every parser, whatever bytes it is given.
//!
//! To run one, from the top of the checkout:
//! `mkdir -p tests/fuzz/corpus/TARGET` and then `cargo +nightly fuzz run --fuzz-dir tests/fuzz TARGET
//! tests/fuzz/corpus/TARGET tests/fuzz/seeds/TARGET`. What the fuzzer finds goes to the first folder,
//! the second starts it off: without a whole checkpoint or key it would never find one.

use std::fmt::Debug;

/// Whatever parses, prints to something that parses to the same value and prints alike.
pub fn same_value<T: PartialEq + Debug, E: Debug>(
    bytes: &[u8],
    parse: impl Fn(&[u8]) -> Result<T, E>,
    print: impl Fn(&T) -> Vec<u8>,
) {
    let Ok(value) = parse(bytes) else { return };
    let printed = print(&value);
    let again = parse(&printed).expect("what was printed parses");
    assert_eq!(again, value);
    assert_eq!(print(&again), printed);
}

/// Whatever parses, prints to the very bytes it was parsed from: a value has one spelling.
pub fn one_spelling<T: PartialEq + Debug, E: Debug>(
    bytes: &[u8],
    parse: impl Fn(&[u8]) -> Result<T, E>,
    print: impl Fn(&T) -> Vec<u8>,
) {
    let Ok(value) = parse(bytes) else { return };
    assert_eq!(print(&value).escape_ascii().to_string(), bytes.escape_ascii().to_string());
    assert_eq!(parse(bytes).expect("the same bytes parse again"), value);
}

/// The same for a parser of text.
pub fn one_spelling_of_text<T: PartialEq + Debug, E: Debug>(
    bytes: &[u8],
    parse: impl Fn(&str) -> Result<T, E>,
    print: impl Fn(&T) -> String,
) {
    one_spelling(bytes, text(parse), |value| print(value).into_bytes());
}

/// A parser of text as one of bytes, which refuses what is not text.
pub fn text<T, E>(parse: impl Fn(&str) -> Result<T, E>) -> impl Fn(&[u8]) -> Result<T, Option<E>> {
    move |bytes| parse(str::from_utf8(bytes).map_err(|_| None)?).map_err(Some)
}
