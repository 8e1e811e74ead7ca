//! Query strings: known parameters, each at most once, strictly decimal.

use indelible_merkle::{Hash, LeafIndex, TreeSize};
use indelible_note::strict;

use super::problem::Refusal;

/// The parameters of one request, in their places.
#[derive(Debug)]
pub(super) struct Parameters {
    pairs: Vec<(String, String)>,
}

impl Parameters {
    /// Reads a query string; refuses parameters that the route does not know, for a misspelt one
    /// would otherwise be ignored silently.
    pub(super) fn parse(query: Option<&str>, known: &[&'static str]) -> Result<Self, Refusal> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for part in query.unwrap_or_default().split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let Some(known) = known.iter().find(|known| **known == name) else {
                let name = name.chars().take(40).collect();
                return Err(Refusal::QueryUnknown { name });
            };
            if pairs.iter().any(|(earlier, _)| earlier == known) {
                return Err(Refusal::Query { name: known, reason: "is given twice" });
            }
            pairs.push((name.to_owned(), decoded(value)));
        }
        Ok(Self { pairs })
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn size(&self, name: &'static str) -> Result<Option<TreeSize>, Refusal> {
        let size = self.number(name)?.map(TreeSize::new).transpose();
        size.map_err(|_| Refusal::Query { name, reason: "is larger than 2^63-1" })
    }

    pub(super) fn index(&self, name: &'static str) -> Result<Option<LeafIndex>, Refusal> {
        let index = self.number(name)?.map(LeafIndex::new).transpose();
        index.map_err(|_| Refusal::Query { name, reason: "is larger than 2^63-2" })
    }

    /// A hash as 64 hexadecimal digits or in base64 (where `+` may come as it is, as `%2B`, or as
    /// `-`, and `/` as `%2F` or `_`).
    pub(super) fn hash(&self, name: &'static str) -> Result<Option<Hash>, Refusal> {
        let reason = "is not 32 bytes in hexadecimal or base64";
        let Some(text) = self.get(name) else { return Ok(None) };
        let standard = text.replace('-', "+").replace('_', "/").replace(' ', "+");
        let hash = from_hex(text).or_else(|| strict::hash(&standard));
        hash.map(Some).ok_or(Refusal::Query { name, reason })
    }

    /// Whether the caller waits for the covering checkpoint.
    pub(super) fn waits(&self) -> Result<bool, Refusal> {
        match self.get("wait") {
            None => Ok(false),
            Some("checkpoint") => Ok(true),
            Some(_) => Err(Refusal::Query { name: "wait", reason: "can only be `checkpoint`" }),
        }
    }

    fn number(&self, name: &'static str) -> Result<Option<u64>, Refusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let canonical = plain && (text == "0" || !text.starts_with('0'));
        let reason = "is not a decimal number without leading zeros below 2^64";
        let number = canonical.then(|| text.parse().ok()).flatten();
        number.map(Some).ok_or(Refusal::Query { name, reason })
    }
}

/// `%2B`, `%2F` and `%3D` are all that a well-formed value of ours can need.
fn decoded(value: &str) -> String {
    [("%2B", "+"), ("%2b", "+"), ("%2F", "/"), ("%2f", "/"), ("%3D", "="), ("%3d", "=")]
        .iter()
        .fold(value.to_owned(), |value, (escape, plain)| value.replace(escape, plain))
}

fn from_hex(text: &str) -> Option<Hash> {
    if text.len() != 2 * Hash::BYTES {
        return None;
    }
    let digits = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<Vec<u32>>>()?;
    let (pairs, _) = digits.as_chunks::<2>();
    let bytes: Vec<u8> =
        pairs.iter().filter_map(|[high, low]| u8::try_from(high * 16 + low).ok()).collect();
    Hash::try_from(bytes.as_slice()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Result<Parameters, Refusal> {
        Parameters::parse(Some(query), &["index", "size", "leaf_hash", "wait"])
    }

    #[test]
    fn numbers_are_canonical_decimals_in_bounds() {
        let index = |text: &str| parse(&format!("index={text}")).unwrap().index("index");
        assert_eq!(index("0").unwrap().map(LeafIndex::get), Some(0));
        assert_eq!(index("9223372036854775806").unwrap(), Some(LeafIndex::MAX));
        let refused = [
            "",
            "01",
            "00",
            "+1",
            "-1",
            "1.0",
            "1e3",
            " 1",
            "0x1",
            "9223372036854775807",
            "18446744073709551616",
        ];
        for text in refused {
            assert!(index(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn unknown_and_repeated_parameters_are_refused() {
        assert!(matches!(parse("indx=1"), Err(Refusal::QueryUnknown { .. })));
        assert!(matches!(parse("index=1&index=1"), Err(Refusal::Query { .. })));
        assert!(parse("").unwrap().index("index").unwrap().is_none());
    }

    #[test]
    fn a_hash_may_be_hexadecimal_or_base64() {
        let hash = Hash::of_leaf(b"?>?>?>");
        let text = strict::to_hash_text(&hash);
        let forms = [
            hash.to_string(),
            hash.to_string().to_uppercase(),
            text.clone(),
            text.replace('+', "-").replace('/', "_"),
            text.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"),
        ];
        for form in forms {
            let found = parse(&format!("leaf_hash={form}")).unwrap().hash("leaf_hash").unwrap();
            assert_eq!(found, Some(hash), "{form}");
        }
        for form in ["", "00", &"0".repeat(63), &"g".repeat(64), &"A".repeat(44)] {
            assert!(
                parse(&format!("leaf_hash={form}")).unwrap().hash("leaf_hash").is_err(),
                "{form}"
            );
        }
    }

    #[test]
    fn waiting_is_for_a_checkpoint_only() {
        assert!(!parse("").unwrap().waits().unwrap());
        assert!(parse("wait=checkpoint").unwrap().waits().unwrap());
        assert!(
            parse("wait=1").unwrap().waits().is_err() && parse("wait").unwrap().waits().is_err()
        );
    }
}
