//! How the program ends: the exit codes, and the failures that lead to them.

use std::error::Error;
use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use indelible_client::{
    AddError, CheckError, Fault, FollowError, LocateError, ProveError, SetupError, StateError,
    VerifyError,
};

/// What the exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Ok,
    Local,
    Unproven,
    Unavailable,
    Alarm,
}

/// The table above, for people.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done, and what was to be verified is verified
  1  wrong usage, a policy, key or file that cannot be used, an entry out of bounds
  2  verification failed: something received does not hold what it claims
  3  the server could not be reached, or refused
  4  alarm: the log contradicts what it signed before; evidence is kept";

impl Exit {
    const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Local => 1,
            Self::Unproven => 2,
            Self::Unavailable => 3,
            Self::Alarm => 4,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Local => "local",
            Self::Unproven => "unproven",
            Self::Unavailable => "unavailable",
            Self::Alarm => "alarm",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

impl From<Fault> for Exit {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Caller => Self::Local,
            Fault::Unproven => Self::Unproven,
            Fault::Unavailable => Self::Unavailable,
            Fault::Alarm => Self::Alarm,
        }
    }
}

/// Why a command ended, and with which code.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    error: anyhow::Error,
}

impl Failure {
    pub(crate) fn new(exit: Exit, error: impl Error + Send + Sync + 'static) -> Self {
        Self { exit, error: error.into() }
    }

    /// Something on this side.
    pub(crate) fn local(
        doing: impl fmt::Display + Send + Sync + 'static,
        error: impl Error + Send + Sync + 'static,
    ) -> Self {
        Self { exit: Exit::Local, error: anyhow::Error::new(error).context(doing) }
    }

    /// Something about a file.
    pub(crate) fn file(path: &Path, error: impl Error + Send + Sync + 'static) -> Self {
        Self::local(path.display().to_string(), error)
    }

    /// Something that the arguments do not allow.
    pub(crate) fn usage(text: &'static str) -> Self {
        Self { exit: Exit::Local, error: anyhow::Error::msg(text) }
    }

    /// Says which input it was about.
    pub(crate) fn about(self, what: impl fmt::Display + Send + Sync + 'static) -> Self {
        Self { exit: self.exit, error: self.error.context(what) }
    }

    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An error whose text already contains its source's is not repeated.
        let mut said = String::new();
        for cause in self.error.chain() {
            let cause = cause.to_string();
            if said.contains(&cause) {
                continue;
            }
            let colon = if said.is_empty() { "" } else { ": " };
            write!(f, "{colon}{cause}")?;
            said.push_str(&cause);
        }
        Ok(())
    }
}

macro_rules! failure_by_fault {
    ($($error:ty),+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(error.fault().into(), error)
            }
        }
    )+};
}

failure_by_fault!(AddError, CheckError, FollowError, LocateError, ProveError);

impl From<SetupError> for Failure {
    fn from(error: SetupError) -> Self {
        Self::new(Exit::Local, error)
    }
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        Self::new(Exit::Local, error)
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Entry(_) => Self::new(Exit::Local, error),
            VerifyError::Proof(_) => Self::new(Exit::Unproven, error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_code() {
        let all = [Exit::Ok, Exit::Local, Exit::Unproven, Exit::Unavailable, Exit::Alarm];
        for (line, exit) in HELP.lines().skip(1).zip(all) {
            assert!(line.starts_with(&format!("  {}  ", exit.code())), "{line}");
        }
        assert_eq!(HELP.lines().count(), all.len() + 1);
    }
}
