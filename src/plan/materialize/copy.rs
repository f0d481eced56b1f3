//! `materialized: copy`: tables taken over whole by a job that bills nothing
//! (<https://cloud.google.com/bigquery/docs/managing-tables#copy-table>).

use super::{options::wrong, staging, view_options};
use crate::{
    diagnostic::Diagnostic,
    manifest::Node,
    plan::{
        CopySource, Engine, PlanInput, RowSource, Step, TableOptions, replace::replace,
        should_full_refresh,
    },
    relation::{Column, Relation, RelationKind},
};

/// Whether a build adds to the table that an earlier one made: `copy_materialization: incremental`.
pub(in crate::plan) fn adds(node: &Node) -> bool {
    node.config.text("copy_materialization") == Some("incremental")
}

/// Copies the tables that the model names by `ref()` and `source()`; the rest of its code says nothing.
///
/// # Errors
/// Nothing to copy, or what cannot be copied together.
pub fn steps(input: &PlanInput<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let node = input.node;
    let copied = &input.observed.copied;
    let Some(first) = copied.first() else {
        let problems = wrong(node, "a copy needs tables to copy").into_iter();
        let help = "name them by `ref()` and `source()`";
        return Err(problems.map(|problem| problem.help(help)).collect());
    };
    let mut views = copied.iter().filter(|one| {
        matches!(one.relation.kind, Some(RelationKind::View | RelationKind::MaterializedView))
    });
    if let Some(CopySource { relation, .. }) = views.next() {
        let message = format!("a copy is of tables, and {relation} is a view");
        let help = "make it a table, or select from it in a model that is `table`";
        return Err(wrong(node, &message).into_iter().map(|one| one.help(help)).collect());
    }
    let existing = input.observed.existing.as_ref().filter(|existing| {
        existing.kind == Some(RelationKind::Table)
            && adds(node)
            && !should_full_refresh(node, input.options)
    });
    match input.options.engine {
        Engine::BigQuery => Ok(by_job(input, copied, existing.is_some())),
        Engine::Embedded => {
            let target = existing.and(input.observed.existing_columns.as_deref());
            same_columns(node, copied, target)?;
            by_statement(input, first, copied, existing.is_some())
        }
    }
}

/// BigQuery compares the columns itself. A table is replaced by the job; what is none makes room when
/// that has worked.
fn by_job(input: &PlanInput<'_>, copied: &[CopySource], adds: bool) -> Vec<Step> {
    let target = &input.node.relation;
    let mut steps = vec![Step::CreateSchema {
        database: target.database.clone(),
        schema: target.schema.clone(),
    }];
    let mut existing = input.observed.existing.iter();
    if input.options.empty {
        if !adds {
            // With the layout of the first: a later copy replaces like with like.
            steps.extend(existing.map(|old| Step::DropRelation { relation: old.clone() }));
            let sql = format!("create table {target}\nlike {}", copied[0].relation);
            steps.push(Step::Statement { sql });
        }
        return steps;
    }
    let copy = |target: Relation| Step::CopyTables {
        sources: copied.iter().map(|one| one.relation.clone()).collect(),
        target,
        adds,
        kms_key: input.node.config.text("kms_key_name").map(str::to_owned),
    };
    match existing.find(|old| old.kind != Some(RelationKind::Table)) {
        None => steps.push(copy(target.clone())),
        Some(other) => {
            let beside = staging(input);
            let from = Relation { kind: Some(RelationKind::Table), ..beside.clone() };
            steps.extend([
                copy(beside),
                Step::DropRelation { relation: other.clone() },
                Step::RenameRelation { from, to: target.identifier.clone() },
            ]);
        }
    }
    steps
}

/// The embedded engine has no such jobs: the rows are read and written.
fn by_statement(
    input: &PlanInput<'_>,
    first: &CopySource,
    copied: &[CopySource],
    adds: bool,
) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let target = &input.node.relation;
    let columns: Vec<String> = first.columns.iter().map(|column| column.name.clone()).collect();
    let names: Vec<String> = columns.iter().map(|name| target.dialect.quote(name)).collect();
    let names = match names.is_empty() {
        true => "*".to_owned(),
        false => names.join(", "),
    };
    let none = if input.options.empty { " where false" } else { "" };
    let part = |relation: &Relation| format!("select {names} from {relation}{none}");
    let parts: Vec<String> = copied.iter().map(|one| part(&one.relation)).collect();
    let query = parts.join("\nunion all\n");
    if adds {
        let rows = RowSource::Query(query);
        return Ok(vec![Step::Insert { target: target.clone(), columns, rows }]);
    }
    let described = view_options(input)?;
    let options = TableOptions {
        description: described.description,
        column_descriptions: described.column_descriptions,
        ..TableOptions::default()
    };
    Ok(replace(input, RelationKind::Table, &options, |relation| Step::CreateTable {
        relation,
        query: query.clone(),
        options: options.clone(),
        temporary: false,
    }))
}

/// What is copied together, or to what is there, has the same columns of the same types.
fn same_columns(
    node: &Node,
    copied: &[CopySource],
    target: Option<&[Column]>,
) -> Result<(), Vec<Diagnostic>> {
    let Some(first) = copied.first() else { return Ok(()) };
    let others = copied[1..].iter().map(|one| (one.relation.to_string(), &*one.columns));
    let target = target.map(|columns| (node.relation.to_string(), columns));
    for (name, columns) in others.chain(target) {
        let has = |columns: &[Column], wanted: &Column| {
            columns.iter().any(|column| {
                column.name.eq_ignore_ascii_case(&wanted.name)
                    && column.data_type.eq_ignore_ascii_case(&wanted.data_type)
            })
        };
        let lacking = first.columns.iter().find(|column| !has(columns, column));
        let further = columns.iter().find(|column| !has(&first.columns, column));
        // What is not there yet has no columns: the engine says so.
        if columns.is_empty() || first.columns.is_empty() {
            continue;
        }
        let (differs, owner) = match (lacking, further) {
            (Some(column), _) => (column, &first.relation.to_string()),
            (None, Some(column)) => (column, &name),
            (None, None) => continue,
        };
        let message = format!(
            "a copy is of tables with the same columns: `{}` of type {} is in {owner} only, of {} and {name}",
            differs.name, differs.data_type, first.relation
        );
        let help = "select the columns from each in a model that is `table` or `incremental`";
        return Err(wrong(node, &message).into_iter().map(|one| one.help(help)).collect());
    }
    Ok(())
}
