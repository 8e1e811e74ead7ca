//! One log that is killed again and again under load, and judged after each death.

use std::thread;
use std::time::Duration;

use indelible_note::VerifierKey;
use indelible_tests::witness::policy_of_all;
use indelible_tests::{LogHome, LogServer, Running, WitnessHome, WitnessServer, poll};
use sha2::{Digest, Sha256};

use crate::connection::Connection;
use crate::dice::{Dice, fresh_seed};
use crate::ledger::Ledger;
use crate::load::{self, Doom};
use crate::oracle::hex;
use crate::readers;
use crate::submission::Submission;

const ORIGIN: &str = "log.example/killed";

/// Submitters at once.
const WRITERS: usize = 4;

/// Requests that every submitter repeats, of those that were answered in earlier lives.
const REPEATS: usize = 3;

#[test]
fn nothing_acknowledged_is_lost_and_nothing_forks_in_fifty_deaths() {
    rounds(50, fresh_seed());
}

/// Kills one log `count` times, at moments and under load that `seed` chooses.
pub(crate) fn rounds(count: u64, seed: u64) {
    println!("rounds({count}, {seed})");
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice::new(seed);
    let mut killed = Killed::new(folder.path());
    for round in 0..count {
        killed.round(round, &mut dice);
    }
    killed.rest_in_peace(&mut dice);
}

/// A log with many lives.
#[derive(Debug)]
struct Killed {
    home: LogHome,
    witnesses: Vec<Witnessed>,
    ledger: Ledger,
}

/// A witness that stays where it is first served.
#[derive(Debug)]
struct Witnessed {
    home: WitnessHome,
    server: WitnessServer,
}

/// What one life is to be.
#[derive(Debug)]
struct Fate {
    name: String,
    /// Two witnesses must cosign whatever is shown.
    witnessed: bool,
    /// One of them dies as well, somewhat earlier.
    witness_dies: bool,
    /// So many starts end before the one that is waited for.
    stillborn: u64,
    lives: Duration,
}

impl Fate {
    fn of(round: u64, dice: &mut Dice) -> Self {
        let witnessed = round % 5 >= 3;
        Self {
            name: format!("r{round}"),
            witnessed,
            witness_dies: witnessed && round.is_multiple_of(2),
            stillborn: if matches!(round % 10, 2 | 5 | 8) { dice.between(1, 3) } else { 0 },
            lives: Duration::from_millis(dice.between(20, 400)),
        }
    }
}

impl Killed {
    fn new(folder: &std::path::Path) -> Self {
        let folder_of = |name: &str| folder.join(name);
        let home = LogHome::new(&folder_of("log"), &settings(false));
        let keys = home.init();
        let witnesses: Vec<_> = ["one", "two"]
            .into_iter()
            .map(|name| {
                let named = format!("witness.example/{name}");
                let home = WitnessHome::new(&folder_of(name), &named, &keys, None);
                let server = home.serve();
                Witnessed { home, server }
            })
            .collect();
        write_policy(&home, &keys, &witnesses);
        Self { home, witnesses, ledger: Ledger::new(keys) }
    }

    fn round(&mut self, round: u64, dice: &mut Dice) {
        let fate = Fate::of(round, dice);
        self.home = LogHome::new(self.home.folder(), &settings(fate.witnessed));
        self.die_young(&fate, dice);
        let log = self.home.serve();
        self.ledger.judge(&log.url, dice);
        self.live(log, &fate, dice);
        self.ledger.heads.see_folder(self.home.folder(), ORIGIN);
        println!(
            "{fate:?}: {} entries, {} acknowledged, {} heads",
            self.ledger.size(),
            self.ledger.acknowledged(),
            self.ledger.heads.count()
        );
    }

    /// Deaths while it starts and recovers.
    fn die_young(&mut self, fate: &Fate, dice: &mut Dice) {
        for _ in 0..fate.stillborn {
            let start = Running::start(&mut self.home.command("serve"));
            poll::pause(Duration::from_millis(dice.between(0, 150)));
            drop(start);
            self.ledger.heads.see_folder(self.home.folder(), ORIGIN);
        }
    }

    /// Load, then the end; whatever was sent, said and seen goes into the book.
    fn live(&mut self, log: LogServer, fate: &Fate, dice: &mut Dice) {
        let doom = Doom::default();
        let mut owed = self.ledger.owed(dice, REPEATS * WRITERS);
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let share = owed.len() / (WRITERS - writer);
                let share: Vec<Submission> = owed.drain(..share).collect();
                let name = format!("{}/w{writer}", fate.name);
                load::start(&log.url, name, dice.fork(), share, &doom)
            })
            .collect();
        let readers: Vec<_> =
            (0..2).map(|_| readers::of_log(&log.url, dice.fork(), &doom)).collect();
        let watchers = self.watch(fate, &doom);
        if fate.witness_dies {
            let earlier = fate.lives / 3;
            poll::pause(earlier);
            doom.strike();
            self.kill_a_witness(dice);
            poll::pause(fate.lives.saturating_sub(earlier));
        } else {
            poll::pause(fate.lives);
        }
        doom.strike();
        log.kill();
        for writer in writers {
            self.ledger.take_written(writer.join().expect("a submitter"));
        }
        for reader in readers {
            self.ledger.take_published(reader.join().expect("a reader"));
        }
        self.stop_watching(fate, watchers);
    }

    fn watch(&self, fate: &Fate, doom: &Doom) -> Vec<thread::JoinHandle<readers::Read>> {
        let watched = self.witnesses.iter().filter(|_| fate.witnessed);
        let hash = hex(&Sha256::digest(ORIGIN).into());
        watched.map(|witness| readers::of_witness(&witness.server.url, &hash, doom)).collect()
    }

    /// Watchers only end with their witness, so both die here, and rise again.
    fn stop_watching(&mut self, fate: &Fate, watchers: Vec<thread::JoinHandle<readers::Read>>) {
        if fate.witnessed {
            for witness in &mut self.witnesses {
                witness.rise_again();
            }
        }
        for watcher in watchers {
            self.ledger.take_read(watcher.join().expect("a watcher"), "a witness's monitoring GET");
        }
    }

    fn kill_a_witness(&mut self, dice: &mut Dice) {
        let which = dice.length(0, self.witnesses.len() - 1);
        self.witnesses[which].rise_again();
    }

    /// The last life: nobody kills it, every debt is paid, and the folder is checked.
    fn rest_in_peace(&mut self, dice: &mut Dice) {
        let log = self.home.serve();
        let mut connection = Connection::open(&log.url).expect("a log");
        let mut written = load::Written::default();
        for submission in self.ledger.owed(dice, 100) {
            load::add(&mut connection, submission, &mut written).expect("nobody killed it");
        }
        self.ledger.take_written(written);
        assert_eq!(self.ledger.owed(dice, 0).len(), 0, "every debt is paid");
        self.ledger.judge(&log.url, dice);
        self.ledger.judge_again(&log.url);
        log.stop();
        let (whole, said) = self.home.run("check", &[]);
        let size = self.ledger.size();
        assert!(whole && said.contains(&format!("whole, {size} entries")), "{said}");
        assert!(self.ledger.acknowledged() > 0 && self.ledger.heads.count() > 0);
    }
}

impl Witnessed {
    fn rise_again(&mut self) {
        self.server.process.kill();
        self.server = self.home.serve_at(&self.server.url);
    }
}

fn settings(witnessed: bool) -> String {
    let policy = if witnessed { "policy = \"policy\"\n" } else { "" };
    format!(
        "[[log]]\norigin = \"{ORIGIN}\"\npublish_interval_ms = 20\ncosign_timeout_ms = 2000\n{policy}"
    )
}

fn write_policy(home: &LogHome, keys: &[VerifierKey], witnesses: &[Witnessed]) {
    let lines: String =
        witnesses.iter().map(|witness| witness.home.policy_lines(&witness.server.url)).collect();
    home.write("policy", policy_of_all(keys, "", &lines));
}
