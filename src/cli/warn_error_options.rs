//! `warn_error_options`, from `flags:` of dbt_project.yml or the command line.

use crate::{
    diagnostic::{DEPRECATIONS, Diagnostic, WarnOptions, did_you_mean},
    project::{Yaml, YamlFile, YamlKey, YamlValue},
};

/// The keys, and what `include` and `exclude` are called now.
const KEYS: [&str; 5] = ["error", "warn", "silence", "include", "exclude"];

/// Reads the options that are written in `file` at `yaml`.
pub fn read_warn_options(yaml: &Yaml, file: &YamlFile) -> (WarnOptions, Vec<Diagnostic>) {
    let mut reader = Reader { file, problems: Vec::new() };
    let mut options = WarnOptions::default();
    if !matches!(yaml.value, YamlValue::Null | YamlValue::Map(_)) {
        reader.wrong(yaml, "`warn_error_options` takes a mapping of `error`, `warn` and `silence`");
    }
    for (key, value) in yaml.entries() {
        match key.text.as_str() {
            "error" | "include" => match value.as_str() {
                Some("all" | "*") => options.error_all = true,
                _ => options.error = reader.names(key, value, "`all`, or a list of names"),
            },
            "warn" | "exclude" => options.warn = reader.names(key, value, "a list of names"),
            "silence" => options.silence = reader.names(key, value, "a list of names"),
            other => reader.problems.push(
                Diagnostic::error(
                    "unknown-key",
                    format!("`warn_error_options` has no key `{other}`"),
                )
                .at(key.span(&file.source), "")
                .maybe_help(did_you_mean(other, KEYS)),
            ),
        }
    }
    for (older, newer) in [("include", "error"), ("exclude", "warn")] {
        let find = |name: &str| yaml.entries().iter().find(|(key, _)| key.text == name);
        if let (Some((first, _)), Some((second, _))) = (find(older), find(newer)) {
            reader.problems.push(
                Diagnostic::error(
                    "key-twice",
                    format!("`{older}` is the old name of `{newer}`, and both are given"),
                )
                .at(first.span(&file.source), "")
                .at(second.span(&file.source), "also here")
                .help(format!("keep `{newer}`")),
            );
        }
    }
    // As in dbt: without something wider there is nothing that `warn` takes names out of.
    let has_deprecations = |list: &[String]| list.iter().any(|name| name == DEPRECATIONS);
    let is_wider =
        options.error_all || has_deprecations(&options.error) || has_deprecations(&options.silence);
    if !options.warn.is_empty() && !is_wider {
        let found = yaml.get("warn").or_else(|| yaml.get("exclude")).unwrap_or(yaml);
        reader.wrong(
            found,
            "`warn` takes names out of `error: all` or of `Deprecations`, and neither is given",
        );
    }
    (options, reader.problems)
}

struct Reader<'r> {
    file: &'r YamlFile,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn wrong(&mut self, yaml: &Yaml, message: &str) {
        let diagnostic = Diagnostic::error("wrong-flag", message);
        self.problems.push(diagnostic.at(yaml.span(&self.file.source), ""));
    }

    fn names(&mut self, key: &YamlKey, value: &Yaml, expected: &str) -> Vec<String> {
        if value.is_null() {
            return Vec::new();
        }
        let is_list = matches!(value.value, YamlValue::List(_));
        if !is_list || value.items().iter().any(|item| item.as_str().is_none()) {
            self.wrong(value, &format!("`{}` takes {expected}", key.text));
            return Vec::new();
        }
        let mut names = Vec::new();
        for item in value.items() {
            let name = item.as_str().unwrap_or_default();
            // What warns here and not in dbt goes by its code.
            let is_code =
                name.contains('-') && name.chars().all(|c| c == '-' || c.is_ascii_lowercase());
            if !is_code && !WarnOptions::is_known(name) {
                self.problems.push(
                    Diagnostic::warning(
                        "unknown-warning",
                        format!("no warning of dbt's is named `{name}`: it changes nothing"),
                    )
                    .at(item.span(&self.file.source), "")
                    .maybe_help(did_you_mean(name, WarnOptions::names())),
                );
            }
            names.push(name.to_owned());
        }
        names
    }
}
