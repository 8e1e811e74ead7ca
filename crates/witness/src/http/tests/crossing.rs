//! Many at once: requests for one log that cross each other never get two stories signed.

use std::collections::BTreeMap;
use std::sync::Arc;

use indelible_disk::Memory;
use indelible_merkle::{Hash, consistency};
use indelible_note::{Checkpoint, Claim, VerifierKey, verify_cosignature};

use crate::http::tests::crossing::story::Story;
use crate::testing::{Answer, FakeLog, Witness, prepare, size};

mod story {
    //! One of the two things that a lying log says.

    use crate::testing::FakeLog;

    pub(super) struct Story {
        pub(super) log: FakeLog,
        pub(super) number: u64,
    }
}

const TASKS: u64 = 16;
const LEAVES: u64 = 24;

/// Tells a story from whatever size the witness holds, as far as it can.
async fn tell(witness: &Witness, story: &Story) -> Vec<(Checkpoint, Answer)> {
    let (mut old, mut told) = (0, Vec::new());
    for step in 0..LEAVES {
        let to = (old + 1 + (step + story.number) % 3).min(LEAVES);
        let signed = story.log.checkpoint(to).checkpoint;
        let answer = witness.add(story.log.add(old, to)).await;
        old = match answer.status() {
            200 => to,
            409 => answer.text().trim_end().parse().unwrap(),
            422 => break,
            other => panic!("{other}: {}", answer.text()),
        };
        if answer.status() == 200 {
            told.push((signed, answer));
        }
        if old == LEAVES {
            break;
        }
    }
    told
}

fn check_signed(keys: &[VerifierKey], checkpoint: &Checkpoint, answer: &Answer) {
    for (line, key) in answer.lines().iter().zip(keys) {
        verify_cosignature(key, checkpoint, line).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_crossing_tellers_of_two_stories_get_one_of_them_signed() {
    let honest = FakeLog::named("log.example/a");
    let memory = Memory::default();
    prepare(&memory);
    let witness = Witness::open(Arc::new(memory), &[honest.known()]);
    let tellers: Vec<_> = (0..TASKS)
        .map(|number| {
            let witness = witness.clone();
            let from = if number % 2 == 0 { u64::MAX } else { 0 };
            let story = Story { log: honest.forked_from(from), number };
            tokio::spawn(async move { tell(&witness, &story).await })
        })
        .collect();
    let mut signed: BTreeMap<u64, Hash> = BTreeMap::new();
    let mut answers = 0;
    for teller in tellers {
        for (checkpoint, answer) in teller.await.unwrap() {
            check_signed(&witness.keys, &checkpoint, &answer);
            let before = signed.insert(checkpoint.size().get(), *checkpoint.root());
            assert!(before.is_none_or(|before| before == *checkpoint.root()), "a fork was signed");
            answers += 1;
        }
    }
    assert!(answers >= signed.len() && !signed.is_empty());
    // All of one story, and consistent from each to the next.
    let lying = honest.forked_from(0);
    let told =
        if signed.iter().any(|(at, root)| lying.tree(*at).root == *root) { lying } else { honest };
    let heads: Vec<_> = signed.into_iter().collect();
    for pair in heads.windows(2) {
        let [(from, from_root), (to, to_root)] = pair else { unreachable!() };
        let growth = size(*from).grow_to(size(*to)).unwrap();
        let proof = consistency::prove(growth, &told).unwrap();
        consistency::verify(growth, from_root, to_root, &proof).unwrap();
    }
    // And the last one is what monitors see.
    let path = format!("/{}/checkpoint", witness.app.registry.all()[0].hash());
    let shown = Claim::parse(&witness.get(&path).await.body).unwrap();
    let (last, root) = heads.last().unwrap();
    assert_eq!((shown.unverified().size().get(), shown.unverified().root()), (*last, root));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_requests_from_one_size_only_one_wins_and_the_others_learn_the_new_size() {
    let log = FakeLog::named("log.example/a");
    let memory = Memory::default();
    prepare(&memory);
    let witness = Witness::open(Arc::new(memory), &[log.known()]);
    assert_eq!(witness.add(log.add(0, 2)).await.status(), 200);
    let racers: Vec<_> = (3..3 + TASKS)
        .map(|to| {
            let (witness, body) = (witness.clone(), log.add(2, to));
            tokio::spawn(async move { (to, witness.add(body).await) })
        })
        .collect();
    let (mut winner, mut told) = (None, Vec::new());
    for racer in racers {
        let (to, answer) = racer.await.unwrap();
        match answer.status() {
            200 => assert_eq!(winner.replace(to), None, "two requests won"),
            409 => told.push(answer.text().to_owned()),
            other => panic!("{other}"),
        }
    }
    let size = format!("{}\n", winner.unwrap());
    assert_eq!(told, vec![size; 15]);
}
