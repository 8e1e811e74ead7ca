//! What a command says to the person who ran it: results on standard output, and why it failed.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};

/// Writes a result to standard output.
///
/// # Errors
/// What could not be written is not known to anybody, so the command has failed. Only a reader who
/// has left (`| head`) has had enough, and that is no failure.
pub fn print(text: impl fmt::Display) -> io::Result<()> {
    print_to(&mut io::stdout().lock(), text)
}

fn print_to(out: &mut impl Write, text: impl fmt::Display) -> io::Result<()> {
    let text = text.to_string();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// An error with its causes, none of them said twice: many errors name their cause themselves.
#[must_use]
pub fn in_full(error: &(dyn Error + 'static)) -> String {
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !said.contains(&text) {
            said.push_str(": ");
            said.push_str(&text);
        }
        next = cause.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the file: {source}")]
    struct Named {
        source: io::Error,
    }

    #[derive(Debug, thiserror::Error)]
    #[error("cannot start")]
    struct Silent {
        source: Named,
    }

    #[test]
    fn each_cause_is_said_once() {
        let source = Named { source: io::Error::other("is gone") };
        assert_eq!(in_full(&source), "the file: is gone");
        assert_eq!(in_full(&Silent { source }), "cannot start: the file: is gone");
    }

    struct Fails(io::ErrorKind);

    impl Write for Fails {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_a_failure_and_a_reader_who_has_left_is_none() {
        assert!(print_to(&mut Fails(io::ErrorKind::StorageFull), "x").is_err());
        assert!(print_to(&mut Fails(io::ErrorKind::BrokenPipe), "x").is_ok());
        let mut out = Vec::new();
        print_to(&mut out, format_args!("{}\n", 1)).unwrap();
        assert_eq!(out, b"1\n");
    }
}
