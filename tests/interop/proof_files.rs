//! `tlog-proof` files against `transparency-dev/formats` and `transparency-dev/merkle`.

use indelible_merkle::{Frontier, Hash, LeafIndex};
use indelible_note::{Algorithm, Claim, Note, Policy, ProofFile, SignerKey, Timestamp};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::notes::{ORIGIN, checkpoint, our_key};
use crate::oracle::{Oracle, base64, bytes, number};

/// A log of a few entries, its newest checkpoint cosigned by one witness, and who believes that.
struct Log {
    entries: Vec<Vec<u8>>,
    note: Vec<u8>,
    policy: String,
    key: String,
}

impl Log {
    fn of(size: u64) -> Self {
        let entries: Vec<Vec<u8>> =
            (0..size).map(|index| format!("entry {index}").into_bytes()).collect();
        let mut frontier = Frontier::empty();
        for entry in &entries {
            frontier.push(Hash::of_leaf(entry)).expect("far from full");
        }
        let said = checkpoint(size, frontier.root());
        let log = our_key(ORIGIN, Algorithm::Ed25519, 1);
        let witness = our_key("witness.example/w1", Algorithm::MlDsa44, 2);
        let at = Timestamp::new(1_795_000_000).expect("a date");
        let lines = vec![
            log.sign_log(&said).expect("a signature"),
            witness.cosign(&said, at).expect("a cosignature"),
        ];
        Self {
            note: Note::new(said.to_body(), lines).expect("a note").to_bytes(),
            policy: policy(&log, &witness),
            key: log.verifier().to_string(),
            entries,
        }
    }

    /// A proof file made by us from the hashes that they found.
    fn proof(&self, oracle: &mut Oracle, index: u64, extra: Option<&[u8]>) -> ProofFile {
        let hashes = their_proof(oracle, index, self.size());
        let index = LeafIndex::new(index).expect("an index");
        let claim = Claim::parse(&self.note).expect("a checkpoint");
        ProofFile::new(extra.map(<[u8]>::to_vec), index, hashes, claim).expect("a proof file")
    }

    fn size(&self) -> u64 {
        u64::try_from(self.entries.len()).expect("a few")
    }

    fn leaf(&self, index: u64) -> Hash {
        let at = usize::try_from(index).expect("a few");
        Hash::of_leaf(self.entries.get(at).expect("an entry of this log"))
    }

    fn question(&self, file: &str, leaf: &Hash) -> Value {
        json!({
            "file": file,
            "leaf_hash": base64(leaf.as_bytes()),
            "origin": ORIGIN,
            "log": self.key,
            "policy": self.policy,
        })
    }

    fn policy(&self) -> Policy {
        Policy::parse(&self.policy).expect("a policy")
    }
}

const EXTRAS: [Option<&[u8]>; 3] = [None, Some(b"x"), Some(&[0xff; 300])];

#[test]
fn our_proof_files_are_verified_elsewhere() {
    let mut oracle = Oracle::start();
    for size in [1, 2, 3, 64, 100] {
        let log = Log::of(size);
        grow_to(&mut oracle, &log);
        for index in 0..size {
            for extra in EXTRAS {
                let file = log.proof(&mut oracle, index, extra).to_bytes();
                let file = String::from_utf8(file).expect("a proof file is text");
                let proven = oracle.must("proof.verify", &log.question(&file, &log.leaf(index)));
                assert_eq!((number(&proven["index"]), number(&proven["size"])), (index, size));
                match extra {
                    Some(extra) => assert_eq!(bytes(&proven["extra"]), extra),
                    None => assert!(proven["extra"].is_null(), "{proven}"),
                }
                let wrong_leaf = Hash::of_leaf(b"something else");
                let refused = oracle.ask("proof.verify", &log.question(&file, &wrong_leaf));
                assert!(refused.is_err(), "{file}");
            }
        }
    }
}

#[test]
fn proof_files_made_elsewhere_are_verified_here_and_printed_as_they_were() {
    let mut oracle = Oracle::start();
    for size in [1, 2, 3, 64, 100] {
        let log = Log::of(size);
        grow_to(&mut oracle, &log);
        for index in 0..size {
            for extra in EXTRAS {
                let hashes: Vec<String> = their_proof(&mut oracle, index, size)
                    .iter()
                    .map(|hash| base64(hash.as_bytes()))
                    .collect();
                let mut asked = json!({
                    "index": index,
                    "hashes": hashes,
                    "checkpoint": String::from_utf8_lossy(&log.note),
                });
                if let Some(extra) = extra {
                    asked["extra"] = base64(extra).into();
                }
                let file = oracle.must_text("proof.print", &asked);
                let read = ProofFile::parse(file.as_bytes()).expect("a proof file");
                assert_eq!(read.to_bytes(), file.as_bytes());
                assert_eq!(read.extra(), extra);
                let proven = read.verify(&log.leaf(index), &log.policy()).expect("a right proof");
                assert_eq!(proven.index().get(), index);
                assert!(read.verify(&Hash::of_leaf(b"else"), &log.policy()).is_err(), "{file}");
            }
        }
    }
}

/// Theirs is the laxer reader (carriage returns, leading zeros); what they refuse we refuse.
#[test]
fn a_proof_file_with_any_byte_changed_is_never_accepted_here_alone() {
    let mut oracle = Oracle::start();
    let mut dice = Dice::new(12);
    let log = Log::of(100);
    grow_to(&mut oracle, &log);
    let whole = log.proof(&mut oracle, 37, None).to_bytes();
    let leaf = log.leaf(37);
    let policy = log.policy();
    let mut refused = 0;
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << dice.below(7);
        let Ok(file) = String::from_utf8(bytes) else { continue };
        let ours = ProofFile::parse(file.as_bytes())
            .ok()
            .and_then(|read| read.verify(&leaf, &policy).ok());
        let theirs = oracle.ask("proof.verify", &log.question(&file, &leaf));
        match ours {
            Some(_) => assert!(theirs.is_ok(), "byte {at}: they say {theirs:?} of\n{file}"),
            None => refused += 1,
        }
    }
    assert!(refused + 10 > whole.len(), "only {refused} of {} were refused", whole.len());
}

fn their_proof(oracle: &mut Oracle, index: u64, size: u64) -> Vec<Hash> {
    let answer = oracle.must("tree.inclusion", &json!({ "index": index, "size": size }));
    let hashes = answer.as_array().expect("a list of hashes");
    hashes.iter().map(|hash| Hash::try_from(bytes(hash).as_slice()).expect("32 bytes")).collect()
}

/// The oracle's one tree takes the entries that it has not yet: all these logs begin alike.
fn grow_to(oracle: &mut Oracle, log: &Log) {
    let has = number(&oracle.must("tree.append", &json!({ "leaves": [] })));
    let has = usize::try_from(has).expect("a few");
    let leaves: Vec<String> = log.entries.iter().skip(has).map(|entry| base64(entry)).collect();
    oracle.must("tree.append", &json!({ "leaves": leaves }));
}

fn policy(log: &SignerKey, witness: &SignerKey) -> String {
    format!(
        "log {} https://log.example/\nwitness w1 {} https://w1.example/\nquorum w1\n",
        log.verifier(),
        witness.verifier()
    )
}
