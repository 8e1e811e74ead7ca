//! A server that is asked to stop while it is busy loses nothing that it acknowledged.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use indelible_note::Claim;
use indelible_tests::client::done;
use indelible_tests::http::{self, Answer};
use indelible_tests::{LogServer, poll};

use crate::ask;
use crate::scene::{ORIGIN, Scene};

const WRITERS: usize = 8;

/// Before this many are acknowledged the server is not asked to stop.
const BUSY: usize = 300;

#[test]
fn everything_acknowledged_under_load_is_there_and_provable_after_a_stop() {
    let scene = Scene::alone("");
    // So that nearly all of it waits for a checkpoint when the stop comes.
    scene.publish_once_a_start();
    let server = scene.home.serve();
    let url = server.url.clone();
    let count = AtomicUsize::new(0);
    let mut acknowledged: Vec<(u64, Vec<u8>)> = thread::scope(|scope| {
        let (url, count) = (&url, &count);
        let writers: Vec<_> =
            (0..WRITERS).map(|writer| scope.spawn(move || write(url, writer, count))).collect();
        poll::until("a busy server", || (count.load(Ordering::Relaxed) >= BUSY).then_some(()));
        server.stop();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    acknowledged.sort_unstable();
    assert!(acknowledged.len() >= BUSY);

    // The last checkpoint before the end covers all of it.
    let last = Claim::parse(&std::fs::read(scene.guard()).unwrap()).unwrap();
    let server = scene.home.serve();
    assert_eq!(ask::checkpoint(&server.url).unverified(), last.unverified());
    let kept = ask::entries(&server.url);
    for (index, entry) in &acknowledged {
        let kept = kept.get(usize::try_from(*index).unwrap());
        assert_eq!(kept, Some(entry), "entry {index} of {}", acknowledged.len());
    }
    let client = scene.client(&server.url);
    done(&mut client.asking("check"));
    for (index, entry) in [acknowledged.first().unwrap(), acknowledged.last().unwrap()] {
        let (entry, proof) = (scene.file("entry", entry), scene.folder("proof"));
        let index = index.to_string();
        done(client.asking("prove").args(["--index", &index]).arg("--out").arg(&proof));
        done(client.offline("verify").arg("--proof").arg(&proof).arg(entry));
    }
    server.stop();
    let (whole, said) = scene.home.run("check", &[]);
    assert!(whole && said.contains(&format!("whole, {} entries", kept.len())), "{said}");
}

#[test]
fn the_checkpoint_of_a_stopped_log_covers_what_no_interval_had_published_yet() {
    let scene = Scene::alone("");
    scene.publish_once_a_start();
    let server = scene.home.serve();
    ask::add_proven(&server.url, b"one");
    ask::add(&server.url, b"two");
    assert_eq!(ask::size(&server.url), 1);
    server.stop();
    // The guard holds the head that was signed last.
    let guard = std::fs::read(scene.guard()).unwrap();
    let server = scene.home.serve();
    assert_eq!(ask::size(&server.url), 2);
    assert_eq!(std::fs::read(scene.guard()).unwrap(), guard);
}

#[test]
fn whoever_waits_for_a_checkpoint_gets_the_last_one_of_a_server_that_stops() {
    let scene = Scene::alone("");
    scene.publish_once_a_start();
    let server = scene.home.serve();
    ask::add_proven(&server.url, b"published");
    let answer = waiting_while_stopped(server, 1);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let (entry, proof) = (scene.file("entry", WAITING), scene.file("proof", answer.body));
    done(scene.client("").offline("verify").arg("--proof").arg(proof).arg(entry));
}

#[test]
fn whoever_waits_for_a_checkpoint_that_no_witness_cosigns_is_told_when_the_server_stops() {
    let mut scene = Scene::witnessed(1, "");
    scene.witnesses[0].kill();
    let answer = waiting_while_stopped(scene.home.serve(), 0);
    let detail = ask::expect_problem(&answer, 503, "not-covered-yet");
    assert!(detail.contains("durable at index 0"), "{detail}");
    assert!(answer.header("retry-after").is_some());
}

const WAITING: &[u8] = b"waits for its checkpoint";

/// What a submitter is answered who waits when the server, with so many entries, is stopped.
fn waiting_while_stopped(server: LogServer, size: u64) -> Answer {
    let url = server.url.clone();
    let waiter = thread::spawn(move || ask::try_add(&url, "?wait=checkpoint", &[], WAITING));
    let committed = format!("indelible_log_size_committed{{log=\"{ORIGIN}\"}} {}", size + 1);
    poll::until("an entry that waits", || {
        let metrics = http::get_good(&format!("{}/metrics", server.url)).text();
        metrics.lines().any(|line| line == committed).then_some(())
    });
    server.stop();
    waiter.join().unwrap()
}

/// Adds entries until the server takes no more; those that were acknowledged.
fn write(url: &str, writer: usize, count: &AtomicUsize) -> Vec<(u64, Vec<u8>)> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let entry = format!("entry {number} of writer {writer}").into_bytes();
        let answer = http::send(&format!("{url}/add"), &[], &entry);
        let Some(answer) = answer.ok().filter(|answer| answer.status == 200) else { break };
        acknowledged.push((answer.text().parse().unwrap(), entry));
        count.fetch_add(1, Ordering::Relaxed);
    }
    acknowledged
}
