//! Whether the signatures on a checkpoint are enough for a policy.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::checkpoint::Checkpoint;
use crate::claim::{Claim, covered_part};
use crate::cosignature::{Timestamp, verify_cosignature, verify_signature};
use crate::key::KeyId;
use crate::policy::{Member, Policy, PolicyWitness, Quorum};
use crate::refused::Refused;
use crate::signature_line::SignatureLine;
use crate::text::Note;

impl Policy {
    /// Believes a checkpoint: one of the policy's keys for its origin has signed it, and enough
    /// witnesses have cosigned it.
    ///
    /// # Errors
    /// Where the log is unknown or has not signed, a known key is said to have signed and has not,
    /// or the quorum is not reached.
    pub fn judge(&self, claim: &Claim) -> Result<Trusted, QuorumError> {
        let checkpoint = claim.unverified();
        // The key's name is the log's origin (tlog-policy, "Defining a log").
        let of_this_log = |name: &str| name == checkpoint.origin().as_str();
        if !self.logs().iter().any(|log| of_this_log(log.key().name().as_str())) {
            return Err(QuorumError::UnknownLog);
        }
        let mut signed = false;
        let mut covered = false;
        let mut cosigned = vec![None; self.witnesses().len()];
        let mut verified: Vec<SignatureLine> = Vec::new();
        for line in claim.signatures() {
            let mut known = false;
            for key in self.logs().iter().map(|log| log.key()).filter(|key| line.claims(key)) {
                verify_signature(key, checkpoint, line)?;
                if of_this_log(key.name().as_str()) {
                    signed = true;
                    covered |= key.algorithm().covers_whole_text();
                }
                known = true;
            }
            for (witness, latest) in self.witnesses().iter().zip(&mut cosigned) {
                if line.claims(witness.key()) {
                    let timestamp = verify_cosignature(witness.key(), checkpoint, line)?;
                    *latest = (*latest).max(Some(timestamp));
                    known = true;
                }
            }
            if known && !verified.iter().any(|held| held.is_by_the_maker_of(line)) {
                verified.push(line.clone());
            }
        }
        if !signed {
            return Err(QuorumError::Unsigned);
        }
        let standing = self.standing(&cosigned);
        let cosigned_by = self.names_of(&cosigned);
        if !standing.met {
            return Err(QuorumError::Short { cosigned: cosigned_by.len() });
        }
        let checkpoint = covered_part(checkpoint, covered);
        let bytes = claim.bytes().into();
        Ok(Trusted { checkpoint, cosigned_by, note: claim.keeping(verified), bytes })
    }

    /// How far cosignatures of one's own checkpoint have come: for whoever gathers them. Lines by
    /// strangers are ignored; a known witness's line that fails counts for nothing and is reported.
    #[must_use]
    pub fn satisfied_by(
        &self,
        checkpoint: &Checkpoint,
        lines: &[SignatureLine],
    ) -> QuorumState<'_> {
        let mut cosigned = vec![None; self.witnesses().len()];
        let mut failed = Vec::new();
        for (witness, latest) in self.witnesses().iter().zip(&mut cosigned) {
            for line in lines.iter().filter(|line| line.claims(witness.key())) {
                match verify_cosignature(witness.key(), checkpoint, line) {
                    Ok(timestamp) => *latest = (*latest).max(Some(timestamp)),
                    Err(refused) => failed.push((witness, refused)),
                }
            }
        }
        let Standing { met, helpful } = self.standing(&cosigned);
        QuorumState { met, cosigned_by: self.names_of(&cosigned), helpful, failed }
    }

    /// Whether these witnesses are enough, and which others would bring the quorum nearer.
    fn standing(&self, cosigned: &[Option<Timestamp>]) -> Standing<'_> {
        // Members stand before their group, so one pass decides them all, however deep they nest.
        let mut groups: Vec<bool> = Vec::with_capacity(self.groups().len());
        let witnessed = |member: &Member, groups: &[bool]| match *member {
            Member::Witness(at) => cosigned.get(at).is_some_and(Option::is_some),
            Member::Group(at) => groups.get(at).copied().unwrap_or(false),
        };
        for group in self.groups() {
            let count = group.members().iter().filter(|member| witnessed(member, &groups)).count();
            groups.push(count >= group.threshold());
        }
        let Quorum::Of(quorum) = self.quorum() else {
            return Standing { met: true, helpful: Vec::new() };
        };
        // From the quorum down, past whatever is satisfied already. No member is met twice.
        let mut helpful = Vec::new();
        let mut open = vec![quorum];
        while let Some(member) = open.pop() {
            if witnessed(&member, &groups) {
                continue;
            }
            match member {
                Member::Witness(at) => helpful.extend(self.witnesses().get(at)),
                Member::Group(at) => {
                    open.extend(
                        self.groups().get(at).into_iter().flat_map(|group| group.members()),
                    );
                }
            }
        }
        Standing { met: witnessed(&quorum, &groups), helpful }
    }

    fn names_of(&self, cosigned: &[Option<Timestamp>]) -> Vec<Cosigned> {
        let cosigners = self.witnesses().iter().zip(cosigned);
        let named = |(witness, timestamp): (&PolicyWitness, &Option<Timestamp>)| {
            let timestamp = (*timestamp)?;
            Some(Cosigned { witness: witness.name().into(), key: witness.key().id(), timestamp })
        };
        cosigners.filter_map(named).collect()
    }
}

struct Standing<'p> {
    met: bool,
    helpful: Vec<&'p PolicyWitness>,
}

/// A checkpoint that satisfies a policy. [`Policy::judge`] alone makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trusted {
    checkpoint: Checkpoint,
    cosigned_by: Vec<Cosigned>,
    note: Note,
    bytes: Vec<u8>,
}

impl Trusted {
    /// What is trusted. Has the extension lines of the claim only where a signature of the log
    /// covers them, which ML-DSA-44 ones do not.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The policy's witnesses that have cosigned it.
    #[must_use]
    pub fn cosigned_by(&self) -> &[Cosigned] {
        &self.cosigned_by
    }

    /// The signatures that were verified, the log's and the witnesses', each key's once.
    #[must_use]
    pub fn signatures(&self) -> &[SignatureLine] {
        self.note.signatures()
    }

    /// The signed checkpoint verbatim, with the signatures of strangers.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The signed checkpoint with the verified signatures only: what may be stored and shown.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.note.to_bytes()
    }
}

/// A witness that has cosigned, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    witness: String,
    key: KeyId,
    timestamp: Timestamp,
}

impl Cosigned {
    /// What the policy calls it.
    #[must_use]
    pub fn witness(&self) -> &str {
        &self.witness
    }

    /// The key that signed.
    #[must_use]
    pub const fn key(&self) -> KeyId {
        self.key
    }

    /// When, as the witness says; the latest where it has signed more than once.
    #[must_use]
    pub const fn timestamp(&self) -> Timestamp {
        self.timestamp
    }
}

/// How far the gathering of cosignatures has come.
#[derive(Clone, Debug)]
pub struct QuorumState<'p> {
    met: bool,
    cosigned_by: Vec<Cosigned>,
    helpful: Vec<&'p PolicyWitness>,
    failed: Vec<(&'p PolicyWitness, Refused)>,
}

impl<'p> QuorumState<'p> {
    /// Whether there are enough.
    #[must_use]
    pub const fn is_met(&self) -> bool {
        self.met
    }

    /// Who has cosigned.
    #[must_use]
    pub fn cosigned_by(&self) -> &[Cosigned] {
        &self.cosigned_by
    }

    /// Who has not, and would bring the quorum nearer. Nobody once it is met.
    #[must_use]
    pub fn helpful(&self) -> &[&'p PolicyWitness] {
        &self.helpful
    }

    /// Whose line does not verify.
    #[must_use]
    pub fn failed(&self) -> &[(&'p PolicyWitness, Refused)] {
        &self.failed
    }
}

/// Why a checkpoint does not satisfy a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuorumError {
    /// The policy has no log of this origin.
    #[error("the policy knows no log of this origin")]
    UnknownLog,
    /// None of the log's keys has signed.
    #[error("the log has not signed with a key of the policy")]
    Unsigned,
    /// A key of the policy is said to have signed and has not.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Not enough witnesses, or not the right ones.
    #[error("the cosignatures of {cosigned} known witnesses do not make the quorum")]
    Short {
        /// How many of the policy's witnesses have cosigned.
        cosigned: usize,
    },
}

#[cfg(test)]
mod tests;
