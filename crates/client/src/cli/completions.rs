//! `indelible completions`: scripts that complete commands and options.

use std::io::{self, Write};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::exit::Failure;

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run<C: CommandFactory>(&self) -> Result<(), Failure> {
        let mut command = C::command();
        let name = command.get_name().to_owned();
        // Generated into memory first: the generator panics where its writer fails.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        let written = io::stdout().lock().write_all(&script);
        written.map_err(|error| Failure::local("standard output", error))
    }
}
