//! `indelible add`: files, standard input, or one entry per line.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use indelible_client::{Hash, IdempotencyKey, Log, ProofFile, Receipt};
use indelible_note::strict;

use super::add_lines::{AddLines, Form, PATIENCE};
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
    /// Batches of lines in flight; with more than one, batches may change places in the log
    #[arg(long, value_name = "COUNT", default_value = "1")]
    in_flight: NonZeroUsize,
    /// Lines that go into one request
    #[arg(long, value_name = "COUNT", default_value = "4096")]
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
        match files.as_slice() {
            [file] if self.wait => self.add_waiting(&log, file).await?.report(output),
            files if self.wait => self.add_then_prove(output, &log, files).await,
            files => {
                for file in files {
                    Added::unproven(file, &self.add_one(&log, file).await?).report(output)?;
                }
                Ok(())
            }
        }
    }

    async fn add_one(&self, log: &Log, file: &Path) -> Result<Receipt, Failure> {
        let entry = verify::read_entry(file)?;
        let added = log.add_with_key(&entry, &self.key()?).await;
        added.map_err(|error| Failure::from(error).about(file.display().to_string()))
    }

    /// The server answers with the proof.
    async fn add_waiting(&self, log: &Log, file: &Path) -> Result<Added, Failure> {
        let entry = verify::read_entry(file)?;
        let proven = log.add_proven_with_key(&entry, &self.key()?).await;
        let proven =
            proven.map_err(|error| Failure::from(error).about(file.display().to_string()))?;
        let proof = self.save(file, &proven.file)?;
        Ok(Added::proven(file, &proven.file, entry.leaf_hash(), proof))
    }

    /// One after another, as they stand, and one checkpoint for all of them.
    async fn add_then_prove(
        &self,
        output: &Output,
        log: &Log,
        files: &[PathBuf],
    ) -> Result<(), Failure> {
        let mut receipts = Vec::new();
        for file in files {
            receipts.push((file, self.add_one(log, file).await?));
        }
        let last = receipts.iter().map(|(_, receipt)| receipt.claimed_index()).max();
        let Some(last) = last else { return Ok(()) };
        let tree = log.tree_covering(last, PATIENCE).await?;
        for (file, receipt) in receipts {
            let leaf = *receipt.leaf_hash();
            let proof_file = tree.prove_leaf(receipt.claimed_index(), &leaf).await?;
            let proof = self.save(file, &proof_file)?;
            Added::proven(file, &proof_file, leaf, proof).report(output)?;
        }
        Ok(())
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

/// One entry that was added; proven where there is a proof.
struct Added {
    source: PathBuf,
    index: u64,
    leaf: Hash,
    proof: Option<PathBuf>,
    is_duplicate: Option<bool>,
}

impl Added {
    fn unproven(source: &Path, receipt: &Receipt) -> Self {
        Self {
            source: source.into(),
            index: receipt.claimed_index().get(),
            leaf: *receipt.leaf_hash(),
            proof: None,
            is_duplicate: Some(receipt.is_duplicate()),
        }
    }

    fn proven(source: &Path, file: &ProofFile, leaf: Hash, proof: PathBuf) -> Self {
        let index = file.index().get();
        Self { source: source.into(), index, leaf, proof: Some(proof), is_duplicate: None }
    }

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
