//! Policies put together definition by definition, under the rules of tlog-policy.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use crate::key::{Algorithm, VerifierKey};
use crate::policy::{Group, Member, NONE, Policy, PolicyLog, PolicyProblem, PolicyWitness, Quorum};

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
