//! What is printed, and where: results on standard output, everything else on standard error.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use serde_json::json;

use super::exit::Failure;

/// Text for people or JSON for programs.
#[derive(Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// One result, in one of its two forms.
    pub(crate) fn result(
        &self,
        people: impl fmt::Display,
        program: &impl Serialize,
    ) -> Result<(), Failure> {
        self.for_people(people)?;
        self.for_programs(|| program)
    }

    /// A result that programs take from elsewhere.
    pub(crate) fn for_people(&self, text: impl fmt::Display) -> Result<(), Failure> {
        if self.json {
            return Ok(());
        }
        let written = writeln!(io::stdout().lock(), "{text}");
        written.map_err(|error| Failure::local("standard output", error))
    }

    /// A result that would be too much for people.
    pub(crate) fn for_programs<T: Serialize>(
        &self,
        value: impl FnOnce() -> T,
    ) -> Result<(), Failure> {
        if !self.json {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        let written = serde_json::to_writer(&mut out, &value()).map_err(io::Error::from);
        let written = written.and_then(|()| out.write_all(b"\n"));
        written.map_err(|error| Failure::local("standard output", error))
    }

    /// Something for people to know meanwhile; a program reads results only.
    pub(crate) fn note(&self, text: impl fmt::Display) {
        if !self.json {
            // Where notes cannot be written nobody wants them.
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }

    pub(crate) fn failure(&self, failure: &Failure) {
        let mut err = io::stderr().lock();
        let _ = if self.json {
            let kind = failure.exit().name();
            writeln!(err, "{}", json!({ "error": failure.to_string(), "kind": kind }))
        } else {
            writeln!(err, "error: {failure}")
        };
    }

    /// A progress bar where someone watches, nothing elsewhere. `length` is `None` where nobody
    /// knows it.
    pub(crate) fn progress(&self, unit: Unit, length: Option<u64>) -> ProgressBar {
        let is_watched = !self.json && io::stderr().is_terminal();
        let target =
            if is_watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(length, target);
        bar.enable_steady_tick(Duration::from_millis(200));
        match ProgressStyle::with_template(unit.template(length.is_some())) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}

/// What a progress bar counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unit {
    Bytes,
    Entries,
}

impl Unit {
    const fn template(self, has_length: bool) -> &'static str {
        match (self, has_length) {
            (Self::Bytes, true) => {
                "{bar:40} {bytes}/{total_bytes} ({bytes_per_sec}, {eta} left) {msg}"
            }
            (Self::Bytes, false) => "{spinner} {bytes} ({bytes_per_sec}) {msg}",
            (Self::Entries, true) => {
                "{bar:40} {human_pos}/{human_len} ({per_sec}, {eta} left) {msg}"
            }
            (Self::Entries, false) => "{spinner} {human_pos} ({per_sec}) {msg}",
        }
    }
}
