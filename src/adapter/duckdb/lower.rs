//! A step of a plan in the engine's own words: queries translated, names in the engine's quotes,
//! staging tables temporary.

use super::{errors::warehouse_error, session::Session};
use crate::{
    adapter::AdapterError,
    plan::{ContractColumn, RowSource, Step, TableOptions},
    relation::{Column, Dialect, Quoting, Relation},
    sql::{bignumeric_conversion, google_type},
};

/// The staging table of rows that come as a query and are needed twice.
const ROWS_NAME: &str = "elt_rows";

/// Lowers steps one by one; each may depend on tables that the ones before made.
pub(super) struct Lowering<'a> {
    pub session: &'a Session<'a>,
    /// The plan's staging tables so far.
    pub staged: Vec<Relation>,
}

impl Lowering<'_> {
    /// The steps of the engine for one of the plan.
    pub fn lower(&mut self, step: &Step) -> Result<Vec<Step>, AdapterError> {
        let mut before = Vec::new();
        let lowered = match step {
            Step::CreateSchema { .. }
            | Step::DropSchema { .. }
            | Step::Header { .. }
            | Step::Statement { .. }
            | Step::Query { .. }
            // Its names are lowered where it is carried out: its staging tables come later.
            | Step::Land { .. } => step.clone(),
            Step::RenameRelation { from, to } => {
                Step::RenameRelation { from: self.name(from), to: to.clone() }
            }
            Step::CreateView { relation, query, options } => Step::CreateView {
                relation: self.name(relation),
                query: self.for_a_view(self.session.view_query(query)?),
                options: self.options(options)?,
            },
            Step::CreateTable { relation, query, options, temporary } => {
                let query = self.session.table_query(query)?;
                if *temporary {
                    self.staged.push(relation.clone());
                }
                Step::CreateTable {
                    relation: self.name(relation),
                    query,
                    options: self.options(options)?,
                    temporary: *temporary,
                }
            }
            Step::Describe { relation, options } => {
                Step::Describe { relation: self.name(relation), options: self.options(options)? }
            }
            Step::AllowNull { relation, column } => {
                Step::AllowNull { relation: self.name(relation), column: column.clone() }
            }
            Step::CloneTable { from, to, not_null } => Step::CloneTable {
                from: self.name(from),
                to: self.name(to),
                not_null: not_null.clone(),
            },
            Step::Publish { candidate, target, adds } => Step::Publish {
                candidate: self.name(candidate),
                target: self.name(target),
                adds: *adds,
            },
            Step::DropRelation { relation } => Step::DropRelation { relation: self.name(relation) },
            Step::AlterColumns { relation, add, drop, retype, extend } => Step::AlterColumns {
                relation: self.name(relation),
                add: self.columns(add)?,
                drop: drop.clone(),
                retype: self.retyped(&self.name(relation), retype)?,
                extend: self.columns(extend)?,
            },
            Step::Insert { target, columns, rows } => Step::Insert {
                target: self.name(target),
                columns: columns.clone(),
                rows: self.rows(rows)?,
            },
            Step::DeleteMatching { target, rows, keys, predicates } => Step::DeleteMatching {
                target: self.name(target),
                rows: self.rows(rows)?,
                keys: keys.clone(),
                predicates: self.expressions(predicates)?,
            },
            Step::DeleteInsert { target, staging, keys, predicates, columns } => {
                let rows = RowSource::Relation(staging.clone());
                before.push(Step::DeleteMatching {
                    target: self.name(target),
                    rows: self.rows(&rows)?,
                    keys: keys.clone(),
                    predicates: self.expressions(predicates)?,
                });
                let (target, columns) = (self.name(target), columns.clone());
                Step::Insert { target, columns, rows: self.rows(&rows)? }
            }
            Step::CreateFunction { relation, function } => Step::CreateFunction {
                relation: self.name(relation),
                function: self.session.function(function)?,
            },
            Step::CreateEmptyTable { .. }
            | Step::CopyPartitions { .. }
            | Step::CopyTables { .. }
            | Step::CreateMaterializedView { .. }
            | Step::RefreshMaterializedView { .. }
            | Step::Grant { .. }
            | Step::AuthorizeView { .. } => {
                let message = "the embedded engine has no such step";
                return Err(warehouse_error("unsupported-step", message));
            }
            Step::Merge { target, rows, keys, predicates, update, insert, prune } => Step::Merge {
                target: self.name(target),
                rows: self.staged_rows(rows, &mut before)?,
                keys: keys.clone(),
                predicates: self.expressions(predicates)?,
                update: update.clone(),
                insert: insert.clone(),
                prune: prune.clone(),
            },
            Step::InsertOverwrite { target, rows, partition_by, partitions, columns } => {
                Step::InsertOverwrite {
                    target: self.name(target),
                    rows: self.staged_rows(rows, &mut before)?,
                    partition_by: partition_by.clone(),
                    partitions: match partitions {
                        Some(partitions) => Some(self.expressions(partitions)?),
                        None => None,
                    },
                    columns: columns.clone(),
                }
            }
            Step::ReplaceTimeSpan { target, rows, time, columns } => {
                Step::ReplaceTimeSpan {
                    target: self.name(target),
                    // Before the old rows go: the query may read them.
                    rows: self.staged_rows(rows, &mut before)?,
                    time: time.clone(),
                    columns: columns.clone(),
                }
            }
            Step::SnapshotMerge { target, staging, meta_columns, insert } => {
                let mut meta_columns = meta_columns.clone();
                if let Some(current) = &meta_columns.valid_to_current {
                    meta_columns.valid_to_current = Some(self.session.expression(current)?);
                }
                Step::SnapshotMerge {
                    target: self.name(target),
                    staging: self.name(staging),
                    meta_columns,
                    insert: insert.clone(),
                }
            }
            Step::LoadSeed { relation, file, columns, delimiter, options } => Step::LoadSeed {
                relation: self.name(relation),
                file: file.clone(),
                // Texts become values as the types are declared: `STRING(2)` has no more than two.
                columns: columns.clone(),
                delimiter: *delimiter,
                options: self.options(options)?,
            },
            Step::CreateMissingTable { relation, columns, options } => Step::CreateMissingTable {
                relation: self.name(relation),
                columns: self.columns(columns)?,
                options: options.clone(),
            },
            Step::Append { relation, columns, rows } => Step::Append {
                relation: self.name(relation),
                columns: self.columns(columns)?,
                rows: rows.clone(),
            },
        };
        before.push(lowered);
        Ok(before)
    }

    /// A view's query without the name that the database has here: another program opens the file
    /// under another one, and finds the same tables in the database that it looks in first.
    fn for_a_view(&self, query: String) -> String {
        if self.session.shared.dialect == Dialect::DuckDb {
            return query;
        }
        without_database(&query, &self.session.shared.database).unwrap_or(query)
    }

    fn name(&self, relation: &Relation) -> Relation {
        if self.staged.iter().any(|staged| staged.same_place(relation)) {
            return temporary(&relation.identifier, relation);
        }
        in_engine(relation)
    }

    fn rows(&self, rows: &RowSource) -> Result<RowSource, AdapterError> {
        Ok(match rows {
            RowSource::Relation(relation) => RowSource::Relation(self.name(relation)),
            RowSource::Query(query) => RowSource::Query(self.session.rows_query(query)?),
        })
    }

    /// Rows that are read more than once: a query is run once, into a staging table.
    fn staged_rows(
        &self,
        rows: &RowSource,
        before: &mut Vec<Step>,
    ) -> Result<RowSource, AdapterError> {
        let RowSource::Query(query) = rows else { return self.rows(rows) };
        let relation =
            temporary(ROWS_NAME, &Relation::new(Dialect::DuckDb, None, "main", ROWS_NAME));
        before.push(Step::CreateTable {
            relation: relation.clone(),
            query: self.session.rows_query(query)?,
            options: TableOptions::default(),
            temporary: true,
        });
        Ok(RowSource::Relation(relation))
    }

    fn expressions(&self, texts: &[String]) -> Result<Vec<String>, AdapterError> {
        texts.iter().map(|text| self.session.expression(text)).collect()
    }

    fn columns(&self, columns: &[Column]) -> Result<Vec<Column>, AdapterError> {
        let column = |column: &Column| {
            let data_type = self.session.data_type(&column.data_type)?;
            Ok(Column { name: column.name.clone(), data_type })
        };
        columns.iter().map(column).collect()
    }

    /// Columns with new types, and how the engine makes a value of one out of what it has, where it
    /// cannot itself.
    fn retyped(
        &self,
        relation: &Relation,
        columns: &[Column],
    ) -> Result<Vec<Column>, AdapterError> {
        let mut lowered = self.columns(columns)?;
        if self.session.shared.dialect != Dialect::GoogleSql || columns.is_empty() {
            return Ok(lowered);
        }
        let known = self.session.table_columns(&relation.to_string())?.unwrap_or_default();
        for (column, wanted) in lowered.iter_mut().zip(columns) {
            let was = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(&column.name));
            let was = was.map(|(_, data_type)| google_type(data_type));
            let name = Dialect::DuckDb.quote(&column.name);
            if let Some(value) =
                was.and_then(|was| bignumeric_conversion(&name, &was, &wanted.data_type))
            {
                column.data_type.push_str(&format!(" using {value}"));
            }
        }
        Ok(lowered)
    }

    fn options(&self, options: &TableOptions) -> Result<TableOptions, AdapterError> {
        let mut options = options.clone();
        if let Some(contract) = &mut options.contract {
            for ContractColumn { column, .. } in contract {
                column.data_type = self.session.column_type(column)?;
            }
        }
        Ok(options)
    }
}

/// The SQL without the database before names of three parts; nothing where a table has the database's
/// name for an alias, which would be cut as well.
fn without_database(sql: &str, database: &str) -> Option<String> {
    let name = Dialect::DuckDb.quote(database);
    if sql.contains(&format!(" AS {name}")) {
        return None;
    }
    let prefix = format!("{name}.\"");
    let mut out = String::with_capacity(sql.len());
    let mut in_text = false;
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        in_text ^= c == '\'';
        if !in_text && rest.starts_with(&prefix) {
            rest = &rest[name.len() + 1..];
            // The name that follows is copied whole: it may be the database's again.
            let end = rest[1..].find('"').map_or(rest.len(), |end| end + 2);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    Some(out)
}

/// A relation as the engine writes it.
pub(super) fn in_engine(relation: &Relation) -> Relation {
    Relation { dialect: Dialect::DuckDb, quoting: Quoting::default(), ..relation.clone() }
}

fn temporary(identifier: &str, like: &Relation) -> Relation {
    Relation {
        database: Some("temp".to_owned()),
        schema: "main".to_owned(),
        identifier: identifier.to_owned(),
        dialect: Dialect::DuckDb,
        quoting: Quoting::default(),
        kind: like.kind,
    }
}

#[cfg(test)]
mod tests {
    use super::without_database;

    #[test]
    fn a_views_names_are_without_the_database() {
        let cut = |sql: &str| without_database(sql, "local");
        assert_eq!(
            cut("SELECT '\"local\".\"x\"' FROM \"local\".\"s\".\"t\" AS \"t\"").as_deref(),
            Some("SELECT '\"local\".\"x\"' FROM \"s\".\"t\" AS \"t\"")
        );
        assert_eq!(cut("FROM \"local\".\"local\".\"t\"").as_deref(), Some("FROM \"local\".\"t\""));
        assert_eq!(cut("FROM \"local\".\"s\".\"t\" AS \"local\""), None);
    }
}
