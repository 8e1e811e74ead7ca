//! Follows a log: each checkpoint must go on from the last one remembered, or there is an alarm.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use indelible_merkle::{Growth, Hash, TreeSize};
use indelible_note::{Checkpoint, Trusted};

use crate::error::Fault;
use crate::log::{LatestError, Log};
use crate::random::Hex;
use crate::state::{Held, State, StateError};
use crate::tiles::TreeError;
use crate::tree::Earlier;

/// How a log contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmKind {
    /// It shows a smaller tree than before.
    Rewound,
    /// It signed two roots for one size.
    Forked,
    /// It shows a larger tree that does not contain the one before.
    Inconsistent,
}

impl AlarmKind {
    /// In one word, as it stands in file names and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rewound => "rewound",
            Self::Forked => "forked",
            Self::Inconsistent => "inconsistent",
        }
    }
}

/// Two trusted checkpoints that cannot both be honest.
#[derive(Debug)]
pub struct Alarm {
    kind: AlarmKind,
    held: Checkpoint,
    offered: Checkpoint,
    evidence: io::Result<PathBuf>,
}

impl Alarm {
    /// How the log contradicts itself.
    #[must_use]
    pub const fn kind(&self) -> AlarmKind {
        self.kind
    }

    /// What it signed before, and what is still held.
    #[must_use]
    pub const fn held(&self) -> &Checkpoint {
        &self.held
    }

    /// What it signed now.
    #[must_use]
    pub const fn offered(&self) -> &Checkpoint {
        &self.offered
    }

    /// The folder with both, as they were signed; or why it could not be written.
    ///
    /// # Errors
    ///
    /// What the file system said. The alarm stands all the same.
    pub const fn evidence(&self) -> Result<&PathBuf, &io::Error> {
        self.evidence.as_ref()
    }
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, held, offered, evidence } = self;
        let (kind, origin) = (kind.as_str(), held.origin().as_str());
        write!(f, "log {origin:?} is {kind}: held size {} root {}, ", held.size(), held.root())?;
        write!(f, "offered size {} root {}", offered.size(), offered.root())?;
        match evidence {
            Ok(folder) => write!(f, "; evidence in {}", folder.display()),
            Err(error) => write!(f, "; evidence could not be kept: {error}"),
        }
    }
}

/// Why a step was not taken. What is held stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The log contradicts what it signed before.
    #[error("{0}")]
    Alarm(Box<Alarm>),
    /// No checkpoint to go on to.
    #[error(transparent)]
    Latest(#[from] LatestError),
    /// The tiles do not prove that the checkpoint goes on from the held one, nor the contrary.
    #[error("the step from size {from} to {to} is not proven: {source}")]
    Unproven {
        /// The size held.
        from: TreeSize,
        /// The size offered.
        to: TreeSize,
        /// What is wrong with the tiles.
        source: TreeError,
    },
    /// What is remembered cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
}

impl FollowError {
    /// Whose fault it is.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Alarm(_) => Fault::Alarm,
            Self::Latest(error) => error.fault(),
            Self::Unproven { source, .. } => source.fault(),
            Self::State(_) => Fault::Caller,
        }
    }
}

/// What a step found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// Nothing was held before; this checkpoint is taken on the policy's word alone.
    First,
    /// The log stands where it stood.
    Same,
    /// The log has grown, and the larger tree contains the smaller.
    Grown(Growth),
}

/// Remembers the last verified checkpoint of a log, in a folder of its own.
#[derive(Debug)]
pub struct Follower {
    log: Log,
    state: State,
    held: Option<Held>,
}

impl Follower {
    /// Goes on from what the folder remembers; a new folder remembers nothing.
    ///
    /// # Errors
    ///
    /// [`StateError`] where the folder is another follower's or log's, or damaged.
    pub fn open(log: Log, folder: &Path) -> Result<Self, StateError> {
        let state = State::open(folder)?;
        let held = state.held(log.origin(), log.policy())?;
        Ok(Self { log, state, held })
    }

    /// The checkpoint held: the largest that was verified.
    #[must_use]
    pub fn held(&self) -> Option<&Checkpoint> {
        self.held.as_ref().map(|held| &held.checkpoint)
    }

    /// Asks for the latest checkpoint, proves from tiles that it goes on from the held one, and
    /// remembers it.
    ///
    /// # Errors
    ///
    /// [`FollowError`], [`FollowError::Alarm`] foremost.
    pub async fn step(&mut self) -> Result<Followed, FollowError> {
        let trusted = self.log.latest().await?;
        let offered =
            Held { checkpoint: trusted.checkpoint().clone(), bytes: trusted.bytes().to_vec() };
        let Some(held) = &self.held else {
            self.prove(trusted, TreeSize::ZERO).await?;
            self.hold(offered)?;
            return Ok(Followed::First);
        };
        match judge(&held.checkpoint, &offered.checkpoint) {
            Step::Contradicts(kind) => Err(self.alarm(kind, held, &offered, &[])),
            Step::Stays => Ok(Followed::Same),
            Step::Grows(growth) => {
                let earlier = self.prove(trusted, growth.from()).await?;
                if let Some(earlier) = earlier.filter(|e| e.root() != held.checkpoint.root()) {
                    let kind = AlarmKind::Inconsistent;
                    return Err(self.alarm(kind, held, &offered, earlier.proof()));
                }
                self.hold(offered)?;
                Ok(Followed::Grown(growth))
            }
        }
    }

    /// What the offered tree was at size `from`, by its own tiles.
    async fn prove(
        &self,
        trusted: Trusted,
        from: TreeSize,
    ) -> Result<Option<Earlier>, FollowError> {
        let to = trusted.checkpoint().size();
        let earlier = async { self.log.tree(trusted).await?.earlier(from).await };
        earlier.await.map_err(|source| FollowError::Unproven { from, to, source })
    }

    /// On disk before it is believed: a restart must not fall back behind what was reported.
    fn hold(&mut self, held: Held) -> Result<(), StateError> {
        self.state.hold(&held)?;
        self.held = Some(held);
        Ok(())
    }

    fn alarm(&self, kind: AlarmKind, held: &Held, offered: &Held, proof: &[Hash]) -> FollowError {
        let (old, new) = (&held.checkpoint, &offered.checkpoint);
        let name = format!(
            "{}-{}-{}-{}-{}",
            kind.as_str(),
            old.size(),
            short(old.root()),
            new.size(),
            short(new.root())
        );
        let evidence = self.state.keep_evidence(&name, held, offered, proof);
        let (held, offered) = (old.clone(), new.clone());
        FollowError::Alarm(Box::new(Alarm { kind, held, offered, evidence }))
    }
}

fn short(hash: &Hash) -> String {
    let (start, _) = hash.as_bytes().split_at(8);
    Hex(start).to_string()
}

/// What two checkpoints of one log are to each other, before any tile is read.
enum Step {
    Contradicts(AlarmKind),
    Stays,
    Grows(Growth),
}

fn judge(held: &Checkpoint, offered: &Checkpoint) -> Step {
    match held.size().grow_to(offered.size()) {
        None => Step::Contradicts(AlarmKind::Rewound),
        Some(growth) if growth.added() > 0 => Step::Grows(growth),
        Some(_) if held.root() == offered.root() => Step::Stays,
        Some(_) => Step::Contradicts(AlarmKind::Forked),
    }
}
