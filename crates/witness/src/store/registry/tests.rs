//! Logs come and stay; their keys stay as they were first known.

use indelible_disk::Memory;
use indelible_note::VerifierKey;
use indelible_process::Shutdown;

use super::*;
use crate::store::schema::evidence_key;
use crate::testing::FakeLog;

fn load(memory: &Arc<Memory>) -> Result<Registry, StoreError> {
    let breaker = Breaker::new(Shutdown::new());
    Registry::load(Arc::clone(memory) as Arc<dyn Backend>, breaker, 3)
}

fn known(log: &FakeLog, keys: &[usize]) -> KnownLog {
    let all = log.keys();
    KnownLog::new(log.origin(), keys.iter().map(|at| all[*at].clone()).collect()).unwrap()
}

fn keys_of(registry: &Registry, log: &FakeLog) -> Vec<VerifierKey> {
    registry.find(&log.origin()).unwrap().keys().to_vec()
}

#[test]
fn what_was_admitted_once_is_served_for_ever() {
    let memory: Arc<Memory> = Arc::default();
    let logs = [FakeLog::named("log.example/a"), FakeLog::named("log.example/b")];
    let given = logs.each_ref().map(FakeLog::known);
    let admission = load(&memory).unwrap().admit(&given, Source::List).unwrap();
    assert_eq!((admission.added, admission.refused.len()), (2, 0));
    let again = load(&memory).unwrap();
    assert_eq!(again.count(), 2);
    for log in &logs {
        assert_eq!(keys_of(&again, log), log.keys());
    }
    let admission = again.admit(&given, Source::Settings).unwrap();
    assert_eq!((admission.added, admission.unchanged), (0, 2));
}

#[test]
fn a_changed_key_is_refused_from_wherever_it_comes_and_the_old_one_stays() {
    let memory: Arc<Memory> = Arc::default();
    let registry = load(&memory).unwrap();
    let (log, other) = (FakeLog::named("log.example/a"), FakeLog::with_seed("log.example/a", 7));
    registry.admit(&[known(&log, &[0])], Source::List).unwrap();
    for source in [Source::List, Source::Settings] {
        let admission = registry.admit(&[known(&other, &[0])], source).unwrap();
        assert_eq!(admission.refused, [RefusedLog::OtherKeys(log.origin())]);
        assert_eq!(keys_of(&registry, &log), log.keys()[..1]);
    }
    assert_eq!(keys_of(&load(&memory).unwrap(), &log), log.keys()[..1]);
}

#[test]
fn only_the_settings_add_a_key_to_a_known_log_and_nothing_takes_one_away() {
    let memory: Arc<Memory> = Arc::default();
    let registry = load(&memory).unwrap();
    let log = FakeLog::named("log.example/a");
    registry.admit(&[known(&log, &[0])], Source::List).unwrap();
    let listed = registry.admit(&[known(&log, &[0, 1])], Source::List).unwrap();
    assert_eq!(listed.refused.len(), 1);
    let ledger = registry.find(&log.origin()).unwrap();
    let widened = registry.admit(&[known(&log, &[0, 1])], Source::Settings).unwrap();
    assert_eq!((widened.widened, widened.refused.len()), (1, 0));
    // The same ledger, and so the same lock.
    assert!(Arc::ptr_eq(&ledger, &registry.find(&log.origin()).unwrap()));
    assert_eq!(ledger.keys().to_vec(), log.keys());
    for source in [Source::List, Source::Settings] {
        let fewer = registry.admit(&[known(&log, &[1])], source).unwrap();
        assert_eq!((fewer.unchanged, fewer.refused.len()), (1, 0));
    }
    assert_eq!(keys_of(&load(&memory).unwrap(), &log), log.keys());
}

#[test]
fn a_person_may_exchange_keys_and_what_was_cosigned_stays() {
    let memory: Arc<Memory> = Arc::default();
    let registry = load(&memory).unwrap();
    let (log, other) = (FakeLog::named("log.example/a"), FakeLog::with_seed("log.example/a", 7));
    registry.admit(&[log.known()], Source::Settings).unwrap();
    let ledger = registry.find(&log.origin()).unwrap();
    registry.accept_keys(&other.known()).unwrap();
    assert!(Arc::ptr_eq(&ledger, &registry.find(&log.origin()).unwrap()));
    assert_eq!(keys_of(&registry, &log), other.keys());
    assert_eq!(keys_of(&load(&memory).unwrap(), &log), other.keys());
}

#[test]
fn a_list_that_contradicts_itself_or_is_too_long_adds_what_it_can() {
    let memory: Arc<Memory> = Arc::default();
    let registry = load(&memory).unwrap();
    let names = ["log.example/a", "log.example/b", "log.example/c", "log.example/d"];
    let mut given: Vec<_> = names.iter().map(|name| FakeLog::named(name).known()).collect();
    given.insert(1, FakeLog::with_seed("log.example/a", 7).known());
    let admission = registry.admit(&given, Source::List).unwrap();
    assert_eq!(admission.added, 3);
    let [RefusedLog::OtherKeys(first), RefusedLog::TooMany { origin: last, logs_max: 3 }] =
        admission.refused.as_slice()
    else {
        panic!("{:?}", admission.refused);
    };
    assert_eq!((first.as_str(), last.as_str()), ("log.example/a", "log.example/d"));
    let all = registry.all();
    let origins: Vec<_> = all.iter().map(|ledger| ledger.origin().as_str()).collect();
    assert_eq!(origins, names[..3]);
}

#[test]
fn a_damaged_row_stops_the_start() {
    let log = FakeLog::named("log.example/a");
    let hash = OriginHash::of(&log.origin());
    let other = OriginHash::of(&FakeLog::named("log.example/b").origin());
    let (note, lines) = log.checkpoint(5).split_signatures();
    let good = Cosigned {
        tree: log.tree(5),
        timestamp: indelible_note::Timestamp::new(1).unwrap(),
        note,
        lines,
    };
    let row = good.to_bytes().unwrap();
    let wrong_tree = Cosigned { tree: log.tree(6), ..good }.to_bytes().unwrap();
    let root = log.tree(5).root;
    let evidence = evidence_key(other, crate::testing::size(5), &root);
    let short = [1; 31].to_vec();
    for (table, key, value) in [
        (LOGS, hash.as_bytes().to_vec(), b"nonsense".to_vec()),
        (LOGS, other.as_bytes().to_vec(), log_to_bytes(&log.known())),
        (LOGS, short, log_to_bytes(&log.known())),
        (HEADS, hash.as_bytes().to_vec(), row[..20].to_vec()),
        (HEADS, hash.as_bytes().to_vec(), wrong_tree),
        (HEADS, other.as_bytes().to_vec(), row.clone()),
        (EVIDENCE, evidence, vec![]),
    ] {
        let memory: Arc<Memory> = Arc::default();
        load(&memory).unwrap().admit(&[log.known()], Source::Settings).unwrap();
        let mut batch = Batch::new();
        batch.put(HEADS, *hash.as_bytes(), row.clone());
        memory.commit(batch).unwrap();
        assert_eq!(load(&memory).unwrap().find(&log.origin()).unwrap().size(), 5);
        let mut batch = Batch::new();
        batch.put(table, key, value);
        memory.commit(batch).unwrap();
        let refused = load(&memory).unwrap_err();
        assert!(matches!(refused, StoreError::Row { .. }), "{refused}");
    }
}
