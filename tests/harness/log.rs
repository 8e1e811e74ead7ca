//! A log of ours: a home that is made once, and a server that can be started on it again and again.

use std::path::{Path, PathBuf};
use std::process::Command;

use indelible_note::{Algorithm, VerifierKey};

use crate::folder::{bin, copy, written};
use crate::poll;
use crate::running::Running;

const SETTINGS: &str = "indelible.toml";

/// A log's folder: settings, keys, data, guard.
#[derive(Debug)]
pub struct LogHome {
    folder: PathBuf,
    settings: PathBuf,
}

/// A log that is being served; killed when this is dropped.
#[derive(Debug)]
pub struct LogServer {
    /// Without a slash at the end.
    pub url: String,
    /// The process.
    pub process: Running,
}

impl LogHome {
    /// Writes settings: those of the server, then whatever `logs` says, `[[log]]` included.
    pub fn new(folder: &Path, logs: &str) -> Self {
        let home = Self { folder: folder.to_owned(), settings: folder.join(SETTINGS) };
        home.set(logs);
        home
    }

    /// Writes the settings anew.
    pub fn set(&self, logs: &str) {
        let text = format!("listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n{logs}");
        written(&self.folder, SETTINGS, text);
    }

    /// A copy with all that is in it: data, keys, guard, settings.
    pub fn cloned_to(&self, folder: &Path) -> Self {
        copy(&self.folder, folder);
        Self { folder: folder.to_owned(), settings: folder.join(SETTINGS) }
    }

    /// One log at the root with a short interval, made already; its verifier keys.
    pub fn with_one_log(folder: &Path, origin: &str, more: &str) -> (Self, Vec<VerifierKey>) {
        let log = format!("[[log]]\norigin = \"{origin}\"\npublish_interval_ms = 20\n{more}\n");
        let home = Self::new(folder, &log);
        let keys = home.init();
        (home, keys)
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file beside the settings.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        written(&self.folder, name, content)
    }

    /// `indelible-server VERB --settings ...`.
    pub fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(bin("indelible-server"));
        command.arg(verb).arg("--settings").arg(&self.settings);
        command
    }

    /// Runs a command to its end: whether it succeeded, and what it said.
    pub fn run(&self, verb: &str, arguments: &[&str]) -> (bool, String) {
        let (status, said) = Running::start(self.command(verb).args(arguments)).end();
        (status.success(), said.join("\n"))
    }

    /// Makes the logs of the settings; the verifier keys that it prints.
    pub fn init(&self) -> Vec<VerifierKey> {
        let (made, said) = self.run("init", &[]);
        assert!(made, "init: {said}");
        keys_in(&said, "log ")
    }

    /// Starts the server and waits until it takes requests.
    pub fn serve(&self) -> LogServer {
        let (process, url) = served(&mut self.command("serve"), &self.folder);
        LogServer { url, process }
    }

    /// Starts the server and waits until it takes requests, or ends; then, what it said.
    pub fn try_serve(&self) -> Result<LogServer, String> {
        let (process, url) = try_served(&mut self.command("serve"), &self.folder)?;
        Ok(LogServer { url, process })
    }

    /// A command that must be refused; what it says.
    pub fn refused(&self, verb: &str, arguments: &[&str]) -> String {
        let (done, said) = self.run(verb, arguments);
        assert!(!done, "{verb} was not refused: {said}");
        said
    }

    /// A start that must be refused; what it says.
    pub fn serve_refused(&self) -> String {
        self.refused("serve", &[])
    }
}

impl LogServer {
    /// Asks it to stop and waits until it has, well.
    pub fn stop(self) {
        self.process.terminate();
        let (status, said) = self.process.end();
        assert!(status.success(), "it did not stop well: {}", said.join("\n"));
    }

    /// As a power cut does, for this process.
    pub fn kill(self) {
        drop(self.process);
    }
}

/// The vkeys on the lines that begin so.
pub(crate) fn keys_in(said: &str, start: &str) -> Vec<VerifierKey> {
    said.lines()
        .filter_map(|line| line.strip_prefix(start))
        .flat_map(str::split_whitespace)
        .filter_map(|word| VerifierKey::parse(word).ok())
        .collect()
}

/// The key of that kind.
pub fn key_of(keys: &[VerifierKey], algorithm: Algorithm) -> &VerifierKey {
    keys.iter().find(|key| key.algorithm() == algorithm).expect("a key of each kind")
}

/// Starts a server of ours, and says where it listens once it takes requests.
pub fn served(command: &mut Command, folder: &Path) -> (Running, String) {
    try_served(command, folder).unwrap_or_else(|said| panic!("it ended: {said}"))
}

/// The same of a server that may end instead; then, what it said.
fn try_served(command: &mut Command, folder: &Path) -> Result<(Running, String), String> {
    let ready = folder.join("ready");
    let _ = std::fs::remove_file(&ready);
    let server = Running::start(command.arg("--ready-file").arg(&ready));
    let address = poll::until("a server that is ready", || {
        if server.has_ended() {
            return Some(Err(server.said()));
        }
        let addresses = std::fs::read_to_string(&ready).ok()?;
        addresses.lines().next().map(|address| Ok(address.to_owned()))
    })?;
    Ok((server, format!("http://{address}")))
}
