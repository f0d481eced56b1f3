//! Flags of every command (<https://docs.getdbt.com/reference/global-configs/about-global-configs>).

use std::path::PathBuf;

use clap::{
    Args, ValueEnum,
    builder::{BoolishValueParser, FalseyValueParser},
};

use serde_json::{Map, Value};

use super::dbt_flags::DbtFlags;

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
    #[arg(
        long,
        global = true,
        env = "DBT_LOG_FORMAT",
        value_enum,
        default_value_t,
        hide_default_value = true
    )]
    pub log_format: LogFormatArg,
    /// Colour the output even where it is no terminal
    #[arg(long, global = true, overrides_with = "no_use_colors")]
    pub use_colors: bool,
    /// Do not colour the output
    #[arg(long, global = true, alias = "no-color", overrides_with = "use_colors")]
    pub no_use_colors: bool,
    /// Only errors and data
    #[arg(long, short, global = true, env = "DBT_QUIET", value_parser = FalseyValueParser::new())]
    pub quiet: bool,
    /// How much is told: `error` and `none` are `--quiet`
    #[arg(long, global = true, env = "DBT_LOG_LEVEL", value_name = "LEVEL", hide = true)]
    pub log_level: Option<LogLevelArg>,
    /// Warnings fail
    #[arg(long, global = true, env = "DBT_WARN_ERROR", value_parser = FalseyValueParser::new())]
    pub warn_error: bool,
    /// Which warnings fail or are not told, as YAML, for instance '{error: [NodeNotFoundOrDisabled]}'
    #[arg(
        long,
        global = true,
        env = "DBT_WARN_ERROR_OPTIONS",
        value_name = "YAML",
        conflicts_with = "warn_error"
    )]
    pub warn_error_options: Option<String>,
    /// One node at a time
    #[arg(long, global = true, hide = true)]
    pub single_threaded: bool,
    /// Earlier runs.
    #[command(flatten)]
    pub state: StateArgs,
    /// Stop at the first failure
    #[arg(long, short = 'x', global = true, env = "DBT_FAIL_FAST", overrides_with = "no_fail_fast", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = BoolishValueParser::new())]
    fail_fast: Option<bool>,
    #[arg(long, global = true, hide = true)]
    no_fail_fast: bool,
    /// Which tests come along with the selected nodes
    #[arg(long, global = true, env = "DBT_INDIRECT_SELECTION", value_enum, value_name = "MODE")]
    pub indirect_selection: Option<IndirectArg>,
    /// What dbt has and this has not.
    #[command(flatten)]
    pub dbt: DbtFlags,
    /// Do not check `require-dbt-version`
    #[arg(long, global = true)]
    pub no_version_check: bool,
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

/// Flags about what an earlier run left behind. Folders are relative to the project, as in dbt.
#[derive(Clone, Debug, Default, Args)]
pub struct StateArgs {
    /// The folder of an earlier run's artifacts: for `state:`, `result:`, `source_status:`, `--defer`
    #[arg(long, global = true, env = "DBT_STATE", value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Read what the target does not hold where the run of `--state` built it
    #[arg(long, global = true, env = "DBT_DEFER", overrides_with = "no_defer", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = BoolishValueParser::new())]
    pub defer: Option<bool>,
    #[arg(long, global = true, hide = true)]
    no_defer: bool,
    /// The folder of the run to defer to, where it is not that of `--state`
    #[arg(long, global = true, env = "DBT_DEFER_STATE", value_name = "DIR")]
    pub defer_state: Option<PathBuf>,
    /// With `--defer`: read there what is not selected, even where the target holds it
    #[arg(long, global = true, env = "DBT_FAVOR_STATE", overrides_with = "no_favor_state", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = BoolishValueParser::new())]
    pub favor_state: Option<bool>,
    #[arg(long, global = true, hide = true)]
    no_favor_state: bool,
}

impl GlobalArgs {
    /// `--fail-fast` or `--no-fail-fast`, where one is given.
    pub fn fail_fast(&self) -> Option<bool> {
        switch(self.fail_fast, self.no_fail_fast)
    }

    /// Takes the flags of a run that is tried again, where nothing else is typed.
    pub fn take_over(&mut self, earlier: &Map<String, Value>) {
        let flag = |name: &str| earlier.get(name).and_then(Value::as_bool);
        let folder = |name: &str| earlier.get(name).and_then(Value::as_str).map(PathBuf::from);
        self.fail_fast = self.fail_fast().or_else(|| flag("fail_fast"));
        let state = &mut self.state;
        state.state = folder("state");
        state.defer = state.defer().or_else(|| flag("defer"));
        state.favor_state = state.favor_state().or_else(|| flag("favor_state"));
        state.defer_state = state.defer_state.take().or_else(|| folder("defer_state"));
    }
}

impl StateArgs {
    /// `--defer`.
    pub fn defer(&self) -> Option<bool> {
        switch(self.defer, self.no_defer)
    }

    /// `--favor-state`.
    pub fn favor_state(&self) -> Option<bool> {
        switch(self.favor_state, self.no_favor_state)
    }
}

/// A switch that may be typed, set in the environment, or typed off.
fn switch(on: Option<bool>, off: bool) -> Option<bool> {
    if off { Some(false) } else { on }
}
