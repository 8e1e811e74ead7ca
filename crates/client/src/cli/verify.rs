//! `indelible verify`: offline, from an entry, a proof and a policy.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use indelible_client::{Entry, Hash, ProofFile, Proven, files};
use indelible_note::{PROOF_FILE_BYTES_MAX, strict};
use indelible_wire::limits::ENTRY_BYTES_MAX;

use super::exit::{Exit, Failure};
use super::hash_text::HashText;
use super::log_args::PolicyArgs;
use super::output::Output;
use super::proof_path;

#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    policy: PolicyArgs,
    /// The entry: a file, or - for standard input
    #[arg(required_unless_present = "leaf_hash")]
    entry: Option<PathBuf>,
    /// The leaf hash instead of the entry
    #[arg(long, value_name = "HASH", conflicts_with = "entry", requires = "proof")]
    leaf_hash: Option<HashText>,
    /// The proof, unless it is ENTRY.tlog-proof
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
    /// Accept a proof from this log only; needed where the policy names several
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<String>,
}

/// The proof is by another log than the one asked for.
#[derive(Debug, thiserror::Error)]
#[error("the proof is of log {found:?}, not of {expected:?}")]
struct OtherLog {
    expected: String,
    found: String,
}

impl Verify {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let policy = self.policy.read()?;
        let leaf = match (&self.leaf_hash, &self.entry) {
            (Some(HashText(leaf)), _) => *leaf,
            (None, Some(entry)) => read_entry(entry)?.leaf_hash(),
            (None, None) => return Err(Failure::usage("an entry or its leaf hash is needed")),
        };
        let path = match (&self.proof, &self.entry) {
            (Some(proof), _) => proof.clone(),
            (None, Some(entry)) => proof_path::beside(entry),
            (None, None) => return Err(Failure::usage("a proof is needed")),
        };
        let about = path.display().to_string();
        let bytes = files::read_limited(&path, PROOF_FILE_BYTES_MAX)
            .map_err(|error| Failure::file(&path, error))?;
        let unproven = |error| Failure::new(Exit::Unproven, error).about(about.clone());
        let file = ProofFile::parse(&bytes)
            .map_err(|error| Failure::new(Exit::Unproven, error).about(about.clone()))?;
        let proven = file.verify(&leaf, &policy).map_err(unproven)?;
        self.check_origin(&proven)?;
        report(output, &proven, &leaf)
    }

    fn check_origin(&self, proven: &Proven) -> Result<(), Failure> {
        let found = proven.trusted().checkpoint().origin().as_str();
        match &self.origin {
            Some(expected) if expected != found => {
                let error = OtherLog { expected: expected.clone(), found: found.into() };
                Err(Failure::new(Exit::Unproven, error))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Reads an entry from a file, or from standard input where the path is `-`.
pub(crate) fn read_entry(path: &Path) -> Result<Entry, Failure> {
    let bytes = if path == Path::new("-") {
        files::read_all_limited(io::stdin().lock(), ENTRY_BYTES_MAX)
    } else {
        files::read_limited(path, ENTRY_BYTES_MAX)
    };
    let bytes = bytes.map_err(|error| Failure::file(path, error))?;
    Entry::parse(bytes).map_err(|error| Failure::file(path, error))
}

fn report(output: &Output, proven: &Proven, leaf: &Hash) -> Result<(), Failure> {
    let checkpoint = proven.trusted().checkpoint();
    let cosigned: Vec<_> = proven
        .trusted()
        .cosigned_by()
        .iter()
        .map(|cosigned| {
            json!({ "witness": cosigned.witness(), "timestamp": cosigned.timestamp().get() })
        })
        .collect();
    let program = json!({
        "verified": true,
        "log": checkpoint.origin().as_str(),
        "index": proven.index().get(),
        "leaf_hash": strict::to_hash_text(leaf),
        "size": checkpoint.size().get(),
        "root": strict::to_hash_text(checkpoint.root()),
        "cosigned_by": cosigned,
    });
    output.result(Verdict(proven), &program)
}

/// What a verified proof says, for people.
struct Verdict<'a>(&'a Proven);

impl fmt::Display for Verdict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trusted = self.0.trusted();
        let (checkpoint, index) = (trusted.checkpoint(), self.0.index());
        write!(f, "verified: entry {index} of log {}", checkpoint.origin().as_str())?;
        write!(f, ", under the checkpoint of size {}", checkpoint.size())?;
        for cosigned in trusted.cosigned_by() {
            let seconds = cosigned.timestamp().get();
            write!(f, "\n  cosigned by {}", cosigned.witness())?;
            let at = i64::try_from(seconds).ok().and_then(|at| Timestamp::from_second(at).ok());
            match at {
                Some(at) => write!(f, " at {at}")?,
                None => write!(f, " at {seconds} s")?,
            }
        }
        Ok(())
    }
}
