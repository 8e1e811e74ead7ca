//! Reads a settings file, and says where in it something is wrong.
//!
//! What a setting means is for whoever asked: this gives back the raw form (`serde`, with
//! `deny_unknown_fields`), which is then checked once.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::files::{self, FileError};

/// A settings file is written by hand; one longer than this is some other file.
pub const BYTES_MAX: u64 = 1024 * 1024;

/// Why a settings file gives no settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsFileError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{shown}:{place}: not UTF-8", shown = path.display())]
    NotText { path: PathBuf, place: Place },
    #[error("{shown}:{place}: {key}{reason}", key = InKey(key), shown = path.display())]
    Invalid { path: PathBuf, place: Place, key: Option<String>, reason: String },
}

/// Line and column, both counted from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

struct InKey<'a>(&'a Option<String>);

impl fmt::Display for InKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |key| write!(f, "in `{key}`: "))
    }
}

/// The settings that the TOML file at `path` holds.
///
/// # Errors
/// With the file, the line, the column and the key that is wrong.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<T, SettingsFileError> {
    let bytes = files::read_limited(path, BYTES_MAX)?;
    let text = String::from_utf8(bytes).map_err(|refused| {
        let good = refused.utf8_error().valid_up_to();
        let place = place_of(&String::from_utf8_lossy(refused.as_bytes()), good);
        SettingsFileError::NotText { path: path.to_owned(), place }
    })?;
    parse(path, &text)
}

/// The settings that `text` holds; `path` is only for the message.
///
/// # Errors
/// As [`read`].
pub fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, SettingsFileError> {
    toml::from_str(text).map_err(|refused| SettingsFileError::Invalid {
        path: path.to_owned(),
        place: place_of(text, refused.span().map_or(0, |span| span.start)),
        key: key_of(&refused),
        reason: refused.message().trim().replace('\n', ", "),
    })
}

/// Without its input the error shows the key instead of the line, and gives it in no other way.
fn key_of(refused: &toml::de::Error) -> Option<String> {
    let mut bare = refused.clone();
    bare.set_input(None);
    let shown = bare.to_string();
    let last = shown.trim_end().lines().last()?;
    Some(last.strip_prefix("in `")?.strip_suffix('`')?.to_owned())
}

fn place_of(text: &str, offset: usize) -> Place {
    let before = text.char_indices().take_while(|(at, _)| *at < offset).map(|(_, c)| c);
    before.fold(Place { line: 1, column: 1 }, |place, c| match c {
        '\n' => Place { line: place.line + 1, column: 1 },
        _ => Place { line: place.line, column: place.column + 1 },
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Raw {
        origin: String,
        publish: Publish,
        #[serde(default)]
        logs: Vec<Log>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Publish {
        interval_ms: u16,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Log {
        name: String,
    }

    fn refusal(text: &str) -> String {
        parse::<Raw>(Path::new("indelible.toml"), text).unwrap_err().to_string()
    }

    #[test]
    fn a_good_file_is_read() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"origin = \"log.example\"\n[publish]\ninterval_ms = 100\n").unwrap();
        let raw: Raw = read(file.path()).unwrap();
        assert_eq!(raw.origin, "log.example");
        assert_eq!(raw.publish, Publish { interval_ms: 100 });
    }

    #[test]
    fn an_unknown_key_is_named_with_its_place() {
        let said = refusal("origin = \"x\"\n[publish]\ninterval_ms = 1\n  intervall = 2\n");
        assert!(said.starts_with("indelible.toml:4:3: "), "{said}");
        assert!(said.contains("unknown field `intervall`, expected `interval_ms`"), "{said}");
    }

    #[test]
    fn a_wrong_value_is_named_with_its_key_and_place() {
        let said = refusal("origin = \"x\"\n[publish]\ninterval_ms = \"soon\"\n");
        assert!(said.starts_with("indelible.toml:3:15: in `publish.interval_ms`: "), "{said}");
        assert!(said.contains("invalid type: string \"soon\", expected u16"), "{said}");
        let said = refusal("origin = \"x\"\n[publish]\ninterval_ms = 65536\n");
        assert!(said.contains("in `publish.interval_ms`: "), "{said}");
        let said =
            refusal("origin='x'\npublish.interval_ms=1\n[[logs]]\nname='a'\n[[logs]]\nname=1");
        assert!(said.starts_with("indelible.toml:6:6: in `logs.name`: "), "{said}");
    }

    #[test]
    fn a_missing_key_is_named() {
        let said = refusal("[publish]\ninterval_ms = 1\n");
        assert!(said.starts_with("indelible.toml:1:1: missing field `origin`"), "{said}");
        let said = refusal("origin = \"x\"\n\n[publish]\n");
        assert!(said.starts_with("indelible.toml:3:1: "), "{said}");
        assert!(said.contains("missing field `interval_ms`"), "{said}");
    }

    #[test]
    fn bad_toml_is_named_with_its_place() {
        let said = refusal("origin = \"x\"\n[publish\ninterval_ms = 1\n");
        assert!(said.starts_with("indelible.toml:2:9: "), "{said}");
        let said = refusal("origin = \"x\"\norigin = \"y\"\n");
        assert!(said.starts_with("indelible.toml:2:1: "), "{said}");
        assert!(said.contains("duplicate key"), "{said}");
        assert!(!said.contains('\n'), "{said}");
    }

    #[test]
    fn columns_are_counted_in_characters() {
        let text = "a = \"\u{e4}\u{f6}\" \u{2014} b";
        let offset = text.find('b').unwrap();
        assert_eq!(place_of(text, offset), Place { line: 1, column: 12 });
    }

    #[test]
    fn what_is_not_text_is_refused_with_its_place() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"origin = \"x\"\nno\xff = 1\n").unwrap();
        let refused = read::<Raw>(file.path()).unwrap_err();
        let expected = Place { line: 2, column: 3 };
        assert!(matches!(refused, SettingsFileError::NotText { place, .. } if place == expected));
    }

    #[test]
    fn a_missing_or_endless_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("indelible.toml");
        let missing = read::<Raw>(&path).unwrap_err();
        assert!(missing.to_string().ends_with("indelible.toml does not exist"), "{missing}");
        files::replace_durably(&path, &vec![b'#'; 1024 * 1024 + 1]).unwrap();
        let long = read::<Raw>(&path).unwrap_err();
        assert!(matches!(long, SettingsFileError::File(FileError::TooLong { .. })));
    }
}
