//! `indelible keygen`: keys for logs and witnesses.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use indelible_client::{files, random};
use indelible_note::{Algorithm, KeyName, SignerKey};

use super::exit::Failure;
use super::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Keygen {
    /// What the key is for: logs and witnesses sign different messages
    #[arg(value_enum)]
    owner: Owner,
    /// The key's name: a log's origin, or a witness's name (a schema-less URL, by convention)
    #[arg(long)]
    name: String,
    /// The signature algorithm
    #[arg(long, value_enum, default_value_t = Kind::Ed25519)]
    algorithm: Kind,
    /// Where the private key goes: a new file that only its owner can read
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Owner {
    Log,
    Witness,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    #[value(name = "ed25519")]
    Ed25519,
    #[value(name = "ml-dsa-44")]
    MlDsa44,
}

impl Keygen {
    pub(crate) fn run(&self, output: &Output) -> Result<(), Failure> {
        let algorithm = match (self.owner, self.algorithm) {
            (Owner::Log, Kind::Ed25519) => Algorithm::Ed25519,
            (Owner::Witness, Kind::Ed25519) => Algorithm::Ed25519Cosignature,
            (Owner::Log | Owner::Witness, Kind::MlDsa44) => Algorithm::MlDsa44,
        };
        let name = KeyName::parse(&self.name);
        let name = name.map_err(|error| Failure::local("the key's name", error))?;
        let seed = random::bytes().map_err(|error| Failure::local("the key's seed", error))?;
        let signer = SignerKey::from_seed(name, algorithm, seed);
        let text = signer.to_text();
        files::write_new_secret(&self.out, format!("{}\n", *text).as_bytes())
            .map_err(|error| Failure::file(&self.out, error))?;
        let vkey = signer.verifier().to_string();
        output.note(format_args!("private key in {}; its public key:", self.out.display()));
        output.result(&vkey, &json!({ "vkey": vkey, "private_key_file": self.out }))
    }
}
