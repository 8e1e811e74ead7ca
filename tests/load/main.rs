//! Load for logs and witnesses, and the limits of the machine beside it. `scripts/bench` runs it.
//!
//! Each run prints one JSON object. Any log that speaks `POST add` and tlog-tiles will do.

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

mod connection;
mod drive;
mod entropy;
mod histogram;
mod limits;
mod lines;
mod null_server;
mod process;
mod report;
mod tree;
mod witness;
mod work;

/// Puts load on a log or a witness and says what came of it, as JSON.
#[derive(Debug, Parser)]
#[command(name = "indelible-load")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Ask a log for one kind of work, over many connections.
    Run(Run),
    /// Serve HTTP and do nothing.
    NullServer(null_server::NullServer),
    /// Measure what the machine can do at best.
    Limit(limits::Limit),
    /// Print the verifier keys of the logs that `witness` speaks for.
    WitnessLogs(witness::WitnessLogs),
    /// Bring a witness checkpoints of many logs.
    Witness(witness::AskWitness),
}

#[derive(Debug, Args)]
struct Run {
    #[arg(value_enum)]
    kind: work::Kind,
    /// The log: `http://ADDRESS:PORT/PREFIX`.
    #[arg(long)]
    url: String,
    /// The server's process, whose CPU time and memory are reported.
    #[arg(long)]
    pid: Option<u32>,
    #[command(flatten)]
    shape: work::Shape,
    #[command(flatten)]
    effort: drive::Effort,
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let report = match command {
        Command::Run(run) => run.run()?,
        Command::NullServer(server) => return server.run(),
        Command::Limit(limit) => limit.run()?,
        Command::WitnessLogs(logs) => return logs.run(),
        Command::Witness(witness) => witness.run()?,
    };
    println!("{report}");
    Ok(())
}

impl Run {
    fn run(&self) -> anyhow::Result<serde_json::Value> {
        let target = work::Target::parse(&self.url)?;
        let seed = u64::from_be_bytes(indelible_process::random::bytes());
        let work = work::Work::new(self.kind, &self.shape, &target, seed)?;
        let watch = report::Watch::begin(self.pid)?;
        let (measured, tally) = drive::drive(&work, &target, &self.effort)?;
        watch.report(measured, &tally, work.entries_per_request())
    }
}
