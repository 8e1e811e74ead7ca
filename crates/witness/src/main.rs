//! The witness's command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use indelible_process::{Shutdown, console, files, logging};
use indelible_witness::{
    Overrides, Settings, SettingsError, accept_keys, accept_state, init, keys, serve,
};

/// A witness: cosigns the checkpoints of logs, and never two that cannot both be true.
#[derive(Debug, Parser)]
#[command(name = "indelible-witness", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the witness of the settings: keys and an empty memory. Refuses where one is.
    Init(From),
    /// Serve until SIGTERM or SIGINT. Refuses to start without the memory that `init` made.
    Serve {
        #[command(flatten)]
        from: From,
        /// Listen here instead of where the settings say.
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<SocketAddr>,
        /// Write the bound addresses to this file once they take requests, one per line.
        #[arg(long, value_name = "FILE")]
        ready_file: Option<PathBuf>,
        /// Check the settings and exit before anything is opened.
        #[arg(long)]
        check_settings: bool,
    },
    /// Print the verifier keys, as lines of a witness policy.
    Keys {
        #[command(flatten)]
        from: From,
        /// Where logs reach the witness, instead of the settings' `url`.
        #[arg(long)]
        url: Option<String>,
    },
    /// Give a log of a stopped witness the keys that the settings have for it, in place of those
    /// that it is known by.
    AcceptKeys {
        #[command(flatten)]
        from: From,
        /// The log of this origin.
        #[arg(long)]
        origin: String,
    },
    /// Vouch for the memory of a stopped witness whose guard file is lost.
    AcceptState(From),
}

#[derive(Debug, Args)]
struct From {
    /// The settings file.
    #[arg(long, value_name = "FILE", default_value = "witness.toml")]
    settings: PathBuf,
}

impl From {
    fn read(&self, overrides: Overrides) -> anyhow::Result<Settings> {
        Settings::read(&self.settings, overrides).map_err(|error| match error {
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
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", console::in_full(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Init(from) => console::print(init(&from.read(Overrides::default())?)?)?,
        Command::Serve { from, listen, ready_file, check_settings } => {
            let settings = from.read(Overrides { listen })?;
            logging::init(settings.logging.format, &settings.logging.filter)?;
            if check_settings {
                console::print(settings.summary())?;
                console::print(format_args!("{} is good\n", from.settings.display()))?;
                return Ok(());
            }
            serve_until_stopped(settings, ready_file)?;
        }
        Command::Keys { from, url } => {
            console::print(keys(&from.read(Overrides::default())?, url.as_deref())?)?;
        }
        Command::AcceptKeys { from, origin } => {
            let accepted = accept_keys(&from.read(Overrides::default())?, &origin)?;
            let before = accepted.before.as_deref().unwrap_or("none");
            console::print(format_args!(
                "{origin}: keys {before} before, {} from now on\nit must go on from size {}\n",
                accepted.now, accepted.size
            ))?;
        }
        Command::AcceptState(from) => {
            let total = accept_state(&from.read(Overrides::default())?)?;
            console::print(format_args!("guard written: the sizes cosigned add up to {total}\n"))?;
        }
    }
    Ok(())
}

fn serve_until_stopped(settings: Settings, ready_file: Option<PathBuf>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(settings.threads_max())
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(async {
        let shutdown = Shutdown::on_signals().context("cannot listen for signals")?;
        let ready = |addresses: &[SocketAddr]| {
            let Some(path) = ready_file else { return };
            let lines: String = addresses.iter().map(|address| format!("{address}\n")).collect();
            if let Err(error) = files::replace_durably(&path, lines.as_bytes()) {
                tracing::warn!(%error, "the ready file could not be written");
            }
        };
        serve(settings, shutdown, ready).await?;
        tracing::info!("stopped");
        Ok(())
    })
}
