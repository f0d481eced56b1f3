//! Flags about columns.

use clap::{Args, ValueEnum};

/// Flags of `docs lineage` about columns.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Columns")]
pub struct ColumnArgs {
    /// A column, as `model.column`, `source.table.column` or `model.column.field`: what it is made
    /// from, and what is made from it
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["select", "exclude", "selector"])]
    pub column: Option<String>,
    /// Only what it is made from
    #[arg(long, requires = "column", conflicts_with = "columns")]
    pub upstream: bool,
    /// Only what is made from it
    #[arg(long, requires = "column", conflicts_with = "columns")]
    pub downstream: bool,
    /// All columns of the selected nodes
    #[arg(long, conflicts_with = "column")]
    pub columns: bool,
    /// Leave out what only chooses, matches or orders rows
    #[arg(long)]
    pub direct: bool,
}

/// Flags of `impact`.
#[derive(Clone, Debug, Args)]
pub struct ImpactArgs {
    /// The column, as `model.column` or `source.table.column`
    pub column: String,
    /// Give it another name, instead of dropping it
    #[arg(long, value_name = "NAME", conflicts_with = "retype")]
    pub rename: Option<String>,
    /// Give it another type, instead of dropping it
    #[arg(long, value_name = "TYPE")]
    pub retype: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub output: ImpactOutputArg,
}

/// `impact --output`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ImpactOutputArg {
    /// For people.
    #[default]
    Text,
    /// One JSON document.
    Json,
}
