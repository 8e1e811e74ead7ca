//! Tessera's `hammer`: readers and writers at once, checking what they read.

use std::process::Command;

use indelible_tests::Running;

use super::our_log::OurLog;
use super::tessera;
use crate::peers;

/// How many entries the hammer writes before it stops.
const GOAL: u64 = 1_000;

#[test]
fn readers_and_writers_of_another_program_meet_no_error() {
    let log = OurLog::start();
    let mut hammer = Command::new(peers::program("tessera-hammer"));
    hammer.args(["--show_ui=false", "--v=2"]);
    hammer.args(["--num_writers=16", "--max_write_ops=400"]);
    hammer.args(["--num_readers_random=4", "--num_readers_full=4", "--max_read_ops=400"]);
    hammer.arg(format!("--leaf_write_goal={GOAL}")).arg("--max_runtime=50s");
    hammer.arg(format!("--log_url={}", log.url)).arg(format!("--log_public_key={}", log.key));
    let (status, said) = Running::start(&mut hammer).end();

    let count = |words: &str| said.iter().filter(|line| line.contains(words)).count();
    let troubles: Vec<&String> = said.iter().filter(|line| is_trouble(line)).collect();
    assert!(troubles.is_empty(), "{troubles:#?}");
    assert!(status.success(), "{status}: {:#?}", said.last());
    assert_eq!(count("Reached tree size goal"), 1, "{:#?}", said.last());
    assert!(count("Wrote leaf at index") >= 1_000, "{} writes", count("Wrote leaf at index"));
    assert!(count("LeafReader getting") >= 100, "{} reads", count("LeafReader getting"));

    // The last writes may not be published yet, and would be while they are checked: one more entry,
    // waited for, comes after them all.
    let size = log.add(&[]).unverified().size().get();
    assert!(size > GOAL, "{size} entries");
    let verdict = tessera::fsck(&log.url, &log.key, log.folder.path());
    assert!(verdict.is_whole(size), "{}", verdict.said());
}

/// A warning or worse, by the letter that begins a line; except for what is under way when the
/// goal is reached and is cancelled.
fn is_trouble(line: &str) -> bool {
    let dated = line.get(1..5).is_some_and(|date| date.bytes().all(|byte| byte.is_ascii_digit()));
    let grave = line.starts_with(['W', 'E', 'F']) && dated;
    (grave || line.starts_with("panic:")) && !line.contains("context canceled")
}
