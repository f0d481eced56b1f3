//! `materialized: table`.

use crate::{
    plan::{PlanInput, Step, TableOptions, planner::make_room},
    relation::RelationKind,
};

/// Replaces whatever is there by a table.
pub fn steps(input: &PlanInput<'_>) -> Vec<Step> {
    let mut steps = make_room(input, RelationKind::Table);
    steps.push(Step::CreateTable {
        relation: input.node.relation.clone(),
        query: input.sql.to_owned(),
        options: TableOptions::default(),
        temporary: false,
    });
    steps
}
