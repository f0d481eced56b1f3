//! Mappings given on the command line, as YAML: `--vars`
//! (<https://docs.getdbt.com/docs/build/project-variables#defining-variables-on-the-command-line>)
//! and the arguments of an operation.

use super::{
    vars::Vars,
    yaml::{Yaml, YamlFile, YamlValue},
    yaml_reader::read_yaml,
};
use crate::diagnostic::{Diagnostic, Parsed, SourceFile};

/// Reads the value of `--vars`, a YAML mapping such as `{day: 2024-03-01}`.
pub fn read_cli_vars(text: &str) -> Parsed<Vars> {
    let Parsed { value, diagnostics } = read_cli_mapping("--vars", text);
    Parsed { value: Vars::of_command_line(&value.root), diagnostics }
}

/// Reads the value of an option that takes a YAML mapping; anything else is empty, and told.
pub fn read_cli_mapping(option: &str, text: &str) -> Parsed<YamlFile> {
    let mut read = read_yaml(SourceFile::new(option, text));
    let root = &mut read.value.root;
    let failed = read.diagnostics.iter().any(Diagnostic::is_error);
    if !failed && !matches!(root.value, YamlValue::Map(_) | YamlValue::Null) {
        read.diagnostics.push(
            Diagnostic::error(
                "wrong-type",
                format!("`{option}` takes a mapping, not {}", root.kind()),
            )
            .at(root.span(&read.value.source), "")
            .help(format!(
                "write it like `{option} '{{name: value}}'`, with a blank after the colon"
            )),
        );
        *root = Yaml::null();
    }
    read
}
