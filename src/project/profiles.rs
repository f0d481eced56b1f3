//! `profiles.yml`: which one, which profile, which output
//! (<https://docs.getdbt.com/docs/core/connect-data-platform/profiles.yml>).

use std::path::{Path, PathBuf};

use super::{
    connection::{ADAPTER_TYPES, read_connection},
    fields::Fields,
    load::LoadOptions,
    read_text::read_text,
    render::{TextRenderer, has_template},
    target::Target,
    yaml::{Yaml, YamlFile, YamlValue},
    yaml_reader::read_yaml,
};
use crate::diagnostic::{Diagnostic, Span, did_you_mean};

const PROFILES_FILE_NAME: &str = "profiles.yml";
/// Threads where an output says nothing (dbt's default).
const DEFAULT_THREADS: usize = 1;
/// The output where a profile names no `target` (dbt's default).
const DEFAULT_TARGET: &str = "default";

/// What the project file says about its profile.
pub(super) struct ProfileRequest<'r> {
    /// The project's name.
    pub project_name: &'r str,
    /// `profile`, rendered, with its place.
    pub profile: Option<(String, Span)>,
}

/// Chooses and reads the target. What is wrong goes to `diagnostics`, and the embedded default
/// stands in for it.
pub(super) fn read_target(
    options: &LoadOptions,
    request: &ProfileRequest<'_>,
    renderer: &TextRenderer,
    diagnostics: &mut Vec<Diagnostic>,
) -> Target {
    let embedded = || {
        let mut target = Target::embedded(&options.project_dir, request.project_name);
        target.threads = options.threads.unwrap_or(target.threads);
        target
    };
    let from_command_line = options.profile.as_deref().or(options.env.get("DBT_PROFILE"));
    let asked = from_command_line.or(request.profile.as_ref().map(|(name, _)| name.as_str()));
    let Some((path, shown)) = find_file(options, diagnostics) else {
        if let Some(name) = from_command_line {
            diagnostics.push(
                Diagnostic::error(
                    "no-profiles",
                    format!("no `profiles.yml` holds the profile `{name}`"),
                )
                .help(
                    "write one beside `dbt_project.yml`, or name its folder with `--profiles-dir`",
                ),
            );
        }
        no_target(options, diagnostics);
        return embedded();
    };
    let Some(profile_name) = asked else {
        no_target(options, diagnostics);
        return embedded();
    };
    let file = match read_text(&path, &shown) {
        Ok(source) => read_yaml(source),
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return embedded();
        }
    };
    let failed = file.diagnostics.iter().any(Diagnostic::is_error);
    diagnostics.extend(file.diagnostics);
    if failed {
        return embedded();
    }
    let chooser = Chooser { options, file: &file.value, renderer, profile_name };
    let place = match from_command_line {
        Some(_) => None,
        None => request.profile.as_ref().map(|(_, span)| span.clone()),
    };
    chooser.choose(place, request.project_name, diagnostics).unwrap_or_else(embedded)
}

/// `--target` without a profile names nothing.
fn no_target(options: &LoadOptions, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(target) = &options.target {
        diagnostics.push(
            Diagnostic::error(
                "no-profiles",
                format!("there is no profile that could have the target `{target}`"),
            )
            .help("write `profiles.yml` beside `dbt_project.yml`, and its profile's name under `profile`"),
        );
    }
}

/// dbt's order: `--profiles-dir`, `DBT_PROFILES_DIR`, the working folder, `~/.dbt`; before the last
/// one also the project's folder, for a run from elsewhere. A folder named by the user must hold it.
fn find_file(
    options: &LoadOptions,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(PathBuf, String)> {
    let from_env = options.env.get("DBT_PROFILES_DIR").map(PathBuf::from);
    if let Some(folder) = options.profiles_dir.clone().or(from_env) {
        let path = folder.join(PROFILES_FILE_NAME);
        if path.is_file() {
            return Some((path.clone(), shown(&path, options)));
        }
        diagnostics.push(
            Diagnostic::error("no-profiles", format!("there is no `{}`", path.display()))
                .help("name the folder that holds `profiles.yml`"),
        );
        return None;
    }
    let home = options.env.get("HOME").or(options.env.get("USERPROFILE"));
    let home = home.map(|home| Path::new(home).join(".dbt"));
    [Some(options.working_dir.clone()), Some(options.project_dir.clone()), home]
        .into_iter()
        .flatten()
        .map(|folder| folder.join(PROFILES_FILE_NAME))
        .find(|path| path.is_file())
        .map(|path| (path.clone(), shown(&path, options)))
}

fn shown(path: &Path, options: &LoadOptions) -> String {
    let relative = path.strip_prefix(&options.project_dir).unwrap_or(path);
    relative.display().to_string()
}

struct Chooser<'c> {
    options: &'c LoadOptions,
    file: &'c YamlFile,
    renderer: &'c TextRenderer,
    profile_name: &'c str,
}

impl Chooser<'_> {
    fn choose(
        &self,
        place: Option<Span>,
        project_name: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Target> {
        let source = &self.file.source;
        let Some(profile) = self.file.root.get(self.profile_name) else {
            let names = self.file.root.entries().iter().map(|(key, _)| key.text.as_str());
            let names: Vec<&str> = names.filter(|name| *name != "config").collect();
            let message = format!("`{}` has no profile `{}`", source.path(), self.profile_name);
            let mut diagnostic = Diagnostic::error("unknown-profile", message)
                .maybe_help(did_you_mean(self.profile_name, names.iter().copied()));
            if !names.is_empty() {
                diagnostic = diagnostic.note(format!("its profiles are `{}`", names.join("`, `")));
            }
            diagnostics.push(match place {
                Some(place) => diagnostic.at(place, ""),
                None => diagnostic,
            });
            return None;
        };
        let key = self.file.root.entries().iter().find(|(key, _)| key.text == self.profile_name);
        let key_span = key.map_or_else(|| profile.span(source), |(key, _)| key.span(source));
        let Some(outputs) = profile.get("outputs") else {
            let message = format!("the profile `{}` lacks `outputs`", self.profile_name);
            diagnostics.push(Diagnostic::error("missing-key", message).at(key_span, ""));
            return None;
        };
        let (target_name, target_span) = self.target_name(profile, diagnostics)?;
        let Some((output_key, output)) =
            outputs.entries().iter().find(|(key, _)| key.text == target_name)
        else {
            let names: Vec<&str> =
                outputs.entries().iter().map(|(key, _)| key.text.as_str()).collect();
            let message =
                format!("the profile `{}` has no target `{target_name}`", self.profile_name);
            diagnostics.push(
                Diagnostic::error("unknown-target", message)
                    .at(target_span.unwrap_or(key_span), "")
                    .note(format!("its targets are `{}`", names.join("`, `")))
                    .maybe_help(did_you_mean(&target_name, names.iter().copied())),
            );
            return None;
        };
        let mut output = output.clone();
        // What an adapter that is not supported needs is no matter.
        let kind = output.get("type").and_then(Yaml::as_str);
        let is_known = kind.is_none_or(|kind| ADAPTER_TYPES.contains(&kind) || has_template(kind));
        let before = diagnostics.len();
        if is_known {
            self.renderer.render_tree(&mut output, &[], source, diagnostics);
        }
        if diagnostics.len() > before {
            return None;
        }
        let raw = output.to_json_map();
        if !matches!(output.value, YamlValue::Map(_)) {
            diagnostics.push(
                Diagnostic::error("wrong-type", "an output must be a mapping")
                    .at(output_key.span(source), ""),
            );
            return None;
        }
        let mut fields = Fields::new(output, "an output", source, diagnostics)?;
        let threads = fields.integer("threads");
        if let Some(threads) = threads.as_ref().filter(|threads| threads.value < 1) {
            let span = threads.span.clone();
            fields
                .diagnostics()
                .push(Diagnostic::error("wrong-value", "`threads` must be 1 or more").at(span, ""));
        }
        let threads = threads.map_or(DEFAULT_THREADS, |threads| {
            usize::try_from(threads.value).unwrap_or(DEFAULT_THREADS).max(1)
        });
        let connection = read_connection(fields, &self.options.project_dir, project_name)?;
        let threads = self.options.threads.unwrap_or(threads);
        Some(Target::new(self.profile_name, &target_name, connection, threads, raw))
    }

    /// `--target`, `DBT_TARGET`, the profile's `target`, `default`.
    fn target_name(
        &self,
        profile: &Yaml,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<(String, Option<Span>)> {
        if let Some(name) = self.options.target.as_deref().or(self.options.env.get("DBT_TARGET")) {
            return Some((name.to_owned(), None));
        }
        let source = &self.file.source;
        let Some(target) = profile.get("target") else {
            return Some((DEFAULT_TARGET.to_owned(), None));
        };
        let mut target = target.clone();
        let before = diagnostics.len();
        self.renderer.render_tree(&mut target, &[], source, diagnostics);
        if diagnostics.len() > before {
            return None;
        }
        match target.scalar_text() {
            Some(name) => Some((name, Some(target.span(source)))),
            None => {
                let message = format!("`target` must be text, not {}", target.kind());
                diagnostics
                    .push(Diagnostic::error("wrong-type", message).at(target.span(source), ""));
                None
            }
        }
    }
}
