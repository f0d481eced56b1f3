//! `merge`: rows with a known key are updated, the others inserted.

use super::incremental_plan::Change;
use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    plan::{
        Engine, RowSource, Step, TableOptions,
        materialize::{
            options::{partition_by, place, wrong},
            staging,
        },
    },
};

/// Without `unique_key` everything is inserted, as in dbt.
pub(super) fn steps(change: Change<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let node = change.input.node;
    let update = node.config.texts("merge_update_columns");
    let exclude = node.config.texts("merge_exclude_columns");
    let update = match (update, exclude) {
        (Some(_), Some(_)) => {
            let message = "`merge_update_columns` and `merge_exclude_columns` exclude each other";
            return Err(wrong(node, message));
        }
        (Some(update), None) => known(&change, "merge_update_columns", &update)?,
        (None, Some(exclude)) => {
            let exclude = known(&change, "merge_exclude_columns", &exclude)?;
            change.columns.iter().filter(|name| !exclude.contains(name)).cloned().collect()
        }
        (None, None) => change.columns.clone(),
    };
    let on_bigquery = change.input.options.engine == Engine::BigQuery;
    let prune = partition_by(node)?
        .filter(|by| on_bigquery && !by.time_ingestion)
        .filter(|by| change.keys.iter().any(|key| key.eq_ignore_ascii_case(&by.field)));
    let mut steps = Vec::new();
    let mut rows = change.rows();
    if prune.is_some() {
        // What bounds the scan of the table is known from the rows: they are computed first.
        let staged = staging(change.input);
        steps.push(Step::CreateTable {
            relation: staged.clone(),
            query: change.input.sql.to_owned(),
            options: TableOptions::default(),
            temporary: true,
        });
        rows = RowSource::Relation(staged);
    }
    steps.push(Step::Merge {
        target: node.relation.clone(),
        rows,
        predicates: change.predicates(),
        update: if change.keys.is_empty() { Vec::new() } else { update },
        keys: change.keys,
        insert: change.columns,
        prune,
    });
    Ok(steps)
}

/// The named columns in the table's spelling.
fn known(
    change: &Change<'_>,
    setting: &str,
    names: &[String],
) -> Result<Vec<String>, Vec<Diagnostic>> {
    let node = change.input.node;
    let mut found = Vec::new();
    let mut unknown = Vec::new();
    for name in names {
        match change.columns.iter().find(|column| column.eq_ignore_ascii_case(name)) {
            Some(column) => found.push(column.clone()),
            None => unknown.push(
                Diagnostic::error(
                    "unknown-column",
                    format!("`{setting}` of `{}` names `{name}`, which is no column", node.name),
                )
                .at(place(node), "")
                .maybe_help(did_you_mean(name, change.columns.iter().map(String::as_str))),
            ),
        }
    }
    if unknown.is_empty() { Ok(found) } else { Err(unknown) }
}
