//! What no source file says, how each begins, and what no room is called.

use super::assert_none;
use super::tree::{self, SourceFile, planted};

/// In two halves, so that this file does not find itself.
const FORBIDDEN: &[(&str, &str)] = &[
    (concat!("to", "do!("), "finish it"),
    (concat!("unimple", "mented!("), "finish it"),
    (concat!("TO", "DO"), "open an issue"),
    (concat!("FIX", "ME"), "mend it"),
    (concat!("db", "g!("), "log it, or drop it"),
    (concat!("#[ig", "nore"), "a test that does not run tests nothing"),
    (concat!("#[al", "low("), "say `expect`, with a reason"),
    (concat!("#![al", "low("), "say `expect`, with a reason"),
];

/// A room is named for what it holds; these hold anything.
const NAMELESS: &[&str] = &[
    "common", "core", "helper", "helpers", "manager", "misc", "shared", "stuff", "types", "util",
    "utils",
];

fn bad_words(file: &SourceFile) -> Vec<String> {
    let mut complaints = Vec::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        let place = format!("{}:{number}", file.path);
        for (word, advice) in FORBIDDEN {
            if line.contains(word) {
                complaints.push(format!("{place}: `{word}`: {advice}"));
            }
        }
        if let Some(found) = line.chars().find(|c| !c.is_ascii()) {
            complaints.push(format!("{place}: not ASCII: {}", found.escape_unicode()));
        }
    }
    complaints
}

fn bad_beginning(file: &SourceFile) -> Option<String> {
    let says_what_it_holds = file.text.strip_prefix("//! ").is_some_and(|rest| {
        rest.lines().next().is_some_and(|line| line.chars().any(char::is_alphabetic))
    });
    let complaint = "does not say in its first line what it holds";
    (!says_what_it_holds).then(|| format!("{}: {complaint}", file.path))
}

fn bad_names(path: &str) -> Vec<String> {
    path.split('/')
        .map(|step| step.strip_suffix(".rs").unwrap_or(step))
        .filter(|room| NAMELESS.contains(room))
        .map(|room| format!("{path}: `{room}` does not say what it holds"))
        .collect()
}

#[test]
fn no_source_says_what_none_should() {
    let complaints: Vec<_> = tree::sources().iter().flat_map(bad_words).collect();
    assert_none(&complaints);
}

#[test]
fn every_source_begins_with_what_it_holds() {
    let complaints: Vec<_> = tree::sources().iter().filter_map(bad_beginning).collect();
    assert_none(&complaints);
}

#[test]
fn every_room_is_named_for_what_it_holds() {
    let complaints: Vec<_> =
        tree::sources().iter().flat_map(|file| bad_names(&file.path)).collect();
    assert_none(&complaints);
}

#[test]
fn each_forbidden_word_is_found_with_its_place() {
    for (word, _) in FORBIDDEN {
        let file = planted("crates/a/src/b.rs", &format!("//! B.\n    {word}\n"));
        let complaints = bad_words(&file);
        assert_eq!(complaints.len(), 1, "{word}");
        assert!(complaints.iter().all(|said| said.starts_with("crates/a/src/b.rs:2: ")));
    }
}

#[test]
fn a_letter_beyond_ascii_is_found() {
    let complaints = bad_words(&planted("b.rs", "//! B.\n// na\u{ef}ve\n"));
    assert_eq!(complaints, ["b.rs:2: not ASCII: \\u{ef}"]);
}

#[test]
fn a_file_that_does_not_say_what_it_holds_is_found() {
    for bad in ["", "use a;\n", "\n//! Late.\n", "//!\n//! Late.\n", "// Not a doc.\n", "//! .\n"] {
        assert!(bad_beginning(&planted("b.rs", bad)).is_some(), "{bad:?}");
    }
    assert_eq!(bad_beginning(&planted("b.rs", "//! What it holds.\n")), None);
}

#[test]
fn a_room_that_holds_anything_is_found() {
    assert_eq!(
        bad_names("crates/disk/src/utils.rs"),
        ["crates/disk/src/utils.rs: `utils` does not say what it holds"]
    );
    assert_eq!(bad_names("crates/common/src/lib.rs").len(), 1);
    assert_eq!(bad_names("crates/disk/src/manager/rows.rs").len(), 1);
    assert!(bad_names("crates/disk/src/score.rs").is_empty());
}
