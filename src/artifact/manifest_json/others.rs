//! Sources, exposures, groups, unit tests, macros and doc blocks.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{
    json_writer::JsonWriter,
    node::{meta_of, unique, write_calls, write_columns, write_config, write_version},
};
use crate::manifest::{
    DocBlock, Exposure, Fixture, Group, MacroProperties, ResourceType, Source, UnitTest, csv_rows,
};

/// A source table as dbt writes it.
pub(super) fn write_source<W: Write>(
    json: &mut JsonWriter<'_, W>,
    source: &Source,
    created_at: f64,
) -> io::Result<()> {
    json.object(|json| {
        json.entry_option("database", source.relation.database.as_deref())?;
        json.entry_text("schema", &source.relation.schema)?;
        json.entry_text("name", &source.name)?;
        json.entry_raw("resource_type", "\"source\"")?;
        json.entry_text("package_name", &source.package)?;
        json.entry_text("path", &source.path)?;
        json.entry_text("original_file_path", &source.original_file_path)?;
        json.entry_text("unique_id", source.unique_id.as_str())?;
        json.entry_texts("fqn", &source.fqn)?;
        json.entry_text("source_name", &source.source_name)?;
        json.entry_text("source_description", &source.source_description)?;
        json.entry_text("loader", &source.loader)?;
        json.entry_text("identifier", &source.relation.identifier)?;
        json.key("quoting")?;
        json.object(|json| {
            ["database", "schema", "identifier", "column"].iter().try_for_each(|key| {
                json.entry_value(key, source.quoting.get(*key).unwrap_or(&Value::Null))
            })
        })?;
        json.entry_option("loaded_at_field", source.loaded_at_field.as_deref())?;
        json.entry_option("loaded_at_query", source.loaded_at_query.as_deref())?;
        json.entry_value("freshness", &freshness(source))?;
        json.entry_value("external", source.external.as_ref().unwrap_or(&Value::Null))?;
        json.entry_text("description", &source.description)?;
        write_columns(json, source.columns.values())?;
        json.entry_map("meta", &meta_of(&source.config))?;
        json.entry_map("source_meta", &source.source_meta)?;
        json.entry_texts("tags", unique(source.config.tags()))?;
        json.key("config")?;
        let mut config = source.config.clone();
        config.0.insert("freshness".to_owned(), freshness(source));
        write_config(json, ResourceType::Source, &config)?;
        json.entry_option("patch_path", source.patch_path.as_deref())?;
        let mut written = source.unrendered.clone();
        for (key, default) in [
            ("freshness", freshness(source)),
            ("loaded_at_field", Value::Null),
            ("loaded_at_query", Value::Null),
            ("meta", json!({})),
            ("tags", json!([])),
        ] {
            match key {
                "freshness" if !source.config.0.contains_key(key) => {}
                "freshness" => _ = written.insert(key.to_owned(), default),
                _ => _ = written.entry(key).or_insert(default),
            }
        }
        json.entry_map("unrendered_config", &written)?;
        json.entry_text("relation_name", &source.relation_name)?;
        json.entry_plain("created_at", created_at)?;
        json.entry_option("unrendered_database", source.written_database.as_deref())?;
        json.entry_text("unrendered_schema", &source.written_schema)?;
        json.entry_texts("doc_blocks", &source.doc_blocks)
    })
}

/// `freshness` with all its fields; null where it was turned off.
fn freshness(source: &Source) -> Value {
    if source.config.0.get("freshness").is_some_and(Value::is_null) {
        return Value::Null;
    }
    let declared = source.freshness.as_ref();
    let rule = |key: &str| {
        let rule = declared.and_then(|rules| rules.get(key));
        let part = |part: &str| rule.and_then(|rule| rule.get(part)).cloned();
        match rule {
            Some(Value::Null) => Value::Null,
            _ => json!({"count": part("count"), "period": part("period")}),
        }
    };
    json!({
        "warn_after": rule("warn_after"),
        "error_after": rule("error_after"),
        "filter": declared.and_then(|rules| rules.get("filter")),
    })
}

/// An exposure as dbt writes it.
pub(super) fn write_exposure<W: Write>(
    json: &mut JsonWriter<'_, W>,
    exposure: &Exposure,
    created_at: f64,
) -> io::Result<()> {
    json.object(|json| {
        json.entry_text("name", &exposure.name)?;
        json.entry_raw("resource_type", "\"exposure\"")?;
        json.entry_text("package_name", &exposure.package)?;
        json.entry_text("path", &exposure.path)?;
        json.entry_text("original_file_path", &exposure.original_file_path)?;
        json.entry_text("unique_id", exposure.unique_id.as_str())?;
        json.entry_texts("fqn", &exposure.fqn)?;
        json.entry_text("type", &exposure.kind)?;
        json.key("owner")?;
        write_owner(json, &exposure.owner)?;
        json.entry_text("description", &exposure.description)?;
        json.entry_option("label", exposure.label.as_deref())?;
        json.entry_option("maturity", exposure.maturity.as_deref())?;
        json.entry_map("meta", &meta_of(&exposure.config))?;
        json.entry_texts("tags", unique(exposure.config.tags()))?;
        json.key("config")?;
        write_config(json, ResourceType::Exposure, &exposure.config)?;
        json.entry_map("unrendered_config", &exposure.unrendered)?;
        json.entry_option("url", exposure.url.as_deref())?;
        json.key("depends_on")?;
        json.object(|json| {
            json.entry_raw("macros", "[]")?;
            json.entry_texts("nodes", exposure.depends_on_nodes.iter().map(|id| id.as_str()))
        })?;
        write_calls(json, &exposure.refs, &exposure.sources)?;
        json.entry_raw("metrics", "[]")?;
        json.entry_plain("created_at", created_at)
    })
}

fn write_owner<W: Write>(
    json: &mut JsonWriter<'_, W>,
    owner: &Map<String, Value>,
) -> io::Result<()> {
    json.object(|json| {
        for key in ["email", "name"] {
            json.entry_value(key, owner.get(key).unwrap_or(&Value::Null))?;
        }
        let others = owner.iter().filter(|(key, _)| !matches!(key.as_str(), "email" | "name"));
        others.into_iter().try_for_each(|(key, value)| json.entry_value(key, value))
    })
}

/// A group as dbt writes it.
pub(super) fn write_group<W: Write>(json: &mut JsonWriter<'_, W>, group: &Group) -> io::Result<()> {
    json.object(|json| {
        json.entry_text("name", &group.name)?;
        json.entry_raw("resource_type", "\"group\"")?;
        json.entry_text("package_name", &group.package)?;
        json.entry_text("path", &group.path)?;
        json.entry_text("original_file_path", &group.original_file_path)?;
        json.entry_text("unique_id", group.unique_id.as_str())?;
        json.key("owner")?;
        write_owner(json, &group.owner)?;
        let description = Some(group.description.as_str()).filter(|text| !text.is_empty());
        json.entry_option("description", description)?;
        json.key("config")?;
        json.object(|json| json.entry_map("meta", &group.meta))
    })
}

/// A macro as dbt writes it.
pub(super) fn write_macro<W: Write>(
    json: &mut JsonWriter<'_, W>,
    found: &MacroProperties,
    created_at: f64,
) -> io::Result<()> {
    let write_docs = |json: &mut JsonWriter<'_, W>| {
        json.key("docs")?;
        json.object(|json| {
            json.entry_plain("show", found.show)?;
            json.entry_raw("node_color", "null")
        })
    };
    json.object(|json| {
        json.entry_text("name", &found.name)?;
        json.entry_raw("resource_type", "\"macro\"")?;
        json.entry_text("package_name", &found.package)?;
        json.entry_text("path", &found.original_file_path)?;
        json.entry_text("original_file_path", &found.original_file_path)?;
        json.entry_text("unique_id", &found.unique_id)?;
        json.entry_text("macro_sql", &found.macro_sql)?;
        json.key("depends_on")?;
        json.object(|json| json.entry_texts("macros", &found.depends_on_macros))?;
        json.entry_text("description", &found.description)?;
        json.entry_map("meta", &found.meta)?;
        write_docs(json)?;
        json.key("config")?;
        json.object(|json| {
            json.entry_map("meta", &found.meta)?;
            write_docs(json)
        })?;
        json.entry_option("patch_path", found.patch_path.as_deref())?;
        json.entry_value("arguments", &Value::Array(found.arguments.clone()))?;
        json.entry_plain("created_at", created_at)?;
        json.entry_raw("supported_languages", "null")
    })
}

/// A doc block as dbt writes it.
pub(super) fn write_doc<W: Write>(
    json: &mut JsonWriter<'_, W>,
    id: &str,
    doc: &DocBlock,
) -> io::Result<()> {
    json.object(|json| {
        json.entry_text("name", &doc.name)?;
        json.entry_raw("resource_type", "\"doc\"")?;
        json.entry_text("package_name", &doc.package)?;
        json.entry_text("path", &doc.path)?;
        json.entry_text("original_file_path", &doc.original_file_path)?;
        json.entry_text("unique_id", id)?;
        json.entry_text("block_contents", &doc.contents)
    })
}

/// A unit test as dbt writes it.
pub(super) fn write_unit_test<W: Write>(
    json: &mut JsonWriter<'_, W>,
    test: &UnitTest,
    schema: Option<&str>,
    created_at: f64,
) -> io::Result<()> {
    json.object(|json| {
        json.entry_text("model", &test.model)?;
        json.key("given")?;
        json.list(|json| {
            test.given.iter().try_for_each(|given| {
                json.item()?;
                json.object(|json| {
                    json.entry_text("input", &given.input)?;
                    write_fixture(json, &given.fixture, given.file.as_deref())
                })
            })
        })?;
        json.key("expect")?;
        json.object(|json| write_fixture(json, &test.expect, test.expect_file.as_deref()))?;
        json.entry_text("name", &test.name)?;
        json.entry_raw("resource_type", "\"unit_test\"")?;
        json.entry_text("package_name", &test.package)?;
        json.entry_text("path", &test.path)?;
        json.entry_text("original_file_path", &test.original_file_path)?;
        json.entry_text("unique_id", test.unique_id.as_str())?;
        json.entry_texts("fqn", &test.fqn)?;
        json.entry_text("description", &test.description)?;
        let overrides = &test.overrides;
        let maps = [
            ("macros", &overrides.macros),
            ("vars", &overrides.vars),
            ("env_vars", &overrides.env_vars),
        ];
        json.key("overrides")?;
        if maps.iter().all(|(_, map)| map.is_empty()) {
            json.raw("null")?;
        } else {
            json.object(|json| maps.iter().try_for_each(|(key, map)| json.entry_map(key, map)))?;
        }
        json.key("depends_on")?;
        json.object(|json| {
            json.entry_raw("macros", "[]")?;
            json.entry_texts("nodes", test.tested_node.iter().map(|id| id.as_str()))
        })?;
        json.key("config")?;
        write_config(json, ResourceType::UnitTest, &test.config)?;
        json.entry_text("checksum", &test.checksum)?;
        json.entry_option("schema", schema)?;
        json.entry_plain("created_at", created_at)?;
        json.entry_value("versions", test.versions.as_ref().unwrap_or(&Value::Null))?;
        write_version(json, "version", test.version.as_deref())
    })
}

fn write_fixture<W: Write>(
    json: &mut JsonWriter<'_, W>,
    fixture: &Fixture,
    file: Option<&str>,
) -> io::Result<()> {
    let write_rows = |json: &mut JsonWriter<'_, W>, rows: &[Map<String, Value>]| {
        json.key("rows")?;
        json.list(|json| {
            rows.iter().try_for_each(|row| {
                json.item()?;
                json.map(row)
            })
        })
    };
    let format = match fixture {
        Fixture::Rows(rows) => {
            write_rows(json, rows)?;
            "dict"
        }
        Fixture::Csv(text) => {
            write_rows(json, &csv_rows(text))?;
            "csv"
        }
        Fixture::Sql(text) => {
            json.entry_text("rows", text)?;
            "sql"
        }
    };
    json.entry_text("format", format)?;
    json.entry_option("fixture", file)
}
