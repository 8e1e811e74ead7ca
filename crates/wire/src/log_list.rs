//! The witness network's list of logs, format `logs/v0` (witness-network.org, "Log-list format"):
//! which logs a witness is asked to serve, and how often each may ask.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use indelible_note::{Algorithm, KeyError, Origin, OriginError, VerifierKey, strict};

use crate::limits::LOG_LIST_BYTES_MAX;

/// The line that announces the format.
const HEADER: &str = "logs/v0";

/// One log of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedLog {
    // INVARIANT: of type 0x01, the format permits no other.
    key: VerifierKey,
    // INVARIANT: no white space at its ends, where a list would lose it.
    origin: Origin,
    requests_per_day: RequestsPerDay,
    contact: Contact,
}

/// A list, in its order. Repeated logs are not judged here: the format does not forbid them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogList {
    /// The logs.
    pub logs: Vec<ListedLog>,
}

/// A daily number of requests, from 1 to 2^31-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestsPerDay(u32);

/// One line for people, without white space at its ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact(String);

/// Why a text is not a list, and on which line, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct LogListError {
    /// The line; one past the last where the text ends too early.
    pub line: usize,
    /// What is wrong with it.
    pub reason: LogListReason,
}

/// What is wrong with a line of a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogListReason {
    /// The whole text is too long.
    #[error("a list of {bytes} bytes is longer than {LOG_LIST_BYTES_MAX}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The first line that says something is not the header.
    #[error("expected the header `{HEADER}`")]
    Header,
    /// Another keyword is due here, or the end of the list came instead of it.
    #[error("expected {0}")]
    Expected(Keyword),
    /// A keyword has no value, or more than a space before it.
    #[error("{0} wants one space and a value")]
    Value(Keyword),
    /// The key is none.
    #[error("the vkey is malformed: {0}")]
    Key(#[source] KeyError),
    /// The key is not for plain Ed25519 note signatures.
    #[error("the vkey is not of type 0x01, the only one that this format permits")]
    Algorithm,
    /// The origin is none.
    #[error("the origin is malformed: {0}")]
    Origin(#[source] OriginError),
    /// The origin starts or ends with white space, which a list cannot say.
    #[error("the origin starts or ends with white space")]
    OriginSpace,
    /// The number of requests is out of bounds or not canonical.
    #[error("qpd is not a decimal from 1 to 2^31-1 without leading zeros")]
    RequestsPerDay,
}

/// What a line starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    /// The log's key, which starts a log.
    Vkey,
    /// The log's origin, where it is not the key's name; or at once the requests per day.
    OriginOrQpd,
    /// The log's origin.
    Origin,
    /// The requests per day.
    Qpd,
    /// Whom to write to.
    Contact,
}

impl LogList {
    /// Reads a list. Blank lines and lines that start with `#` say nothing, white space around a
    /// line does not matter; order and spelling of everything else do.
    pub fn parse(text: &str) -> Result<Self, LogListError> {
        if text.len() > LOG_LIST_BYTES_MAX {
            let reason = LogListReason::TooLong { bytes: text.len() };
            return Err(LogListError { line: 1, reason });
        }
        let mut lines = Lines::of(text);
        match lines.next() {
            Some((_, HEADER)) => {}
            Some((line, _)) => return Err(LogListError { line, reason: LogListReason::Header }),
            None => return Err(lines.at_end(LogListReason::Header)),
        }
        let mut logs = Vec::new();
        while let Some(first) = lines.next() {
            logs.push(parse_log(first, &mut lines)?);
        }
        Ok(Self { logs })
    }
}

impl fmt::Display for LogList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        self.logs.iter().try_for_each(|log| write!(f, "\n{log}"))
    }
}

impl fmt::Display for ListedLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "vkey {}", self.key)?;
        if self.origin.as_str() != self.key.name().as_str() {
            writeln!(f, "origin {}", self.origin)?;
        }
        writeln!(f, "qpd {}", self.requests_per_day.0)?;
        writeln!(f, "contact {}", self.contact.0)
    }
}

impl ListedLog {
    /// Puts an item together; refuses what a list cannot say.
    pub fn new(
        key: VerifierKey,
        origin: Origin,
        requests_per_day: RequestsPerDay,
        contact: Contact,
    ) -> Result<Self, LogListReason> {
        check_algorithm(&key)?;
        if origin.as_str().trim() != origin.as_str() {
            return Err(LogListReason::OriginSpace);
        }
        Ok(Self { key, origin, requests_per_day, contact })
    }

    /// The key that signs its checkpoints: a plain Ed25519 note key.
    pub const fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// The first line of its checkpoints: the key's name, unless the list says otherwise.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How many `add-checkpoint` requests it may send a day.
    pub const fn requests_per_day(&self) -> RequestsPerDay {
        self.requests_per_day
    }

    /// Where people reach its operator.
    pub const fn contact(&self) -> &Contact {
        &self.contact
    }
}

impl RequestsPerDay {
    /// The most that the format can say.
    pub const MAX: Self = Self(u32::MAX >> 1);

    /// A number from 1 to 2^31-1.
    pub const fn new(requests: u32) -> Option<Self> {
        if requests == 0 || requests > Self::MAX.0 { None } else { Some(Self(requests)) }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Contact {
    /// A line that is not empty, does not start or end with white space, and is only one.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.is_empty() && text.trim() == text && !text.contains('\n');
        fits.then(|| Self(text.to_string()))
    }

    /// The line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Keyword {
    /// The value behind this keyword, or what is wrong with the line.
    fn value_of(self, line: &str) -> Result<&str, LogListReason> {
        let (word, value) = line.split_once(' ').unwrap_or((line, ""));
        if word != self.as_str() {
            return Err(LogListReason::Expected(self));
        }
        if value.is_empty() || value.starts_with(char::is_whitespace) {
            return Err(LogListReason::Value(self));
        }
        Ok(value)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Vkey => "vkey",
            Self::OriginOrQpd => "origin or qpd",
            Self::Origin => "origin",
            Self::Qpd => "qpd",
            Self::Contact => "contact",
        }
    }
}

impl fmt::Display for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The lines that say something, trimmed and numbered.
struct Lines<'a> {
    rest: core::iter::Enumerate<core::str::Lines<'a>>,
    // The number of lines already passed.
    passed: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self { rest: text.lines().enumerate(), passed: 0 }
    }

    /// The next line, of which `due` is expected.
    fn expect(&mut self, due: Keyword) -> Result<(usize, &'a str), LogListError> {
        self.next().ok_or_else(|| self.at_end(LogListReason::Expected(due)))
    }

    const fn at_end(&self, reason: LogListReason) -> LogListError {
        LogListError { line: self.passed.saturating_add(1), reason }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        for (before, line) in self.rest.by_ref() {
            self.passed = before.saturating_add(1);
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                return Some((self.passed, line));
            }
        }
        None
    }
}

/// Reads one log, whose first line is already there.
fn parse_log(first: (usize, &str), lines: &mut Lines<'_>) -> Result<ListedLog, LogListError> {
    let at = |line: usize| move |reason| LogListError { line, reason };

    let (line, text) = first;
    let key = Keyword::Vkey.value_of(text).and_then(parse_key).map_err(at(line))?;

    let (mut line, mut text) = lines.expect(Keyword::OriginOrQpd)?;
    let origin = match text.split(' ').next() {
        Some("origin") => {
            let value = Keyword::Origin.value_of(text).map_err(at(line))?;
            let origin = Origin::parse(value).map_err(LogListReason::Origin).map_err(at(line))?;
            (line, text) = lines.expect(Keyword::Qpd)?;
            origin
        }
        Some("qpd") => Origin::from(key.name()),
        Some(_) | None => return Err(at(line)(LogListReason::Expected(Keyword::OriginOrQpd))),
    };

    let requests = Keyword::Qpd.value_of(text).map_err(at(line))?;
    let requests_per_day =
        parse_requests(requests).ok_or_else(|| at(line)(LogListReason::RequestsPerDay))?;

    let (line, text) = lines.expect(Keyword::Contact)?;
    let contact = Keyword::Contact.value_of(text).map_err(at(line))?;
    let contact =
        Contact::parse(contact).ok_or_else(|| at(line)(LogListReason::Value(Keyword::Contact)))?;
    ListedLog::new(key, origin, requests_per_day, contact).map_err(at(line))
}

fn parse_key(value: &str) -> Result<VerifierKey, LogListReason> {
    let key = VerifierKey::parse(value).map_err(LogListReason::Key)?;
    check_algorithm(&key)?;
    Ok(key)
}

const fn check_algorithm(key: &VerifierKey) -> Result<(), LogListReason> {
    match key.algorithm() {
        Algorithm::Ed25519 => Ok(()),
        Algorithm::Ed25519Cosignature | Algorithm::MlDsa44 => Err(LogListReason::Algorithm),
    }
}

fn parse_requests(value: &str) -> Option<RequestsPerDay> {
    RequestsPerDay::new(u32::try_from(strict::decimal(value)?).ok()?)
}

#[cfg(test)]
mod tests;
