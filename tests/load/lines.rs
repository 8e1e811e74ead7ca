//! Entries made from the lines of a file: each repeat gets identifiers of its own.

use std::path::Path;

use anyhow::{Context, ensure};
use indelible_wire::Entry;

use crate::entropy::Entropy;

/// Fields whose values name one event, in the formats that audit logs come in.
const NAMES: &[&str] = &["eventID", "requestID", "auditID", "event_id", "request_id", "uid", "id"];

/// Lines of a file and where their identifiers stand.
#[derive(Debug)]
pub(crate) struct Lines {
    // INVARIANT: not empty; every line an entry's length.
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    bytes: Vec<u8>,
    /// Positions of the hexadecimal digits of identifiers.
    digits: Vec<usize>,
}

impl Lines {
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let lines: Vec<Line> =
            text.lines().filter(|line| !line.is_empty()).map(Line::parse).collect();
        ensure!(!lines.is_empty(), "{} has no lines", path.display());
        for line in &lines {
            Entry::check_length(line.bytes.len())?;
        }
        Ok(Self { lines })
    }

    /// The line whose turn it is, with fresh identifiers.
    pub(crate) fn line(&self, turn: u64, entropy: &mut Entropy) -> Vec<u8> {
        let count = u64::try_from(self.lines.len()).unwrap_or(1);
        let turn = usize::try_from(turn % count).unwrap_or(0);
        self.lines.get(turn).map(|line| line.renewed(entropy)).unwrap_or_default()
    }
}

impl Line {
    fn parse(line: &str) -> Self {
        let line = if NAMES.iter().any(|name| line.contains(&format!("\"{name}\""))) {
            line.to_owned()
        } else {
            // Without an identifier two repeats would be one entry.
            let rest = line.strip_prefix('{').unwrap_or(line);
            format!("{{\"id\":\"00000000-0000-0000-0000-000000000000\",{rest}")
        };
        let digits = NAMES.iter().flat_map(|name| digits_of(&line, name)).collect();
        Self { bytes: line.into_bytes(), digits }
    }

    fn renewed(&self, entropy: &mut Entropy) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        for at in &self.digits {
            let digit = b"0123456789abcdef".get(usize::try_from(entropy.below(16)).unwrap_or(0));
            if let (Some(byte), Some(digit)) = (bytes.get_mut(*at), digit) {
                *byte = *digit;
            }
        }
        bytes
    }
}

/// Where the digits of all values of a field stand.
fn digits_of(line: &str, name: &str) -> Vec<usize> {
    let key = format!("\"{name}\"");
    let mut digits = Vec::new();
    for (at, _) in line.match_indices(&key) {
        let after = at + key.len();
        let rest = line.get(after..).unwrap_or_default();
        let value = rest.trim_start_matches([':', ' ']);
        let Some(text) = value.strip_prefix('"') else { continue };
        let start = after + rest.len() - text.len();
        let end = text.find('"').unwrap_or(0);
        let text = text.get(..end).unwrap_or_default();
        let hexadecimal = |(_, char): &(usize, char)| char.is_ascii_hexdigit();
        digits.extend(text.char_indices().filter(hexadecimal).map(|(offset, _)| start + offset));
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_identifiers_change() {
        let line =
            Line::parse(r#"{"eventID": "12ab-34", "actor": "ab12", "nested":{"requestID":"F0"}}"#);
        let renewed = String::from_utf8(line.renewed(&mut Entropy::seeded(1))).unwrap();
        assert!(renewed.contains(r#""actor": "ab12""#), "{renewed}");
        assert_eq!(line.digits.len(), 8);
        assert_eq!(renewed.len(), line.bytes.len());
        assert_ne!(renewed.as_bytes(), line.bytes);
    }

    #[test]
    fn a_line_without_identifier_gets_one() {
        let line = Line::parse(r#"{"time":"now"}"#);
        assert_eq!(line.digits.len(), 32);
        assert!(line.bytes.ends_with(br#","time":"now"}"#));
    }
}
