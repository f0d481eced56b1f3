//! The command line of `elt sql`.

use std::path::PathBuf;

use clap::Args;

use super::args::TableArg;

/// Flags of `sql`.
#[derive(Clone, Debug, Args)]
pub struct SqlArgs {
    /// One or more statements; the rows of the last are printed. Without them a prompt opens, or
    /// stdin is read where it is no terminal
    pub sql: Option<String>,
    /// A file with the statements, `-` for stdin
    #[arg(long, short, value_name = "FILE", conflicts_with = "sql")]
    pub file: Option<PathBuf>,
    /// Print what the engine would run and the types of its columns, and run nothing
    #[arg(long)]
    pub explain: bool,
    /// Rows at most; -1 for all
    #[arg(long, default_value_t = 100, allow_negative_numbers = true)]
    pub limit: i64,
    /// How to print the rows
    #[arg(long, value_enum, default_value_t)]
    pub output: TableArg,
    /// Answer JSON lines from stdin on an empty database in memory, without a project:
    /// `{"id", "sql"}` with columns and rows, `{"id", "setup"}` with success
    #[arg(long, conflicts_with_all = ["sql", "file", "explain", "limit", "output"])]
    pub batch: bool,
}
