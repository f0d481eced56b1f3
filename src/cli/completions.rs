//! `elt completions` and `elt man`.

use std::{io::Write, path::Path};

use clap::CommandFactory;

use super::{Cli, global_args::GlobalArgs, session::report};
use crate::run::ExitCode;

/// Prints a completion script.
///
/// # Errors
/// None: a closed pipe ends it quietly.
pub fn completions(shell: clap_complete::Shell) -> Result<ExitCode, ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "elt", &mut script);
    print(&script)
}

/// Prints the manual page, or writes one per command.
///
/// # Errors
/// The exit code, where the folder cannot be written.
pub fn man(global: &GlobalArgs, folder: Option<&Path>) -> Result<ExitCode, ExitCode> {
    match folder {
        Some(folder) => {
            let written = std::fs::create_dir_all(folder)
                .and_then(|()| clap_mangen::generate_to(Cli::command(), folder));
            written.map_err(|error| {
                report(global, "man").note(&format!("manual pages cannot be written: {error}"));
                ExitCode::Usage
            })?;
            Ok(ExitCode::Success)
        }
        None => {
            let mut page = Vec::new();
            // Writing into memory cannot fail.
            let _ = clap_mangen::Man::new(Cli::command()).render(&mut page);
            print(&page)
        }
    }
}

fn print(bytes: &[u8]) -> Result<ExitCode, ExitCode> {
    match std::io::stdout().write_all(bytes) {
        Ok(()) => Ok(ExitCode::Success),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(ExitCode::Success),
        Err(_) => Err(ExitCode::Usage),
    }
}
