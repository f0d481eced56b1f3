//! A table's typed columns for the rows of a load, and what has to be done to the table before.

use super::{
    infer::widening,
    projection::projections,
    schema::{Schema, TableColumn},
};
use crate::{
    plan::{SchemaChanges, Step},
    relation::{Column, Dialect, Relation},
    sql::Type,
};

/// A table's typed columns as they will be, and how the table gets there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TypedColumns {
    /// The columns, types in the dialect's words.
    pub columns: Vec<Column>,
    /// The value of each out of the conformed object ([`TYPED`]).
    pub projections: Vec<String>,
    /// Columns that refuse NULL.
    pub required: Vec<String>,
    /// Changes of the table that have to go before the rows.
    pub changes: Vec<Step>,
}

/// The column of conformed objects on their way.
pub const TYPED: &str = "_typed";

impl Schema {
    /// The typed columns of a table that is as given now, none where it does not exist yet. The table
    /// may have changed since the load began: nothing that it has is taken from it.
    pub fn against(&self, relation: &Relation, table: Option<&[TableColumn]>) -> TypedColumns {
        let dialect = relation.dialect;
        let of_table = |name: &str| {
            table.unwrap_or_default().iter().find(|known| known.name.eq_ignore_ascii_case(name))
        };
        let wanted: Vec<(String, Type)> = self
            .columns()
            .into_iter()
            .map(|(name, kind)| match of_table(&name) {
                Some(known) => (known.name.clone(), reconciled(&known.data_type, &kind)),
                None => (name, kind),
            })
            .collect();
        let required: Vec<String> = self
            .fields
            .iter()
            .filter(|field| field.required)
            .map(|field| field.name.clone())
            .collect();
        TypedColumns {
            projections: projections(&wanted, dialect, TYPED),
            changes: match table {
                Some(table) => self.changes(relation, table, &wanted),
                None => Vec::new(),
            },
            columns: columns(&wanted, dialect),
            required,
        }
    }

    fn changes(
        &self,
        relation: &Relation,
        table: &[TableColumn],
        wanted: &[(String, Type)],
    ) -> Vec<Step> {
        let dialect = relation.dialect;
        let before: Vec<(String, Type)> =
            table.iter().map(|column| (column.name.clone(), column.data_type.clone())).collect();
        // Two steps: BigQuery adds fields by one kind of change and widens types by another.
        let grown: Vec<(String, Type)> = wanted
            .iter()
            .map(|(name, kind)| {
                let old = before.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
                (name.clone(), old.map_or_else(|| kind.clone(), |(_, old)| grown(old, kind)))
            })
            .collect();
        let mut steps = Vec::new();
        for (old, new) in [(before.as_slice(), grown.as_slice()), (grown.as_slice(), wanted)] {
            // By GoogleSQL's names of types, which are read; the step has those of the dialect.
            let google = Dialect::GoogleSql;
            let changes = SchemaChanges::between(&columns(old, google), &columns(new, google));
            let words = |columns: Vec<Column>| -> Vec<Column> {
                columns.into_iter().map(|column| in_dialect(column, new, dialect)).collect()
            };
            let (add, retype) = (words(changes.added), words(changes.retyped));
            let extend = words(changes.extended);
            if !(add.is_empty() && retype.is_empty() && extend.is_empty()) {
                let (relation, drop) = (relation.clone(), Vec::new());
                steps.push(Step::AlterColumns { relation, add, drop, retype, extend });
            }
        }
        for column in table.iter().filter(|column| column.required) {
            let field = self.fields.get(&column.name);
            if field.is_some_and(|field| !field.required) {
                let (relation, column) = (relation.clone(), column.name.clone());
                steps.push(Step::AllowNull { relation, column });
            }
        }
        steps
    }
}

/// The type that holds what the table has and what the load brings.
fn reconciled(table: &Type, load: &Type) -> Type {
    match (table, load) {
        (Type::Array(table), Type::Array(load)) => Type::Array(Box::new(reconciled(table, load))),
        (Type::Struct(table), Type::Struct(load)) => {
            let find = |fields: &[(String, Type)], name: &str| {
                fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).cloned()
            };
            let kept = table.iter().map(|(name, kind)| match find(load, name) {
                Some((_, new)) => (name.clone(), reconciled(kind, &new)),
                None => (name.clone(), kind.clone()),
            });
            let new = load.iter().filter(|(name, _)| find(table, name).is_none()).cloned();
            Type::Struct(kept.chain(new).collect())
        }
        _ => widening(table, load).unwrap_or_else(|| load.clone()),
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
        Dialect::DuckDb => kind.own_duckdb().unwrap_or_else(|| "VARCHAR".to_owned()),
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
