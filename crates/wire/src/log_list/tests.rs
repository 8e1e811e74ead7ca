//! Lists as the witness network writes them, and what is not one. The table of refusals follows the
//! cases that its own checker is tested with.

use alloc::format;

use indelible_note::{KeyName, SignerKey};
use proptest::prelude::*;

use super::*;

/// The key in the examples of signed-note.
const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

fn key(name: &str, algorithm: Algorithm, seed: u8) -> VerifierKey {
    SignerKey::from_seed(KeyName::parse(name).unwrap(), algorithm, [seed; 32]).verifier().clone()
}

fn log(vkey: &str) -> String {
    format!("logs/v0\nvkey {vkey}\nqpd 24\ncontact someone\n")
}

fn refused(text: &str) -> (usize, LogListReason) {
    let LogListError { line, reason } = LogList::parse(text).unwrap_err();
    (line, reason)
}

#[test]
fn a_list_with_comments_blank_lines_and_white_space_is_read() {
    let other = key("log.example/b", Algorithm::Ed25519, 1);
    let text = format!(
        "\n  # A comment, and an address with a # in it follows.\n\t## another\n\n  logs/v0 \n\n\
         \t vkey {VKEY}\t\n qpd 86400\r\n\tcontact ops (at) example.com | https://example.com/#us \n\
         # between two logs\nvkey {other}\n# inside a log\norigin some legacy origin line\n\n\
         qpd 1\ncontact #b"
    );
    let list = LogList::parse(&text).unwrap();
    let [first, second] = list.logs.as_slice() else { panic!("{list:?}") };
    assert_eq!(first.key().to_string(), VKEY);
    assert_eq!(first.origin().as_str(), "example.com/foo");
    assert_eq!(first.requests_per_day().get(), 86_400);
    assert_eq!(first.contact().as_str(), "ops (at) example.com | https://example.com/#us");
    assert_eq!(second.key(), &other);
    assert_eq!(second.origin().as_str(), "some legacy origin line");
    assert_eq!((second.requests_per_day().get(), second.contact().as_str()), (1, "#b"));
}

#[test]
fn a_list_is_printed_as_the_format_shows_it() {
    let text = format!(
        "logs/v0\n\nvkey {VKEY}\nqpd 24\ncontact a\n\nvkey {VKEY}\norigin b\nqpd 2147483647\ncontact c\n"
    );
    assert_eq!(LogList::parse(&text).unwrap().to_string(), text);
}

#[test]
fn an_origin_that_repeats_the_keys_name_says_nothing_new() {
    let said = format!("logs/v0\nvkey {VKEY}\norigin example.com/foo\nqpd 24\ncontact someone\n");
    assert_eq!(LogList::parse(&said), LogList::parse(&log(VKEY)));
}

#[test]
fn a_list_may_have_no_logs_but_not_no_header() {
    for text in ["logs/v0", "logs/v0\n", "# c\n\n logs/v0 \n# d\n"] {
        assert_eq!(LogList::parse(text), Ok(LogList::default()), "{text:?}");
    }
    for (text, line) in [
        ("", 1),
        ("\n\n", 3),
        ("# logs/v0\n", 2),
        ("something else\n", 1),
        ("# c\nlogs/v1\n", 2),
        ("logs/v0 x\n", 1),
        ("Logs/v0\n", 1),
        ("\u{feff}logs/v0\n", 1),
    ] {
        assert_eq!(refused(text), (line, LogListReason::Header), "{text:?}");
    }
    assert_eq!(refused(&log(VKEY)["logs/v0\n".len()..]), (1, LogListReason::Header));
}

#[test]
fn lines_out_of_order_missing_or_unknown_are_refused_by_number() {
    use Keyword::{Contact, OriginOrQpd, Qpd, Vkey};
    let vkey = &format!("vkey {VKEY}");
    let cases: &[(&[&str], usize, Keyword)] = &[
        (&["origin a", "qpd 1", "contact a"], 2, Vkey),
        (&["qpd 1", "contact a"], 2, Vkey),
        (&[vkey], 3, OriginOrQpd),
        (&[vkey, "# a comment"], 4, OriginOrQpd),
        (&[vkey, "contact a"], 3, OriginOrQpd),
        (&[vkey, "pqd 1", "contact a"], 3, OriginOrQpd),
        (&[vkey, vkey, "qpd 1", "contact a"], 3, OriginOrQpd),
        (&[vkey, "origin a"], 4, Qpd),
        (&[vkey, "origin a", "contact a"], 4, Qpd),
        (&[vkey, "origin a", "origin b", "qpd 1", "contact a"], 4, Qpd),
        (&[vkey, "qpd 1"], 4, Contact),
        (&[vkey, "qpd 1", "origin a", "contact a"], 4, Contact),
        (&[vkey, "qpd 1", "qpd 1", "contact a"], 4, Contact),
        (&[vkey, "qpd 1", "", vkey], 5, Contact),
        (&[vkey, "qpd 1", "contact a", "contact b"], 5, Vkey),
        (&[vkey, "qpd 1", "contact a", "url https://example.com"], 5, Vkey),
        (&[vkey, "qpd 1", "contact a", "logs/v0"], 5, Vkey),
        (&["VKEY x", "qpd 1", "contact a"], 2, Vkey),
        (&["vkey\tx", "qpd 1", "contact a"], 2, Vkey),
        (&[vkey, "qpd 1", "contact a", "", vkey, "qpd 1"], 8, Contact),
    ];
    for (lines, line, due) in cases {
        let text = format!("logs/v0\n{}\n", lines.join("\n"));
        assert_eq!(refused(&text), (*line, LogListReason::Expected(*due)), "{text}");
    }
}

#[test]
fn keywords_without_a_value_are_refused() {
    let whole = format!("logs/v0\nvkey {VKEY}\norigin a\nqpd 1\ncontact a\n");
    let values = [("vkey", VKEY, 2), ("origin", "a", 3), ("qpd", "1", 4), ("contact", "a", 5)];
    let keywords = [Keyword::Vkey, Keyword::Origin, Keyword::Qpd, Keyword::Contact];
    for ((word, value, line), keyword) in values.into_iter().zip(keywords) {
        for other in [format!("{word}\n"), format!("{word} \n"), format!("{word}  {value}\n")] {
            let text = whole.replace(&format!("{word} {value}\n"), &other);
            assert_eq!(refused(&text), (line, LogListReason::Value(keyword)), "{text}");
        }
    }
}

#[test]
fn keys_that_are_none_or_of_another_type_are_refused() {
    for vkey in [
        "bananas",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k and bananas",
    ] {
        let (line, reason) = refused(&log(vkey));
        assert!(line == 2 && matches!(reason, LogListReason::Key(_)), "{vkey}: {reason}");
    }
    for algorithm in [Algorithm::Ed25519Cosignature, Algorithm::MlDsa44] {
        let vkey = key("log.example", algorithm, 1);
        assert_eq!(refused(&log(&vkey.to_string())), (2, LogListReason::Algorithm));
        let made = ListedLog::new(
            vkey,
            Origin::parse("a").unwrap(),
            RequestsPerDay::MAX,
            Contact::parse("a").unwrap(),
        );
        assert_eq!(made, Err(LogListReason::Algorithm));
    }
}

#[test]
fn requests_per_day_are_a_canonical_number_in_bounds() {
    let with = |qpd: &str| log(VKEY).replace("qpd 24", &format!("qpd {qpd}"));
    for (qpd, requests) in [("1", 1), ("2147483647", 2_147_483_647)] {
        let list = LogList::parse(&with(qpd)).unwrap();
        assert_eq!(list.logs[0].requests_per_day().get(), requests);
    }
    for qpd in [
        "0",
        "2147483648",
        "4294967297",
        "18446744073709551617",
        "01",
        "+1",
        "-1",
        "1.5",
        "1e3",
        "pineapple",
        "86400 432534",
        "\u{661}",
    ] {
        assert_eq!(refused(&with(qpd)), (3, LogListReason::RequestsPerDay), "{qpd}");
    }
    assert_eq!(RequestsPerDay::new(0), None);
    assert_eq!(RequestsPerDay::new(1 << 31), None);
}

#[test]
fn an_origin_that_no_checkpoint_can_have_is_refused() {
    let text = format!("logs/v0\nvkey {VKEY}\norigin a\u{1}b\nqpd 1\ncontact a\n");
    let (line, reason) = refused(&text);
    assert!(line == 3 && matches!(reason, LogListReason::Origin(_)), "{reason}");
    let made = ListedLog::new(
        key("log.example", Algorithm::Ed25519, 1),
        Origin::parse(" a").unwrap(),
        RequestsPerDay::MAX,
        Contact::parse("a").unwrap(),
    );
    assert_eq!(made, Err(LogListReason::OriginSpace));
}

#[test]
fn a_contact_is_one_line_that_says_something() {
    for text in ["", " ", " a", "a ", "a\nb", "a\n"] {
        assert_eq!(Contact::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_list_cut_anywhere_is_refused_or_has_lost_only_the_end_of_its_last_line() {
    let text = log(VKEY);
    let contact = text.find("someone").unwrap();
    for length in 0..text.len() {
        match LogList::parse(&text[..length]) {
            Ok(list) => {
                assert!(list.logs.is_empty() && length <= 8 || length > contact, "{length}")
            }
            Err(_) => assert!(length <= contact, "{length}"),
        }
    }
}

#[test]
fn a_list_over_the_limit_is_refused_unread() {
    let text = "#".repeat(LOG_LIST_BYTES_MAX + 1);
    let reason = LogListReason::TooLong { bytes: text.len() };
    assert_eq!(refused(&text), (1, reason));
    assert_eq!(refused(&text[1..]), (2, LogListReason::Header));
}

#[test]
fn an_error_reads_as_a_sentence_with_its_line() {
    let error = LogList::parse("logs/v0\nvkey bananas\n").unwrap_err();
    assert!(error.to_string().starts_with("line 2: the vkey is malformed: "), "{error}");
    let error = LogList::parse("logs/v0\nqpd 1\n").unwrap_err();
    assert_eq!(error.to_string(), "line 2: expected vkey");
}

fn any_log() -> impl Strategy<Value = ListedLog> {
    let origin = prop::option::of("[a-z+]([a-z /+]{0,12}[a-z])?");
    ("[a-z./]{1,12}", any::<u8>(), origin, 1_u32..1 << 31, "[!-~]([ -~]{0,12}[!-~])?").prop_map(
        |(name, seed, origin, requests, contact)| {
            let key = key(&name, Algorithm::Ed25519, seed);
            let origin = Origin::parse(origin.as_ref().unwrap_or(&name)).unwrap();
            let requests = RequestsPerDay::new(requests).unwrap();
            ListedLog::new(key, origin, requests, Contact::parse(&contact).unwrap()).unwrap()
        },
    )
}

proptest! {
    #[test]
    fn what_was_printed_parses_to_the_same(logs in prop::collection::vec(any_log(), 0..4)) {
        let list = LogList { logs };
        prop_assert_eq!(LogList::parse(&list.to_string()), Ok(list));
    }

    #[test]
    fn whatever_parses_prints_to_what_parses_to_the_same(
        lines in prop::collection::vec(0_usize..7, 0..10)
    ) {
        let vkey = format!("vkey {VKEY}");
        let known = ["logs/v0", &vkey, "origin a b", "qpd 1", "contact a", "", "# c"];
        let text = lines.iter().map(|line| known[*line]).collect::<Vec<_>>().join("\n");
        if let Ok(list) = LogList::parse(&text) {
            prop_assert_eq!(LogList::parse(&list.to_string()), Ok(list));
        }
    }
}
