//! What a load's records do to a table.

use super::schema::Schema;
use crate::{
    plan::{SchemaChanges, Step},
    relation::{Column, Dialect, Relation},
    sql::Type,
};

impl Schema {
    /// The changes of the table that have to go before the load's rows: columns and fields added, types
    /// widened, NULL allowed. None where the table is made by the load.
    pub fn table_changes(&self, relation: &Relation) -> Vec<Step> {
        let dialect = relation.dialect;
        let before: Vec<(String, Type)> = self
            .table
            .iter()
            .map(|column| (column.name.clone(), column.data_type.clone()))
            .collect();
        let after = self.columns();
        // Two steps: BigQuery adds fields by one kind of change and widens types by another.
        let grown: Vec<(String, Type)> = after
            .iter()
            .map(|(name, kind)| {
                let old = before.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
                (name.clone(), old.map_or_else(|| kind.clone(), |(_, old)| grown(old, kind)))
            })
            .collect();
        let mut steps = Vec::new();
        for (old, new) in [(&before, &grown), (&grown, &after)] {
            // By GoogleSQL's names of types, which are read; the step has those of the dialect.
            let changes = SchemaChanges::between(
                &columns(old, Dialect::GoogleSql),
                &columns(new, Dialect::GoogleSql),
            );
            let words = |columns: Vec<Column>| -> Vec<Column> {
                columns.into_iter().map(|column| in_dialect(column, new, dialect)).collect()
            };
            let step = Step::AlterColumns {
                relation: relation.clone(),
                add: words(changes.added),
                drop: Vec::new(),
                retype: words(changes.retyped),
                extend: words(changes.extended),
            };
            let Step::AlterColumns { add, retype, extend, .. } = &step else { continue };
            if !(add.is_empty() && retype.is_empty() && extend.is_empty()) {
                steps.push(step);
            }
        }
        for column in self.table.iter().filter(|column| column.required) {
            let required = self.fields.get(&column.name).is_some_and(|field| field.required);
            if !required {
                let name = dialect.quote(&column.name);
                let sql = format!("alter table {relation} alter column {name} drop not null");
                steps.push(Step::Statement { sql });
            }
        }
        steps
    }

    /// The typed columns with the dialect's names of their types.
    pub fn columns_in(&self, dialect: Dialect) -> Vec<Column> {
        columns(&self.columns(), dialect)
    }
}

fn columns(columns: &[(String, Type)], dialect: Dialect) -> Vec<Column> {
    let column = |(name, kind): &(String, Type)| Column {
        name: name.clone(),
        data_type: type_name(kind, dialect),
    };
    columns.iter().map(column).collect()
}

fn in_dialect(column: Column, types: &[(String, Type)], dialect: Dialect) -> Column {
    let found = types.iter().find(|(name, _)| name.eq_ignore_ascii_case(&column.name));
    match found {
        Some((_, kind)) => Column { data_type: type_name(kind, dialect), ..column },
        None => column,
    }
}

fn type_name(kind: &Type, dialect: Dialect) -> String {
    match dialect {
        Dialect::GoogleSql => kind.google(),
        Dialect::DuckDb => kind.duckdb().unwrap_or_else(|| "VARCHAR".to_owned()),
    }
}

/// The new type with the old types of the fields that were there.
fn grown(old: &Type, new: &Type) -> Type {
    match (old, new) {
        (Type::Array(old), Type::Array(new)) => Type::Array(Box::new(grown(old, new))),
        (Type::Struct(old), Type::Struct(new)) => {
            let field = |(name, kind): &(String, Type)| {
                let was = old.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
                (name.clone(), was.map_or_else(|| kind.clone(), |(_, was)| grown(was, kind)))
            };
            Type::Struct(new.iter().map(field).collect())
        }
        _ => old.clone(),
    }
}
