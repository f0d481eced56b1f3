//! Checksums that state comparison tells changes by, over the text that dbt hashes: Python's `repr`
//! of its own classes.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    ColumnProperties, Node, Overrides,
    python_text::{python_repr, write_text_repr},
};

/// Of a contract: columns by name with type and constraints, and the model's constraints where its
/// materialization enforces them.
pub fn contract_checksum(node: &Node) -> String {
    let mut state = String::new();
    let mut columns: Vec<&ColumnProperties> = node.columns.values().collect();
    columns.sort_by(|a, b| a.name.cmp(&b.name));
    for column in columns {
        state.push('|');
        state.push_str(&column.name);
        state.push_str(column.data_type.as_deref().unwrap_or("None"));
        state.push_str(&constraints(&column.constraints, "ColumnLevelConstraint"));
    }
    if matches!(node.config.materialized(), "table" | "incremental") {
        state.push_str(node.config.materialized());
        state.push_str(&constraints(&node.constraints, "ModelLevelConstraint"));
    }
    sha256(&state)
}

fn constraints(all: &[Value], class: &str) -> String {
    let one = |constraint: &Value| {
        let Value::Object(fields) = constraint else { return String::new() };
        let fields: Vec<String> = fields
            .iter()
            .map(|(key, value)| match (key.as_str(), value.as_str()) {
                ("type", Some(kind)) => format!("type=<ConstraintType.{kind}: '{kind}'>"),
                _ => format!("{key}={}", python_repr(value)),
            })
            .collect();
        format!("{class}({})", fields.join(", "))
    };
    format!("[{}]", all.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// Rows of a unit test as its checksum has them.
pub(super) struct HashedRows<'r> {
    /// `ref('…')` as written; none for the expected rows.
    pub input: Option<&'r str>,
    /// The rows, or SQL.
    pub rows: Value,
    /// `dict`, `csv` or `sql`.
    pub format: &'static str,
    /// The file they are from.
    pub file: Option<&'r str>,
}

impl HashedRows<'_> {
    fn repr(&self) -> String {
        let member = match self.format {
            "csv" => "CSV",
            "sql" => "SQL",
            _ => "Dict",
        };
        let text = |value: &str| {
            let mut out = String::new();
            write_text_repr(&mut out, value);
            out
        };
        let head = match self.input {
            Some(input) => format!("UnitTestInputFixture(input={}, ", text(input)),
            None => "UnitTestOutputFixture(".to_owned(),
        };
        let file = self.file.map_or("None".to_owned(), text);
        format!(
            "{head}rows={}, format=<UnitTestFormat.{member}: '{}'>, fixture={file})",
            python_repr(&self.first_full_row_first()),
            self.format
        )
    }

    /// dbt puts the first row without nulls in front before it hashes.
    fn first_full_row_first(&self) -> Value {
        let Value::Array(rows) = &self.rows else { return self.rows.clone() };
        let is_full = |row: &Value| {
            row.as_object().is_some_and(|row| row.values().all(|value| !value.is_null()))
        };
        let mut rows = rows.clone();
        if let Some(full) = rows.iter().position(is_full) {
            rows.swap(0, full);
        }
        Value::Array(rows)
    }
}

/// Of a unit test: everything but its description.
pub(super) fn unit_test_checksum(
    model: &str,
    versions: Option<&Value>,
    given: &[HashedRows<'_>],
    expect: &HashedRows<'_>,
    overrides: Option<&Overrides>,
) -> String {
    let versions = match versions {
        Some(versions) => {
            let part = |key: &str| python_repr(versions.get(key).unwrap_or(&Value::Null));
            let (include, exclude) = (part("include"), part("exclude"));
            format!("UnitTestNodeVersions(include={include}, exclude={exclude})")
        }
        None => "None".to_owned(),
    };
    let inputs: Vec<String> = given.iter().map(HashedRows::repr).collect();
    let overrides = match overrides {
        Some(overrides) => {
            let map =
                |map: &serde_json::Map<String, Value>| python_repr(&Value::Object(map.clone()));
            format!(
                "UnitTestOverrides(macros={}, vars={}, env_vars={})",
                map(&overrides.macros),
                map(&overrides.vars),
                map(&overrides.env_vars)
            )
        }
        None => "None".to_owned(),
    };
    let mut data =
        format!("{model}-{versions}-[{}]-{}-{overrides}", inputs.join(", "), expect.repr());
    for rows in given.iter().filter(|rows| rows.file.is_some()) {
        let text = match &rows.rows {
            Value::String(text) => text.clone(),
            _ => python_repr(&rows.first_full_row_first()),
        };
        data.push('-');
        data.push_str(&text);
    }
    sha256(&data)
}

fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    // The expected sums are those of dbt 1.12.

    fn constraint(fields: Value) -> Value {
        let mut all = json!({
            "type": "", "name": null, "expression": null, "warn_unenforced": true,
            "warn_unsupported": true, "to": null, "to_columns": [],
        });
        if let (Some(all), Value::Object(fields)) = (all.as_object_mut(), fields) {
            all.extend(fields);
        }
        all
    }

    #[test]
    fn constraints_are_hashed_as_dbt_does() {
        let of_columns = constraints(
            &[
                constraint(json!({"type": "not_null"})),
                constraint(json!({
                    "type": "foreign_key", "expression": "x (id)", "warn_unenforced": false,
                })),
            ],
            "ColumnLevelConstraint",
        );
        let of_name = constraints(
            &[constraint(json!({"type": "check", "expression": "name != 'it''s'"}))],
            "ColumnLevelConstraint",
        );
        let of_model = constraints(
            &[
                constraint(json!({"type": "primary_key", "columns": ["id"]})),
                constraint(json!({
                    "type": "check", "name": "positive", "expression": "id > 0", "columns": [],
                })),
            ],
            "ModelLevelConstraint",
        );
        let state = format!("|idint{of_columns}|namestring{of_name}table{of_model}");
        assert_eq!(
            sha256(&state),
            "270bad490efe5ab49be6a8c4da828dda6885b70151a5526c636c595ab1632dec"
        );
    }

    #[test]
    fn unit_tests_are_hashed_as_dbt_does() {
        let given = HashedRows {
            input: Some("ref('base')"),
            rows: json!([{"id": 1, "name": "it's", "x": 1.5, "y": true, "z": null}, {"id": 2}]),
            format: "dict",
            file: None,
        };
        let expect =
            HashedRows { input: None, rows: json!([{"id": 1}]), format: "dict", file: None };
        assert_eq!(
            unit_test_checksum("v", None, &[given], &expect, None),
            "88fb2f9817361fec00cf114d986798d5a7b043c190b5fa1dc12bf0ac7cad7b57"
        );
        let given = HashedRows {
            input: Some("ref('base')"),
            rows: json!([{"id": "1", "name": "a"}]),
            format: "csv",
            file: None,
        };
        let expect = HashedRows {
            input: None,
            rows: json!("select 1 as id, 'a' as name"),
            format: "sql",
            file: None,
        };
        let mut overrides = Overrides::default();
        overrides.macros.insert("is_incremental".to_owned(), json!(true));
        overrides.vars.insert("a".to_owned(), json!(1));
        assert_eq!(
            unit_test_checksum("v", None, &[given], &expect, Some(&overrides)),
            "eb1bac4ff887ddd2f84f87386b5e985fa1fddee30a99a7fa91f5e7e2ff90e829"
        );
    }
}
