//! Snapshots: type 2 history of a query's rows (<https://docs.getdbt.com/docs/build/snapshots>).

use super::{
    options::{table_options, wrong},
    snapshot_sql::SnapshotSql,
    staging,
};
use crate::{
    diagnostic::Diagnostic,
    plan::{PlanInput, SchemaChanges, SnapshotColumns, Step, TableOptions, replace::replace},
    relation::{Column, Dialect, RelationKind},
};

/// What tells that a row changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// `strategy: timestamp`: `updated_at` is later than the row's.
    Timestamp,
    /// `strategy: check`: one of these columns differs.
    Check(Vec<String>),
}

/// `hard_deletes`: what becomes of rows that the query has no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HardDeletes {
    /// They stay valid.
    Ignore,
    /// They end.
    Invalidate,
    /// They end, and a record says that they are deleted.
    NewRecord,
}

/// Builds the history, or brings the changes into it.
///
/// # Errors
/// Configuration that is missing or cannot be meant.
pub(in crate::plan) fn steps(input: &PlanInput<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let node = input.node;
    let sql = read(input)?;
    let exists = input.observed.existing.as_ref().and_then(|found| found.kind);
    if exists != Some(RelationKind::Table) {
        let options = TableOptions { contract: None, ..table_options(input)? };
        return Ok(replace(input, RelationKind::Table, &options, |relation| Step::CreateTable {
            relation,
            query: sql.first_build(),
            options: options.clone(),
            temporary: false,
        }));
    }
    let none: Vec<Column> = Vec::new();
    let table = input.observed.existing_columns.as_ref().unwrap_or(&none);
    let missing = sql
        .own_columns()
        .into_iter()
        .find(|name| !table.iter().any(|column| column.name.eq_ignore_ascii_case(name)));
    if let Some(missing) = missing {
        return Err(wrong(
            node,
            &format!("the snapshot's table exists and lacks the column `{missing}`"),
        ));
    }
    // New columns of the query are added; those it has no more stay, as in dbt.
    let added = SchemaChanges::between(table, &sql.columns).added;
    let staged = staging(input);
    let mut steps = Vec::new();
    if !added.is_empty() {
        steps.push(Step::AlterColumns {
            relation: node.relation.clone(),
            add: added.clone(),
            drop: Vec::new(),
            retype: Vec::new(),
            extend: Vec::new(),
        });
    }
    let added: Vec<String> = added.into_iter().map(|column| column.name).collect();
    steps.push(Step::CreateTable {
        relation: staged.clone(),
        query: sql.staging(&added),
        options: TableOptions::default(),
        temporary: true,
    });
    let mut insert: Vec<String> = sql.columns.iter().map(|column| column.name.clone()).collect();
    insert.extend(sql.own_columns());
    steps.push(Step::SnapshotMerge {
        target: node.relation.clone(),
        staging: staged,
        meta_columns: sql.names,
        insert,
    });
    Ok(steps)
}

fn read<'a>(input: &'a PlanInput<'_>) -> Result<SnapshotSql<'a>, Vec<Diagnostic>> {
    let node = input.node;
    let config = &node.config;
    let keys = config.texts("unique_key").filter(|keys| !keys.is_empty());
    let keys = keys.ok_or_else(|| wrong(node, "a snapshot needs `unique_key`"))?;
    let columns = input.observed.query_columns.clone().unwrap_or_default();
    let updated_at = config.text("updated_at").map(str::to_owned);
    let changed = match config.text("strategy") {
        Some("timestamp") if updated_at.is_some() => Changed::Timestamp,
        Some("timestamp") => {
            return Err(wrong(node, "the snapshot strategy `timestamp` needs `updated_at`"));
        }
        Some("check") => {
            let all: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
            match config.texts("check_cols") {
                Some(list) if list == ["all"] => Changed::Check(all),
                Some(list) if !list.is_empty() => Changed::Check(list),
                _ => return Err(wrong(node, "the snapshot strategy `check` needs `check_cols`")),
            }
        }
        Some(other) => {
            let message = format!(
                "the snapshot strategy `{other}` does not exist, use `timestamp` or `check`"
            );
            return Err(wrong(node, &message));
        }
        None => return Err(wrong(node, "a snapshot needs `strategy`")),
    };
    let hard_deletes = match config.text("hard_deletes") {
        Some("ignore") => HardDeletes::Ignore,
        Some("invalidate") => HardDeletes::Invalidate,
        Some("new_record") => HardDeletes::NewRecord,
        Some(other) => {
            let message = format!(
                "`hard_deletes` cannot be `{other}`, use `ignore`, `invalidate` or `new_record`"
            );
            return Err(wrong(node, &message));
        }
        None if config.flag("invalidate_hard_deletes") == Some(true) => HardDeletes::Invalidate,
        None => HardDeletes::Ignore,
    };
    let names = SnapshotColumns::of(config);
    let moment = input.options.run_started_at.format("%Y-%m-%d %H:%M:%S%.6f");
    let dialect = node.relation.dialect;
    // As dbt-duckdb, which keeps timestamps without a zone.
    let now = match dialect {
        Dialect::GoogleSql => format!("timestamp '{moment}+00:00'"),
        Dialect::DuckDb => format!("timestamp '{moment}'"),
    };
    Ok(SnapshotSql {
        query: input.sql,
        target: &node.relation,
        dialect,
        columns,
        keys,
        changed,
        updated_at,
        hard_deletes,
        names,
        now,
    })
}
