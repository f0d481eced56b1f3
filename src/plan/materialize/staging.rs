//! Tables that live as long as a plan.

use crate::relation::Relation;

/// The staging table of a node, under dbt's name for it.
pub(super) fn staging(relation: &Relation) -> Relation {
    relation.with_identifier(format!("{}__dbt_tmp", relation.identifier))
}
