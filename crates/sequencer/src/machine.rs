//! The one writer's decisions: all branching lives in [`Machine::step`].

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use indelible_merkle::{Frontier, LeafIndex, TreeSize};

use crate::dedup::{Identities, Verdict};
use crate::event::{Effect, Event, Millis, Outcome, Placed};
use crate::plan::{Draft, TreeHead};
use crate::pool::{Item, Known, Submission};
use crate::schedule::{Due, Schedule};

/// Whether the log still grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// Entries are accepted.
    Active,
    /// The last head is final; entries are refused for ever.
    Frozen,
}

/// What an operator chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachineSettings {
    /// The longest that a committed entry waits until its head goes to be signed, in milliseconds.
    pub publish_interval_ms: u64,
    /// An unchanged head is published again after this long, so that cosignatures stay fresh.
    pub refresh_interval_ms: Option<u64>,
    /// A commit takes no further submission once it holds this many entries.
    pub batch_entries_max: usize,
    /// A commit takes no further submission once it holds this many entry bytes.
    pub batch_bytes_max: usize,
}

/// The log as a state machine. `T` is what a submitter is answered through.
#[derive(Debug)]
pub struct Machine<T> {
    settings: MachineSettings,
    lifecycle: Lifecycle,
    // INVARIANT: the tree as it is durable; a plan in flight stands upon it and is not part of it.
    committed: Frontier,
    pool: VecDeque<Submission<T>>,
    in_flight: Option<InFlight<T>>,
    // INVARIANT: covers every identity placed since the oldest submission in `pool` was looked up.
    identities: Identities,
    schedule: Schedule,
    published: Option<TreeSize>,
    running: Running,
}

#[derive(Debug)]
struct InFlight<T> {
    frontier: Frontier,
    answers: Vec<(T, Outcome)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Running {
    Accepting,
    Stopping { last_publication_asked: bool },
    Stopped,
}

impl<T> Machine<T> {
    /// Goes on from what is durable: the committed tree, and the size last made visible.
    pub fn resume(
        settings: MachineSettings,
        lifecycle: Lifecycle,
        committed: Frontier,
        published: Option<TreeSize>,
    ) -> Self {
        let schedule = Schedule::new(settings.publish_interval_ms, settings.refresh_interval_ms);
        Self {
            settings,
            lifecycle,
            committed,
            pool: VecDeque::new(),
            in_flight: None,
            identities: Identities::default(),
            schedule,
            published,
            running: Running::Accepting,
        }
    }

    /// Takes one event at a time that never goes back; the effects are to be carried out in order.
    pub fn step(&mut self, now: Millis, event: Event<T>) -> Vec<Effect<T>> {
        let mut effects = Vec::new();
        match event {
            Event::Arrived(submissions) => self.admit(submissions, &mut effects),
            Event::Committed => self.settle(&mut effects),
            Event::CommitUnknown => self.give_up(&mut effects),
            Event::Tick => {}
            Event::Published(size) => {
                self.published = self.published.max(Some(size));
                self.schedule.succeeded();
            }
            Event::PublishFailed => self.schedule.failed(),
            Event::Stop => self.stop(),
        }
        self.close_batch(&mut effects);
        self.publish(now, &mut effects);
        self.finish(&mut effects);
        effects
    }

    /// The tree as it is durable.
    pub fn committed(&self) -> TreeHead {
        TreeHead { size: self.committed.size(), root: self.committed.root() }
    }

    /// Whether submissions that were accepted still wait for a commit.
    pub fn has_pending(&self) -> bool {
        !self.pool.is_empty() || self.in_flight.is_some()
    }

    fn admit(&mut self, submissions: Vec<Submission<T>>, effects: &mut Vec<Effect<T>>) {
        let refusal = match (self.running, self.lifecycle) {
            (Running::Accepting, Lifecycle::Active) => None,
            (_, Lifecycle::Frozen) => Some(Outcome::Frozen),
            (Running::Stopping { .. } | Running::Stopped, Lifecycle::Active) => {
                Some(Outcome::Stopping)
            }
        };
        match refusal {
            None => self.pool.extend(submissions),
            Some(outcome) => effects.extend(submissions.into_iter().map(|refused| {
                Effect::Answer { ticket: refused.ticket, outcome: outcome.clone() }
            })),
        }
    }

    /// Durable before answered (I1): answers leave here and nowhere earlier.
    fn settle(&mut self, effects: &mut Vec<Effect<T>>) {
        let Some(InFlight { frontier, answers }) = self.in_flight.take() else { return };
        self.committed = frontier;
        self.forget_identities();
        answer(answers, effects);
    }

    fn give_up(&mut self, effects: &mut Vec<Effect<T>>) {
        self.running = Running::Stopped;
        let in_flight = self.in_flight.take().map(|lost| lost.answers).unwrap_or_default();
        answer(in_flight.into_iter().map(|(ticket, _)| (ticket, Outcome::Unknown)), effects);
        let pooled = self.pool.drain(..).map(|waiting| (waiting.ticket, Outcome::Stopping));
        answer(pooled, effects);
        effects.push(Effect::Stopped);
    }

    fn stop(&mut self) {
        if self.running == Running::Accepting {
            self.running = Running::Stopping { last_publication_asked: false };
        }
    }

    /// Takes whatever waits into one commit: batches grow by themselves under load, and a lone
    /// submission is not delayed.
    fn close_batch(&mut self, effects: &mut Vec<Effect<T>>) {
        while self.in_flight.is_none() && self.running != Running::Stopped && !self.pool.is_empty()
        {
            let (draft, answers) = self.draft();
            match draft.finish() {
                Some(plan) => {
                    self.in_flight = Some(InFlight { frontier: plan.frontier.clone(), answers });
                    effects.push(Effect::Commit(plan));
                }
                // Only repeats and refusals: what they are answered with is durable already. No
                // commit will bring us back here, so whatever else waits is taken now.
                None => answer(answers, effects),
            }
        }
        self.forget_identities();
    }

    fn draft(&mut self) -> (Draft, Vec<(T, Outcome)>) {
        let mut draft = Draft::upon(self.committed.clone());
        let mut answers = Vec::with_capacity(self.pool.len());
        let (mut entries, mut bytes) = (0_usize, 0_usize);
        while entries < self.settings.batch_entries_max && bytes < self.settings.batch_bytes_max {
            let Some(submission) = self.pool.pop_front() else { break };
            entries = entries.saturating_add(submission.items.len());
            bytes = bytes.saturating_add(submission.bytes());
            let outcome = self.place(&mut draft, &submission);
            answers.push((submission.ticket, outcome));
        }
        (draft, answers)
    }

    /// Whatever arrives from now on is looked up in a store that has all identities.
    fn forget_identities(&mut self) {
        if self.pool.is_empty() && self.in_flight.is_none() {
            self.identities = Identities::default();
        }
    }

    /// All items of a submission or none: it is judged whole before its first entry is placed.
    fn place(&mut self, draft: &mut Draft, submission: &Submission<T>) -> Outcome {
        let Submission { items, named, .. } = submission;
        let stranger = if *named { self.first_unlike_the_others(items) } else { None };
        // The first of them is where the request departs from the earlier one.
        if let Some(item) = self.first_reused(items).into_iter().chain(stranger).min() {
            return Outcome::IdentityReused { item };
        }
        if !draft.has_room_for(u64::try_from(items.len()).unwrap_or(u64::MAX)) {
            return Outcome::TreeFull;
        }
        let mut placed = Vec::with_capacity(items.len());
        for item in items {
            match self.place_item(draft, item) {
                Some(place) => placed.push(place),
                None => return Outcome::TreeFull,
            }
        }
        Outcome::Placed(placed)
    }

    fn place_item(&mut self, draft: &mut Draft, item: &Item) -> Option<Placed> {
        let placed = match self.identities.judge(&item.identities, &item.leaf) {
            Verdict::Repeat(index) => Placed { index, duplicate: true },
            Verdict::New | Verdict::Reused => {
                Placed { index: draft.push(&item.entry, item.leaf)?, duplicate: false }
            }
        };
        // A new key for known content leads to the same place from now on.
        for identity in &item.identities {
            if self.identities.known(identity).is_none() {
                draft.remember(identity.key, placed.index);
                self.identities.place(identity.key, Known { index: placed.index, leaf: item.leaf });
            }
        }
        Some(placed)
    }

    fn first_reused(&self, items: &[Item]) -> Option<usize> {
        let mut within = Identities::default();
        items.iter().position(|item| {
            let known = [&self.identities, &within];
            if known
                .iter()
                .any(|known| known.judge(&item.identities, &item.leaf) == Verdict::Reused)
            {
                return true;
            }
            for identity in &item.identities {
                // Which index it will get does not matter here, only that its leaf is taken.
                within.place(identity.key, Known { index: LeafIndex::ZERO, leaf: item.leaf });
            }
            false
        })
    }

    /// In a request that is known in part, the first item that is not.
    fn first_unlike_the_others(&self, items: &[Item]) -> Option<usize> {
        let is_known = |item: &Item| {
            item.identities.first().is_some_and(|name| self.identities.known(name).is_some())
        };
        let first_unknown = items.iter().position(|item| !is_known(item))?;
        items.iter().any(is_known).then_some(first_unknown)
    }

    fn publish(&mut self, now: Millis, effects: &mut Vec<Effect<T>>) {
        let waiting = !self.is_published();
        match self.running {
            Running::Accepting => {
                let idle = self.in_flight.is_none();
                match self.schedule.due(now, waiting, idle) {
                    Due::Now => self.start_publication(now, effects),
                    Due::At(at) => effects.push(Effect::WakeAt(at)),
                    Due::Never => {}
                }
            }
            Running::Stopping { last_publication_asked: false }
                if waiting && !self.has_pending() && !self.schedule.is_in_progress() =>
            {
                self.running = Running::Stopping { last_publication_asked: true };
                self.start_publication(now, effects);
            }
            Running::Stopping { .. } | Running::Stopped => {}
        }
    }

    fn is_published(&self) -> bool {
        self.published == Some(self.committed.size())
    }

    fn start_publication(&mut self, now: Millis, effects: &mut Vec<Effect<T>>) {
        if self.is_published() {
            self.schedule.refreshed(now);
        } else {
            self.schedule.grew(now);
        }
        effects.push(Effect::Publish(self.committed()));
    }

    fn finish(&mut self, effects: &mut Vec<Effect<T>>) {
        let Running::Stopping { .. } = self.running else { return };
        if !self.has_pending() && !self.schedule.is_in_progress() {
            self.running = Running::Stopped;
            effects.push(Effect::Stopped);
        }
    }
}

fn answer<T>(answers: impl IntoIterator<Item = (T, Outcome)>, effects: &mut Vec<Effect<T>>) {
    effects.extend(answers.into_iter().map(|(ticket, outcome)| Effect::Answer { ticket, outcome }));
}
