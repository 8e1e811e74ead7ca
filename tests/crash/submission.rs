//! One request that adds entries, and what its answer promises.

use std::io;

use indelible_note::ProofFile;
use indelible_wire::{AddedBatch, AddedBatchWithProofs};

use crate::connection::{Answer, Connection};
use crate::dice::Dice;
use crate::oracle::Node;

/// Entries that no other request ever sends, but for a repeat of this one under its key.
#[derive(Clone, Debug)]
pub(crate) struct Submission {
    pub(crate) entries: Vec<Vec<u8>>,
    /// The `Idempotency-Key`, without which nobody may send it twice.
    pub(crate) key: Option<String>,
    waits: bool,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Single,
    Batch,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Acknowledged, at these indices.
    Placed(Vec<u64>),
    /// Neither promised nor refused.
    Open,
}

/// An inclusion proof, and the signed note that it is against.
#[derive(Debug)]
pub(crate) struct Proof {
    pub(crate) index: u64,
    pub(crate) hashes: Vec<Node>,
    pub(crate) note: Vec<u8>,
}

impl Submission {
    /// `name` is nobody else's.
    pub(crate) fn of_chance(dice: &mut Dice, name: &str) -> Self {
        let shape = if dice.one_in(2) { Shape::Single } else { Shape::Batch };
        let count = match shape {
            Shape::Single => 1,
            Shape::Batch if dice.one_in(20) => dice.length(200, 600),
            Shape::Batch => dice.length(1, 40),
        };
        let entries = (0..count).map(|number| entry(dice, &format!("{name}/{number}/"))).collect();
        let key = dice.one_in(2).then(|| format!("key-of-{name}"));
        Self { entries, key, waits: dice.one_in(3), shape }
    }

    /// Sends it. An error, like [`Outcome::Open`], says nothing about what became of it.
    pub(crate) fn send(
        &self,
        connection: &mut Connection,
        proofs: &mut Vec<Proof>,
    ) -> io::Result<Outcome> {
        let wait = if self.waits { "?wait=checkpoint" } else { "" };
        let mut headers = Vec::new();
        if let Some(key) = &self.key {
            headers.push(("Idempotency-Key", key.as_str()));
        }
        let answer = match self.shape {
            Shape::Single => connection.post(&format!("/add{wait}"), &headers, &self.entries[0])?,
            Shape::Batch => {
                headers.push(("Content-Type", "application/octet-stream"));
                connection.post(&format!("/add-batch{wait}"), &headers, &self.framed())?
            }
        };
        Ok(match answer.status {
            200 => Outcome::Placed(self.read(&answer, proofs)),
            503 => Outcome::Open,
            status => panic!("answered {status}: {}", answer.text()),
        })
    }

    fn framed(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for entry in &self.entries {
            let length = u16::try_from(entry.len()).expect("an entry fits");
            body.extend_from_slice(&length.to_be_bytes());
            body.extend_from_slice(entry);
        }
        body
    }

    fn read(&self, answer: &Answer, proofs: &mut Vec<Proof>) -> Vec<u64> {
        match (self.shape, self.waits) {
            (Shape::Single, false) => {
                vec![answer.text().parse().expect("an index")]
            }
            (Shape::Single, true) => {
                let proof = Proof::parse(&answer.body);
                let index = proof.index;
                proofs.push(proof);
                vec![index]
            }
            (Shape::Batch, false) => {
                let answer: AddedBatch = serde_json::from_slice(&answer.body).expect("JSON");
                let receipts = answer.decode(self.entries.len()).expect("a result for each entry");
                receipts.iter().map(|receipt| receipt.index.get()).collect()
            }
            (Shape::Batch, true) => {
                let answer: AddedBatchWithProofs =
                    serde_json::from_slice(&answer.body).expect("JSON");
                let claim = answer.decode(self.entries.len()).expect("a proof for each entry");
                let note = claim.checkpoint.bytes();
                proofs.extend(claim.receipts.iter().map(|(receipt, hashes)| Proof {
                    index: receipt.index.get(),
                    hashes: hashes.iter().map(|hash| *hash.as_bytes()).collect(),
                    note: note.to_vec(),
                }));
                claim.receipts.iter().map(|(receipt, _)| receipt.index.get()).collect()
            }
        }
    }
}

impl Proof {
    /// A `.tlog-proof` file.
    pub(crate) fn parse(file: &[u8]) -> Self {
        let proof = ProofFile::parse(file)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(file)));
        Self {
            index: proof.index().get(),
            hashes: proof.hashes().iter().map(|hash| *hash.as_bytes()).collect(),
            note: proof.checkpoint().bytes().to_vec(),
        }
    }
}

fn entry(dice: &mut Dice, name: &str) -> Vec<u8> {
    let room = match dice.between(0, 99) {
        0 => dice.length(10_000, 65_000),
        1..=9 => dice.length(1_000, 5_000),
        _ => dice.length(0, 300),
    };
    let mut entry = name.as_bytes().to_vec();
    while entry.len() < name.len() + room {
        entry.extend_from_slice(&dice.next().to_be_bytes());
    }
    entry
}
