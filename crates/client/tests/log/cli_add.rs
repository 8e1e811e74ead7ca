//! `indelible add`: files, standard input, lines.

use serde_json::Value;

use crate::cli::{Program, proofs_in};
use crate::fake::{Fake, World};
use crate::http::Answer;

fn entries(fake: &Fake) -> Vec<String> {
    let world = fake.world.lock().unwrap();
    world.entries.iter().map(|entry| String::from_utf8(entry.clone()).unwrap()).collect()
}

#[test]
fn files_are_added_and_proven_beside_themselves() {
    let fake = Fake::start(World { publishes: true, ..World::of("entry", 2) });
    let program = Program::with(&fake);
    program.file("one", "first\n");
    program.file("two", "second");
    let said = program.succeed("add --policy policy one");
    assert_eq!(said, "added: one is entry 2 (not proven yet)\n");
    program.succeed("add --policy policy --wait one two");
    program.succeed("verify --policy policy one");
    program.succeed("verify --policy policy two");
    assert_eq!(entries(&fake)[2..], ["first\n", "first\n", "second"]);
}

#[test]
fn standard_input_is_one_entry() {
    let fake = Fake::start(World::default());
    let program = Program::with(&fake);
    let output = program.run_with("--json add --policy policy --wait", "a\nb\n");
    assert!(output.status.success(), "{output:?}");
    let added: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&added["index"], &added["proof"]), (&0.into(), &"0.tlog-proof".into()));
    assert_eq!(entries(&fake), ["a\nb\n"]);
}

#[test]
fn an_idempotency_key_adds_once_over_several_runs() {
    let fake = Fake::start(World::default());
    let program = Program::with(&fake);
    program.file("one", "first");
    program.succeed("add --policy policy --idempotency-key k1 one");
    let said = program.succeed("add --policy policy --idempotency-key k1 one");
    assert_eq!(said, "already there: one is entry 0\n");
    assert_eq!(entries(&fake).len(), 1);
    program.fail(1, "add --policy policy --idempotency-key k1 one one");
}

#[test]
fn lines_go_in_batches_and_come_back_in_order() {
    let fake = Fake::start(World::of("entry", 5));
    let program = Program::with(&fake);
    let lines: Vec<_> = (0..1_000).map(|n| format!("{{\"n\":{n}}}")).collect();
    program.file("lines", lines.join("\n"));
    let arguments = "--json add --policy policy --ndjson --batch-entries 64 lines";
    let said = program.succeed(arguments);
    let answers: Vec<Value> = said.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(answers.len(), 1_000);
    for (n, answer) in answers.iter().enumerate() {
        assert_eq!((&answer["line"], &answer["index"]), (&(n + 1).into(), &(n + 5).into()));
    }
    assert_eq!(entries(&fake)[5..], lines);
    assert_eq!(fake.asked("add-batch"), 16);
}

#[test]
fn batches_in_flight_together_lose_no_line() {
    let fake = Fake::start(World::default());
    let program = Program::with(&fake);
    let lines: Vec<_> = (0..500).map(|n| format!("line {n}")).collect();
    program.file("lines", lines.join("\n") + "\n");
    let said =
        program.succeed("add --policy policy --lines --batch-entries 16 --in-flight 8 lines");
    assert_eq!(said, "added: lines has 500 entries, from index 0 to 499\n");
    let mut added = entries(&fake);
    let mut lines = lines;
    added.sort();
    lines.sort();
    assert_eq!(added, lines);
}

#[test]
fn lines_that_are_waited_for_are_all_proven() {
    let fake = Fake::start(World::of("entry", 250));
    let program = Program::with(&fake);
    program.file("lines", "a\nb\nc\nd\ne\nf\ng\nh\n");
    program.fail(1, "add --policy policy --lines --wait lines");
    assert_eq!(entries(&fake).len(), 250);
    program.succeed("add --policy policy --lines --wait --proofs proofs lines");
    assert_eq!(proofs_in(&program.path("proofs")).len(), 8);
    for (index, text) in (250..).zip(["a", "b", "c", "d", "e", "f", "g", "h"]) {
        program.file("entry", text);
        program.succeed(&format!("verify --policy policy entry --proof proofs/{index}.tlog-proof"));
    }
}

#[test]
fn a_bad_line_is_named_with_what_was_added_before_it() {
    let fake = Fake::start(World::default());
    let program = Program::with(&fake);
    program.file("lines", "{}\n{}\n\n{}\n");
    let arguments = "add --policy policy --lines --batch-entries 2 lines";
    let said = program.fail(1, arguments);
    assert!(said.contains("line 3") && said.contains("2 entries were added"), "{said}");
    program.file("lines", "{}\n{");
    let said = program.fail(1, "add --policy policy --ndjson lines");
    assert!(said.contains("line 2 is not json"), "{said}");
    assert_eq!(entries(&fake).len(), 2);
}

#[test]
fn a_refusal_is_told_in_the_servers_words_and_ends_with_3() {
    let fake = Fake::start(World::default());
    let program = Program::with(&fake);
    let problem = r#"{"type":"/problems/x","title":"x","status":422,"detail":"key reused"}"#;
    fake.lie_at("add", move |_| Answer {
        status: 422,
        ..Answer::ok("application/problem+json", problem)
    });
    program.file("one", "first");
    let said = program.fail(3, "add --policy policy one");
    assert!(said.contains("422") && said.contains("key reused"), "{said}");
    fake.lie_at("add-batch", |_| Answer::status(410));
    let said = program.fail(3, "add --policy policy --lines one");
    assert!(said.contains("frozen"), "{said}");
}

#[test]
fn an_empty_file_is_no_entry_and_no_lines() {
    let fake = Fake::start(World::default());
    let program = Program::with(&fake);
    program.file("empty", "");
    program.fail(1, "add --policy policy empty");
    let said = program.succeed("add --policy policy --lines empty");
    assert_eq!(said, "added: empty has 0 entries\n");
    assert!(fake.requests.lock().unwrap().is_empty());
}
