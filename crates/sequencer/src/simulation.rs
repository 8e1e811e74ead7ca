//! The machine driven by random operations on a virtual clock, against a model that is a plain list
//! of entries and the RFC 6962 definition done slowly.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec;
use alloc::vec::Vec;

use indelible_merkle::{Frontier, Hash, TreeSize};
use indelible_wire::Entry;
use proptest::prelude::*;

use crate::event::{Effect, Event, Millis, Outcome};
use crate::machine::{Lifecycle, Machine, MachineSettings};
use crate::plan::Plan;
use crate::pool::{DedupKey, Identity, Item, Known, Submission};

/// RFC 6962 section 2.1, word for word and slow.
fn oracle_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let mut split = 1;
            while split * 2 < leaves.len() {
                split *= 2;
            }
            Hash::of_node(&oracle_root(&leaves[..split]), &oracle_root(&leaves[split..]))
        }
    }
}

#[derive(Clone, Debug)]
enum Op {
    /// Submissions that arrive together; each item has a content and perhaps an identity.
    Arrive(Vec<Vec<(u8, Option<u8>)>>),
    Wait(u64),
    Tick,
    CommitEnds,
    PublicationEnds {
        well: bool,
    },
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let item = (any::<u8>(), prop::option::weighted(0.5, 0_u8..6));
    let submission = prop::collection::vec(item, 1..5);
    let op = prop_oneof![
        3 => prop::collection::vec(submission, 1..5).prop_map(Op::Arrive),
        2 => (0_u64..200).prop_map(Op::Wait),
        1 => Just(Op::Tick),
        3 => Just(Op::CommitEnds),
        2 => any::<bool>().prop_map(|well| Op::PublicationEnds { well }),
    ];
    prop::collection::vec(op, 1..60)
}

const SETTINGS: MachineSettings = MachineSettings {
    publish_interval_ms: 100,
    refresh_interval_ms: Some(10_000),
    batch_entries_max: 6,
    batch_bytes_max: 1_000,
};

/// What is outside the machine: the store, the publisher, the submitters, and what was promised.
struct World {
    machine: Machine<u64>,
    now: u64,
    entries: Vec<Vec<u8>>,
    identities: BTreeMap<DedupKey, Known>,
    in_flight: Option<Plan>,
    publishing: Option<TreeSize>,
    published: Option<TreeSize>,
    waiting: BTreeMap<u64, Vec<(u8, Option<u8>)>>,
    next_ticket: u64,
    last_first_index: u64,
    stopped: bool,
    publish_times: Vec<u64>,
}

impl World {
    fn new(lifecycle: Lifecycle) -> Self {
        Self {
            machine: Machine::resume(SETTINGS, lifecycle, Frontier::empty(), None),
            now: 0,
            entries: Vec::new(),
            identities: BTreeMap::new(),
            in_flight: None,
            publishing: None,
            published: None,
            waiting: BTreeMap::new(),
            next_ticket: 0,
            last_first_index: 0,
            stopped: false,
            publish_times: Vec::new(),
        }
    }

    fn step(&mut self, event: Event<u64>) {
        for effect in self.machine.step(Millis(self.now), event) {
            match effect {
                Effect::Commit(plan) => {
                    assert!(self.in_flight.is_none(), "two commits at once");
                    self.check_plan(&plan);
                    self.in_flight = Some(plan);
                }
                Effect::Answer { ticket, outcome } => self.check_answer(ticket, &outcome),
                Effect::Publish(head) => {
                    assert!(self.publishing.is_none(), "two publications at once");
                    let leaves: Vec<_> = self.entries.iter().map(|e| Hash::of_leaf(e)).collect();
                    assert_eq!(head.size.get(), u64::try_from(leaves.len()).unwrap());
                    assert_eq!(head.root, oracle_root(&leaves), "a head of what is not durable");
                    self.publishing = Some(head.size);
                    if self.published != Some(head.size) {
                        self.publish_times.push(self.now);
                    }
                }
                Effect::WakeAt(at) => assert!(at.0 > self.now, "woken for the past"),
                Effect::Stopped => self.stopped = true,
            }
        }
    }

    fn arrive(&mut self, submissions: Vec<Vec<(u8, Option<u8>)>>) {
        let submissions = submissions.into_iter().map(|contents| {
            let ticket = self.next_ticket;
            self.next_ticket += 1;
            let items = contents.iter().map(|content| self.item(*content)).collect();
            self.waiting.insert(ticket, contents);
            Submission { ticket, items, named: false }
        });
        let event = Event::Arrived(submissions.collect::<Vec<_>>());
        self.step(event);
    }

    fn item(&self, (content, identity): (u8, Option<u8>)) -> Item {
        let entry = Entry::parse(vec![content; 1 + usize::from(content % 7)]).unwrap();
        let leaf = entry.leaf_hash();
        // Names from 4 on stand for logs that dedup by content as well.
        let by_content = identity.is_some_and(|name| name >= 4).then_some(*leaf.as_bytes());
        let keys = identity.map(|name| [name; 32]).into_iter().chain(by_content);
        let identities = keys.map(|bytes| {
            let key = DedupKey(bytes);
            Identity { key, known: self.identities.get(&key).copied() }
        });
        Item { entry, leaf, identities: identities.collect() }
    }

    fn check_plan(&self, plan: &Plan) {
        let size = u64::try_from(self.entries.len()).unwrap();
        assert_eq!(plan.growth.from().get(), size, "a plan upon another tree");
        let mut next = size;
        for fragment in &plan.entries {
            assert_eq!(fragment.first.get(), next, "a gap between entries");
            next += u64::from(fragment.count);
            assert_eq!((next - 1) / 256, fragment.first.get() / 256, "crosses a bundle");
        }
        assert_eq!(next, plan.growth.to().get());
        let leaf_bytes: usize =
            plan.hashes.iter().filter(|f| f.level == 0).map(|f| f.bytes.len()).sum();
        assert_eq!(u64::try_from(leaf_bytes / 32).unwrap(), plan.growth.added());
    }

    fn commit_ends(&mut self) {
        let Some(plan) = self.in_flight.take() else { return };
        for fragment in &plan.entries {
            let entries =
                indelible_wire::bundle::parse(&fragment.bytes, usize::from(fragment.count))
                    .unwrap();
            self.entries.extend(entries.into_iter().map(<[u8]>::to_vec));
        }
        for (key, index) in &plan.identities {
            let at = usize::try_from(index.get()).unwrap();
            let leaf = Hash::of_leaf(&self.entries[at]);
            let earlier = self.identities.insert(*key, Known { index: *index, leaf });
            assert_eq!(earlier, None, "an identity was placed twice");
        }
        let leaves: Vec<_> = self.entries.iter().map(|entry| Hash::of_leaf(entry)).collect();
        assert_eq!(plan.frontier.root(), oracle_root(&leaves));
        self.step(Event::Committed);
    }

    fn check_answer(&mut self, ticket: u64, outcome: &Outcome) {
        let contents = self.waiting.remove(&ticket).expect("answered twice");
        match outcome {
            Outcome::Placed(places) => {
                assert_eq!(places.len(), contents.len());
                for (place, (content, _)) in places.iter().zip(&contents) {
                    let at = usize::try_from(place.index.get()).unwrap();
                    assert!(at < self.entries.len(), "answered before it was durable");
                    assert_eq!(self.entries[at][0], *content, "another entry stands there");
                }
                let first_new = places.iter().find(|place| !place.duplicate);
                if let Some(first) = first_new {
                    assert!(first.index.get() >= self.last_first_index, "not in arrival order");
                    self.last_first_index = first.index.get();
                }
            }
            Outcome::IdentityReused { item } => assert!(contents[*item].1.is_some()),
            Outcome::TreeFull | Outcome::Unknown => panic!("neither happens here"),
            Outcome::Frozen | Outcome::Stopping => {}
        }
    }

    fn publication_ends(&mut self, well: bool) {
        let Some(size) = self.publishing.take() else { return };
        if well {
            assert!(Some(size) >= self.published, "the published size went back");
            self.published = Some(size);
            self.step(Event::Published(size));
        } else {
            self.step(Event::PublishFailed);
        }
    }

    fn run(&mut self, ops: Vec<Op>) {
        for op in ops {
            match op {
                Op::Arrive(submissions) => self.arrive(submissions),
                Op::Wait(millis) => self.now += millis,
                Op::Tick => self.step(Event::Tick),
                Op::CommitEnds => self.commit_ends(),
                Op::PublicationEnds { well } => self.publication_ends(well),
            }
        }
    }

    /// Stops and lets everything under way come to its end.
    fn stop(&mut self) {
        self.step(Event::Stop);
        for _ in 0..10_000 {
            if self.stopped {
                return;
            }
            self.commit_ends();
            self.publication_ends(true);
        }
        panic!("it does not stop");
    }
}

proptest! {
    #[test]
    fn every_submission_is_answered_once_durable_and_in_order(ops in ops()) {
        let mut world = World::new(Lifecycle::Active);
        world.run(ops);
        world.stop();
        prop_assert!(world.waiting.is_empty(), "never answered: {:?}", world.waiting);
        let size = u64::try_from(world.entries.len()).unwrap();
        prop_assert_eq!(world.published.map(TreeSize::get), Some(size));
    }

    #[test]
    fn an_identity_stands_at_one_index_for_ever(ops in ops()) {
        let mut world = World::new(Lifecycle::Active);
        world.run(ops);
        world.stop();
        for (key, known) in &world.identities {
            let at = usize::try_from(known.index.get()).unwrap();
            prop_assert_eq!(known.leaf, Hash::of_leaf(&world.entries[at]), "{:?}", key);
        }
    }

    #[test]
    fn heads_that_grow_are_at_least_half_an_interval_apart(ops in ops()) {
        let mut world = World::new(Lifecycle::Active);
        world.run(ops);
        for pair in world.publish_times.windows(2) {
            prop_assert!(pair[1] - pair[0] >= SETTINGS.publish_interval_ms / 2);
        }
    }

    #[test]
    fn a_frozen_log_takes_nothing(ops in ops()) {
        let mut world = World::new(Lifecycle::Frozen);
        world.run(ops);
        prop_assert!(world.entries.is_empty() && world.waiting.is_empty());
    }
}

#[test]
fn a_lone_submission_is_committed_at_once() {
    let mut world = World::new(Lifecycle::Active);
    world.arrive(vec![vec![(1, None)]]);
    assert!(world.in_flight.is_some());
}

#[test]
fn what_waits_shares_one_commit() {
    let mut world = World::new(Lifecycle::Active);
    world.arrive(vec![vec![(1, None)]]);
    world.arrive(vec![vec![(2, None)]]);
    world.arrive(vec![vec![(3, None), (4, None)]]);
    world.commit_ends();
    assert_eq!(world.in_flight.as_ref().map(|plan| plan.growth.added()), Some(3));
}

#[test]
fn a_repeat_in_the_same_commit_gets_the_first_index() {
    let mut world = World::new(Lifecycle::Active);
    let items = vec![world.item((7, Some(1)))];
    let twice = [(100, items.clone()), (101, items)]
        .map(|(ticket, items)| Submission { ticket, items, named: false })
        .into();
    world.waiting.insert(100, vec![(7, Some(1))]);
    world.waiting.insert(101, vec![(7, Some(1))]);
    world.step(Event::Arrived(twice));
    world.commit_ends();
    assert_eq!(world.entries.len(), 1);
    assert!(world.waiting.is_empty());
}

/// A repeat that was looked up while its original was in flight is still recognised.
#[test]
fn a_repeat_that_arrives_during_the_commit_is_recognised() {
    let mut world = World::new(Lifecycle::Active);
    world.arrive(vec![vec![(7, Some(1))]]);
    world.arrive(vec![vec![(7, Some(1))]]);
    world.commit_ends();
    world.commit_ends();
    assert_eq!(world.entries.len(), 1);
    assert!(world.waiting.is_empty());
}

#[test]
fn a_new_key_for_known_content_leads_to_the_same_place() {
    let mut world = World::new(Lifecycle::Active);
    for (name, size) in [(4, 1), (5, 1), (5, 1)] {
        world.arrive(vec![vec![(7, Some(name))]]);
        world.commit_ends();
        assert_eq!(world.entries.len(), size, "key {name}");
    }
    // And the key is taken now: other bytes under it are refused.
    world.arrive(vec![vec![(8, Some(5))]]);
    assert!(world.in_flight.is_none());
    assert_eq!(world.identities.len(), 3);
}

#[test]
fn an_identity_with_other_bytes_places_nothing_of_its_submission() {
    let mut world = World::new(Lifecycle::Active);
    world.arrive(vec![vec![(7, Some(1))]]);
    world.commit_ends();
    world.arrive(vec![vec![(1, None), (8, Some(1)), (2, None)]]);
    assert_eq!(world.entries.len(), 1);
    assert!(world.in_flight.is_none() && world.waiting.is_empty());
}

#[test]
fn after_an_unknown_commit_nothing_is_accepted() {
    let mut world = World::new(Lifecycle::Active);
    world.arrive(vec![vec![(1, None)]]);
    let effects = world.machine.step(Millis(0), Event::CommitUnknown);
    let unknown = Effect::<u64>::Answer { ticket: 0, outcome: Outcome::Unknown };
    assert!(alloc::format!("{effects:?}").contains(&alloc::format!("{unknown:?}")));
    assert!(matches!(effects.last(), Some(Effect::Stopped)));
    let entry = world.item((2, None));
    let late = Event::Arrived(vec![Submission { ticket: 9, items: vec![entry], named: false }]);
    let effects = world.machine.step(Millis(0), late);
    assert!(matches!(
        effects.as_slice(),
        [Effect::Answer { ticket: 9, outcome: Outcome::Stopping }]
    ));
}

/// Found by the random operations: a full batch of repeats makes no commit, and nothing else would
/// have brought the machine back to what waited behind it.
#[test]
fn what_waits_behind_a_batch_of_repeats_is_not_forgotten() {
    let mut world = World::new(Lifecycle::Active);
    world.arrive(vec![vec![(7, Some(1))]]);
    world.commit_ends();
    world.arrive(vec![vec![(7, Some(1)); 10], vec![(9, None)]]);
    world.commit_ends();
    assert!(world.waiting.is_empty());
    assert_eq!(world.entries.len(), 2);
}

#[test]
fn bundles_and_tiles_are_never_crossed() {
    let settings = MachineSettings { batch_entries_max: 2_000, ..SETTINGS };
    let mut machine: Machine<u64> =
        Machine::resume(settings, Lifecycle::Active, Frontier::empty(), None);
    let item = World::new(Lifecycle::Active).item((1, None));
    let mut sizes = VecDeque::from([200_usize, 100, 700, 65_536 - 1_000, 3]);
    while let Some(count) = sizes.pop_front() {
        let items = vec![item.clone(); count];
        let effects = machine
            .step(Millis(0), Event::Arrived(vec![Submission { ticket: 0, items, named: false }]));
        let plan = effects.iter().find_map(|effect| match effect {
            Effect::Commit(plan) => Some(plan),
            _ => None,
        });
        for fragment in &plan.unwrap().hashes {
            let last = fragment.first + u64::try_from(fragment.bytes.len() / 32).unwrap() - 1;
            assert_eq!(fragment.first / 256, last / 256, "level {}", fragment.level);
        }
        machine.step(Millis(0), Event::Committed);
    }
    assert_eq!(machine.committed().size.get(), 65_539);
}

#[test]
fn an_unchanged_head_is_published_again_after_a_start_and_then_after_each_refresh() {
    let published = Some(TreeSize::ZERO);
    let mut machine: Machine<u64> =
        Machine::resume(SETTINGS, Lifecycle::Active, Frontier::empty(), published);
    let publishes = |effects: &[Effect<u64>]| {
        effects.iter().filter(|effect| matches!(effect, Effect::Publish(_))).count()
    };
    assert_eq!(publishes(&machine.step(Millis(5), Event::Tick)), 1);
    machine.step(Millis(5), Event::Published(TreeSize::ZERO));
    assert_eq!(publishes(&machine.step(Millis(10_004), Event::Tick)), 0);
    assert_eq!(publishes(&machine.step(Millis(10_005), Event::Tick)), 1);
}

#[test]
fn a_refreshed_head_does_not_hold_up_new_entries() {
    let published = Some(TreeSize::ZERO);
    let mut machine: Machine<u64> =
        Machine::resume(SETTINGS, Lifecycle::Active, Frontier::empty(), published);
    machine.step(Millis(0), Event::Tick);
    machine.step(Millis(1), Event::Published(TreeSize::ZERO));
    let item = World::new(Lifecycle::Active).item((1, None));
    machine.step(
        Millis(2),
        Event::Arrived(vec![Submission { ticket: 0, items: vec![item], named: false }]),
    );
    let effects = machine.step(Millis(3), Event::Committed);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Publish(_))));
}

#[test]
fn a_named_request_is_known_whole_or_refused_whole() {
    let mut world = World::new(Lifecycle::Active);
    let mut submit = |contents: &[(u8, Option<u8>)]| {
        let ticket = 1_000 + world.next_ticket;
        world.next_ticket += 1;
        let items = contents.iter().map(|content| world.item(*content)).collect();
        world.waiting.insert(ticket, contents.to_vec());
        world.step(Event::Arrived(vec![Submission { ticket, items, named: true }]));
        world.commit_ends();
        assert!(world.waiting.is_empty());
        world.entries.len()
    };
    assert_eq!(submit(&[(1, Some(0)), (2, Some(1)), (3, Some(2))]), 3);
    assert_eq!(submit(&[(1, Some(0)), (2, Some(1)), (3, Some(2))]), 3, "a repeat");
    assert_eq!(submit(&[(1, Some(0)), (9, Some(3)), (3, Some(2))]), 3, "known in part");
    assert_eq!(submit(&[(9, Some(3))]), 4, "another request");
}
