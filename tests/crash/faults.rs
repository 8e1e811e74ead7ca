//! Single system calls that fail, or that are the last: the log ends rather than promise what may not
//! be durable, and goes on from whatever is there.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};

use indelible_tests::{LogHome, LogServer};

use crate::connection::Connection;
use crate::dice::{Dice, fresh_seed};
use crate::ledger::Ledger;
use crate::load::{self, Doom, Written};
use crate::submission::Submission;
use crate::traced::{self, Fault};

const ORIGIN: &str = "log.example/faulted";

/// Submitters at once.
const WRITERS: usize = 3;

const fn fault(call: &'static str, what: &'static str, when: u32) -> Fault {
    Fault { call, what, when }
}

#[test]
fn a_sync_of_a_commit_that_fails_ends_the_log_and_loses_nothing() {
    for when in [1, 2, 5] {
        ends_and_goes_on(fault("fdatasync", "error=EIO", when), Where::Anywhere);
    }
}

#[test]
fn a_commit_that_cannot_be_written_ends_the_log_and_loses_nothing() {
    for (what, when) in [("error=ENOSPC", 1), ("error=EIO", 4)] {
        ends_and_goes_on(fault("write", what, when), Where::WriteAheadLog);
    }
}

#[test]
fn a_high_water_mark_that_cannot_be_raised_ends_the_log_and_loses_nothing() {
    for (what, when) in [("error=ENOSPC", 1), ("error=EIO", 3)] {
        ends_and_goes_on(fault("pwrite64", what, when), Where::Anywhere);
    }
}

#[test]
fn a_guard_that_cannot_be_kept_ends_the_log_before_its_head_is_shown() {
    for (call, what, when) in
        [("fsync", "error=EIO", 1), ("fsync", "error=EIO", 2), ("rename", "error=ENOSPC", 1)]
    {
        ends_and_goes_on(fault(call, what, when), Where::Anywhere);
    }
}

#[test]
fn a_death_at_any_step_of_a_commit_or_a_publication_loses_nothing() {
    for (call, when) in [
        ("fdatasync", 1),
        ("fdatasync", 3),
        ("pwrite64", 1),
        ("fsync", 1),
        ("fsync", 2),
        ("rename", 1),
    ] {
        ends_and_goes_on(fault(call, "signal=KILL", when), Where::Anywhere);
    }
}

/// Which files a fault is about.
#[derive(Clone, Copy, Debug)]
enum Where {
    Anywhere,
    WriteAheadLog,
}

fn ends_and_goes_on(fault: Fault, place: Where) {
    let seed = fresh_seed();
    println!("{fault:?}, seed {seed}");
    let mut dice = Dice::new(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let (home, keys) = LogHome::with_one_log(folder.path(), ORIGIN, "");
    let mut ledger = Ledger::new(keys);

    let LogServer { url, process } = home.serve();
    let path = match place {
        Where::Anywhere => None,
        Where::WriteAheadLog => Some(write_ahead_log(folder.path())),
    };
    let tracer = traced::fail(&process, fault, path.as_deref());
    let writers = start_writers(&url, &mut dice);
    let (status, said) = process.end();
    assert!(!status.success(), "it ended well:\n{}", said.join("\n"));
    let killed = fault.what == "signal=KILL";
    assert_eq!(status.signal().is_some(), killed, "{status}:\n{}", said.join("\n"));
    drop(tracer);
    for writer in writers {
        ledger.take_written(writer.join().expect("a submitter"));
    }
    ledger.heads.see_folder(folder.path(), ORIGIN);
    goes_on(&home, &mut ledger, &mut dice);
}

/// Submitters whose connections may break at any time.
pub(crate) fn start_writers(url: &str, dice: &mut Dice) -> Vec<std::thread::JoinHandle<Written>> {
    let doom = Doom::default();
    doom.strike();
    let start = |writer| load::start(url, format!("w{writer}"), dice.fork(), Vec::new(), &doom);
    (0..WRITERS).map(start).collect()
}

/// A restart finds all that was promised, takes what is repeated once, and the folder is whole.
pub(crate) fn goes_on(home: &LogHome, ledger: &mut Ledger, dice: &mut Dice) {
    let log = home.serve();
    ledger.judge(&log.url, dice);
    pay(ledger, &log.url, dice);
    ledger.judge(&log.url, dice);
    ledger.judge_again(&log.url);
    log.stop();
    let (whole, said) = home.run("check", &[]);
    assert!(whole && said.contains(&format!("whole, {} entries", ledger.size())), "{said}");
}

/// Repeats everything that has a key and no answer, and something that has both.
pub(crate) fn pay(ledger: &mut Ledger, url: &str, dice: &mut Dice) {
    let mut connection = Connection::open(url).expect("a log");
    let mut written = Written::default();
    let fresh = Submission::of_chance(dice, "afterwards");
    for submission in ledger.owed(dice, 100).into_iter().chain([fresh]) {
        load::add(&mut connection, submission, &mut written).expect("nobody killed it");
    }
    ledger.take_written(written);
    assert!(ledger.owed(dice, 0).is_empty(), "every debt is paid");
}

/// The one that is being written.
fn write_ahead_log(folder: &Path) -> PathBuf {
    let data = fs::read_dir(folder.join("data")).expect("a database");
    let logs = data.map(|file| file.expect("a file of ours").path());
    let logs = logs.filter(|path| path.extension().is_some_and(|ending| ending == "log"));
    logs.max().expect("a write-ahead log")
}
