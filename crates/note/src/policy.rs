//! Whom to trust: logs, witnesses, groups of witnesses, and the quorum that is enough.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use crate::key::{Algorithm, KeyError, VerifierKey};

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
    /// A policy that trusts logs by their own signature: quorum `none`.
    ///
    /// # Errors
    /// Where two keys are the same.
    pub fn logs_only(keys: Vec<VerifierKey>) -> Result<Self, PolicyProblem> {
        let mut builder = PolicyBuilder::new();
        for key in keys {
            builder.log(key, None)?;
        }
        builder.finish(NONE)
    }

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
    key: VerifierKey,
    url: Option<String>,
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
    name: String,
    key: VerifierKey,
    url: Option<String>,
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
    name: String,
    // INVARIANT: 1 to the number of members.
    threshold: usize,
    members: Vec<Member>,
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

/// Puts a policy together, one definition after the other, under the rules of tlog-policy.
#[derive(Debug, Default)]
pub struct PolicyBuilder {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    names: BTreeMap<String, Member>,
    members: BTreeSet<Member>,
    log_keys: BTreeSet<Vec<u8>>,
    witness_keys: BTreeSet<Vec<u8>>,
}

impl PolicyBuilder {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a log.
    ///
    /// # Errors
    /// Where another log has the same public key, whatever its name or type.
    pub fn log(&mut self, key: VerifierKey, url: Option<&str>) -> Result<(), PolicyProblem> {
        let url = url.map(item).transpose()?;
        if !self.log_keys.insert(key.public_bytes().into()) {
            return Err(PolicyProblem::DuplicateLog);
        }
        self.logs.push(PolicyLog { key, url });
        Ok(())
    }

    /// Adds a witness.
    ///
    /// # Errors
    /// Where the name is taken, another witness has the same public key, or the key is no
    /// cosigner's.
    pub fn witness(
        &mut self,
        name: &str,
        key: VerifierKey,
        url: Option<&str>,
    ) -> Result<(), PolicyProblem> {
        // A plain note signature makes no statement about consistency.
        if key.algorithm() == Algorithm::Ed25519 {
            return Err(PolicyProblem::NoCosigner);
        }
        let name = self.free_name(name)?;
        let url = url.map(item).transpose()?;
        if !self.witness_keys.insert(key.public_bytes().into()) {
            return Err(PolicyProblem::DuplicateWitness);
        }
        self.names.insert(name.clone(), Member::Witness(self.witnesses.len()));
        self.witnesses.push(PolicyWitness { name, key, url });
        Ok(())
    }

    /// Adds a group of which `threshold` members are enough.
    ///
    /// # Errors
    /// Where the name is taken, a member is not defined yet or is a member already, or there are
    /// fewer members than needed.
    pub fn group(
        &mut self,
        name: &str,
        threshold: usize,
        members: &[&str],
    ) -> Result<(), PolicyProblem> {
        let name = self.free_name(name)?;
        if threshold == 0 || threshold > members.len() {
            return Err(PolicyProblem::Threshold { threshold, members: members.len() });
        }
        let places: Vec<Member> =
            members.iter().map(|member| self.defined(member)).collect::<Result<_, _>>()?;
        // Once in the whole policy, so that no witness counts twice.
        let mut taken = BTreeSet::new();
        if places.iter().any(|place| self.members.contains(place) || !taken.insert(*place)) {
            return Err(PolicyProblem::MemberTwice);
        }
        self.members.append(&mut taken);
        self.names.insert(name.clone(), Member::Group(self.groups.len()));
        self.groups.push(Group { name, threshold, members: places });
        Ok(())
    }

    /// What a quorum of this name is made of.
    ///
    /// # Errors
    /// Where nothing has this name yet.
    pub(crate) fn quorum(&self, name: &str) -> Result<Quorum, PolicyProblem> {
        if name == NONE { Ok(Quorum::None) } else { Ok(Quorum::Of(self.defined(name)?)) }
    }

    /// The policy, with the quorum of this name; `none` for none.
    ///
    /// # Errors
    /// Where nothing has this name.
    pub fn finish(self, quorum: &str) -> Result<Policy, PolicyProblem> {
        let quorum = self.quorum(quorum)?;
        Ok(self.finish_with(quorum))
    }

    pub(crate) fn finish_with(self, quorum: Quorum) -> Policy {
        let Self { logs, witnesses, groups, .. } = self;
        Policy { logs, witnesses, groups, quorum }
    }

    fn free_name(&self, name: &str) -> Result<String, PolicyProblem> {
        if name == NONE {
            return Err(PolicyProblem::NamedNone);
        }
        if self.names.contains_key(name) {
            return Err(PolicyProblem::NameTaken);
        }
        item(name)
    }

    fn defined(&self, name: &str) -> Result<Member, PolicyProblem> {
        self.names.get(name).copied().ok_or(PolicyProblem::Undefined)
    }
}

/// A name or URL as it can stand on a line: not empty, no space, no control character.
fn item(text: &str) -> Result<String, PolicyProblem> {
    if text.is_empty() || text.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
        Err(PolicyProblem::Item)
    } else {
        Ok(text.into())
    }
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
