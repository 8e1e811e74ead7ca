//! `indelible check`: a whole remote log, as a third party.

use std::num::NonZeroUsize;

use clap::Args;
use serde_json::json;

use indelible_client::CheckOptions;
use indelible_note::strict;

use super::exit::Failure;
use super::log_args::LogArgs;
use super::output::{Output, Unit};

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    log: LogArgs,
    /// Bundles of 256 entries to have in flight
    #[arg(long, value_name = "COUNT", default_value_t = CheckOptions::default().bundles_ahead)]
    bundles_ahead: NonZeroUsize,
}

impl Check {
    pub(crate) async fn run(&self, output: &Output) -> Result<(), Failure> {
        let log = self.log.log()?;
        let bar = output.progress(Unit::Entries, Some(0));
        let options = CheckOptions { bundles_ahead: self.bundles_ahead };
        let checked = log
            .check(options, &mut |progress| {
                bar.set_length(progress.size);
                bar.set_position(progress.done);
            })
            .await;
        bar.finish_and_clear();
        let checked = checked?;
        let program = json!({
            "checked": true,
            "log": log.origin().as_str(),
            "size": checked.size.get(),
            "root": strict::to_hash_text(&checked.root),
            "tiles": checked.tiles,
            "bundles": checked.bundles,
        });
        let people = format!(
            "checked: log {}: entries {}, bundles {}, tiles {}, root {}",
            log.origin().as_str(),
            checked.size,
            checked.bundles,
            checked.tiles,
            checked.root
        );
        output.result(people, &program)
    }
}
