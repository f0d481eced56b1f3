//! DuckDB with its own SQL, configured as dbt-duckdb is
//! (<https://github.com/duckdb/dbt-duckdb#configuring-your-profile>).

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::{Secret, local::resolve};
use crate::{
    diagnostic::Diagnostic,
    project::{
        fields::{Fields, Unknown},
        yaml::{Yaml, YamlValue},
    },
};

/// `type: duckdb`.
#[derive(Clone, Debug)]
pub struct DuckDbConnection {
    /// `path`: the database file, absolute; `:memory:`, the default, as it is.
    pub path: PathBuf,
    /// `database`: by default the file's name without its ending, `memory` in memory.
    pub database: String,
    /// `schema`, by default `main`.
    pub schema: String,
    /// `settings` and `config_options`, applied at connection.
    pub settings: Map<String, Value>,
    /// `extensions`, installed and loaded at connection.
    pub extensions: Vec<DuckDbExtension>,
    /// `attach`: further databases.
    pub attach: Vec<DuckDbAttachment>,
    /// `secrets`: DuckDB's secrets, as written.
    pub secrets: Secret<Vec<Value>>,
    /// `external_root`.
    pub external_root: String,
}

/// An extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuckDbExtension {
    /// `name`.
    pub name: String,
    /// `repo`, where it is not the core repository.
    pub repository: Option<String>,
}

/// A further database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuckDbAttachment {
    /// `path`, as written.
    pub path: String,
    /// `alias`.
    pub alias: Option<String>,
    /// `type`.
    pub kind: Option<String>,
    /// `read_only`.
    pub read_only: bool,
}

/// Keys of dbt-duckdb that need Python or another product.
const NOT_SUPPORTED: [&str; 10] = [
    "plugins",
    "filesystems",
    "remote",
    "module_paths",
    "flights",
    "motherduck_token",
    "is_ducklake",
    "use_credential_provider",
    "use_subprocess",
    "buenavista",
];

pub(super) fn read(mut fields: Fields<'_>, root: &Path) -> Option<DuckDbConnection> {
    let path = fields.text("path");
    let written = path.as_ref().map_or(":memory:", |path| path.value.as_str());
    if let Some(path) = path.as_ref().filter(|path| path.value.starts_with("md:")) {
        let span = path.span.clone();
        fields.diagnostics().push(
            Diagnostic::error("not-supported", "MotherDuck is not supported")
                .at(span, "")
                .help("name a database file"),
        );
    }
    let path = resolve(written, root);
    let database = fields.text("database").map(|text| text.value);
    let database = database.unwrap_or_else(|| match written {
        ":memory:" => "memory".to_owned(),
        _ => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
    });
    let schema = fields.text("schema").map_or_else(|| "main".to_owned(), |text| text.value);
    let mut settings = Map::new();
    for key in ["config_options", "settings"] {
        settings.extend(fields.map(key).map(|map| map.to_json_map()).unwrap_or_default());
    }
    let extensions = read_extensions(&mut fields);
    let attach = read_attach(&mut fields);
    let secrets = fields.list("secrets").unwrap_or_default();
    let secrets = Secret::new(secrets.iter().map(Yaml::to_json).collect());
    let external_root = fields.text("external_root");
    let external_root = external_root.map_or_else(|| ".".to_owned(), |text| text.value);
    for key in ["disable_transactions", "keep_open", "retries"] {
        fields.take(key);
    }
    for key in NOT_SUPPORTED {
        let source = fields.source().clone();
        if let Some(value) = fields.take(key) {
            fields.diagnostics().push(
                Diagnostic::error(
                    "not-supported",
                    format!("`{key}` of a DuckDB target is not supported"),
                )
                .at(value.span(&source), "")
                .help(format!("remove `{key}`")),
            );
        }
    }
    fields.finish(Unknown::Warn);
    Some(DuckDbConnection {
        path,
        database,
        schema,
        settings,
        extensions,
        attach,
        secrets,
        external_root,
    })
}

fn read_extensions(fields: &mut Fields<'_>) -> Vec<DuckDbExtension> {
    let source = fields.source().clone();
    let items = fields.list("extensions").unwrap_or_default();
    let mut extensions = Vec::with_capacity(items.len());
    for item in items {
        if let YamlValue::String(name) = &item.value {
            extensions.push(DuckDbExtension { name: name.clone(), repository: None });
            continue;
        }
        let Some(mut fields) = Fields::new(item, "an extension", &source, fields.diagnostics())
        else {
            continue;
        };
        let name = fields.required_text("name");
        let repository = fields.text("repo").map(|text| text.value);
        fields.finish(Unknown::Refuse);
        extensions.extend(name.map(|name| DuckDbExtension { name: name.value, repository }));
    }
    extensions
}

fn read_attach(fields: &mut Fields<'_>) -> Vec<DuckDbAttachment> {
    let source = fields.source().clone();
    let items = fields.list("attach").unwrap_or_default();
    let mut attach = Vec::with_capacity(items.len());
    for item in items {
        let Some(mut fields) =
            Fields::new(item, "an entry of `attach`", &source, fields.diagnostics())
        else {
            continue;
        };
        let path = fields.required_text("path");
        let alias = fields.text("alias").map(|text| text.value);
        let kind = fields.text("type").map(|text| text.value);
        let read_only = fields.flag("read_only").is_some_and(|flag| flag.value);
        fields.finish(Unknown::Refuse);
        attach.extend(path.map(|path| DuckDbAttachment {
            path: path.value,
            alias,
            kind,
            read_only,
        }));
    }
    attach
}
