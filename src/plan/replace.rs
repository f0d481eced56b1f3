//! A new relation in the place of whatever is there.

use super::{Engine, PlanInput, Step, TableOptions, materialize::staging};
use crate::relation::{Relation, RelationKind};

/// The steps that put what `create` makes in the place of the node's relation.
///
/// The embedded engine replaces like with like in one statement and takes everything back where one
/// fails. On BigQuery a statement is atomic by itself, and a table replaces only one that is
/// partitioned and clustered as it is
/// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#create_table_statement>):
/// then the new one is built beside the old one, which goes only when that has worked.
pub(super) fn replace(
    input: &PlanInput<'_>,
    wanted: RelationKind,
    options: &TableOptions,
    create: impl Fn(Relation) -> Step,
) -> Vec<Step> {
    let relation = &input.node.relation;
    let mut steps = vec![Step::CreateSchema {
        database: relation.database.clone(),
        schema: relation.schema.clone(),
    }];
    let existing = input.observed.existing.as_ref();
    let Some(existing) =
        existing.filter(|existing| !is_replaceable(existing, input, wanted, options))
    else {
        steps.push(create(relation.clone()));
        return steps;
    };
    let old = Step::DropRelation { relation: existing.clone() };
    if input.options.engine == Engine::Embedded {
        steps.extend([old, create(relation.clone())]);
        return steps;
    }
    let beside = staging(input);
    if wanted == RelationKind::Table {
        let from = Relation { kind: Some(wanted), ..beside.clone() };
        let rename = Step::RenameRelation { from, to: relation.identifier.clone() };
        steps.extend([create(beside), old, rename]);
        return steps;
    }
    // Views cannot be renamed: one beside proves that the query is right before the table goes.
    let query = match create(relation.clone()) {
        Step::CreateView { query, .. } | Step::CreateMaterializedView { query, .. } => query,
        _ => String::new(),
    };
    let tried = Relation { kind: Some(RelationKind::View), ..beside };
    steps.extend([
        Step::CreateView { relation: tried.clone(), query, options: TableOptions::default() },
        old,
        create(relation.clone()),
        Step::DropRelation { relation: tried },
    ]);
    steps
}

fn is_replaceable(
    existing: &Relation,
    input: &PlanInput<'_>,
    wanted: RelationKind,
    options: &TableOptions,
) -> bool {
    let is_kept = input.options.engine == Engine::BigQuery && wanted == RelationKind::Table;
    existing.kind == Some(wanted) && (!is_kept || same_layout(input, options))
}

/// Whether the existing relation is partitioned and clustered as the new one is to be.
pub(super) fn same_layout(input: &PlanInput<'_>, options: &TableOptions) -> bool {
    let Some(details) = &input.observed.details else { return true };
    let same_partition = match (&details.partition, &options.partition_by) {
        (Some(existing), Some(wanted)) => existing.same(&wanted.layout()),
        (existing, wanted) => existing.is_none() && wanted.is_none(),
    };
    let (old, new) = (&details.cluster_by, &options.cluster_by);
    same_partition
        && old.len() == new.len()
        && old.iter().zip(new).all(|(old, new)| old.eq_ignore_ascii_case(new))
}
