//! Flags of every command (<https://docs.getdbt.com/reference/global-configs/about-global-configs>).

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value};

use super::{
    dbt_flags::DbtFlags,
    price_args::PriceArgs,
    switches::{Switch, Switches},
};

/// Flags of every command.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// The folder of dbt_project.yml
    #[arg(long, global = true, env = "DBT_PROJECT_DIR", value_name = "DIR")]
    pub project_dir: Option<PathBuf>,
    /// The folder of profiles.yml
    #[arg(long, global = true, env = "DBT_PROFILES_DIR", value_name = "DIR")]
    pub profiles_dir: Option<PathBuf>,
    /// The profile to use
    #[arg(long, global = true, env = "DBT_PROFILE")]
    pub profile: Option<String>,
    /// The output of the profile to use
    #[arg(long, short, global = true, env = "DBT_TARGET")]
    pub target: Option<String>,
    /// Variables as YAML, for instance '{start_date: 2024-01-01}'
    #[arg(
        long,
        global = true,
        value_name = "YAML",
        default_value = "{}",
        hide_default_value = true
    )]
    pub vars: String,
    /// Nodes at a time
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Where compiled SQL and artifacts go
    #[arg(long, global = true, env = "DBT_TARGET_PATH", value_name = "DIR")]
    pub target_path: Option<String>,
    /// Text for people or one JSON object a line
    #[arg(long, global = true, env = "DBT_LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormatArg>,
    /// Also write what is told to elt.log in a folder of the project
    #[arg(long, global = true, env = "DBT_LOG_PATH", value_name = "DIR")]
    pub log_path: Option<PathBuf>,
    /// What elt.log holds, where not the same as the terminal
    #[arg(
        long,
        global = true,
        env = "DBT_LOG_FORMAT_FILE",
        value_enum,
        value_name = "FORMAT",
        hide = true
    )]
    pub log_format_file: Option<LogFormatArg>,
    /// How much elt.log is told: `error` errors only, `none` nothing
    #[arg(long, global = true, env = "DBT_LOG_LEVEL_FILE", value_name = "LEVEL", hide = true)]
    pub log_level_file: Option<LogLevelArg>,
    /// Columns of the terminal
    #[arg(long, global = true, env = "DBT_PRINTER_WIDTH", value_name = "N", hide = true)]
    pub printer_width: Option<u16>,
    /// How much is told: `error` and `none` are `--quiet`
    #[arg(long, global = true, env = "DBT_LOG_LEVEL", value_name = "LEVEL", hide = true)]
    pub log_level: Option<LogLevelArg>,
    /// Which warnings fail or are not told, as YAML, for instance '{error: [NodeNotFoundOrDisabled]}'
    #[arg(
        long,
        global = true,
        env = "DBT_WARN_ERROR_OPTIONS",
        value_name = "YAML",
        conflicts_with = "warn-error"
    )]
    pub warn_error_options: Option<String>,
    /// What is on or off.
    #[command(flatten)]
    pub switches: Switches,
    /// Earlier runs.
    #[command(flatten)]
    pub state: StateArgs,
    /// Which tests come along with the selected nodes
    #[arg(long, global = true, env = "DBT_INDIRECT_SELECTION", value_enum, value_name = "MODE")]
    pub indirect_selection: Option<IndirectArg>,
    /// What dbt has and this has not.
    #[command(flatten)]
    pub dbt: DbtFlags,
    /// What is paid.
    #[command(flatten)]
    pub prices: PriceArgs,
    /// Write a JUnit report of the run to a file
    #[arg(long, global = true, value_name = "FILE")]
    pub junit: Option<PathBuf>,
}

/// `--log-level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogLevelArg {
    /// There is nothing more to tell than with `info`.
    Debug,
    /// Everything.
    Info,
    /// Everything: warnings are few.
    Warn,
    /// Only errors and data.
    Error,
    /// Only errors and data.
    None,
}

/// `--log-format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormatArg {
    /// For people.
    #[default]
    #[value(aliases = ["debug", "default"])]
    Text,
    /// One JSON object a line.
    Json,
}

/// `--indirect-selection`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum IndirectArg {
    /// Tests that touch a selected node.
    Eager,
    /// Tests all of whose nodes are selected.
    Cautious,
    /// Tests all of whose nodes are selected or above.
    Buildable,
    /// No tests but those named.
    Empty,
}

/// Where earlier runs left what they wrote. Folders are relative to the project, as in dbt.
#[derive(Clone, Debug, Default, Args)]
pub struct StateArgs {
    /// The folder of an earlier run's artifacts: for `state:`, `result:`, `source_status:`, `--defer`
    #[arg(long, global = true, env = "DBT_STATE", value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// The folder of the run to defer to, where it is not that of `--state`
    #[arg(long, global = true, env = "DBT_DEFER_STATE", value_name = "DIR")]
    pub defer_state: Option<PathBuf>,
}

impl GlobalArgs {
    /// Whether a switch is on or off, where the command line or the environment say so.
    pub fn switch(&self, switch: Switch) -> Option<bool> {
        self.switches.get(switch)
    }

    /// Whether a switch is on.
    pub fn is_on(&self, switch: Switch) -> bool {
        self.switch(switch).unwrap_or(false)
    }

    /// Takes the flags of a run that is tried again, where nothing else is typed.
    pub fn take_over(&mut self, earlier: &Map<String, Value>) {
        let folder = |name: &str| earlier.get(name).and_then(Value::as_str).map(PathBuf::from);
        for switch in
            [Switch::FailFast, Switch::WarnError, Switch::Defer, Switch::FavorState, Switch::Empty]
        {
            let name = switch.name().replace('-', "_");
            self.switches.or_set(switch, earlier.get(&name).and_then(Value::as_bool));
        }
        let state = &mut self.state;
        state.state = folder("state");
        state.defer_state = state.defer_state.take().or_else(|| folder("defer_state"));
    }
}
