//! `indelible prove`: a proof file from the log's tiles.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use indelible_client::{Hash, LeafIndex, LocateError, Log, ProofFile, ProveError};

use super::exit::Failure;
use super::hash_text::HashText;
use super::log_args::LogArgs;
use super::output::Output;
use super::proof_path;
use super::verify;

#[derive(Debug, Args)]
pub(crate) struct Prove {
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    leaf: Leaf,
    /// Where the server looks nothing up, look through the log's tiles, the newest first
    #[arg(long, conflicts_with = "index")]
    search: bool,
    /// Where the proof goes, unless to ENTRY.tlog-proof or INDEX.tlog-proof
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct Leaf {
    /// The leaf's index; the server is asked for it where it is not given
    #[arg(long)]
    index: Option<u64>,
    /// The entry's file, or - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "leaf_hash")]
    entry: Option<PathBuf>,
    /// The entry's leaf hash, in base64 or hex
    #[arg(long, value_name = "HASH")]
    leaf_hash: Option<HashText>,
}

impl Prove {
    pub(crate) async fn run(&self, output: &Output) -> Result<(), Failure> {
        let log = self.log.log()?;
        let leaf = self.leaf.known()?;
        let file = self.prove(&log, leaf).await?;
        let index = file.index().get();
        let path = match (&self.out, &self.leaf.entry) {
            (Some(out), _) => out.clone(),
            (None, Some(entry)) if entry != Path::new("-") => proof_path::beside(entry),
            (None, _) => proof_path::numbered(Path::new(""), index),
        };
        proof_path::write(&path, &file)?;
        let size = file.checkpoint().unverified().size();
        let program = json!({
            "proven": true,
            "log": log.origin().as_str(),
            "index": index,
            "size": size.get(),
            "proof": path,
        });
        let people = format!("proven: entry {index} of {size}; proof in {}", path.display());
        output.result(people, &program)
    }

    async fn prove(&self, log: &Log, leaf: Option<Hash>) -> Result<ProofFile, Failure> {
        let index = self.leaf.index.map(LeafIndex::new).transpose();
        let index = index.map_err(|error| Failure::local("the index", error))?;
        match (index, leaf) {
            (Some(index), Some(leaf)) => Ok(log.prove_leaf(index, &leaf).await?),
            (Some(index), None) => Ok(log.prove(index).await?),
            (None, Some(leaf)) if self.search => search(log, &leaf).await,
            (None, Some(leaf)) => {
                let index = log.locate(&leaf).await?;
                Ok(log.prove_leaf(index, &leaf).await?)
            }
            (None, None) => Err(Failure::usage("an index, an entry or a leaf hash is needed")),
        }
    }
}

/// One checkpoint for both, so that nothing changes between finding and proving.
async fn search(log: &Log, leaf: &Hash) -> Result<ProofFile, Failure> {
    let tree = log.latest_tree().await?;
    let found = tree.find(leaf).await.map_err(ProveError::from)?;
    let index = found.ok_or(LocateError::NotFound { leaf: *leaf })?;
    Ok(tree.prove_leaf(index, leaf).await?)
}

impl Leaf {
    /// The leaf hash, where the caller knows it.
    fn known(&self) -> Result<Option<Hash>, Failure> {
        match (self.leaf_hash, &self.entry) {
            (Some(HashText(leaf)), _) => Ok(Some(leaf)),
            (None, Some(entry)) => Ok(Some(verify::read_entry(entry)?.leaf_hash())),
            (None, None) => Ok(None),
        }
    }
}
