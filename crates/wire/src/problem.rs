//! Problem documents (RFC 9457): what a refusal looks like. Which status it has, each server's own
//! problem room decides.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why a request was refused, for programs (`kind`, `item`) and for people (`title`, `detail`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, Value>")]
pub struct Problem {
    /// Which problem this is: a URI reference, relative for ours, such as `/problems/entry-empty`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same in words, equal for all occurrences.
    pub title: String,
    /// The status of the response that carries it; 0 where a foreign document does not say.
    pub status: u16,
    /// What was wrong this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The item of a batch at fault, counted from 0. Nothing of the batch was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<u64>,
}

impl Problem {
    /// The media type of the document (RFC 9457 section 6.1).
    pub const CONTENT_TYPE: &'static str = "application/problem+json";

    /// Where our problem types are named. Relative, since each operator has another host.
    pub const KIND_PREFIX: &'static str = "/problems/";

    /// A problem of ours: `slug` is the last part of its type, in lower case with hyphens.
    pub fn new(slug: &str, title: &str, status: u16) -> Self {
        Self {
            kind: format!("{}{slug}", Self::KIND_PREFIX),
            title: title.into(),
            status,
            detail: None,
            item: None,
        }
    }

    /// Adds what was wrong this time.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// Adds which item of a batch was at fault.
    #[must_use]
    pub fn with_item(self, item: u64) -> Self {
        Self { item: Some(item), ..self }
    }

    /// The slug, where this is a problem of ours.
    pub fn slug(&self) -> Option<&str> {
        self.kind.strip_prefix(Self::KIND_PREFIX)
    }
}

/// Reads what servers of others send: a member that is absent or of a wrong type is ignored, and so
/// are unknown ones (RFC 9457 sections 3.1 and 3.2). Nothing depends on what it says.
impl From<BTreeMap<String, Value>> for Problem {
    fn from(mut members: BTreeMap<String, Value>) -> Self {
        let mut text = |name: &str| match members.remove(name) {
            Some(Value::String(text)) => Some(text),
            Some(_) | None => None,
        };
        let kind = text("type").unwrap_or_else(|| "about:blank".into());
        let title = text("title").unwrap_or_default();
        let detail = text("detail");
        let status = members.get("status").and_then(Value::as_u64);
        Self {
            kind,
            title,
            status: status.and_then(|status| u16::try_from(status).ok()).unwrap_or(0),
            detail,
            item: members.get("item").and_then(Value::as_u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_problem_of_ours_is_written_as_rfc_9457_says() {
        let problem = Problem::new("entry-too-long", "The entry is too long", 413)
            .with_detail("item 3: an entry of 65536 bytes is longer than 65535")
            .with_item(3);
        assert_eq!(
            serde_json::to_string(&problem).unwrap(),
            concat!(
                r#"{"type":"/problems/entry-too-long","title":"The entry is too long","#,
                r#""status":413,"#,
                r#""detail":"item 3: an entry of 65536 bytes is longer than 65535","item":3}"#
            )
        );
        assert_eq!(problem.slug(), Some("entry-too-long"));
    }

    #[test]
    fn members_that_say_nothing_are_left_out() {
        let text = serde_json::to_string(&Problem::new("busy", "Busy", 503)).unwrap();
        assert_eq!(text, r#"{"type":"/problems/busy","title":"Busy","status":503}"#);
    }

    #[test]
    fn members_that_are_absent_unknown_or_of_a_wrong_type_are_ignored() {
        let read = |text| serde_json::from_str::<Problem>(text).unwrap();
        let blank = read("{}");
        assert_eq!((blank.kind.as_str(), blank.status, blank.slug()), ("about:blank", 0, None));
        let odd = read(
            r#"{"type":7,"title":["x"],"status":"400","detail":null,"item":-1,"instance":"/a"}"#,
        );
        assert_eq!(odd, blank);
        assert_eq!(read(r#"{"status":70000}"#).status, 0);
        assert_eq!(read(r#"{"status":429.5}"#).status, 0);
    }

    #[test]
    fn what_is_not_an_object_is_not_a_problem() {
        for text in ["", "[]", "null", "\"type\"", "{", "{}{}"] {
            assert!(serde_json::from_str::<Problem>(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_printed_parses_to_the_same(
            slug in "[a-z-]{1,20}", title in ".{0,20}", status in 400_u16..600,
            detail in prop::option::of(".{0,40}"), item in prop::option::of(any::<u64>())
        ) {
            let problem = Problem { detail, item, ..Problem::new(&slug, &title, status) };
            let text = serde_json::to_string(&problem).unwrap();
            prop_assert_eq!(serde_json::from_str::<Problem>(&text).unwrap(), problem);
        }
    }
}
