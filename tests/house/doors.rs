//! Every crate's door says what the crate holds, what it does not, and on whom it stands.

use std::collections::BTreeSet;

use super::assert_none;
use super::plan::{Docs, HOUSE, Nature, Room};
use super::tree::{self, SourceFile, planted};
use super::walls::Used;

const SENTENCES: &[&str] = &["Holds: ", "Holds not: ", "Depends on: "];

fn bad_door(room: &Room, used: &BTreeSet<&str>, door: &SourceFile) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut complain = |what: String| complaints.push(format!("{}: {what}", door.path));
    let lines: Vec<&str> = door.text.lines().collect();
    let has = |line: &str| lines.contains(&line);

    let opening: Vec<_> = lines.iter().take_while(|line| line.starts_with("//! ")).collect();
    if !opening.last().is_some_and(|line| line.ends_with('.')) {
        complain("it does not begin with a sentence about the crate".to_owned());
    }
    let starts: Vec<Option<usize>> =
        SENTENCES.iter().map(|start| sentence_at(&lines, start)).collect();
    for (start, at) in SENTENCES.iter().zip(&starts) {
        if at.is_none() {
            complain(format!("there is no sentence `{start}...`"));
        }
    }
    if starts.iter().all(Option::is_some) && !starts.is_sorted() {
        complain("the sentences are not in their order".to_owned());
    }
    if let Some(Some(at)) = starts.last() {
        let said = crates_named(lines.get(*at..).unwrap_or_default());
        if said != *used {
            complain(format!("it says that it depends on {said:?}, the manifest says {used:?}"));
        }
    }
    if room.nature == Nature::Pure && !has("#![no_std]") {
        complain("a pure crate is `#![no_std]`".to_owned());
    }
    if room.docs == Docs::Required && !has("#![warn(missing_docs)]") {
        complain("`#![warn(missing_docs)]` is missing".to_owned());
    }
    let lets_std_in = lines.iter().zip(lines.iter().skip(1)).any(|(before, line)| {
        line.trim() == "extern crate std;" && before.trim() != "#[cfg(test)]"
    });
    if room.nature == Nature::Pure && lets_std_in {
        complain("a pure crate lets `std` in for its tests only".to_owned());
    }
    complaints
}

fn sentence_at(lines: &[&str], start: &str) -> Option<usize> {
    lines.iter().position(|line| {
        line.strip_prefix("//! ").is_some_and(|said| said.starts_with(start) && said != start)
    })
}

/// The crates of ours that a sentence names, over all of its lines.
fn crates_named<'a>(lines: &[&'a str]) -> BTreeSet<&'a str> {
    let sentence = lines.iter().take_while(|line| line.starts_with("//! "));
    sentence
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .filter(|name| HOUSE.iter().any(|room| room.name == *name))
        .collect()
}

#[test]
fn every_door_says_what_is_behind_it() {
    let (sources, manifests) = (tree::sources(), tree::manifests());
    let mut complaints = Vec::new();
    for room in HOUSE {
        let path = format!("crates/{}/src/lib.rs", room.name);
        let door = sources.iter().find(|file| file.path == path);
        let manifest = manifests.iter().find(|(name, _)| name == room.name);
        match (door, manifest) {
            (Some(door), Some((_, manifest))) => {
                complaints.extend(bad_door(room, &Used::by(manifest).ours(), door));
            }
            _ => complaints.push(format!("{path} is missing")),
        }
    }
    assert_none(&complaints);
}

const GOOD: &str = "//! Signed text.
//!
//! Holds: what a signature means,
//! and when to believe one.
//! Holds not: whom we ask.
//! Depends on: `merkle`,
//! `wire` and nothing else.
#![no_std]
#![warn(missing_docs)]

#[cfg(test)]
extern crate std;
";

fn complaints_about(text: &str) -> Vec<String> {
    let room = Room {
        name: "note",
        floor: 2,
        may_use: &["merkle", "wire"],
        nature: Nature::Pure,
        docs: Docs::Required,
    };
    bad_door(&room, &BTreeSet::from(["merkle", "wire"]), &planted("lib.rs", text))
}

#[test]
fn a_good_door_is_not_complained_of() {
    assert!(complaints_about(GOOD).is_empty(), "{:?}", complaints_about(GOOD));
}

#[test]
fn whatever_is_missing_or_wrong_at_a_door_is_found() {
    for (good, bad, complaint) in [
        ("//! Signed text.\n", "", "it does not begin with a sentence"),
        ("//! Signed text.\n", "#![no_std]\n", "it does not begin with a sentence"),
        ("//! Holds: ", "//! It holds: ", "there is no sentence `Holds: ...`"),
        ("//! Holds not: whom we ask.\n", "", "there is no sentence `Holds not: ...`"),
        ("//! Depends on: ", "//! Uses: ", "there is no sentence `Depends on: ...`"),
        (
            "`merkle`",
            "`merkle`, `disk`",
            "it says that it depends on {\"disk\", \"merkle\", \"wire\"}",
        ),
        ("`wire`", "wire", "it says that it depends on {\"merkle\"}"),
        ("#![no_std]\n", "", "a pure crate is `#![no_std]`"),
        ("#![warn(missing_docs)]\n", "", "`#![warn(missing_docs)]` is missing"),
        ("#[cfg(test)]\n", "", "a pure crate lets `std` in for its tests only"),
        ("Holds: what", "Depends on: what", "there is no sentence `Holds: ...`"),
    ] {
        let complaints = complaints_about(&GOOD.replacen(good, bad, 1));
        let is_said = complaints.iter().any(|said| said.contains(complaint));
        assert!(is_said, "{bad:?}: {complaints:?}");
    }
}

#[test]
fn sentences_out_of_order_are_found() {
    let swapped = "//! A.\n//! Holds not: b.\n//! Holds: c.\n//! Depends on: nothing.\n";
    let complaints = complaints_about(swapped);
    assert!(complaints.iter().any(|said| said.contains("not in their order")), "{complaints:?}");
}
