//! Whom to trust: logs, witnesses, groups of witnesses, and the quorum that is enough.

use alloc::string::String;
use alloc::vec::Vec;

use crate::key::{KeyError, VerifierKey};

/// The name that means "no witnesses needed", and that nothing else may have.
pub(crate) const NONE: &str = "none";

/// Which logs are known, which witnesses, and how many of them must have cosigned (tlog-policy).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub(crate) logs: Vec<PolicyLog>,
    pub(crate) witnesses: Vec<PolicyWitness>,
    // INVARIANT: members are witnesses, and groups that stand earlier in this list.
    pub(crate) groups: Vec<Group>,
    pub(crate) quorum: Quorum,
}

impl Policy {
    /// The logs. One log may have several lines, one for each of its keys.
    #[must_use]
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses.
    #[must_use]
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// The groups, each after its members.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Who must have cosigned.
    #[must_use]
    pub const fn quorum(&self) -> Quorum {
        self.quorum
    }
}

/// A log that a policy knows. Its key's name is its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyLog {
    pub(crate) key: VerifierKey,
    pub(crate) url: Option<String>,
}

impl PolicyLog {
    /// One of the log's keys.
    #[must_use]
    pub const fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Where it is, if the policy says so.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}

/// A witness that a policy knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyWitness {
    pub(crate) name: String,
    pub(crate) key: VerifierKey,
    pub(crate) url: Option<String>,
}

impl PolicyWitness {
    /// What the policy calls it; its key may be named otherwise.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its key.
    #[must_use]
    pub const fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// Its submission prefix, if the policy says so.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}

/// A number of members of whom some must have witnessed a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub(crate) name: String,
    // INVARIANT: 1 to the number of members.
    pub(crate) threshold: usize,
    pub(crate) members: Vec<Member>,
}

impl Group {
    /// What the policy calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many of the members are enough.
    #[must_use]
    pub const fn threshold(&self) -> usize {
        self.threshold
    }

    /// Its members.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }
}

/// A witness or group, by its place in the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// Place in [`Policy::witnesses`].
    Witness(usize),
    /// Place in [`Policy::groups`].
    Group(usize),
}

/// Who must have cosigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quorum {
    /// Nobody: the log's word is enough.
    None,
    /// This witness, or enough members of this group.
    Of(Member),
}

/// What is wrong with a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyProblem {
    /// A byte that no policy may contain.
    #[error("byte {byte:#04x} is not allowed")]
    Octet {
        /// As found.
        byte: u8,
    },
    /// A definition that is not UTF-8. Comments may be anything.
    #[error("not utf-8")]
    Utf8,
    /// The last line does not end in a newline, so it may not be whole.
    #[error("the last line does not end in a newline")]
    Unterminated,
    /// Neither log, witness, group nor quorum.
    #[error("a line starts with log, witness, group or quorum")]
    Keyword,
    /// Too few or too many items for the keyword.
    #[error("wrong number of items on the line")]
    Items,
    /// A name or URL that cannot stand on a line.
    #[error("a name or url is empty or contains a space or control character")]
    Item,
    /// A key that we cannot use.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A witness key of type 0x01.
    #[error("a witness key is of type 0x04 or 0x06")]
    NoCosigner,
    /// Two log lines with one public key.
    #[error("another log has the same public key")]
    DuplicateLog,
    /// Two witness lines with one public key.
    #[error("another witness has the same public key")]
    DuplicateWitness,
    /// Two witnesses or groups with one name.
    #[error("the name is defined already")]
    NameTaken,
    /// A witness or group called `none`.
    #[error("the name none is reserved")]
    NamedNone,
    /// A member or quorum that is not defined above.
    #[error("the name is not defined above")]
    Undefined,
    /// A name that is a member already.
    #[error("the name is a member already")]
    MemberTwice,
    /// Not a decimal without leading zeros, `any` or `all`.
    #[error("a threshold is any, all or a decimal")]
    NoThreshold,
    /// Zero, or more than there are members.
    #[error("threshold {threshold} is not from 1 to the {members} members")]
    Threshold {
        /// As written.
        threshold: usize,
        /// How many members there are.
        members: usize,
    },
    /// A second quorum line.
    #[error("the quorum is defined already")]
    SecondQuorum,
    /// No quorum line.
    #[error("no quorum is defined")]
    NoQuorum,
}
