//! Every head of one log that anybody ever saw, or that it ever wrote down.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use indelible_note::{Claim, VerifierKey};

use crate::oracle::{Node, Oracle, hex};

/// Two roots for one size are never forgiven, however long ago the first was seen.
#[derive(Debug)]
pub(crate) struct Heads {
    keys: Vec<VerifierKey>,
    by_size: BTreeMap<usize, Seen>,
    // Verified already, byte for byte.
    notes: HashSet<Vec<u8>>,
}

#[derive(Debug)]
struct Seen {
    root: Node,
    place: String,
}

impl Heads {
    pub(crate) fn new(keys: Vec<VerifierKey>) -> Self {
        Self { keys, by_size: BTreeMap::new(), notes: HashSet::new() }
    }

    /// A note that must be signed by the log; its size.
    pub(crate) fn see_note(&mut self, note: &[u8], place: &str) -> usize {
        let claim = Claim::parse(note).unwrap_or_else(|error| panic!("{place}: {error}"));
        if !self.notes.contains(note) {
            claim.verify(&self.keys).unwrap_or_else(|error| panic!("{place}: {error}"));
            self.notes.insert(note.to_vec());
        }
        let checkpoint = claim.unverified();
        let size = usize::try_from(checkpoint.size().get()).expect("a small log");
        self.see(size, *checkpoint.root().as_bytes(), place);
        size
    }

    fn see(&mut self, size: usize, root: Node, place: &str) {
        let first = || Seen { root, place: place.to_owned() };
        let seen = self.by_size.entry(size).or_insert_with(first);
        assert_eq!(
            hex(&seen.root),
            hex(&root),
            "a fork: size {size} has one root in {} and another in {place}",
            seen.place
        );
    }

    /// What a log that is not running has kept: its guard, and every head in its write-ahead logs.
    pub(crate) fn see_folder(&mut self, folder: &Path, origin: &str) {
        for guard in files_ending(&folder.join("guard"), ".checkpoint") {
            let note = fs::read(&guard).expect("the guard is there");
            self.see_note(&note, "the guard");
        }
        for log in files_ending(&folder.join("data"), ".log") {
            let bytes = fs::read(&log).expect("a write-ahead log is there");
            for (size, root) in written_heads(&bytes, origin) {
                self.see(size, root, "the log's own rows");
            }
        }
    }

    pub(crate) fn largest(&self) -> usize {
        self.by_size.last_key_value().map_or(0, |(size, _)| *size)
    }

    pub(crate) fn count(&self) -> usize {
        self.by_size.len()
    }

    /// Each is the root of the first so many entries.
    pub(crate) fn judge(&self, oracle: &Oracle) {
        for (size, Seen { root, place }) in &self.by_size {
            let held = oracle.root(*size);
            assert_eq!(hex(root), hex(&held), "size {size}, seen in {place}, is of another tree");
        }
    }
}

fn files_ending(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let paths = found.map(|entry| entry.expect("a folder of ours").path());
    paths
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(ending) && !name.starts_with('.')
        })
        .collect()
}

/// The heads of signed notes among other bytes: origin, size and root, each on a line.
fn written_heads(bytes: &[u8], origin: &str) -> Vec<(usize, Node)> {
    let text = String::from_utf8_lossy(bytes);
    let start = format!("{origin}\n");
    let heads = text.match_indices(&start).filter_map(|(at, _)| {
        let mut lines = text[at + start.len()..].splitn(3, '\n');
        let (size, root) = (lines.next()?, lines.next()?);
        // The last line of a torn row is no line.
        lines.next()?;
        let root = Node::try_from(STANDARD.decode(root).ok()?).ok()?;
        Some((size.parse().ok()?, root))
    });
    heads.collect()
}

#[test]
fn heads_are_found_among_the_bytes_of_a_write_ahead_log() {
    let root = STANDARD.encode([7; 32]);
    let note = format!("\u{1}\u{80}e.example/log\n12\n{root}\n\n\u{2014} e.example/log AAAA\n");
    let torn = format!("xe.example/log\n13\n{}", &root[..20]);
    let bytes = [&[0xff, 0xfe], note.as_bytes(), &[0, 0xc3], torn.as_bytes()].concat();
    assert_eq!(written_heads(&bytes, "e.example/log"), [(12, [7; 32])]);
}
