//! All that was ever sent to one log, promised by it, or seen of it; and the judgement of what is
//! there now.

use std::collections::{HashMap, HashSet};

use indelible_merkle::TileWidth;
use indelible_note::VerifierKey;
use indelible_tests::poll;
use indelible_wire::ResourcePath;

use crate::connection::Connection;
use crate::dice::Dice;
use crate::heads::Heads;
use crate::load::{Deed, Written};
use crate::oracle::Oracle;
use crate::readers::{Read, prove};
use crate::submission::{Outcome, Proof, Submission};

/// Leaves in an entry bundle.
const BUNDLE: usize = 256;

/// Proofs asked for after each death. All leaves are covered by the comparison of roots; these show
/// that the log can say so.
const PROOFS: usize = 12;

/// The book that is kept about a log from outside.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) heads: Heads,
    deeds: Vec<Deed>,
    // Of the deeds; all of them are judged once more at the end.
    judged: usize,
    // Everything that anybody may find in the log.
    sent: HashSet<Vec<u8>>,
    proofs: Vec<Proof>,
    published: usize,
    entries: Vec<Vec<u8>>,
    places: HashMap<Vec<u8>, u64>,
    oracle: Oracle,
}

impl Ledger {
    pub(crate) fn new(keys: Vec<VerifierKey>) -> Self {
        Self {
            heads: Heads::new(keys),
            deeds: Vec::new(),
            judged: 0,
            sent: HashSet::new(),
            proofs: Vec::new(),
            published: 0,
            entries: Vec::new(),
            places: HashMap::new(),
            oracle: Oracle::default(),
        }
    }

    pub(crate) fn take_written(&mut self, written: Written) {
        for deed in &written.deeds {
            self.sent.extend(deed.submission.entries.iter().cloned());
        }
        self.deeds.extend(written.deeds);
        self.take_proofs(written.proofs);
    }

    pub(crate) fn take_read(&mut self, read: Read, place: &str) {
        for note in &read.notes {
            self.heads.see_note(note, place);
        }
        self.take_proofs(read.proofs);
    }

    /// As [`Ledger::take_read`], of what everybody could see: it may not be taken back.
    pub(crate) fn take_published(&mut self, read: Read) {
        for note in &read.notes {
            let size = self.heads.see_note(note, "GET checkpoint");
            self.published = self.published.max(size);
        }
        self.take_proofs(read.proofs);
    }

    /// What a proof is against is published.
    fn take_proofs(&mut self, proofs: Vec<Proof>) {
        for proof in &proofs {
            let size = self.heads.see_note(&proof.note, "a proof");
            self.published = self.published.max(size);
        }
        self.proofs.extend(proofs);
    }

    /// What was sent under a key and not answered, and `repeats` of what was: a repeat must give the
    /// same places.
    pub(crate) fn owed(&self, dice: &mut Dice, repeats: usize) -> Vec<Submission> {
        let keyed = self.deeds.iter().filter(|deed| deed.submission.key.is_some());
        let (placed, open): (Vec<_>, Vec<_>) =
            keyed.partition(|deed| matches!(deed.outcome, Outcome::Placed(_)));
        let answered: HashSet<_> =
            placed.iter().map(|deed| deed.submission.key.as_deref()).collect();
        let mut owed: Vec<Submission> = Vec::new();
        for deed in open {
            let key = deed.submission.key.as_deref();
            let twice = owed.iter().any(|owed| owed.key.as_deref() == key);
            if !answered.contains(&key) && !twice {
                owed.push(deed.submission.clone());
            }
        }
        for _ in 0..repeats.min(placed.len()) {
            owed.push(placed[dice.length(0, placed.len() - 1)].submission.clone());
        }
        owed
    }

    pub(crate) const fn size(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn acknowledged(&self) -> usize {
        self.promised().map(<[u64]>::len).sum()
    }

    fn promised(&self) -> impl Iterator<Item = &[u64]> {
        self.deeds.iter().filter_map(|deed| match &deed.outcome {
            Outcome::Placed(places) => Some(places.as_slice()),
            Outcome::Open => None,
        })
    }

    /// Reads the log, which must hold at least all that it ever promised, and judges all of it.
    pub(crate) fn judge(&mut self, url: &str, dice: &mut Dice) {
        let mut connection = Connection::open(url).expect("a log that takes requests");
        let first = self.checkpoint(&mut connection);
        assert!(
            first >= self.published,
            "the published size went back from {} to {first}",
            self.published
        );
        let promised = self.promised().flatten().max().map_or(0, |index| index + 1);
        let promised = usize::try_from(promised).expect("a small log");
        let wanted = promised.max(self.heads.largest());
        let size = self.checkpoint_over(&mut connection, wanted);
        self.ask_for_proofs(&mut connection, size, dice);
        // What was committed and never answered may have been published meanwhile.
        self.published = self.checkpoint_over(&mut connection, self.heads.largest());
        self.read_on(&mut connection, self.published);
        self.judge_deeds(self.judged);
        self.judged = self.deeds.len();
        self.heads.judge(&self.oracle);
        self.judge_proofs();
    }

    /// Once more all promises, and all entries from the first: nothing changed since they were read.
    pub(crate) fn judge_again(&self, url: &str) {
        self.judge_deeds(0);
        let mut connection = Connection::open(url).expect("a log that takes requests");
        let again = read(&mut connection, 0, self.entries.len());
        assert_eq!(again.len(), self.entries.len());
        for (index, (then, now)) in self.entries.iter().zip(&again).enumerate() {
            assert!(then == now, "entry {index} is not what it was");
        }
    }

    fn checkpoint(&mut self, connection: &mut Connection) -> usize {
        let answer = connection.get("/checkpoint").expect("a checkpoint");
        if answer.status == 503 && self.published == 0 {
            return 0; // Nothing was published yet.
        }
        assert_eq!(answer.status, 200, "{}", answer.text());
        self.heads.see_note(&answer.body, "GET checkpoint")
    }

    fn checkpoint_over(&mut self, connection: &mut Connection, wanted: usize) -> usize {
        poll::until("a checkpoint over all that was promised", || {
            let size = self.checkpoint(connection);
            (size >= wanted).then_some(size)
        })
    }

    fn ask_for_proofs(&mut self, connection: &mut Connection, size: usize, dice: &mut Dice) {
        for _ in 0..PROOFS.min(size) {
            let index = u64::try_from(dice.length(0, size - 1)).expect("an index");
            let proof = prove(connection, index).expect("a proof");
            self.take_proofs(vec![proof]);
        }
    }

    fn read_on(&mut self, connection: &mut Connection, size: usize) {
        let known = self.entries.len();
        let mut read = read(connection, known / BUNDLE, size);
        for entry in read.split_off(known % BUNDLE) {
            let index = u64::try_from(self.entries.len()).expect("an index");
            assert!(self.sent.contains(&entry), "entry {index} was never sent by anybody");
            self.oracle.push(&entry);
            if let Some(before) = self.places.insert(entry.clone(), index) {
                panic!("one submission is in the log twice: at {before} and at {index}");
            }
            self.entries.push(entry);
        }
        for (at, entry) in read.iter().enumerate() {
            assert!(self.entries[known / BUNDLE * BUNDLE + at] == *entry, "an entry changed");
        }
        assert_eq!(self.entries.len(), size.max(known));
    }

    fn judge_deeds(&self, first: usize) {
        for Deed { submission, outcome } in &self.deeds[first..] {
            let entries = &submission.entries;
            let found: Vec<_> =
                entries.iter().filter_map(|entry| self.places.get(entry).copied()).collect();
            if let Outcome::Placed(promised) = outcome {
                assert_eq!(&found, promised, "acknowledged entries: where they are, and promised");
            }
            // A request is one commit: all of its entries are there, one after the other, or none.
            let all = entries.len();
            let there = found.len();
            assert!(there == 0 || there == all, "{there} of a batch's {all} entries are there");
            assert!(found.windows(2).all(|pair| pair[0] + 1 == pair[1]), "a batch lies in pieces");
        }
    }

    fn judge_proofs(&mut self) {
        for Proof { index, hashes, note } in std::mem::take(&mut self.proofs) {
            let size = self.heads.see_note(&note, "a proof");
            let index = usize::try_from(index).expect("an index");
            assert_eq!(hashes, self.oracle.path(index, size), "the proof of {index} in {size}");
        }
    }
}

/// The entries from a bundle's first to before `size`.
fn read(connection: &mut Connection, first_bundle: usize, size: usize) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    for bundle in first_bundle..size.div_ceil(BUNDLE) {
        let width = (size - bundle * BUNDLE).min(BUNDLE);
        let path = path_of(bundle, width);
        let answer = connection.get(&path).expect("a bundle");
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let mut rest = answer.body.as_slice();
        for _ in 0..width {
            let (length, tail) = rest.split_first_chunk().expect("a length");
            let (entry, tail) = tail.split_at(usize::from(u16::from_be_bytes(*length)));
            entries.push(entry.to_vec());
            rest = tail;
        }
        assert!(rest.is_empty(), "{path} has more than {width} entries");
    }
    entries
}

fn path_of(bundle: usize, width: usize) -> String {
    let index = u64::try_from(bundle).expect("a number");
    let width = u16::try_from(width).expect("at most a bundle");
    let width = TileWidth::new(width).expect("at least an entry");
    format!("/{}", ResourcePath::Entries { index, width })
}
