//! A progress bar on a terminal, nothing elsewhere.

use indelible_log_server::Progress;
use indicatif::{ProgressBar, ProgressStyle};

/// Shows how far a long command has come.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: ProgressBar,
}

impl Bar {
    pub(crate) fn new() -> Self {
        let template = "{msg} {bar:30} {human_pos}/{human_len} leaves, {per_sec}, {eta} left";
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self { bar: ProgressBar::new(0).with_style(style) }
    }

    pub(crate) fn show(&self, progress: &Progress<'_>) {
        if self.bar.message() != progress.origin {
            self.bar.set_message(progress.origin.to_owned());
        }
        self.bar.set_length(progress.total);
        self.bar.set_position(progress.done);
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
