//! Which policy files are read.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::key::{Algorithm, KeyError};
use crate::sample::{any_damage, damaged, key};

fn log(seed: u8) -> String {
    key("example.com/log", Algorithm::Ed25519, seed).verifier().to_string()
}

fn witness(seed: u8) -> String {
    key("example.com/witness", Algorithm::Ed25519Cosignature, seed).verifier().to_string()
}

fn problem(text: &str) -> (usize, PolicyProblem) {
    let error = Policy::parse(text).expect_err(text);
    (error.line, error.problem)
}

/// The example of tlog-policy, with keys.
fn example() -> String {
    let [x1, x2, x3, y1, y2, y3] = [1, 2, 3, 4, 5, 6].map(witness);
    let log = log(1);
    format!(
        "log {log}\n\
         \n\
         witness X1 {x1}\nwitness X2 {x2}\nwitness X3 {x3}\n\
         group X-witnesses 2 X1 X2 X3\n\
         \n\
         witness Y1 {y1}\nwitness Y2 {y2}\nwitness Y3 {y3}\n\
         group Y-witnesses any Y1 Y2 Y3\n\
         \n\
         group X-and-Y all X-witnesses Y-witnesses\n\
         quorum X-and-Y\n"
    )
}

#[test]
fn the_example_of_the_specification_is_read() {
    let policy = Policy::parse(&example()).unwrap();
    assert_eq!(policy.logs().len(), 1);
    assert_eq!(policy.logs()[0].key().to_string(), log(1));
    let names: Vec<_> = policy.witnesses().iter().map(|witness| witness.name()).collect();
    assert_eq!(names, ["X1", "X2", "X3", "Y1", "Y2", "Y3"]);
    let groups: Vec<_> =
        policy.groups().iter().map(|group| (group.name(), group.threshold())).collect();
    assert_eq!(groups, [("X-witnesses", 2), ("Y-witnesses", 1), ("X-and-Y", 2)]);
    assert_eq!(policy.groups()[2].members(), [Member::Group(0), Member::Group(1)]);
    assert_eq!(policy.quorum(), Quorum::Of(Member::Group(2)));
}

#[test]
fn urls_spaces_and_comments_are_allowed() {
    let (log, witness) = (log(1), witness(1));
    let text = format!(
        "# comment\n  \t # another, indented\n\n \t\n\t log\t{log}   https://log.example/ \t\n\
         witness # {witness} https://w.example\nquorum #\n#last\n"
    );
    let policy = Policy::parse(&text).unwrap();
    assert_eq!(policy.logs()[0].url(), Some("https://log.example/"));
    // A comment is a whole line, so this is a name.
    assert_eq!(policy.witnesses()[0].name(), "#");
    assert_eq!(policy.witnesses()[0].url(), Some("https://w.example"));
    assert_eq!(policy.quorum(), Quorum::Of(Member::Witness(0)));
}

#[test]
fn only_the_quorum_is_mandatory() {
    let policy = Policy::parse("quorum none\n").unwrap();
    assert!(policy.logs().is_empty() && policy.witnesses().is_empty());
    assert_eq!(policy.quorum(), Quorum::None);
    assert_eq!(problem(""), (0, PolicyProblem::NoQuorum));
    assert_eq!(problem(&format!("log {}\n", log(1))), (1, PolicyProblem::NoQuorum));
    assert_eq!(problem("# quorum none\n"), (1, PolicyProblem::NoQuorum));
}

#[test]
fn there_is_one_quorum() {
    let second = PolicyProblem::SecondQuorum;
    assert_eq!(problem("quorum none\nquorum none\n"), (2, second));
    let text = format!("witness a {}\nquorum a\n\nquorum none\n", witness(1));
    assert_eq!(problem(&text), (4, second));
    // Definitions may follow it.
    assert!(Policy::parse(&format!("quorum none\nwitness a {}\n", witness(1))).is_ok());
}

#[test]
fn malformed_lines_are_refused() {
    let (log, witness) = (log(1), witness(1));
    let refused = [
        ("log\n".to_string(), PolicyProblem::Items),
        (format!("log {log} https://a https://b\n"), PolicyProblem::Items),
        (format!("log {log} # the log\n"), PolicyProblem::Items),
        ("witness a\n".to_string(), PolicyProblem::Items),
        (format!("witness a {witness} https://a # b\n"), PolicyProblem::Items),
        ("group\n".to_string(), PolicyProblem::Items),
        ("group g\n".to_string(), PolicyProblem::Items),
        ("group g any\n".to_string(), PolicyProblem::Items),
        ("group g 1\n".to_string(), PolicyProblem::Items),
        ("quorum\n".to_string(), PolicyProblem::Items),
        ("quorum none none\n".to_string(), PolicyProblem::Items),
        ("quorum none # none\n".to_string(), PolicyProblem::Items),
        (format!("Log {log}\n"), PolicyProblem::Keyword),
        ("quorum: none\n".to_string(), PolicyProblem::Keyword),
        ("\u{a0}quorum none\n".to_string(), PolicyProblem::Keyword),
        ("quorum\u{a0}none\n".to_string(), PolicyProblem::Keyword),
        ("quorum none\r\n".to_string(), PolicyProblem::Octet { byte: b'\r' }),
        ("\u{b}quorum none\n".to_string(), PolicyProblem::Octet { byte: 0x0b }),
        ("# a\0b\n".to_string(), PolicyProblem::Octet { byte: 0 }),
        ("# a\u{7f}b\n".to_string(), PolicyProblem::Octet { byte: 0x7f }),
        ("# a\u{1b}[0m\n".to_string(), PolicyProblem::Octet { byte: 0x1b }),
        ("quorum none".to_string(), PolicyProblem::Unterminated),
        ("log x\n".to_string(), PolicyProblem::Key(KeyError::Parts)),
    ];
    for (line, expected) in refused {
        assert_eq!(problem(&line), (1, expected), "{line:?}");
    }
}

#[test]
fn bytes_above_ascii_are_opaque() {
    // K and the Kelvin sign differ, whatever case folding says.
    let (a, b) = (witness(1), witness(2));
    let text = format!("witness K {a}\nwitness \u{212a} {b}\nquorum \u{212a}\n");
    assert_eq!(Policy::parse(&text).unwrap().quorum(), Quorum::Of(Member::Witness(1)));
    // A C1 control is above ASCII, so it is none.
    assert!(Policy::parse(&format!("witness a\u{85}b {a}\nquorum a\u{85}b\n")).is_ok());
    assert!(Policy::parse_bytes(b"# caf\xe9\nquorum none\n").is_ok());
    let error = Policy::parse_bytes(b"quorum caf\xe9\n").unwrap_err();
    assert_eq!(error, PolicyError { line: 1, problem: PolicyProblem::Utf8 });
}

#[test]
fn names_are_defined_once_and_before_use() {
    let (a, b) = (witness(1), witness(2));
    let refused = [
        (format!("witness a {a}\nwitness a {b}\n"), 2, PolicyProblem::NameTaken),
        (format!("witness a {a}\ngroup a any a\n"), 2, PolicyProblem::NameTaken),
        (format!("witness a {a}\ngroup g any a\nwitness g {b}\n"), 3, PolicyProblem::NameTaken),
        (format!("witness none {a}\n"), 1, PolicyProblem::NamedNone),
        (format!("witness a {a}\ngroup none any a\n"), 2, PolicyProblem::NamedNone),
        ("group g any none\n".to_string(), 1, PolicyProblem::Undefined),
        (format!("witness a {a}\ngroup g any a none\n"), 2, PolicyProblem::Undefined),
        ("group g any g\n".to_string(), 1, PolicyProblem::Undefined),
        (format!("group g any a\nwitness a {a}\n"), 1, PolicyProblem::Undefined),
        (format!("quorum a\nwitness a {a}\n"), 1, PolicyProblem::Undefined),
        (format!("witness a {a}\nquorum A\n"), 2, PolicyProblem::Undefined),
        (format!("witness a {a}\nquorum any\n"), 2, PolicyProblem::Undefined),
        // The key's name is not the witness's.
        (format!("witness a {a}\nquorum example.com/witness\n"), 2, PolicyProblem::Undefined),
        // Nor is a log one.
        (format!("log {}\nquorum example.com/log\n", log(1)), 2, PolicyProblem::Undefined),
    ];
    for (text, line, expected) in refused {
        assert_eq!(problem(&text), (line, expected), "{text}");
    }
    // Keywords are names like any other.
    assert!(Policy::parse(&format!("witness any {a}\ngroup all any any\nquorum all\n")).is_ok());
}

#[test]
fn a_name_is_a_member_once_in_the_whole_file() {
    let witnesses = format!("witness a {}\nwitness b {}\n", witness(1), witness(2));
    let refused = [
        ("group g 1 a a\nquorum g\n", 3),
        ("group g all a b a\nquorum g\n", 3),
        ("group g any a\ngroup h any b a\nquorum h\n", 4),
        ("group g any a\ngroup h any g\ngroup i any b g\nquorum i\n", 5),
        ("group g any a b\ngroup h any g g\nquorum h\n", 4),
    ];
    for (groups, line) in refused {
        let text = format!("{witnesses}{groups}");
        assert_eq!(problem(&text), (line, PolicyProblem::MemberTwice), "{groups}");
    }
    // The quorum is no group: a member may be the quorum.
    assert!(Policy::parse(&format!("{witnesses}group g any a b\nquorum a\n")).is_ok());
}

#[test]
fn a_threshold_is_from_one_to_the_number_of_members() {
    let with = |threshold: &str| {
        let (a, b, c) = (witness(1), witness(2), witness(3));
        format!(
            "witness a {a}\nwitness b {b}\nwitness c {c}\ngroup g {threshold} a b c\nquorum g\n"
        )
    };
    for (threshold, expected) in [("any", 1), ("all", 3), ("1", 1), ("2", 2), ("3", 3)] {
        assert_eq!(Policy::parse(&with(threshold)).unwrap().groups()[0].threshold(), expected);
    }
    for threshold in [0, 4, 1000] {
        let expected = PolicyProblem::Threshold { threshold, members: 3 };
        assert_eq!(problem(&with(&threshold.to_string())), (4, expected));
    }
    for threshold in ["01", "+1", "-1", "1.0", "ANY", "most", "18446744073709551616", "0x1"] {
        assert_eq!(problem(&with(threshold)), (4, PolicyProblem::NoThreshold), "{threshold}");
    }
}

#[test]
fn a_public_key_is_used_once_among_logs_and_once_among_witnesses() {
    let with = |name, algorithm, seed| key(name, algorithm, seed).verifier().to_string();
    let (plain, cosigner) = (Algorithm::Ed25519, Algorithm::Ed25519Cosignature);
    // Another name, and another type, but the same point.
    for other in [with("a", plain, 1), with("b", plain, 1), with("a", cosigner, 1)] {
        let text = format!("log {}\nlog {other}\nquorum none\n", with("a", plain, 1));
        assert_eq!(problem(&text), (2, PolicyProblem::DuplicateLog));
    }
    for other in [with("a", cosigner, 1), with("b", cosigner, 1)] {
        let text = format!("witness x {}\nwitness y {other}\nquorum x\n", with("a", cosigner, 1));
        assert_eq!(problem(&text), (2, PolicyProblem::DuplicateWitness));
    }
    let (one, two) = (with("a", Algorithm::MlDsa44, 1), with("b", Algorithm::MlDsa44, 1));
    let text = format!("witness x {one}\nwitness y {two}\nquorum x\n");
    assert_eq!(problem(&text), (2, PolicyProblem::DuplicateWitness));
    // A log may be a witness, and one name may have two keys.
    let (log, old, new) =
        (with("a", plain, 1), with("a", cosigner, 1), with("a", Algorithm::MlDsa44, 1));
    let text = format!("log {log}\nlog {new}\nwitness x {old}\nwitness y {new}\nquorum x\n");
    assert!(Policy::parse(&text).is_ok());
}

#[test]
fn the_key_of_a_witness_makes_cosignatures() {
    let plain = key("w", Algorithm::Ed25519, 1).verifier().to_string();
    assert_eq!(problem(&format!("witness a {plain}\n")), (1, PolicyProblem::NoCosigner));
}

#[test]
fn a_policy_made_in_code_obeys_the_same_rules() {
    let witness = || key("w", Algorithm::Ed25519Cosignature, 1).verifier().clone();
    let mut builder = PolicyBuilder::new();
    for (name, url) in
        [("", None), ("a b", None), ("a\n", None), ("a", Some("")), ("a", Some("x y"))]
    {
        assert_eq!(builder.witness(name, witness(), url), Err(PolicyProblem::Item));
    }
    builder.witness("a", witness(), Some("https://w.example")).unwrap();
    assert_eq!(
        builder.group("g", 0, &["a"]),
        Err(PolicyProblem::Threshold { threshold: 0, members: 1 })
    );
    assert_eq!(
        builder.group("g", 1, &[]),
        Err(PolicyProblem::Threshold { threshold: 1, members: 0 })
    );
    assert_eq!(builder.finish("g"), Err(PolicyProblem::Undefined));
    let log = key("l", Algorithm::Ed25519, 1).verifier().clone();
    let policy = Policy::logs_only([log.clone()].into()).unwrap();
    assert_eq!(policy.to_string(), format!("log {log}\nquorum none\n"));
    assert_eq!(Policy::logs_only([log.clone(), log].into()), Err(PolicyProblem::DuplicateLog));
}

#[test]
fn a_refused_witness_leaves_nothing_behind() {
    let of = |seed| key("w", Algorithm::Ed25519Cosignature, seed).verifier().clone();
    let mut builder = PolicyBuilder::new();
    assert!(builder.witness("a", of(1), Some("not a url")).is_err());
    builder.witness("a", of(1), None).unwrap();
    builder.witness("b", of(2), None).unwrap();
    assert!(builder.group("g", 2, &["a", "missing"]).is_err());
    builder.group("g", 2, &["a", "b"]).unwrap();
    assert!(builder.finish("g").is_ok());
}

#[test]
fn an_error_says_where() {
    let error = Policy::parse("# one\n# two\nquorum nobody\n").unwrap_err();
    assert_eq!(error.to_string(), "line 3: the name is not defined above");
}

proptest! {
    #[test]
    fn what_is_printed_is_read(damage in any_damage()) {
        let bytes = damaged(example().as_bytes(), &damage);
        for policy in [Policy::parse(&example()), Policy::parse_bytes(&bytes)].into_iter().flatten() {
            prop_assert_eq!(Policy::parse(&policy.to_string()), Ok(policy));
        }
    }
}
