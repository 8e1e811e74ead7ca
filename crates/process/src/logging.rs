//! Where the program says what it does: lines on standard error, for a person or for a machine.
//!
//! The filter comes from the settings or a flag, not from the environment: what a program logs is
//! seen by reading its settings.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

/// How a line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For a person at a terminal; coloured where standard error is one.
    #[default]
    Human,
    /// One JSON object per line, fields at its top level.
    Json,
}

/// Why logging was not set up.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    #[error("log filter `{filter}` is not understood: {source}")]
    BadFilter { filter: String, source: tracing_subscriber::filter::ParseError },
    #[error("logging is set up already")]
    AlreadySet,
}

/// Sets up logging for the whole process. `filter` is a level (`info`), or a list of them per
/// target (`info,indelible_witness=debug`).
///
/// # Errors
/// [`LoggingError::BadFilter`]; [`LoggingError::AlreadySet`] when called twice.
pub fn init(format: Format, filter: &str) -> Result<(), LoggingError> {
    let colour = io::stderr().is_terminal();
    subscriber(format, filter, colour, io::stderr)?
        .try_init()
        .map_err(|_already_set| LoggingError::AlreadySet)
}

fn subscriber<W>(
    format: Format,
    filter: &str,
    colour: bool,
    writer: W,
) -> Result<Box<dyn tracing::Subscriber + Send + Sync>, LoggingError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder()
        .parse(filter)
        .map_err(|source| LoggingError::BadFilter { filter: filter.to_owned(), source })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    Ok(match format {
        Format::Human => Box::new(lines.with_ansi(colour).finish()),
        Format::Json => {
            Box::new(lines.json().flatten_event(true).with_current_span(false).finish())
        }
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(format: Format, filter: &str) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        let subscriber = subscriber(format, filter, false, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(size = 7, error = "a \"quoted\" word", "published");
            tracing::debug!(target: "noisy", "detail");
        });
        String::from_utf8(kept.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_person_reads_a_line_with_fields_and_no_colour_codes() {
        let lines = logged(Format::Human, "info");
        assert!(lines.contains("INFO"), "{lines}");
        assert!(lines.contains("published size=7"), "{lines}");
        assert!(!lines.contains('\u{1b}') && !lines.contains("detail"), "{lines}");
    }

    #[test]
    fn a_machine_reads_one_object_per_line_with_fields_at_the_top() {
        let lines = logged(Format::Json, "info,noisy=debug");
        assert_eq!(lines.lines().count(), 2);
        for line in lines.lines() {
            assert!(line.starts_with('{') && line.ends_with('}'), "{line}");
        }
        assert!(lines.contains("\"size\":7"), "{lines}");
        assert!(lines.contains("\"message\":\"published\""), "{lines}");
        assert!(lines.contains("\"error\":\"a \\\"quoted\\\" word\""), "{lines}");
    }

    #[test]
    fn a_filter_keeps_out_what_is_below_it() {
        assert_eq!(logged(Format::Human, "warn"), "");
        assert_eq!(logged(Format::Human, "off"), "");
    }

    #[test]
    fn a_filter_that_is_not_understood_is_refused_by_name() {
        let refused = init(Format::Human, "info,=what=").unwrap_err();
        assert!(refused.to_string().contains("`info,=what=`"), "{refused}");
    }
}
