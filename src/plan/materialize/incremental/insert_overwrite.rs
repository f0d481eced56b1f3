//! `insert_overwrite`: whole partitions are replaced.

use super::incremental_plan::Change;
use crate::{
    diagnostic::Diagnostic,
    plan::{PartitionBy, RowSource, Step, materialize::options::wrong},
};

/// The partitions are those of `partitions`, else those the new rows are in.
pub(super) fn steps(
    change: Change<'_>,
    partition_by: Option<PartitionBy>,
) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let node = change.input.node;
    let Some(partition_by) = partition_by else {
        return Err(wrong(node, "the strategy `insert_overwrite` needs `partition_by`"));
    };
    Ok(vec![Step::InsertOverwrite {
        target: node.relation.clone(),
        rows: RowSource::Query(change.input.sql.to_owned()),
        partition_by,
        partitions: node.config.texts("partitions").filter(|list| !list.is_empty()),
        columns: change.columns,
    }])
}
