//! `flags:` of dbt_project.yml: what applies where neither the command line nor the environment says
//! otherwise (<https://docs.getdbt.com/reference/global-configs/project-flags>).

use std::collections::BTreeMap;

use clap::ValueEnum;

use super::{
    global_args::{GlobalArgs, IndirectArg, LogFormatArg, LogLevelArg},
    switches::Switch,
    warn_error_options::read_warn_options,
};
use crate::{
    diagnostic::{Diagnostic, WarnOptions, did_you_mean},
    project::{Project, ProjectFile, Yaml, YamlFile, YamlKey, read_cli_mapping},
};

/// The flags that have a meaning here.
#[derive(Clone, Debug, Default)]
pub struct ProjectFlags {
    switches: BTreeMap<Switch, bool>,
    /// `warn_error_options`.
    warnings: WarnOptions,
    indirect_selection: Option<IndirectArg>,
    log_format: Option<LogFormatArg>,
    log_format_file: Option<LogFormatArg>,
    log_level: Option<LogLevelArg>,
    log_level_file: Option<LogLevelArg>,
    printer_width: Option<u16>,
}

/// The switches that a project may set. `version_check` is read with the project.
const SWITCHES: [Switch; 6] = [
    Switch::FailFast,
    Switch::Print,
    Switch::Quiet,
    Switch::UseColors,
    Switch::WarnError,
    Switch::WriteJson,
];

/// Those with a meaning, for suggestions too.
const KNOWN: [&str; 16] = [
    "fail_fast",
    "indirect_selection",
    "log_format",
    "log_format_file",
    "log_level",
    "log_level_file",
    "print",
    "printer_width",
    "quiet",
    "require_resource_names_without_spaces",
    "require_source_and_semantic_model_names_without_spaces",
    "use_colors",
    "version_check",
    "warn_error",
    "warn_error_options",
    "write_json",
];

/// Those of dbt's that are about things which are not here: a parser with a cache, a log file,
/// statistics that are sent. To turn them on or off changes nothing.
const ABOUT_NOTHING: [&str; 20] = [
    "cache_selected_only",
    "debug",
    "hints_enabled",
    "introspect",
    "log_cache_events",
    "log_path",
    "maximum_seed_size_mib",
    "partial_parse",
    "populate_cache",
    "send_anonymous_usage_stats",
    "snowflake_projects_otel",
    "source_freshness_run_project_hooks",
    "state_modified_compare_more_unrendered_values",
    "static_parser",
    "target_path",
    "upload_to_artifacts_ingest_api",
    "use_colors_file",
    "use_experimental_parser",
    "use_v2_parser",
    "v2_parser",
];

/// dbt 1.12's flags of behaviour, and which of both is done here, for most of them dbt's default
/// (<https://docs.getdbt.com/reference/global-configs/behavior-changes>).
const BEHAVIOURS: [(&str, bool); 16] = [
    ("allow_jinja_file_extensions", false),
    ("latest_version_pointer_enabled_by_default", false),
    ("require_all_warnings_handled_by_warn_error", true),
    ("require_batched_execution_for_custom_microbatch_strategy", true),
    ("require_corrected_analysis_fqns", false),
    ("require_explicit_package_overrides_for_builtin_materializations", true),
    ("require_generic_test_arguments_property", true),
    ("require_ref_searches_node_package_before_root", false),
    ("require_sql_header_in_test_configs", true),
    ("require_unique_project_resource_names", false),
    ("require_valid_schema_from_generate_schema_name", false),
    ("skip_nodes_if_on_run_start_fails", true),
    ("state_modified_compare_vars", false),
    ("support_custom_ref_kwargs", false),
    ("use_catalogs_v2", false),
    ("validate_macro_args", true),
];

/// A behaviour that is another one here.
fn other_behaviour(config: &ProjectFile, key: &YamlKey, value: &Yaml) -> Option<Diagnostic> {
    let (name, here) = BEHAVIOURS.iter().find(|(known, _)| *known == key.text)?;
    let message = match value.as_bool() {
        Some(on) if on == *here => return None,
        Some(on) => format!("`{name}: {on}` is not supported: it is done as with `{here}`"),
        None => format!("flag `{name}` takes true or false"),
    };
    let diagnostic = match value.as_bool() {
        Some(_) => Diagnostic::warning("unsupported-flag", message),
        None => Diagnostic::error("wrong-flag", message),
    };
    Some(diagnostic.at(value.span(&config.source), ""))
}

impl ProjectFlags {
    /// The flags of a project, and what is wrong with them.
    pub fn read(project: &Project) -> (Self, Vec<Diagnostic>) {
        let mut flags = Self::default();
        let mut problems = Vec::new();
        let config = &project.root_package().config;
        let Some(written) = &config.flags else { return (flags, problems) };
        for (key, value) in written.entries() {
            let name = key.text.as_str();
            let wrong = |expected: &str| {
                Diagnostic::error("wrong-flag", format!("flag `{name}` takes {expected}"))
                    .at(value.span(&config.source), format!("found {}", value.kind()))
            };
            let switch =
                SWITCHES.into_iter().find(|switch| switch.name().replace('-', "_") == name);
            if let Some(switch) = switch {
                match value.as_bool() {
                    Some(on) => _ = flags.switches.insert(switch, on),
                    None => problems.push(wrong("true or false")),
                }
                continue;
            }
            match name {
                "indirect_selection" => match one_of(value) {
                    Some(mode) => flags.indirect_selection = Some(mode),
                    None => problems.push(wrong("eager, cautious, buildable or empty")),
                },
                "log_format" | "log_format_file" => match (one_of(value), name) {
                    (Some(format), "log_format") => flags.log_format = Some(format),
                    (Some(format), _) => flags.log_format_file = Some(format),
                    (None, _) => problems.push(wrong("text or json")),
                },
                "log_level" | "log_level_file" => match (one_of(value), name) {
                    (Some(level), "log_level") => flags.log_level = Some(level),
                    (Some(level), _) => flags.log_level_file = Some(level),
                    (None, _) => problems.push(wrong("debug, info, warn, error or none")),
                },
                "printer_width" => match value.as_i64().and_then(|width| u16::try_from(width).ok())
                {
                    Some(width) => flags.printer_width = Some(width),
                    None => problems.push(wrong("a number of columns")),
                },
                "warn_error_options" => {
                    let file = YamlFile { source: config.source.clone(), root: Yaml::null() };
                    let (options, more) = read_warn_options(value, &file);
                    flags.warnings = options;
                    problems.extend(more);
                }
                "version_check" => {}
                other if ABOUT_NOTHING.contains(&other) => {}
                other if BEHAVIOURS.iter().any(|(known, _)| *known == other) => {
                    problems.extend(other_behaviour(config, key, value));
                }
                // Those of other versions: they come and go.
                other if other.starts_with("require_") => {}
                other => {
                    let known = KNOWN.into_iter().chain(ABOUT_NOTHING);
                    let known = known.chain(BEHAVIOURS.iter().map(|(name, _)| *name));
                    problems.push(
                        Diagnostic::warning(
                            "unknown-flag",
                            format!("flag `{other}` is not known and changes nothing"),
                        )
                        .at(key.span(&config.source), "")
                        .maybe_help(did_you_mean(other, known)),
                    );
                }
            }
        }
        (flags, problems)
    }

    /// Which warnings fail: what is typed of them goes in place of what the project says.
    pub fn warnings(&self, typed: &GlobalArgs) -> (WarnOptions, Vec<Diagnostic>) {
        let project = self.switches.get(&Switch::WarnError).copied();
        let (mut options, project, problems) = match &typed.warn_error_options {
            None => (self.warnings.clone(), project, Vec::new()),
            Some(text) => {
                let file = read_cli_mapping("--warn-error-options", text);
                let (options, more) = read_warn_options(&file.value.root, &file.value);
                (options, None, file.diagnostics.into_iter().chain(more).collect())
            }
        };
        options.all_fail |= typed.switch(Switch::WarnError).or(project).unwrap_or(false);
        (options, problems)
    }

    /// What applies: what is typed or set in the environment, and else what the project says.
    pub fn complete(&self, typed: &GlobalArgs) -> GlobalArgs {
        let mut all = typed.clone();
        for (switch, on) in &self.switches {
            all.switches.or_set(*switch, Some(*on));
        }
        all.indirect_selection = all.indirect_selection.or(self.indirect_selection);
        all.log_format = all.log_format.or(self.log_format);
        all.log_format_file = all.log_format_file.or(self.log_format_file);
        all.log_level = all.log_level.or(self.log_level);
        all.log_level_file = all.log_level_file.or(self.log_level_file);
        all.printer_width = all.printer_width.or(self.printer_width);
        all
    }
}

/// A word of the command line in a file.
fn one_of<T: ValueEnum>(value: &Yaml) -> Option<T> {
    T::from_str(value.as_str()?, false).ok()
}
