//! Asks all witnesses at once and stops waiting as soon as the policy is satisfied.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use indelible_note::{Claim, ClaimError, Policy, SignatureLine};
use tokio::sync::mpsc;

use super::witness::{Memory, Unhelpful, Witness};
use crate::metrics::LogMetrics;
use crate::store::read::LogRows;

/// The witnesses of one log and the policy that says which of them are enough.
#[derive(Clone, Debug)]
pub(crate) struct Cosigners {
    policy: Arc<Policy>,
    witnesses: Vec<Arc<Witness>>,
    patience: Duration,
    metrics: Arc<LogMetrics>,
}

/// The policy was not satisfied; nothing is shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum QuorumMissed {
    #[error("{cosigned} of {asked} witnesses cosigned, which the policy's quorum does not accept")]
    TooFew { cosigned: usize, asked: usize },
    #[error("the cosigned note is malformed: {0}")]
    Malformed(#[from] ClaimError),
}

impl Cosigners {
    /// Witnesses without an address in the policy cannot be asked.
    pub(crate) fn new(
        policy: Policy,
        http: &reqwest::Client,
        patience: Duration,
        metrics: Arc<LogMetrics>,
    ) -> Self {
        let mut witnesses: Vec<Arc<Witness>> = Vec::new();
        for witness in policy.witnesses() {
            let Some(url) = witness.url() else { continue };
            // A witness with two keys is two lines of a policy, and answers for both at once.
            if !witnesses.iter().any(|known| known.is_at(url)) {
                let name = witness.name().to_owned();
                witnesses.push(Arc::new(Witness::new(name, url, http.clone())));
            }
        }
        Self { policy: Arc::new(policy), witnesses, patience, metrics }
    }

    /// What witnesses remember of our log, which last signed this head. Those that do not answer are
    /// left out, because a log must be able to start while a witness is down. It cannot publish
    /// without its quorum.
    pub(crate) async fn remembered(&self, signed: &Claim, rows: &LogRows) -> Vec<(String, Memory)> {
        let asked = self.witnesses.iter().map(async |witness| {
            let remembered = witness.remembered(signed, rows, self.patience).await;
            let memory = remembered.unwrap_or_else(|error| {
                tracing::warn!(witness = %witness.name, %error, "could not ask what it remembers");
                None
            });
            memory.map(|memory| (witness.name.clone(), memory))
        });
        join_all(asked).await.into_iter().flatten().collect()
    }

    /// The head with cosignatures that satisfy the policy, and whatever else came in until then.
    pub(crate) async fn gather(
        &self,
        signed: &Claim,
        rows: &LogRows,
    ) -> Result<Claim, QuorumMissed> {
        let mut collected = Collected::upon(signed);
        let mut replies = self.ask_all(signed, rows);
        while !collected.satisfy(&self.policy) {
            let Some(lines) = replies.recv().await else {
                let (cosigned, asked) = (collected.cosignatures.len(), self.witnesses.len());
                return Err(QuorumMissed::TooFew { cosigned, asked });
            };
            collected.take(lines, &self.policy);
            while let Ok(more) = replies.try_recv() {
                collected.take(more, &self.policy);
            }
        }
        Ok(collected.into_note()?)
    }

    /// Each conversation goes on to its end even when the quorum is reached without it, so that no
    /// witness falls behind.
    fn ask_all(&self, signed: &Claim, rows: &LogRows) -> mpsc::Receiver<Vec<SignatureLine>> {
        let (sender, replies) = mpsc::channel(self.witnesses.len().max(1));
        for witness in &self.witnesses {
            let (witness, signed, rows) = (Arc::clone(witness), signed.clone(), rows.clone());
            let (sender, patience) = (sender.clone(), self.patience);
            let metrics = Arc::clone(&self.metrics);
            tokio::spawn(async move {
                let outcome = witness.cosign(&signed, &rows, patience).await;
                metrics.witness_asked(&witness.name, outcome.is_ok());
                match outcome {
                    // Nobody listens any more once the quorum is reached.
                    Ok(lines) => drop(sender.send(lines).await),
                    Err(error) => say(&witness, &error),
                }
            });
        }
        replies
    }
}

fn say(witness: &Witness, error: &Unhelpful) {
    tracing::warn!(witness = %witness.name, %error, "did not cosign");
}

/// A signed head and the cosignatures that verify.
struct Collected<'signed> {
    signed: &'signed Claim,
    cosignatures: Vec<SignatureLine>,
}

impl<'signed> Collected<'signed> {
    const fn upon(signed: &'signed Claim) -> Self {
        Self { signed, cosignatures: Vec::new() }
    }

    /// Keeps lines of the policy's witnesses that verify; whatever else a witness sends is not
    /// passed on under our name.
    fn take(&mut self, lines: Vec<SignatureLine>, policy: &Policy) {
        let checkpoint = self.signed.unverified();
        for line in lines {
            let vouched = policy.witnesses().iter().any(|witness| {
                let key = witness.key();
                line.claims(key)
                    && indelible_note::verify_cosignature(key, checkpoint, &line).is_ok()
            });
            if vouched && !self.cosignatures.iter().any(|held| held.id() == line.id()) {
                self.cosignatures.push(line);
            }
        }
    }

    fn satisfy(&self, policy: &Policy) -> bool {
        policy.satisfied_by(self.signed.unverified(), &self.cosignatures).is_met()
    }

    fn into_note(self) -> Result<Claim, ClaimError> {
        let own = self.signed.signatures().iter().cloned();
        let all = own.chain(self.cosignatures).collect();
        Claim::assemble(self.signed.unverified(), all)
    }
}
