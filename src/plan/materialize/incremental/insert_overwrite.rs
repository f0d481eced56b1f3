//! `insert_overwrite`: whole partitions are replaced.

use super::incremental_plan::Change;
use crate::{
    diagnostic::Diagnostic,
    plan::{
        Engine, PartitionBy, RowSource, Step, TableOptions,
        materialize::{options::wrong, staging},
    },
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
    let target = node.relation.clone();
    let partitions = node.config.texts("partitions").filter(|list| !list.is_empty());
    let columns = change.columns;
    let query = change.input.sql.to_owned();
    if change.input.options.engine == Engine::Embedded {
        let rows = RowSource::Query(query);
        return Ok(vec![Step::InsertOverwrite { target, rows, partition_by, partitions, columns }]);
    }
    if partitions.is_some() && !partition_by.copy_partitions {
        let rows = RowSource::Query(query);
        return Ok(vec![Step::InsertOverwrite { target, rows, partition_by, partitions, columns }]);
    }
    // Which partitions are replaced is known from the rows: they are computed once, first.
    let staged = staging(change.input);
    let options = match partition_by.copy_partitions {
        // A copy job takes partitions between tables of one layout.
        true => TableOptions {
            partition_by: Some(partition_by.clone()),
            cluster_by: node.config.texts("cluster_by").unwrap_or_default(),
            ..TableOptions::default()
        },
        false => TableOptions::default(),
    };
    let stage = Step::CreateTable { relation: staged.clone(), query, options, temporary: true };
    let replace = match partition_by.copy_partitions {
        true => Step::CopyPartitions { target, staging: staged, partition_by, partitions },
        false => {
            let rows = RowSource::Relation(staged);
            Step::InsertOverwrite { target, rows, partition_by, partitions, columns }
        }
    };
    Ok(vec![stage, replace])
}
