//! The log server's command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use indelible_log_server::{
    Made, Settings, SettingsError, accept_state, check, freeze, init, keys, openapi_json, serve,
};
use indelible_process::{Shutdown, console, logging};

mod progress;

/// A transparency log server: keeps entries in a Merkle tree, signs its head, has it cosigned.
#[derive(Debug, Parser)]
#[command(name = "indelible-server", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the logs of the settings: keys, an empty tree, its signed head. Refuses where one is.
    Init(One),
    /// Serve the logs of the settings until SIGTERM or SIGINT.
    Serve {
        #[command(flatten)]
        from: From,
        /// Listen here instead of where the settings say.
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<SocketAddr>,
        /// Write the bound address to this file once every log is ready.
        #[arg(long, value_name = "FILE")]
        ready_file: Option<PathBuf>,
        /// Check the settings and exit before anything is opened.
        #[arg(long)]
        check_settings: bool,
    },
    /// Print the verifier keys, as lines of a witness policy.
    Keys(From),
    /// Derive every tile and root of a stopped log from its entries and compare.
    Check(One),
    /// End a stopped log's growth for good.
    Freeze(Exactly),
    /// Vouch for a database whose guard file is lost.
    AcceptState(Exactly),
    /// Print the OpenAPI document of the HTTP API.
    Openapi,
}

#[derive(Debug, Args)]
struct From {
    /// The settings file.
    #[arg(long, value_name = "FILE", default_value = "indelible.toml")]
    settings: PathBuf,
}

#[derive(Debug, Args)]
struct One {
    #[command(flatten)]
    from: From,
    /// Only the log of this origin.
    #[arg(long)]
    origin: Option<String>,
}

#[derive(Debug, Args)]
struct Exactly {
    #[command(flatten)]
    from: From,
    /// The log of this origin.
    #[arg(long)]
    origin: String,
}

impl From {
    fn read(&self) -> anyhow::Result<Settings> {
        Settings::read(&self.settings).map_err(|error| match error {
            // It names the file, and the line.
            SettingsError::File(error) => error.into(),
            error => {
                anyhow::Error::new(error).context(format!("settings {}", self.settings.display()))
            }
        })
    }
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", console::in_full(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Init(one) => {
            let made = init(&one.from.read()?, one.origin.as_deref())?;
            print_keys(&made)?;
        }
        Command::Serve { from, listen, ready_file, check_settings } => {
            let mut settings = from.read()?;
            settings.listen = listen.unwrap_or(settings.listen);
            logging::init(settings.logging.format, &settings.logging.filter)?;
            if check_settings {
                console::print(format_args!("{} is good\n", from.settings.display()))?;
                return Ok(ExitCode::SUCCESS);
            }
            serve_until_stopped(settings, ready_file)?;
        }
        Command::Keys(from) => print_keys(&keys(&from.read()?)?)?,
        Command::Check(one) => return run_check(&one),
        Command::Freeze(log) => {
            let size = freeze(&log.from.read()?, &log.origin)?;
            console::print(format_args!("{} is frozen at {size} entries\n", log.origin))?;
        }
        Command::AcceptState(log) => {
            let settings = log.from.read()?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let state = runtime.block_on(accept_state(&settings, &log.origin))?;
            let origin = &log.origin;
            console::print(format_args!(
                "{origin}: guard written for signed size {}, {} committed\n",
                state.signed, state.committed
            ))?;
        }
        Command::Openapi => console::print(format_args!("{}\n", openapi_json()))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn serve_until_stopped(settings: Settings, ready_file: Option<PathBuf>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let shutdown = Shutdown::on_signals()?;
        let ready = |address: SocketAddr| {
            tracing::info!(%address, "ready");
            let Some(path) = ready_file else { return };
            let text = format!("{address}\n");
            if let Err(error) = indelible_process::files::replace_durably(&path, text.as_bytes()) {
                tracing::warn!(%error, "the ready file could not be written");
            }
        };
        serve(settings, shutdown, ready).await?;
        tracing::info!("stopped");
        Ok(())
    })
}

fn run_check(one: &One) -> anyhow::Result<ExitCode> {
    let settings = one.from.read()?;
    let bar = progress::Bar::new();
    let checked = check(&settings, one.origin.as_deref(), &mut |progress| bar.show(&progress))?;
    bar.finish();
    for log in &checked {
        console::print(format_args!("{log}\n"))?;
    }
    Ok(if checked.iter().all(|log| log.is_whole()) { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn print_keys(logs: &[Made]) -> anyhow::Result<()> {
    for made in logs {
        console::print(format_args!("# {}\n", made.origin))?;
        for verifier in &made.verifiers {
            console::print(format_args!("log {verifier}\n"))?;
        }
    }
    Ok(())
}
