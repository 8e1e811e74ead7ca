//! A witness that is killed again and again while a lying log asks it to cosign two histories.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indelible_merkle::{Hash, TreeSize};
use indelible_note::{
    Algorithm, Checkpoint, Claim, KeyName, Origin, SignatureLine, SignerKey, VerifierKey,
    verify_cosignature,
};
use indelible_tests::{WitnessHome, WitnessServer, poll};
use indelible_wire::{AddCheckpoint, parse_signature_lines, parse_size_body};
use sha2::{Digest, Sha256};

use crate::connection::Connection;
use crate::dice::{Dice, fresh_seed};
use crate::load::Doom;
use crate::oracle::{Node, Oracle, hex};
use crate::traced::{self, Fault};

const ORIGIN: &str = "log.example/two-faced";

/// Who asks at once, half of them for each history.
const ASKERS: usize = 4;

/// How far each history goes on in one life.
const GROWTH: usize = 300;

#[test]
fn a_killed_witness_never_cosigns_two_histories_or_goes_back() {
    witness_rounds(15, fresh_seed());
}

/// Kills one witness `count` times, at moments that `seed` chooses.
pub(crate) fn witness_rounds(count: u64, seed: u64) {
    println!("witness_rounds({count}, {seed})");
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice::new(seed);
    let mut doomed = Doomed::new(folder.path());
    for round in 0..count {
        let lives = Duration::from_millis(dice.between(20, 300));
        doomed.round(&format!("{round}"), &mut dice, |server, doom| {
            poll::pause(lives);
            doom.strike();
            drop(server);
        });
        println!("round {round}: {} entries, {} cosigned", doomed.history.len(), doomed.signed);
    }
    assert!(!doomed.history.is_empty() && doomed.signed > 0, "it cosigned something");
}

#[test]
fn a_witness_whose_commit_fails_ends_and_has_promised_nothing() {
    let seed = fresh_seed();
    println!("seed {seed}");
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice::new(seed);
    let mut doomed = Doomed::new(folder.path());
    for (call, what, when) in [
        ("fdatasync", "error=EIO", 1),
        ("fdatasync", "error=EIO", 3),
        ("pwrite64", "error=ENOSPC", 2),
        ("fdatasync", "signal=KILL", 2),
        ("pwrite64", "signal=KILL", 1),
    ] {
        let fault = Fault { call, what, when };
        println!("{fault:?}: {} entries", doomed.history.len());
        doomed.round(&format!("{fault:?}"), &mut dice, |server, doom| {
            doom.strike();
            let tracer = traced::fail(&server.process, fault, None);
            let (status, said) = server.process.end();
            assert!(!status.success(), "{}", said.join("\n"));
            drop(tracer);
        });
    }
}

/// The log's key, and what makes a checkpoint of it.
#[derive(Debug)]
struct TwoFaced {
    key: SignerKey,
    origin: Origin,
}

/// A cosigned head, and when it was asked for and given, in a count that all askers share.
#[derive(Debug)]
struct Cosigned {
    size: usize,
    root: Node,
    timestamp: u64,
    asked: u64,
    given: u64,
}

#[derive(Debug)]
struct Doomed {
    home: WitnessHome,
    server: Option<WitnessServer>,
    log: Arc<TwoFaced>,
    witness: Vec<VerifierKey>,
    /// The entries of the history that the witness has taken.
    history: Vec<Vec<u8>>,
    last: u64,
    signed: usize,
    clock: Arc<AtomicU64>,
}

impl Doomed {
    fn new(folder: &Path) -> Self {
        let name = KeyName::parse(ORIGIN).expect("a name");
        let key = SignerKey::from_seed(name, Algorithm::Ed25519, [7; 32]);
        let log = TwoFaced { origin: Origin::parse(ORIGIN).expect("an origin"), key };
        let keys = [log.key.verifier().clone()];
        let home = WitnessHome::new(folder, "witness.example/doomed", &keys, None);
        let witness = home.keys();
        let server = Some(home.serve());
        Self {
            home,
            server,
            log: Arc::new(log),
            witness,
            history: Vec::new(),
            last: 0,
            signed: 0,
            clock: Arc::default(),
        }
    }

    fn round(&mut self, name: &str, dice: &mut Dice, end: impl FnOnce(WitnessServer, &Doom)) {
        let histories = ["left", "right"].map(|side| self.continued(&format!("{name}/{side}")));
        let server = self.server.take().expect("served since the last round");
        let doom = Doom::default();
        let askers: Vec<_> = (0..ASKERS)
            .map(|asker| {
                self.start(&server.url, histories[asker % 2].1.clone(), dice.fork(), &doom)
            })
            .collect();
        end(server, &doom);
        let mut cosigned: Vec<Cosigned> =
            askers.into_iter().flat_map(|asker| asker.join().expect("an asker")).collect();
        let server = self.home.serve();
        cosigned.extend(self.shown(&server.url));
        self.server = Some(server);
        judge_order(&cosigned);
        self.adopt(&histories, &cosigned);
    }

    /// This history with new entries of its own.
    fn continued(&self, name: &str) -> (Vec<Vec<u8>>, Oracle) {
        let mut entries = self.history.clone();
        entries.extend((0..GROWTH).map(|number| format!("{name}/{number}").into_bytes()));
        let mut oracle = Oracle::default();
        entries.iter().for_each(|entry| oracle.push(entry));
        (entries, oracle)
    }

    fn start(&self, url: &str, tree: Oracle, dice: Dice, doom: &Doom) -> JoinHandle<Vec<Cosigned>> {
        let mut asker = Asker {
            log: Arc::clone(&self.log),
            witness: self.witness.clone(),
            tree,
            held: self.history.len(),
            dice,
            clock: Arc::clone(&self.clock),
            cosigned: Vec::new(),
        };
        let (url, doom) = (url.to_owned(), doom.clone());
        thread::spawn(move || {
            let outcome = Connection::open(&url).and_then(|mut connection| {
                loop {
                    asker.ask(&mut connection)?;
                }
            });
            let Err::<(), _>(error) = outcome else { return asker.cosigned };
            doom.expect(&error);
            asker.cosigned
        })
    }

    /// What the restarted witness shows to monitors.
    fn shown(&self, url: &str) -> Option<Cosigned> {
        let asked = self.clock.fetch_add(1, Ordering::SeqCst);
        let hash = hex(&Sha256::digest(ORIGIN).into());
        let mut connection = Connection::open(url).expect("a witness");
        let answer = connection.get(&format!("/{hash}/checkpoint")).expect("an answer");
        if answer.status == 404 {
            return None; // Nothing was ever cosigned.
        }
        assert_eq!(answer.status, 200, "{}", answer.text());
        let claim = Claim::parse(&answer.body).expect("a note");
        claim.verify(&[self.log.key.verifier().clone()]).expect("the log's signature");
        let lines: Vec<_> = claim.signatures().iter().skip(1).cloned().collect();
        let timestamp = judge_lines(&self.witness, claim.unverified(), &lines);
        let given = self.clock.fetch_add(1, Ordering::SeqCst);
        Some(cosigned(claim.unverified(), timestamp, asked, given))
    }

    /// All that was cosigned is of one history, and this goes on from it.
    fn adopt(&mut self, histories: &[(Vec<Vec<u8>>, Oracle); 2], all: &[Cosigned]) {
        let is_of = |tree: &Oracle| all.iter().all(|head| tree.root(head.size) == head.root);
        let taken = histories.iter().find(|(_, tree)| is_of(tree));
        let (entries, _) = taken.expect("everything that was cosigned is of one history");
        let largest = all.iter().map(|head| head.size).max().unwrap_or(0);
        assert!(largest >= self.history.len(), "what was cosigned before is forgotten");
        let last = all.iter().map(|head| head.timestamp).max().unwrap_or(0);
        assert!(last >= self.last, "the time of its signatures went back");
        self.last = last;
        self.signed += all.len();
        self.history = entries[..largest].to_vec();
    }
}

/// Whatever was asked for after something was given is not older.
fn judge_order(all: &[Cosigned]) {
    for earlier in all {
        for later in all.iter().filter(|later| later.asked > earlier.given) {
            let (before, after) = (earlier.size, later.size);
            assert!(before <= after, "after size {before} it cosigned size {after}");
            assert!(earlier.timestamp <= later.timestamp, "its time went back");
        }
    }
}

#[derive(Debug)]
struct Asker {
    log: Arc<TwoFaced>,
    witness: Vec<VerifierKey>,
    tree: Oracle,
    // What it believes that the witness holds.
    held: usize,
    dice: Dice,
    clock: Arc<AtomicU64>,
    cosigned: Vec<Cosigned>,
}

impl Asker {
    fn ask(&mut self, connection: &mut Connection) -> std::io::Result<()> {
        // Sometimes an old question once more.
        let old = if self.dice.one_in(5) { self.dice.length(0, self.held) } else { self.held };
        let size = self.tree.size().min(old + self.dice.length(0, 6));
        let checkpoint = self.log.checkpoint(&self.tree, size);
        let proof = if old == 0 { Vec::new() } else { self.tree.consistency(old, size) };
        let proof = proof.into_iter().map(Hash::from_bytes).collect();
        let request = AddCheckpoint::new(tree_size(old), proof, self.log.sign(&checkpoint));
        let body = request.expect("a request").to_bytes();

        let asked = self.clock.fetch_add(1, Ordering::SeqCst);
        let answer = connection.post("/add-checkpoint", &[], &body)?;
        let given = self.clock.fetch_add(1, Ordering::SeqCst);
        match answer.status {
            200 => {
                let lines = parse_signature_lines(&answer.body).expect("signature lines");
                let timestamp = judge_lines(&self.witness, &checkpoint, &lines);
                self.cosigned.push(cosigned(&checkpoint, timestamp, asked, given));
                self.held = size;
            }
            409 => {
                let held = parse_size_body(&answer.body).expect("a size");
                self.held = usize::try_from(held.get()).expect("a small log");
                // The other history may have gone on to where this one ends.
                assert!(self.held <= self.tree.size(), "it holds what nobody asked for");
            }
            // The other history was taken; too much is asked at once; or it may not be durable.
            422 | 500 | 503 => {}
            status => panic!("answered {status}: {}", answer.text()),
        }
        Ok(())
    }
}

impl TwoFaced {
    fn checkpoint(&self, tree: &Oracle, size: usize) -> Checkpoint {
        let root = Hash::from_bytes(tree.root(size));
        Checkpoint::new(self.origin.clone(), tree_size(size), root)
    }

    fn sign(&self, checkpoint: &Checkpoint) -> Claim {
        let line = self.key.sign_log(checkpoint).expect("a signature");
        Claim::assemble(checkpoint, vec![line]).expect("a note")
    }
}

/// One good cosignature of each key, of one time, and nothing else.
fn judge_lines(keys: &[VerifierKey], checkpoint: &Checkpoint, lines: &[SignatureLine]) -> u64 {
    assert_eq!(lines.len(), keys.len());
    let times = keys.iter().map(|key| {
        let line = lines.iter().find(|line| line.id() == key.id()).expect("a line of each key");
        verify_cosignature(key, checkpoint, line).expect("a good cosignature").get()
    });
    let times: Vec<u64> = times.collect();
    assert!(times.windows(2).all(|pair| pair[0] == pair[1]), "{times:?}");
    times[0]
}

fn cosigned(checkpoint: &Checkpoint, timestamp: u64, asked: u64, given: u64) -> Cosigned {
    let size = usize::try_from(checkpoint.size().get()).expect("a small log");
    Cosigned { size, root: *checkpoint.root().as_bytes(), timestamp, asked, given }
}

fn tree_size(size: usize) -> TreeSize {
    TreeSize::new(u64::try_from(size).expect("a size")).expect("a size")
}
