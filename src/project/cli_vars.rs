//! `--vars`: variables given on the command line, as YAML
//! (<https://docs.getdbt.com/docs/build/project-variables#defining-variables-on-the-command-line>).

use serde_json::{Map, Value};

use super::{yaml::YamlValue, yaml_reader::read_yaml};
use crate::diagnostic::{Diagnostic, Parsed, SourceFile};

/// Reads the value of `--vars`, a YAML mapping such as `{day: 2024-03-01}`.
pub fn read_cli_vars(text: &str) -> Parsed<Map<String, Value>> {
    let read = read_yaml(SourceFile::new("--vars", text));
    let mut diagnostics = read.diagnostics;
    let root = &read.value.root;
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    if !failed && !matches!(root.value, YamlValue::Map(_) | YamlValue::Null) {
        diagnostics.push(
            Diagnostic::error(
                "wrong-type",
                format!("`--vars` takes a mapping, not {}", root.kind()),
            )
            .at(root.span(&read.value.source), "")
            .help("write it like `--vars '{name: value}'`, with a blank after the colon"),
        );
    }
    Parsed { value: root.to_json_map(), diagnostics }
}
