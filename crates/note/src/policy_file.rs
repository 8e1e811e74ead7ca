//! The policy file: its reader and printer (tlog-policy, "Policy file syntax and structure").

use alloc::vec::Vec;
use core::fmt;

use crate::key::VerifierKey;
use crate::policy::{Member, NONE, Policy, PolicyProblem, Quorum};
use crate::policy_builder::PolicyBuilder;
use crate::strict;

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// Says which line breaks which rule.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        Self::parse_bytes(text.as_bytes())
    }

    /// Reads a policy file that need not be UTF-8 in its comments. Names and URLs must be, which
    /// the specification strongly recommends.
    ///
    /// # Errors
    /// Says which line breaks which rule.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, PolicyError> {
        let mut builder = PolicyBuilder::new();
        let mut quorum = None;
        let mut number = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            number += 1;
            read_line(line, &mut builder, &mut quorum)
                .map_err(|problem| PolicyError { line: number, problem })?;
        }
        let problem = PolicyProblem::NoQuorum;
        let quorum = quorum.ok_or(PolicyError { line: number, problem })?;
        Ok(builder.finish_with(quorum))
    }

    fn name_of(&self, member: Member) -> &str {
        // The fallback is never seen: builders only hand out places that exist.
        match member {
            Member::Witness(at) => self.witnesses.get(at).map_or(NONE, |witness| witness.name()),
            Member::Group(at) => self.groups.get(at).map_or(NONE, |group| group.name()),
        }
    }
}

fn read_line(
    line: &[u8],
    builder: &mut PolicyBuilder,
    quorum: &mut Option<Quorum>,
) -> Result<(), PolicyProblem> {
    let line = line.strip_suffix(b"\n").ok_or(PolicyProblem::Unterminated)?;
    if let Some(byte) = line.iter().find(|byte| matches!(byte, 0..=8 | 10..=0x1f | 0x7f)) {
        return Err(PolicyProblem::Octet { byte: *byte });
    }
    let line = line.trim_ascii();
    if line.is_empty() || line.starts_with(b"#") {
        return Ok(());
    }
    let line = str::from_utf8(line).map_err(|_| PolicyProblem::Utf8)?;
    let items: Vec<&str> = line.split([' ', '\t']).filter(|item| !item.is_empty()).collect();
    match items.as_slice() {
        ["log", key] => builder.log(VerifierKey::parse(key)?, None),
        ["log", key, url] => builder.log(VerifierKey::parse(key)?, Some(url)),
        ["witness", name, key] => builder.witness(name, VerifierKey::parse(key)?, None),
        ["witness", name, key, url] => builder.witness(name, VerifierKey::parse(key)?, Some(url)),
        ["group", name, threshold, members @ ..] if !members.is_empty() => {
            builder.group(name, read_threshold(threshold, members.len())?, members)
        }
        ["quorum", name] => {
            let of = builder.quorum(name)?;
            if quorum.replace(of).is_some() { Err(PolicyProblem::SecondQuorum) } else { Ok(()) }
        }
        ["log" | "witness" | "group" | "quorum", ..] => Err(PolicyProblem::Items),
        _ => Err(PolicyProblem::Keyword),
    }
}

fn read_threshold(text: &str, members: usize) -> Result<usize, PolicyProblem> {
    match text {
        "any" => Ok(1),
        "all" => Ok(members),
        number => strict::decimal(number)
            .and_then(|number| usize::try_from(number).ok())
            .ok_or(PolicyProblem::NoThreshold),
    }
}

/// A file that reads as the same policy: logs, witnesses, groups, quorum, without the comments.
impl fmt::Display for Policy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for log in self.logs() {
            writeln!(out, "log {}{}", log.key(), Url(log.url()))?;
        }
        for witness in self.witnesses() {
            let (name, key) = (witness.name(), witness.key());
            writeln!(out, "witness {name} {key}{}", Url(witness.url()))?;
        }
        for group in self.groups() {
            write!(out, "group {} {}", group.name(), group.threshold())?;
            for member in group.members() {
                write!(out, " {}", self.name_of(*member))?;
            }
            writeln!(out)?;
        }
        let quorum = match self.quorum() {
            Quorum::None => NONE,
            Quorum::Of(member) => self.name_of(member),
        };
        writeln!(out, "quorum {quorum}")
    }
}

struct Url<'p>(Option<&'p str>);

impl fmt::Display for Url<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |url| write!(out, " {url}"))
    }
}

/// What is wrong with a policy file, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct PolicyError {
    /// Number of the line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: PolicyProblem,
}

#[cfg(test)]
mod tests;
