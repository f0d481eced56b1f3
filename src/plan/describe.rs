//! Descriptions and policy tags of relations and columns
//! (<https://docs.getdbt.com/reference/resource-configs/persist_docs>).

use super::{Engine, PlanInput, Step, materialize};
use crate::{
    diagnostic::Diagnostic,
    relation::{Column, Relation, RelationKind},
};

/// Adds what describes the node's relation after `steps`.
///
/// A table that is added to keeps the descriptions it was created with: those of now are written
/// after each run, as in dbt. On BigQuery those of columns are one change of the table's schema,
/// whatever made the table: fields of a STRUCT and policy tags have no statement.
///
/// # Errors
/// A broken contract.
pub(super) fn describe(
    input: &PlanInput<'_>,
    steps: &mut Vec<Step>,
) -> Result<(), Vec<Diagnostic>> {
    let on_bigquery = input.options.engine == Engine::BigQuery;
    let mut creates = false;
    for step in steps.iter_mut() {
        match step {
            Step::CreateTable { temporary: false, options, .. }
            | Step::CreateEmptyTable { temporary: false, options, .. }
            | Step::CreateView { options, .. }
            | Step::CreateMaterializedView { options, .. } => {
                creates = true;
                if on_bigquery {
                    options.column_descriptions.clear();
                    options.policy_tags.clear();
                }
            }
            // What a load job cannot say is one change of the table behind it.
            Step::LoadSeed { .. } => return Ok(()),
            _ => {}
        }
    }
    let refreshes = steps.iter().any(|step| matches!(step, Step::RefreshMaterializedView { .. }));
    if creates && !on_bigquery {
        return Ok(());
    }
    let mut options = materialize::view_options(input)?;
    if creates {
        options.description = None;
    } else if !refreshes {
        let columns = columns_after(input, steps);
        let exists = |name: &str| {
            let base = name.split('.').next().unwrap_or_default();
            columns.iter().any(|column| column.eq_ignore_ascii_case(base))
        };
        options.column_descriptions.retain(|(name, _)| exists(name));
        options.policy_tags.retain(|(name, _)| exists(name));
    }
    if !on_bigquery {
        options.policy_tags.clear();
    }
    let nothing = options.description.is_none()
        && options.column_descriptions.is_empty()
        && options.policy_tags.is_empty();
    if !nothing {
        let relation = Relation { kind: Some(kind(input)), ..input.node.relation.clone() };
        steps.push(Step::Describe { relation, options });
    }
    Ok(())
}

/// What a node's relation is when its plan has run.
pub(super) fn kind(input: &PlanInput<'_>) -> RelationKind {
    match input.node.config.materialized() {
        "view" => RelationKind::View,
        "materialized_view" if input.options.engine == Engine::BigQuery => {
            RelationKind::MaterializedView
        }
        _ => RelationKind::Table,
    }
}

/// The table's columns when `steps` have run.
fn columns_after(input: &PlanInput<'_>, steps: &[Step]) -> Vec<String> {
    let name = |column: &Column| column.name.clone();
    let mut columns: Vec<String> =
        input.observed.existing_columns.iter().flatten().map(name).collect();
    for step in steps {
        match step {
            Step::AlterColumns { add, drop, .. } => {
                columns.extend(add.iter().map(name));
                columns.retain(|name| !drop.iter().any(|gone| gone.eq_ignore_ascii_case(name)));
            }
            Step::CopyTables { .. } => {
                let copied = input.observed.copied.iter().flat_map(|one| &one.columns);
                columns.extend(copied.map(name));
            }
            _ => {}
        }
    }
    columns
}
