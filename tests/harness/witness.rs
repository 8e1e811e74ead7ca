//! A witness of ours: a home that is made once, and a server that can be started on it again.

use std::path::{Path, PathBuf};
use std::process::Command;

use indelible_note::VerifierKey;

use crate::folder::{bin, written};
use crate::log::{keys_in, served};
use crate::running::Running;

/// A witness's folder: settings, keys, memory.
#[derive(Debug)]
pub struct WitnessHome {
    folder: PathBuf,
    settings: PathBuf,
}

/// A witness that is being served; killed when this is dropped.
#[derive(Debug)]
pub struct WitnessServer {
    /// Without a slash at the end.
    pub url: String,
    /// The process.
    pub process: Running,
}

impl WitnessHome {
    /// A new witness of one log, made already. It listens on `listen`, or anywhere.
    pub fn new(folder: &Path, name: &str, log: &[VerifierKey], listen: Option<&str>) -> Self {
        let listen = listen.unwrap_or("127.0.0.1:0");
        let vkeys: Vec<String> = log.iter().map(|key| format!("\"{key}\"")).collect();
        let text = format!(
            "name = \"{name}\"\nlisten = \"{listen}\"\ndata_dir = \"data\"\n\
             [[log]]\nvkeys = [{}]\n",
            vkeys.join(", ")
        );
        let home =
            Self { folder: folder.to_owned(), settings: written(folder, "witness.toml", text) };
        let (made, said) = home.run("init", &[]);
        assert!(made, "init: {said}");
        home
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// `indelible-witness VERB --settings ...`.
    pub fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(bin("indelible-witness"));
        command.arg(verb).arg("--settings").arg(&self.settings);
        command
    }

    /// Runs a command to its end: whether it succeeded, and what it said.
    pub fn run(&self, verb: &str, arguments: &[&str]) -> (bool, String) {
        let (status, said) = Running::start(self.command(verb).args(arguments)).end();
        (status.success(), said.join("\n"))
    }

    /// Its verifier keys.
    pub fn keys(&self) -> Vec<VerifierKey> {
        let (printed, said) = self.run("keys", &[]);
        assert!(printed, "keys: {said}");
        keys_in(&said, "witness ")
    }

    /// Its `witness NAME VKEY URL` lines for a policy.
    pub fn policy_lines(&self, url: &str) -> String {
        let (printed, said) = self.run("keys", &["--url", url]);
        assert!(printed, "keys: {said}");
        said.lines()
            .filter(|line| line.starts_with("witness "))
            .map(|line| format!("{line}\n"))
            .collect()
    }

    /// Starts the witness and waits until it takes requests.
    pub fn serve(&self) -> WitnessServer {
        let (process, url) = served(&mut self.command("serve"), &self.folder);
        WitnessServer { url, process }
    }

    /// A start that must be refused; what it says.
    pub fn serve_refused(&self) -> String {
        let (served, said) = self.run("serve", &[]);
        assert!(!served, "it served: {said}");
        said
    }

    /// Starts it where it listened before, so that a policy that names its address stays true.
    pub fn serve_at(&self, url: &str) -> WitnessServer {
        let address = url.strip_prefix("http://").unwrap_or(url);
        let mut command = self.command("serve");
        let (process, url) = served(command.arg("--listen").arg(address), &self.folder);
        WitnessServer { url, process }
    }
}

/// A policy of one log and some witness lines, all of which must have cosigned.
pub fn policy_of_all(log: &[VerifierKey], log_url: &str, witnesses: &str) -> String {
    let url = if log_url.is_empty() { String::new() } else { format!(" {log_url}/") };
    let logs: String = log.iter().map(|key| format!("log {key}{url}\n")).collect();
    let names: Vec<&str> =
        witnesses.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    if names.is_empty() {
        return format!("{logs}quorum none\n");
    }
    format!("{logs}{witnesses}group everybody all {}\nquorum everybody\n", names.join(" "))
}
