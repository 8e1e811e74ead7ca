//! The commands, what they share, and how they end.

mod add;
mod add_lines;
mod check;
mod completions;
mod exit;
mod follow;
mod hash_text;
mod keygen;
mod log_args;
mod output;
mod proof_path;
mod prove;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::exit::{Exit, Failure};
use self::output::Output;

/// Submit entries to a transparency log, prove them, verify proofs, follow and check logs.
///
/// Nothing is believed because a server says so: every answer is checked against a checkpoint that
/// satisfies your own policy (a C2SP tlog-policy file).
#[derive(Debug, Parser)]
#[command(name = "indelible", version, after_help = exit::HELP)]
struct Cli {
    /// Print JSON, one object per line, instead of text for people
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a key for a log or a witness: a private file, and the public key printed
    Keygen(keygen::Keygen),
    /// Add entries: files, standard input, or one entry per line
    Add(add::Add),
    /// Make a .tlog-proof from the log's tiles, verified before it is written
    Prove(prove::Prove),
    /// Verify an entry offline, from its .tlog-proof and a policy
    Verify(verify::Verify),
    /// Follow a log: alarm when it forgets or contradicts what it signed
    Follow(follow::Follow),
    /// Check a whole log as a third party: derive every tile from its entries
    Check(check::Check),
    /// Print a completion script for a shell
    Completions(completions::Completions),
}

/// Reads the arguments, runs the command, reports a failure.
pub(crate) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let output = Output::new(cli.json);
    match start(cli.command, &output) {
        Ok(()) => Exit::Ok.into(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit().into()
        }
    }
}

/// Clap would end with 2, which here means that a verification failed.
fn usage(error: &clap::Error) -> ExitCode {
    // Where the help cannot be written there is nobody to tell.
    let _ = error.print();
    if error.use_stderr() { Exit::Local.into() } else { Exit::Ok.into() }
}

fn start(command: Command, output: &Output) -> Result<(), Failure> {
    match command {
        Command::Keygen(keygen) => keygen.run(output),
        Command::Verify(verify) => verify.run(output),
        Command::Completions(completions) => completions.run::<Cli>(),
        Command::Add(add) => wait_for(add.run(output)),
        Command::Prove(prove) => wait_for(prove.run(output)),
        Command::Follow(follow) => wait_for(follow.run(output)),
        Command::Check(check) => wait_for(check.run(output)),
    }
}

fn wait_for(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::local("the runtime does not start", error))?.block_on(work)
}
