//! `indelible add`: files, standard input, or one entry per line.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;
use futures_util::stream::{self, StreamExt};
use serde_json::json;

use indelible_client::{Entry, Hash, IdempotencyKey, Log, ProofFile};
use indelible_note::strict;

use super::add_lines::{AddLines, Form};
use super::exit::Failure;
use super::log_args::LogArgs;
use super::output::Output;
use super::proof_path;
use super::verify;

#[derive(Debug, Args)]
pub(crate) struct Add {
    #[command(flatten)]
    log: LogArgs,
    /// The entries, each a file; - or none for standard input
    files: Vec<PathBuf>,
    /// Each line is an entry, without its newline
    #[arg(long)]
    lines: bool,
    /// Each line is an entry and must be JSON
    #[arg(long, conflicts_with = "lines")]
    ndjson: bool,
    /// Stay until the entries are proven, and save the proofs
    #[arg(long)]
    wait: bool,
    /// Where proofs go as INDEX.tlog-proof, instead of beside the files
    #[arg(long, value_name = "FOLDER", requires = "wait")]
    proofs: Option<PathBuf>,
    /// Mark one entry, so that it is added once however often this is repeated
    #[arg(long, value_name = "KEY", conflicts_with_all = ["lines", "ndjson"])]
    idempotency_key: Option<String>,
    /// Requests in flight
    #[arg(long, value_name = "COUNT", default_value = "4")]
    in_flight: NonZeroUsize,
    /// Lines that go into one request
    #[arg(long, value_name = "COUNT", default_value = "1024")]
    batch_entries: NonZeroUsize,
}

impl Add {
    pub(crate) async fn run(self, output: &Output) -> Result<(), Failure> {
        let log = self.log.log()?;
        if self.lines || self.ndjson {
            let form = if self.ndjson { Form::Json } else { Form::Any };
            return self.lines(log, form).run(output).await;
        }
        let files = match self.files.as_slice() {
            [] => vec![PathBuf::from("-")],
            files => files.to_vec(),
        };
        if self.idempotency_key.is_some() && files.len() > 1 {
            return Err(Failure::usage("an idempotency key marks one entry"));
        }
        let mut added = stream::iter(&files)
            .map(|file| self.add_one(&log, file))
            .buffered(self.in_flight.get());
        while let Some(added) = added.next().await {
            added?.report(output)?;
        }
        Ok(())
    }

    async fn add_one(&self, log: &Log, file: &Path) -> Result<Added, Failure> {
        let entry = verify::read_entry(file)?;
        let key = self.key()?;
        let source = file.to_owned();
        let about = |error| Failure::from(error).about(source.display().to_string());
        if !self.wait {
            let receipt = log.add_with_key(&entry, &key).await.map_err(about)?;
            let index = receipt.claimed_index().get();
            let (leaf, is_duplicate) = (*receipt.leaf_hash(), receipt.is_duplicate());
            return Ok(Added {
                source,
                index,
                leaf,
                proof: None,
                is_duplicate: Some(is_duplicate),
            });
        }
        let proven = log.add_proven_with_key(&entry, &key).await.map_err(about)?;
        let proof = self.save(file, &proven.file)?;
        let index = proven.proven.index().get();
        Ok(Added { source, index, leaf: leaf(&entry), proof: Some(proof), is_duplicate: None })
    }

    fn key(&self) -> Result<IdempotencyKey, Failure> {
        match &self.idempotency_key {
            Some(text) => IdempotencyKey::parse(text)
                .map_err(|error| Failure::local("the idempotency key", error)),
            None => IdempotencyKey::random()
                .map_err(|error| Failure::local("an idempotency key", error)),
        }
    }

    fn save(&self, file: &Path, proof: &ProofFile) -> Result<PathBuf, Failure> {
        let index = proof.index().get();
        let path = match &self.proofs {
            Some(folder) => {
                std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
                proof_path::numbered(folder, index)
            }
            None if file == Path::new("-") => proof_path::numbered(Path::new(""), index),
            None => proof_path::beside(file),
        };
        proof_path::write(&path, proof)?;
        Ok(path)
    }

    fn lines(self, log: Log, form: Form) -> AddLines {
        AddLines {
            log,
            form,
            files: self.files,
            wait: self.wait,
            proofs: self.proofs,
            in_flight: self.in_flight,
            batch_entries: self.batch_entries,
        }
    }
}

fn leaf(entry: &Entry) -> Hash {
    entry.leaf_hash()
}

/// One entry that was added; proven where there is a proof.
struct Added {
    source: PathBuf,
    index: u64,
    leaf: Hash,
    proof: Option<PathBuf>,
    is_duplicate: Option<bool>,
}

impl Added {
    fn report(&self, output: &Output) -> Result<(), Failure> {
        let source = self.source.display();
        let people = match (&self.proof, self.is_duplicate) {
            (Some(proof), _) => {
                format!("proven: {source} is entry {}; proof in {}", self.index, proof.display())
            }
            (None, Some(true)) => format!("already there: {source} is entry {}", self.index),
            (None, _) => format!("added: {source} is entry {} (not proven yet)", self.index),
        };
        let program = json!({
            "source": self.source,
            "index": self.index,
            "leaf_hash": strict::to_hash_text(&self.leaf),
            "proven": self.proof.is_some(),
            "proof": self.proof,
            "duplicate": self.is_duplicate,
        });
        output.result(people, &program)
    }
}
