//! The command line: `indelible`.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
