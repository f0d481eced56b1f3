//! The command line: what was typed, what it means, one file per command.

mod args;
mod backfill;
mod clean;
mod compile;
mod completions;
mod dbt_flags;
mod debug;
mod docs;
mod freshness;
mod global_args;
mod ingest;
mod init;
mod lazy_warehouse;
mod list;
mod nodes;
mod open_adapter;
mod operation;
mod plan;
mod price_args;
mod process;
mod project_flags;
mod refused;
mod retry;
mod selection;
mod session;
mod show;
mod sql;
mod sql_batch;
mod state;
mod switches;
mod time_args;
mod warn_error_options;
mod wish_to_stop;

pub use args::Cli;
pub use process::main;
