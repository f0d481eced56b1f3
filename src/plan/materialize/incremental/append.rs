//! `append`: new rows are inserted.

use super::incremental_plan::Change;
use crate::plan::{RowSource, Step};

pub(super) fn steps(change: Change<'_>) -> Vec<Step> {
    vec![Step::Insert {
        target: change.input.node.relation.clone(),
        columns: change.columns,
        rows: RowSource::Query(change.input.sql.to_owned()),
    }]
}
