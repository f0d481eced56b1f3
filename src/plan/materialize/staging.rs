//! Tables that live as long as a plan.

use super::options::kms_key;
use crate::{
    plan::{PlanInput, Step},
    relation::Relation,
};

/// BigQuery's longest table name
/// (<https://cloud.google.com/bigquery/docs/tables#table_naming>).
const MAX_NAME_CHARS: usize = 1024;

/// The staging table of a node, under dbt's name for it.
pub(in crate::plan) fn staging(input: &PlanInput<'_>) -> Relation {
    let relation = &input.node.relation;
    let suffix = format!("__dbt_tmp{}", input.options.staging_suffix);
    let kept = MAX_NAME_CHARS - suffix.len();
    let name: String = relation.identifier.chars().take(kept).collect();
    relation.with_identifier(format!("{name}{suffix}"))
}

/// Has staging tables encrypted by the key of their node's table: they hold the same rows.
pub(in crate::plan) fn encrypt(input: &PlanInput<'_>, steps: &mut [Step]) {
    let Some(key) = kms_key(input.node) else { return };
    for step in steps {
        if let Step::CreateTable { temporary: true, options, .. }
        | Step::CreateEmptyTable { temporary: true, options, .. } = step
            && !options.other.iter().any(|(name, _)| *name == key.0)
        {
            options.other.push(key.clone());
        }
    }
}
