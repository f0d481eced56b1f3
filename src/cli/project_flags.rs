//! `flags:` of dbt_project.yml: what applies where neither the command line nor the environment says
//! otherwise (<https://docs.getdbt.com/reference/global-configs/project-flags>).

use super::{
    global_args::{GlobalArgs, IndirectArg, LogFormatArg},
    warn_error_options::read_warn_options,
};
use crate::{
    diagnostic::{Diagnostic, WarnOptions, did_you_mean},
    project::{Project, Yaml, YamlFile, read_cli_mapping},
};

/// The flags that have a meaning here.
#[derive(Clone, Debug, Default)]
pub struct ProjectFlags {
    /// `fail_fast`.
    pub fail_fast: bool,
    /// `warn_error` and `warn_error_options`.
    pub warnings: WarnOptions,
    /// `indirect_selection`.
    pub indirect_selection: Option<IndirectArg>,
    log_format: Option<LogFormatArg>,
    use_colors: Option<bool>,
    quiet: bool,
}

/// Those with a meaning, for suggestions too. `version_check` is read with the project.
const KNOWN: [&str; 8] = [
    "fail_fast",
    "indirect_selection",
    "log_format",
    "quiet",
    "use_colors",
    "version_check",
    "warn_error",
    "warn_error_options",
];

/// Those of dbt's that are about things which are not here: a parser with a cache, a log file,
/// statistics that are sent. To turn them on or off changes nothing.
const ABOUT_NOTHING: [&str; 20] = [
    "cache_selected_only",
    "debug",
    "introspect",
    "log_cache_events",
    "log_format_file",
    "log_level",
    "log_level_file",
    "log_path",
    "partial_parse",
    "populate_cache",
    "print",
    "printer_width",
    "send_anonymous_usage_stats",
    "source_freshness_run_project_hooks",
    "static_parser",
    "target_path",
    "upload_to_artifacts_ingest_api",
    "use_colors_file",
    "use_experimental_parser",
    "write_json",
];

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
            match name {
                "fail_fast" | "warn_error" | "quiet" | "use_colors" => match value.as_bool() {
                    Some(on) => match name {
                        "fail_fast" => flags.fail_fast = on,
                        "warn_error" => flags.warnings.all_fail |= on,
                        "quiet" => flags.quiet = on,
                        _ => flags.use_colors = Some(on),
                    },
                    None => problems.push(wrong("true or false")),
                },
                "indirect_selection" => match value.as_str() {
                    Some("eager") => flags.indirect_selection = Some(IndirectArg::Eager),
                    Some("cautious") => flags.indirect_selection = Some(IndirectArg::Cautious),
                    Some("buildable") => flags.indirect_selection = Some(IndirectArg::Buildable),
                    Some("empty") => flags.indirect_selection = Some(IndirectArg::Empty),
                    _ => problems.push(wrong("eager, cautious, buildable or empty")),
                },
                "log_format" => match value.as_str() {
                    Some("json") => flags.log_format = Some(LogFormatArg::Json),
                    Some("text" | "debug" | "default") => {}
                    _ => problems.push(wrong("text or json")),
                },
                "warn_error_options" => {
                    let file = YamlFile { source: config.source.clone(), root: Yaml::null() };
                    let (options, more) = read_warn_options(value, &file);
                    let all_fail = flags.warnings.all_fail || options.all_fail;
                    flags.warnings = WarnOptions { all_fail, ..options };
                    problems.extend(more);
                }
                "version_check" => {}
                other if ABOUT_NOTHING.contains(&other) => {}
                // Behaviour flags of dbt's come and go with its versions.
                other if other.starts_with("require_") || other.contains("_on_") => {}
                other => {
                    let known = KNOWN.into_iter().chain(ABOUT_NOTHING);
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

    /// What the command line says of warnings, in place of what the project says.
    pub fn take_typed(&mut self, typed: &GlobalArgs) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        if let Some(text) = &typed.warn_error_options {
            let file = read_cli_mapping("--warn-error-options", text);
            problems.extend(file.diagnostics);
            let (options, more) = read_warn_options(&file.value.root, &file.value);
            problems.extend(more);
            self.warnings = options;
        }
        self.warnings.all_fail |= typed.warn_error;
        problems
    }

    /// The output that the project asks for, where the command line does not; nothing where it
    /// asks for none of its own.
    pub fn output(&self, typed: &GlobalArgs) -> Option<GlobalArgs> {
        let mut wanted = typed.clone();
        if typed.log_format == LogFormatArg::Text
            && let Some(format) = self.log_format
        {
            wanted.log_format = format;
        }
        if !typed.use_colors && !typed.no_use_colors {
            wanted.use_colors = self.use_colors == Some(true);
            wanted.no_use_colors = self.use_colors == Some(false);
        }
        wanted.quiet |= self.quiet;
        let differs = wanted.log_format != typed.log_format
            || wanted.use_colors != typed.use_colors
            || wanted.no_use_colors != typed.no_use_colors
            || wanted.quiet != typed.quiet;
        differs.then_some(wanted)
    }
}
