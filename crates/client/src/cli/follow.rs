//! `indelible follow`: remembers what a log signed, and raises the alarm when it signs otherwise.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use indelible_client::{Fault, FollowError, Followed, Follower};
use indelible_note::strict;

use super::exit::Failure;
use super::log_args::LogArgs;
use super::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Follow {
    #[command(flatten)]
    log: LogArgs,
    /// Where the last verified checkpoint and evidence are kept; one folder per log
    #[arg(long, value_name = "FOLDER")]
    state: PathBuf,
    /// Take one step and end
    #[arg(long)]
    once: bool,
    /// How often to look, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, conflicts_with = "once",
          value_parser = clap::value_parser!(u64).range(1..=86_400))]
    interval: u64,
}

impl Follow {
    pub(crate) async fn run(&self, output: &Output) -> Result<(), Failure> {
        let mut follower = Follower::open(self.log.log()?, &self.state)?;
        if self.once {
            let followed = follower.step().await?;
            return report(output, &follower, followed);
        }
        let mut ticks = tokio::time::interval(Duration::from_secs(self.interval));
        // A step that took longer than the interval is not made up for.
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut end = std::pin::pin!(tokio::signal::ctrl_c());
        let mut was_quiet = false;
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = &mut end => return Ok(()),
            }
            match follower.step().await {
                Ok(Followed::Same) if was_quiet => {}
                Ok(followed) => {
                    was_quiet = followed == Followed::Same;
                    report(output, &follower, followed)?;
                }
                Err(error) => carry_on(output, error)?,
            }
        }
    }
}

/// A log that cannot be reached is asked again; everything else ends the watch.
fn carry_on(output: &Output, error: FollowError) -> Result<(), Failure> {
    match error.fault() {
        Fault::Unavailable => {
            output.failure(&error.into());
            Ok(())
        }
        Fault::Caller | Fault::Unproven | Fault::Alarm => Err(error.into()),
    }
}

fn report(output: &Output, follower: &Follower, followed: Followed) -> Result<(), Failure> {
    let Some(held) = follower.held() else { return Ok(()) };
    let (what, from) = match followed {
        Followed::First => ("first", None),
        Followed::Same => ("same", None),
        Followed::Grown(growth) => ("grown", Some(growth.from().get())),
    };
    let program = json!({
        "followed": what,
        "log": held.origin().as_str(),
        "from": from,
        "size": held.size().get(),
        "root": strict::to_hash_text(held.root()),
    });
    let (size, root) = (held.size(), held.root());
    let people = match followed {
        Followed::First => format!("first: size {size}, root {root}"),
        Followed::Same => format!("unchanged: size {size}, root {root}"),
        Followed::Grown(growth) => {
            format!("grown: from size {} to {size}, root {root}", growth.from())
        }
    };
    output.result(people, &program)
}
