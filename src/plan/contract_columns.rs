//! The columns that a contract promises. Fields of structs are declared as columns with dots
//! (`st.a`), and make up the type of the column they are in, as in dbt-bigquery: a parent that is
//! declared as `array` is an array of such structs
//! (<https://docs.getdbt.com/reference/resource-configs/contract>).

use serde_json::Value;

use super::contract::is_same;
use crate::{manifest::Node, relation::Dialect, sql::Type};

/// A column, or a field of one.
#[derive(Debug, PartialEq)]
pub(super) struct Promised {
    /// The name.
    pub name: String,
    /// The type as declared; of a parent often nothing, or a bare `struct` or `array`.
    declared: Option<String>,
    /// Whether NULL is refused.
    pub not_null: bool,
    /// The fields declared below it.
    fields: Vec<Promised>,
}

/// The promised columns of a node, those that are no fields.
pub(super) fn promised(node: &Node) -> Vec<Promised> {
    let mut all = Vec::new();
    for column in node.columns.values() {
        let not_null = column.constraints.iter().chain(&node.constraints).any(|constraint| {
            let of_column = |name: &Value| name.as_str() == Some(&column.name);
            let own = constraint.get("columns").and_then(Value::as_array);
            constraint.get("type").and_then(Value::as_str) == Some("not_null")
                && own.is_none_or(|names| names.iter().any(of_column))
        });
        let parts = match node.relation.dialect {
            Dialect::GoogleSql => column.name.split('.').collect(),
            Dialect::DuckDb => vec![column.name.as_str()],
        };
        let place = place(&mut all, &parts);
        place.declared = column.data_type.clone().filter(|text| !text.trim().is_empty());
        place.not_null = not_null;
    }
    all
}

/// The column that a path names, made where it is not there yet.
fn place<'p>(all: &'p mut Vec<Promised>, parts: &[&str]) -> &'p mut Promised {
    let (first, rest) = parts.split_first().expect("a name has a part");
    let at = all.iter().position(|known| known.name == *first).unwrap_or_else(|| {
        let name = (*first).to_owned();
        all.push(Promised { name, declared: None, not_null: false, fields: Vec::new() });
        all.len() - 1
    });
    match rest {
        [] => &mut all[at],
        rest => place(&mut all[at].fields, rest),
    }
}

impl Promised {
    /// Its type: the declared one, or what its fields make up.
    pub fn data_type(&self) -> String {
        self.written(false)
    }

    /// Its type with what is promised of its fields, as BigQuery's definitions of tables have it.
    pub fn definition(&self) -> String {
        self.written(true)
    }

    /// What differs in the fields of a parent that is declared in full: its own type is compared as
    /// a whole, and theirs with what it has.
    pub fn differences(&self, path: &str, given: &Type) -> Vec<String> {
        let mut differences = Vec::new();
        let has = match given {
            Type::Array(element) => match element.as_ref() {
                Type::Struct(fields) => fields.as_slice(),
                _ => &[],
            },
            Type::Struct(fields) => fields,
            _ => &[],
        };
        for field in &self.fields {
            let path = format!("{path}.{}", field.name);
            let Some((_, given)) =
                has.iter().find(|(name, _)| name.eq_ignore_ascii_case(&field.name))
            else {
                differences.push(format!("`{path}` is missing"));
                continue;
            };
            let wanted = field.written(false);
            let is_parent = !field.is_whole() && !field.fields.is_empty();
            if !is_parent && !wanted.is_empty() && !is_same(&given.google(), &wanted) {
                let given = given.google();
                differences.push(format!("`{path}` is {given}, the contract says {wanted}"));
            }
            differences.extend(field.differences(&path, given));
        }
        differences
    }

    /// Whether its own type tells its fields.
    pub fn is_whole(&self) -> bool {
        self.declared.as_deref().is_some_and(|text| text.contains('<'))
    }

    fn written(&self, with_constraints: bool) -> String {
        let declared = self.declared.as_deref().unwrap_or_default();
        if self.fields.is_empty() || self.is_whole() {
            return declared.to_owned();
        }
        let fields: Vec<String> = self
            .fields
            .iter()
            .map(|field| {
                let null = if with_constraints && field.not_null { " not null" } else { "" };
                format!("{} {}{null}", field.name, field.written(with_constraints))
            })
            .collect();
        let fields = format!("struct<{}>", fields.join(", "));
        match declared.eq_ignore_ascii_case("array") {
            true => format!("array<{fields}>"),
            false => fields,
        }
    }
}

/// Whether a column is a field of a struct, and not a column of a table.
pub(super) fn is_field(node: &Node, column: &str) -> bool {
    node.relation.dialect == Dialect::GoogleSql && column.contains('.')
}
