//! A note: text and the signatures under it, none of them checked.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::cosignature::verify_text;
use crate::key::VerifierKey;
use crate::refused::Refused;
use crate::signature_line::{LineError, SignatureLine};

/// Longest note in bytes. Go's reader has the same limit; 16 ML-DSA cosignatures, the number that
/// every verifier must accept, need 52 KB.
pub const MAX_NOTE_BYTES: usize = 1_000_000;

/// Most signatures on a note. Go's reader has the same limit; 16 must be accepted.
pub const MAX_SIGNATURES: usize = 100;

/// A signed note (signed-note, "Format").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    // INVARIANT: ends in a newline; no control character but newlines.
    text: String,
    // INVARIANT: 1 to MAX_SIGNATURES of them.
    signatures: Vec<SignatureLine>,
}

impl Note {
    /// Puts signatures under a text.
    ///
    /// # Errors
    /// Where the result would be no note.
    pub fn new(text: String, signatures: Vec<SignatureLine>) -> Result<Self, NoteError> {
        check_text(&text)?;
        check_count(signatures.len())?;
        let note = Self { text, signatures };
        check_length(note.to_bytes().len())?;
        Ok(note)
    }

    /// Reads a note.
    ///
    /// # Errors
    /// Says what is malformed. A malformed line refuses the note, whoever it claims to be by.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        check_length(bytes.len())?;
        let note = str::from_utf8(bytes).map_err(|_| NoteError::Utf8)?;
        // The last empty line: the text may have empty lines of its own.
        let at = note.rfind("\n\n").ok_or(NoteError::Unsigned)?;
        let (text, rest) = note.split_at(at + 1);
        check_text(text)?;
        let lines = rest.strip_prefix('\n').unwrap_or(rest);
        if lines.is_empty() {
            return Err(NoteError::Unsigned);
        }
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Unterminated)?;
        check_count(lines.bytes().filter(|byte| *byte == b'\n').count() + 1)?;
        let signatures = lines.split('\n').map(SignatureLine::parse).collect::<Result<_, _>>()?;
        Ok(Self { text: text.into(), signatures })
    }

    /// What is signed. Ignore it until a signature by a key you trust has been verified.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is signed, where this 0x01 key has signed it: for notes that are no checkpoints. Lines by
    /// strangers are ignored.
    ///
    /// # Errors
    /// Where the key has not signed, or a line that claims to be by it does not verify.
    pub fn verified_text(&self, key: &VerifierKey) -> Result<&str, Refused> {
        let mut lines = self.signatures.iter().filter(|line| line.claims(key)).peekable();
        lines.peek().ok_or(Refused::NoneKnown)?;
        lines.try_for_each(|line| verify_text(key, &self.text, line))?;
        Ok(&self.text)
    }

    /// The signatures, in their order on the note.
    #[must_use]
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// The note as bytes; [`Note::parse`] is the inverse.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.text.clone();
        out.push('\n');
        for line in &self.signatures {
            out.push_str(&line.to_string());
            out.push('\n');
        }
        out.into_bytes()
    }

    /// The same text under other signatures: some of its own, at least one.
    pub(crate) fn keeping(&self, signatures: Vec<SignatureLine>) -> Self {
        Self { text: self.text.clone(), signatures }
    }
}

const fn check_length(bytes: usize) -> Result<(), NoteError> {
    if bytes > MAX_NOTE_BYTES { Err(NoteError::TooLong { bytes }) } else { Ok(()) }
}

const fn check_count(signatures: usize) -> Result<(), NoteError> {
    match signatures {
        0 => Err(NoteError::Unsigned),
        1..=MAX_SIGNATURES => Ok(()),
        _ => Err(NoteError::TooMany { signatures }),
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(NoteError::Control);
    }
    if text.ends_with('\n') { Ok(()) } else { Err(NoteError::Unterminated) }
}

/// Why bytes are no signed note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// More than [`MAX_NOTE_BYTES`].
    #[error("a note has {bytes} bytes, more than {MAX_NOTE_BYTES}")]
    TooLong {
        /// As found.
        bytes: usize,
    },
    /// Not UTF-8.
    #[error("a note is not utf-8")]
    Utf8,
    /// A control character other than newline.
    #[error("a note contains a control character")]
    Control,
    /// No empty line followed by signatures.
    #[error("a note has no signatures")]
    Unsigned,
    /// Text or last line does not end in a newline.
    #[error("a note does not end in a newline")]
    Unterminated,
    /// More than [`MAX_SIGNATURES`].
    #[error("a note has {signatures} signatures, more than {MAX_SIGNATURES}")]
    TooMany {
        /// As found.
        signatures: usize,
    },
    /// A signature line is malformed.
    #[error(transparent)]
    Line(#[from] LineError),
}

#[cfg(test)]
mod tests;
