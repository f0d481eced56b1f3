//! `append`: new rows are inserted.

use super::incremental_plan::Change;
use crate::plan::Step;

pub(super) fn steps(change: Change<'_>) -> Vec<Step> {
    vec![Step::Insert {
        target: change.input.node.relation.clone(),
        rows: change.rows(),
        columns: change.columns,
    }]
}
