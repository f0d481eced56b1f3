//! What was typed. Names and meanings of flags are dbt's
//! (<https://docs.getdbt.com/reference/global-configs/about-global-configs>).

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{
    ArgAction, Args, Parser, Subcommand, ValueEnum,
    builder::{BoolishValueParser, FalseyValueParser},
};

use super::{
    column_args::{ColumnArgs, ImpactArgs},
    dbt_flags::refusal,
    global_args::GlobalArgs,
    ingest_args::IngestArgs,
    sql_args::SqlArgs,
    time_args::{TimeArgs, time},
};
use crate::diagnostic::Diagnostic;

/// Transforms data in medallion layers on BigQuery or an embedded DuckDB.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "elt",
    version,
    propagate_version = true,
    disable_version_flag = true,
    max_term_width = 100
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What applies everywhere.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// Print the version
    #[arg(long, short = 'V', short_alias = 'v', global = true, action = ArgAction::Version)]
    version: Option<bool>,
}

/// The commands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Build and test everything in the order of the graph
    Build(BuildArgs),
    /// Show what a build would do, what each step would read and cost, and run nothing
    Plan(PlanArgs),
    /// Build models
    Run(BuildArgs),
    /// Run data tests and unit tests
    Test(RunArgs),
    /// Load seeds
    Seed(RunArgs),
    /// Update snapshots
    Snapshot(RunArgs),
    /// Build the batches of microbatch models again that are in a span of time
    Backfill(BackfillArgs),
    /// Copy what an earlier run built elsewhere into the target
    Clone(CloneArgs),
    /// Run again what failed or was skipped in the last run
    Retry(RetryArgs),
    /// Land feeds in bronze
    Ingest(IngestArgs),
    /// Ask sources how fresh they are
    #[command(subcommand)]
    Source(SourceCommand),
    /// Write the SQL of the selected nodes to target/compiled
    Compile(CompileArgs),
    /// Show the first rows of a node or a query
    Show(ShowArgs),
    /// Run GoogleSQL on the target
    Sql(SqlArgs),
    /// List the selected nodes
    #[command(alias = "list")]
    Ls(ListArgs),
    /// Read the project and write manifest.json
    Parse,
    /// Find mistakes in the SQL of the selected nodes: names, types, contracts; run nothing
    Check(SelectArgs),
    /// Know the columns of sources without asking the warehouse
    #[command(subcommand)]
    Schema(SchemaCommand),
    /// Show what breaks if a column is dropped, renamed or given another type; change nothing
    Impact(ImpactArgs),
    /// Run a macro
    RunOperation(OperationArgs),
    /// Generate documentation files and export lineage
    #[command(subcommand)]
    Docs(DocsCommand),
    /// Check the project, the profile and the connection
    Debug(DebugArgs),
    /// Create a new project
    Init(InitArgs),
    /// Delete the folders in `clean-targets`
    Clean(CleanArgs),
    /// What dbt has and this has not.
    #[command(hide = true, disable_help_flag = true)]
    Deps(AnyArgs),
    /// Print a completion script
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one per command to a folder
    Man {
        /// The folder
        #[arg(long, value_name = "DIR")]
        out_dir: Option<PathBuf>,
    },
}

/// Which nodes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub struct SelectArgs {
    /// Nodes to include: names, paths, `tag:x`, `source:x`, `+x`, `x+`, `@x`, …
    #[arg(long, short, num_args = 1.., value_name = "SELECTOR", aliases = ["models", "model"], short_alias = 'm')]
    pub select: Vec<String>,
    /// Nodes to leave out
    #[arg(long, num_args = 1.., value_name = "SELECTOR")]
    pub exclude: Vec<String>,
    /// A selector of selectors.yml
    #[arg(long, value_name = "NAME")]
    pub selector: Option<String>,
    /// Kinds of node to keep
    #[arg(long, num_args = 1.., value_name = "KIND", alias = "resource-types", env = "DBT_RESOURCE_TYPES")]
    pub resource_type: Vec<String>,
    /// Kinds of node to leave out
    #[arg(long, num_args = 1.., value_name = "KIND", alias = "exclude-resource-types", env = "DBT_EXCLUDE_RESOURCE_TYPES")]
    pub exclude_resource_type: Vec<String>,
}

/// Flags of commands that run nodes.
#[derive(Clone, Debug, Default, Args)]
pub struct RunArgs {
    /// Which nodes.
    #[command(flatten)]
    pub selection: SelectArgs,
    /// Land the feeds that the selected nodes read first
    #[arg(long)]
    pub ingest: bool,
    /// Build incremental models and seeds from nothing
    #[arg(long, short, env = "DBT_FULL_REFRESH", value_parser = FalseyValueParser::new())]
    pub full_refresh: bool,
    /// Keep the failing rows of tests in tables
    #[arg(long, env = "DBT_STORE_FAILURES", value_parser = BoolishValueParser::new())]
    pub store_failures: bool,
    /// Have the warehouse check every statement, and change nothing
    #[arg(long, conflicts_with = "ingest")]
    pub dry_run: bool,
    #[arg(long, hide = true)]
    pub(super) show: bool,
    #[arg(long, hide = true)]
    pub(super) export_saved_queries: bool,
}

/// Flags of `plan`.
#[derive(Clone, Debug, Args)]
pub struct PlanArgs {
    /// Which nodes.
    #[command(flatten)]
    pub selection: SelectArgs,
    /// Plan as if incremental models and seeds were built from nothing
    #[arg(long, short, env = "DBT_FULL_REFRESH", value_parser = FalseyValueParser::new())]
    pub full_refresh: bool,
    /// How to print the plan
    #[arg(long, value_enum, default_value_t)]
    pub output: PlanArg,
}

/// `plan --output`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum PlanArg {
    /// For people.
    #[default]
    Text,
    /// One JSON document, the statements too.
    Json,
}

/// Flags of `retry`.
#[derive(Clone, Debug, Default, Args)]
pub struct RetryArgs {
    /// Build incremental models and seeds from nothing
    #[arg(long, short)]
    pub full_refresh: bool,
}

/// Flags of `clone`; `--state` names the earlier run.
#[derive(Clone, Debug, Default, Args)]
pub struct CloneArgs {
    /// Which nodes.
    #[command(flatten)]
    pub selection: SelectArgs,
    /// Also replace what is there already
    #[arg(long, short, env = "DBT_FULL_REFRESH", value_parser = FalseyValueParser::new())]
    pub full_refresh: bool,
}

/// Anything at all.
#[derive(Clone, Debug, Default, Args)]
pub struct AnyArgs {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    _any: Vec<String>,
}

/// Flags of `debug`.
#[derive(Clone, Debug, Default, Args)]
pub struct DebugArgs {
    #[arg(long, hide = true)]
    config_dir: bool,
    /// The connection is always tried.
    #[arg(long, hide = true)]
    connection: bool,
}

/// Flags of `clean`.
#[derive(Clone, Debug, Default, Args)]
pub struct CleanArgs {
    #[arg(long, hide = true, overrides_with = "no_clean_project_files_only")]
    clean_project_files_only: bool,
    #[arg(long, hide = true)]
    no_clean_project_files_only: bool,
}

/// Flags of `build` and `run`.
#[derive(Clone, Debug, Default, Args)]
pub struct BuildArgs {
    /// Those of every command that runs nodes.
    #[command(flatten)]
    pub run: RunArgs,
    /// Those about the time of rows.
    #[command(flatten)]
    pub time: TimeArgs,
}

/// Flags of `backfill`.
#[derive(Clone, Debug, Args)]
pub struct BackfillArgs {
    /// Which models.
    #[command(flatten)]
    pub selection: SelectArgs,
    /// The start of the time, in UTC; the batch that it is in is built as a whole
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub from: DateTime<Utc>,
    /// Its end, which is no part of it
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub to: DateTime<Utc>,
    /// Show the batches, and build none
    #[arg(long)]
    pub dry_run: bool,
}

/// The commands of `source`.
#[derive(Clone, Debug, Subcommand)]
pub enum SourceCommand {
    /// Compare the newest row of each source with its `freshness`, and write sources.json
    #[command(alias = "snapshot-freshness")]
    Freshness(FreshnessArgs),
}

/// Flags of `source freshness`.
#[derive(Clone, Debug, Args)]
pub struct FreshnessArgs {
    /// Which sources.
    #[command(flatten)]
    pub selection: SelectArgs,
    /// Where to write sources.json, where not to the target folder
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Flags of `compile`.
#[derive(Clone, Debug, Default, Args)]
pub struct CompileArgs {
    /// Which nodes.
    #[command(flatten)]
    pub selection: SelectArgs,
    /// SQL with templates to compile instead of nodes
    #[arg(long, value_name = "SQL", conflicts_with = "select")]
    pub inline: Option<String>,
    /// Compile incremental models as for the first run
    #[arg(long, short, env = "DBT_FULL_REFRESH", value_parser = FalseyValueParser::new())]
    pub full_refresh: bool,
    /// How to print the SQL of one node
    #[arg(long, value_enum, default_value_t, hide_default_value = true)]
    pub output: CompileOutputArg,
}

/// `compile --output`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CompileOutputArg {
    /// SQL.
    #[default]
    Text,
    /// One JSON document.
    Json,
}

/// Flags of `show`.
#[derive(Clone, Debug, Args)]
pub struct ShowArgs {
    /// Which node.
    #[command(flatten)]
    pub selection: SelectArgs,
    /// SQL with templates to run instead of a node
    #[arg(long, value_name = "SQL", conflicts_with = "select")]
    pub inline: Option<String>,
    /// Rows at most; -1 for all
    #[arg(long, default_value_t = 5, allow_negative_numbers = true)]
    pub limit: i64,
    /// How to print the rows
    #[arg(long, value_enum, default_value_t)]
    pub output: TableArg,
    /// Read incremental models as for the first run
    #[arg(long, short, env = "DBT_FULL_REFRESH", value_parser = FalseyValueParser::new())]
    pub full_refresh: bool,
}

/// `show --output`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TableArg {
    /// For people.
    #[default]
    Text,
    /// One JSON document.
    Json,
    /// CSV with a header.
    Csv,
}

/// Flags of `ls`.
#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    /// Which nodes.
    #[command(flatten)]
    pub selection: SelectArgs,
    /// What to print of each
    #[arg(long, value_enum, default_value_t)]
    pub output: ListArg,
    /// Keys to keep of the JSON form
    #[arg(long, num_args = 1.., value_name = "KEY")]
    pub output_keys: Vec<String>,
}

/// `ls --output`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ListArg {
    /// A selector that names exactly the node.
    #[default]
    Selector,
    /// The name.
    Name,
    /// The file.
    Path,
    /// One JSON object a line.
    Json,
}

/// Flags of `run-operation`.
#[derive(Clone, Debug, Args)]
pub struct OperationArgs {
    /// The macro, `name` or `package.name`
    #[arg(required_unless_present = "sql")]
    pub macro_name: Option<String>,
    /// Its arguments as YAML, for instance '{schema: silver}'
    #[arg(long, value_name = "YAML", default_value = "{}", hide_default_value = true)]
    pub args: String,
    /// A statement with templates to run instead of a macro
    #[arg(long, value_name = "SQL", conflicts_with_all = ["macro_name", "args"])]
    pub sql: Option<String>,
}

/// The commands of `docs`.
#[derive(Clone, Debug, Subcommand)]
pub enum DocsCommand {
    /// Write manifest.json with compiled SQL and catalog.json
    Generate(GenerateArgs),
    /// What dbt has and this has not.
    #[command(hide = true, disable_help_flag = true)]
    Serve(AnyArgs),
    /// Export the graph of the selected nodes
    Lineage {
        /// Which nodes.
        #[command(flatten)]
        selection: SelectArgs,
        /// Columns instead of nodes.
        #[command(flatten)]
        columns: ColumnArgs,
        /// How to write it
        #[arg(long, value_enum, default_value_t)]
        format: LineageArg,
        /// A file instead of stdout
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Commands of `schema`.
#[derive(Clone, Debug, Subcommand)]
pub enum SchemaCommand {
    /// Ask the warehouse for the columns of the selected sources and write them to schema.json
    Pull(SelectArgs),
}

/// Flags of `docs generate`.
#[derive(Clone, Debug, Default, Args)]
pub struct GenerateArgs {
    /// Which relations the catalog holds.
    #[command(flatten)]
    pub selection: SelectArgs,
    /// Do not compile: manifest.json holds no compiled SQL
    #[arg(long, overrides_with = "compile")]
    pub no_compile: bool,
    #[arg(long, hide = true)]
    compile: bool,
    /// Do not ask the warehouse: catalog.json holds nothing
    #[arg(long)]
    pub empty_catalog: bool,
    #[arg(long = "static", hide = true)]
    as_one_page: bool,
}

/// `docs lineage --format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LineageArg {
    /// Nodes and edges as JSON.
    #[default]
    Json,
    /// Graphviz.
    Dot,
    /// Mermaid.
    Mermaid,
    /// OpenLineage's column-lineage facets.
    Openlineage,
}

/// Flags of `init`.
#[derive(Clone, Debug, Args)]
pub struct InitArgs {
    /// The project's name, and its folder
    pub name: String,
    /// Nothing is asked.
    #[arg(long, short = 's', hide = true)]
    skip_profile_setup: bool,
    /// Nothing is tried.
    #[arg(long, hide = true)]
    skip_debug: bool,
}

impl Cli {
    /// What was typed and cannot be done, each with what to do instead.
    pub fn refused(&self) -> Vec<Diagnostic> {
        let mut problems = self.global.dbt.problems();
        let command = match &self.command {
            Command::Build(BuildArgs { run: args, .. }) | Command::Seed(args) if args.show => {
                Some(("--show", "look at a seed with `elt show --select <seed>`"))
            }
            Command::Build(args) if args.run.export_saved_queries => {
                Some(("--export-saved-queries", "there is no semantic layer: write a model"))
            }
            Command::Debug(args) if args.config_dir => Some((
                "--config-dir",
                "profiles.yml is looked for in --profiles-dir, the working folder, the project, and ~/.dbt",
            )),
            Command::Clean(args) if args.no_clean_project_files_only => Some((
                "--no-clean-project-files-only",
                "delete what is outside of the project by hand",
            )),
            Command::Docs(DocsCommand::Generate(args)) if args.as_one_page => {
                Some(("--static", "any docs site reads manifest.json and catalog.json"))
            }
            Command::Docs(DocsCommand::Serve(_)) => {
                Some(("docs serve", "any docs site reads manifest.json and catalog.json"))
            }
            Command::Deps(_) => Some((
                "deps",
                "install packages with `dbt deps`, or copy them into the folder of packages (`dbt_packages`)",
            )),
            _ => None,
        };
        problems.extend(command.map(|(typed, instead)| refusal(typed, instead)));
        problems
    }
}
