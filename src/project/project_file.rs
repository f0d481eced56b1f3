//! `dbt_project.yml` (<https://docs.getdbt.com/reference/dbt_project.yml>).

use std::sync::Arc;

use super::{
    fields::{Fields, Unknown},
    render::TextRenderer,
    spanned::Spanned,
    version_range::{COMPATIBLE_DBT, Compatibility, OLDEST_COMPATIBLE_DBT, compatibility},
    yaml::{Yaml, YamlFile},
};
use crate::diagnostic::{Diagnostic, SourceFile};

/// The name of the file.
pub const PROJECT_FILE_NAME: &str = "dbt_project.yml";

/// What `dbt_project.yml` says, defaults filled in, templates rendered (but for hooks,
/// `query-comment` and `vars`, as in dbt). Paths are as written, relative to the package's root.
#[derive(Clone, Debug)]
pub struct ProjectFile {
    /// The file.
    pub source: Arc<SourceFile>,
    /// `name`.
    pub name: Spanned<String>,
    /// `version`.
    pub version: Option<Spanned<String>>,
    /// `profile`.
    pub profile: Option<Spanned<String>>,
    /// `model-paths`.
    pub model_paths: Vec<String>,
    /// `seed-paths`.
    pub seed_paths: Vec<String>,
    /// `test-paths`.
    pub test_paths: Vec<String>,
    /// `analysis-paths`.
    pub analysis_paths: Vec<String>,
    /// `macro-paths`.
    pub macro_paths: Vec<String>,
    /// `snapshot-paths`.
    pub snapshot_paths: Vec<String>,
    /// `function-paths`.
    pub function_paths: Vec<String>,
    /// `docs-paths`; nothing stands for all resource paths.
    pub docs_paths: Option<Vec<String>>,
    /// `asset-paths`.
    pub asset_paths: Vec<String>,
    /// `target-path`.
    pub target_path: String,
    /// `log-path`.
    pub log_path: String,
    /// `packages-install-path`.
    pub packages_install_path: String,
    /// `clean-targets`, by default the target path.
    pub clean_targets: Vec<String>,
    /// `vars`, a mapping or null.
    pub vars: Yaml,
    /// The config trees.
    pub configs: ConfigTrees,
    /// `dispatch`.
    pub dispatch: Vec<Dispatch>,
    /// `on-run-start`, as written.
    pub on_run_start: Vec<Spanned<String>>,
    /// `on-run-end`, as written.
    pub on_run_end: Vec<Spanned<String>>,
    /// `quoting`, a mapping of `database`, `schema`, `identifier` to true or false.
    pub quoting: Option<Yaml>,
    /// `query-comment`: text or a mapping, as written; null turns it off.
    pub query_comment: Option<Yaml>,
    /// `flags`, a mapping.
    pub flags: Option<Yaml>,
    /// `require-dbt-version`.
    pub require_dbt_version: Vec<Spanned<String>>,
    /// `restrict-access`.
    pub restrict_access: bool,
}

/// The config trees of `dbt_project.yml`, a mapping each: package, folders, name, and configs with
/// or without `+` (<https://docs.getdbt.com/reference/configs-and-properties>).
#[derive(Clone, Debug, Default)]
pub struct ConfigTrees {
    /// `models`.
    pub models: Option<Yaml>,
    /// `seeds`.
    pub seeds: Option<Yaml>,
    /// `snapshots`.
    pub snapshots: Option<Yaml>,
    /// `sources`.
    pub sources: Option<Yaml>,
    /// `data_tests`, or `tests` as older dbt called it.
    pub data_tests: Option<Yaml>,
    /// `unit_tests`.
    pub unit_tests: Option<Yaml>,
    /// `exposures`.
    pub exposures: Option<Yaml>,
    /// `analyses`.
    pub analyses: Option<Yaml>,
    /// `functions`.
    pub functions: Option<Yaml>,
}

/// Where macros of a namespace are looked for
/// (<https://docs.getdbt.com/reference/project-configs/dispatch-config>).
#[derive(Clone, Debug)]
pub struct Dispatch {
    /// `macro_namespace`.
    pub macro_namespace: String,
    /// `search_order`: package names.
    pub search_order: Vec<String>,
}

/// Names that a project cannot have: Jinja knows them already (dbt's list).
const RESERVED_NAMES: [&str; 39] = [
    "_sql_results",
    "adapter",
    "api",
    "column",
    "config",
    "context",
    "database",
    "env",
    "env_var",
    "exceptions",
    "execute",
    "flags",
    "fromjson",
    "fromyaml",
    "graph",
    "invocation_id",
    "load_agate_table",
    "load_result",
    "log",
    "model",
    "modules",
    "post_hooks",
    "pre_hooks",
    "ref",
    "render",
    "return",
    "run_started_at",
    "schema",
    "source",
    "sql",
    "sql_now",
    "store_result",
    "store_raw_result",
    "target",
    "this",
    "tojson",
    "toyaml",
    "try_or_compiler_error",
    "var",
];
/// Keys whose texts are rendered later, or never.
const RENDERED_LATE: [&str; 7] =
    ["on-run-start", "on-run-end", "query-comment", "vars", "pre-hook", "post-hook", "pre_hook"];

/// Takes the tree of `dbt_project.yml` apart.
pub(super) fn read_project_file(
    file: YamlFile,
    renderer: &TextRenderer,
    check_version: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<ProjectFile> {
    let YamlFile { source, mut root } = file;
    let late = [&RENDERED_LATE[..], &["post_hook"]].concat();
    renderer.render_tree(&mut root, &late, &source, diagnostics);
    let mut fields = Fields::new(root, "`dbt_project.yml`", &source, diagnostics)?;
    let name = read_name(&mut fields);
    let version = fields.scalar("version");
    check_config_version(&mut fields);
    let profile = fields.text("profile");
    let model_paths = paths(&mut fields, "model-paths", Some("source-paths"), &["models"]);
    let seed_paths = paths(&mut fields, "seed-paths", Some("data-paths"), &["seeds"]);
    let test_paths = paths(&mut fields, "test-paths", None, &["tests"]);
    let analysis_paths = paths(&mut fields, "analysis-paths", None, &["analyses"]);
    let macro_paths = paths(&mut fields, "macro-paths", None, &["macros"]);
    let snapshot_paths = paths(&mut fields, "snapshot-paths", None, &["snapshots"]);
    let function_paths = paths(&mut fields, "function-paths", None, &["functions"]);
    let docs_paths = fields.has("docs-paths").then(|| paths(&mut fields, "docs-paths", None, &[]));
    let asset_paths = paths(&mut fields, "asset-paths", None, &[]);
    let target_path = path(&mut fields, "target-path", "target");
    let log_path = path(&mut fields, "log-path", "logs");
    let packages_install_path = path(&mut fields, "packages-install-path", "dbt_packages");
    let clean_targets = match fields.has("clean-targets") {
        true => paths(&mut fields, "clean-targets", None, &[]),
        false => vec![target_path.clone()],
    };
    let vars = fields.map("vars").unwrap_or_else(Yaml::null);
    let configs = read_config_trees(&mut fields);
    let dispatch = read_dispatch(&mut fields);
    let on_run_start = fields.texts("on-run-start", true).unwrap_or_default();
    let on_run_end = fields.texts("on-run-end", true).unwrap_or_default();
    let quoting = fields.map("quoting");
    if let Some(quoting) = &quoting {
        check_quoting(quoting, &mut fields);
    }
    let query_comment = fields.take_even_null("query-comment");
    let flags = fields.map("flags");
    let require_dbt_version = fields.texts("require-dbt-version", true).unwrap_or_default();
    let version_check = flags.as_ref().and_then(|flags| flags.get("version_check"));
    if check_version && version_check.and_then(Yaml::as_bool) != Some(false) {
        check_required_version(&require_dbt_version, fields.diagnostics());
    }
    let restrict_access = fields.flag("restrict-access").is_some_and(|flag| flag.value);
    // Without a meaning here: another product's settings, the semantic layer, functions.
    for key in [
        "dbt-cloud",
        "metrics",
        "semantic-models",
        "saved-queries",
        "functions",
        "osi-paths",
        "packages",
    ] {
        fields.take(key);
    }
    fields.finish_with(Unknown::Refuse, underscored);
    Some(ProjectFile {
        source,
        name: name?,
        version,
        profile,
        model_paths,
        seed_paths,
        test_paths,
        analysis_paths,
        macro_paths,
        snapshot_paths,
        function_paths,
        docs_paths,
        asset_paths,
        target_path,
        log_path,
        packages_install_path,
        clean_targets,
        vars,
        configs,
        dispatch,
        on_run_start,
        on_run_end,
        quoting,
        query_comment,
        flags,
        require_dbt_version,
        restrict_access,
    })
}

fn underscored(key: &str) -> Option<String> {
    match key {
        "data-tests" | "unit-tests" => Some(format!("did you mean `{}`?", key.replace('-', "_"))),
        "modules-paths" | "dbt_modules" => Some("did you mean `packages-install-path`?".to_owned()),
        _ => None,
    }
}

fn read_name(fields: &mut Fields<'_>) -> Option<Spanned<String>> {
    let name = fields.required_text("name")?;
    let mut characters = name.value.chars();
    let starts_right = characters.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    if !starts_right || !characters.all(|c| c.is_alphanumeric() || c == '_') {
        fields.diagnostics().push(
            Diagnostic::error("project-name", format!("`{}` cannot name a project", name.value))
                .at(name.span.clone(), "")
                .help("use letters, digits and underscores, starting with a letter"),
        );
    } else if RESERVED_NAMES.contains(&name.value.as_str()) {
        fields.diagnostics().push(
            Diagnostic::error("project-name", format!("the name `{}` is reserved", name.value))
                .at(name.span.clone(), "")
                .help("templates know something else by that name: choose another"),
        );
    }
    Some(name)
}

fn check_config_version(fields: &mut Fields<'_>) {
    let Some(version) = fields.scalar("config-version") else { return };
    if version.value != "2" {
        fields.diagnostics().push(
            Diagnostic::error("config-version", "the `config-version` of a project is 2")
                .at(version.span, "")
                .help("write `config-version: 2`, or remove the line"),
        );
    }
}

fn paths(
    fields: &mut Fields<'_>,
    key: &'static str,
    older: Option<&'static str>,
    default: &[&str],
) -> Vec<String> {
    let found = fields.texts(key, false);
    let older = older.and_then(|older| Some((older, fields.texts(older, false)?)));
    if let Some((older, paths)) = &older {
        let span = paths.first().map_or_else(|| fields.span(), |path| path.span.clone());
        let diagnostic = match found {
            Some(_) => Diagnostic::error(
                "key-twice",
                format!("`{older}` is the old name of `{key}`, and both are given"),
            ),
            None => {
                Diagnostic::warning("renamed-key", format!("`{older}` is the old name of `{key}`"))
            }
        };
        fields.diagnostics().push(diagnostic.at(span, "").help(format!("write `{key}`")));
    }
    match found.or(older.map(|(_, paths)| paths)) {
        Some(paths) => paths.into_iter().map(|path| path.value).collect(),
        None => default.iter().map(|path| (*path).to_owned()).collect(),
    }
}

fn path(fields: &mut Fields<'_>, key: &'static str, default: &str) -> String {
    fields.text(key).map_or_else(|| default.to_owned(), |path| path.value)
}

fn read_config_trees(fields: &mut Fields<'_>) -> ConfigTrees {
    if fields.has("tests") && fields.has("data_tests") {
        let span = fields.span();
        fields.diagnostics().push(
            Diagnostic::error("tests-twice", "both `tests` and `data_tests` are given")
                .at(span, "")
                .help("move all of them under `data_tests`"),
        );
    }
    let data_tests = fields.map("data_tests");
    let older = fields.map("tests");
    ConfigTrees {
        models: fields.map("models"),
        seeds: fields.map("seeds"),
        snapshots: fields.map("snapshots"),
        sources: fields.map("sources"),
        data_tests: data_tests.or(older),
        unit_tests: fields.map("unit_tests"),
        exposures: fields.map("exposures"),
        analyses: fields.map("analyses"),
        functions: fields.map("functions"),
    }
}

fn read_dispatch(fields: &mut Fields<'_>) -> Vec<Dispatch> {
    let source = fields.source().clone();
    let items = fields.list("dispatch").unwrap_or_default();
    let mut dispatch = Vec::with_capacity(items.len());
    for item in items {
        let Some(mut fields) =
            Fields::new(item, "an entry of `dispatch`", &source, fields.diagnostics())
        else {
            continue;
        };
        let namespace = fields.required_text("macro_namespace");
        if !fields.has("search_order") {
            fields.missing("search_order");
        }
        let order = fields.texts("search_order", false).unwrap_or_default();
        fields.finish(Unknown::Refuse);
        dispatch.extend(namespace.map(|namespace| Dispatch {
            macro_namespace: namespace.value,
            search_order: order.into_iter().map(|package| package.value).collect(),
        }));
    }
    dispatch
}

fn check_quoting(quoting: &Yaml, fields: &mut Fields<'_>) {
    let source = fields.source().clone();
    if let Some(mut fields) =
        Fields::new(quoting.clone(), "`quoting`", &source, fields.diagnostics())
    {
        for key in
            ["database", "schema", "identifier", "project", "dataset", "snowflake_ignore_case"]
        {
            fields.flag(key);
        }
        fields.finish(Unknown::Refuse);
    }
}

fn check_required_version(required: &[Spanned<String>], diagnostics: &mut Vec<Diagnostic>) {
    let Some(first) = required.first() else { return };
    let span = first.span.clone();
    let texts = required.iter().flat_map(|text| text.value.split(','));
    let diagnostic = match compatibility(texts) {
        Ok(Compatibility::Yes) => return,
        Ok(Compatibility::No) => Diagnostic::error(
            "dbt-version",
            "the project requires a version of dbt whose behaviour is not known here",
        )
        .note(format!(
            "projects for dbt {OLDEST_COMPATIBLE_DBT} to {}.{} are read",
            COMPATIBLE_DBT.major, COMPATIBLE_DBT.minor
        ))
        .help("change `require-dbt-version`, or run with `--no-version-check`"),
        Ok(Compatibility::Never) => {
            Diagnostic::error("dbt-version", "no version satisfies all of these requirements")
        }
        Err(requirement) => {
            Diagnostic::error("dbt-version", format!("`{requirement}` is no version requirement"))
                .help("write it like `>=1.8.0`")
        }
    };
    diagnostics.push(diagnostic.at(span, ""));
}
