//! A server that is asked to stop while it is busy loses nothing that it acknowledged.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use indelible_note::Claim;
use indelible_tests::client::done;
use indelible_tests::{http, poll};

use crate::ask;
use crate::scene::Scene;

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
