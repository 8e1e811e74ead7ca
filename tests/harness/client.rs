//! The `indelible` program, as somebody with a policy runs it against a log.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::folder::bin;
use crate::running::Running;

/// A policy, and where its log is.
#[derive(Clone, Debug)]
pub struct Client {
    policy: PathBuf,
    url: String,
}

/// A program that ended by itself.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// All that it said.
    pub said: String,
}

impl Client {
    /// Somebody who trusts by this policy and asks the log here.
    pub fn new(policy: &Path, url: &str) -> Self {
        Self { policy: policy.to_owned(), url: url.to_owned() }
    }

    /// A command that asks the log.
    pub fn asking(&self, verb: &str) -> Command {
        let mut command = self.offline(verb);
        command.arg("--log-url").arg(&self.url);
        command
    }

    /// A command that needs the policy alone.
    pub fn offline(&self, verb: &str) -> Command {
        let mut command = Command::new(bin("indelible"));
        command.arg(verb).arg("--policy").arg(&self.policy);
        command
    }
}

/// Runs a command to its end.
pub fn ended(command: &mut Command) -> Ended {
    let (status, said) = Running::start(command).end();
    Ended { code: status.code(), said: said.join("\n") }
}

/// Runs a command to an end that must be good; what it said.
pub fn done(command: &mut Command) -> String {
    let asked = format!("{command:?}");
    let Ended { code, said } = ended(command);
    assert_eq!(code, Some(0), "{asked}: {said}");
    said
}
