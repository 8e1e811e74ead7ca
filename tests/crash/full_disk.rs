//! A disk without room: a small file system in memory, filled by the log itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use indelible_tests::{LogHome, LogServer, Running};
use tempfile::TempDir;

use crate::dice::{Dice, fresh_seed};
use crate::faults;
use crate::ledger::Ledger;

const ORIGIN: &str = "log.example/full";

/// A file system of its own size, gone when this is dropped.
#[derive(Debug)]
struct SmallDisk {
    at: TempDir,
}

impl SmallDisk {
    fn of(megabytes: u32) -> Self {
        let disk = Self { at: tempfile::tempdir().expect("a folder") };
        disk.mount(&format!("size={megabytes}m"));
        disk
    }

    fn resize(&self, megabytes: u32) {
        self.mount(&format!("remount,size={megabytes}m"));
    }

    fn path(&self) -> &Path {
        self.at.path()
    }

    fn mount(&self, options: &str) {
        let (status, said) = Running::start(
            Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(self.at.path()),
        )
        .end();
        assert!(
            status.success(),
            "this test fills a disk, and for that it mounts a small one, which takes root's rights: {}",
            said.join("\n")
        );
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, because after a failure a program may still have files open there.
        let _ = Command::new("umount").arg("--lazy").arg(self.at.path()).status();
    }
}

#[test]
fn a_full_disk_ends_the_log_and_loses_nothing() {
    let seed = fresh_seed();
    println!("seed {seed}");
    let mut dice = Dice::new(seed);
    let disk = SmallDisk::of(12);
    let folder: PathBuf = disk.path().join("log");
    let (home, keys) = LogHome::with_one_log(&folder, ORIGIN, "");
    let mut ledger = Ledger::new(keys);

    let LogServer { url, process } = home.serve();
    let writers = faults::start_writers(&url, &mut dice);
    let (status, said) = process.end();
    assert!(status.code().is_some_and(|code| code != 0), "{status}: {}", said.join("\n"));
    for writer in writers {
        ledger.take_written(writer.join().expect("a submitter"));
    }
    assert!(ledger.acknowledged() > 0);
    ledger.heads.see_folder(&folder, ORIGIN);

    // There is no room to start either; trying takes nothing away.
    let (status, said) = Running::start(&mut home.command("serve")).end();
    assert!(!status.success(), "{}", said.join("\n"));

    disk.resize(200);
    faults::goes_on(&home, &mut ledger, &mut dice);
}
