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
    let columns = change.columns.clone();
    let ingestion = change.ingestion.as_ref();
    let replaced = ingestion.map(|ingestion| ingestion.partition(partitions.is_some()));
    let replaced = replaced.unwrap_or_else(|| partition_by.clone());
    let is_embedded = change.input.options.engine == Engine::Embedded;
    if is_embedded || partitions.is_some() && !partition_by.copy_partitions {
        let (rows, partition_by) = (change.rows(), replaced);
        let partitions = match ingestion {
            Some(ingestion) => partitions.map(|named| ingestion.named(named)),
            None => partitions,
        };
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
    if let Some(ingestion) = ingestion.filter(|_| partition_by.copy_partitions) {
        let mut steps = ingestion.filled(change.input, &staged, options, true).to_vec();
        steps.push(Step::CopyPartitions { target, staging: staged, partition_by, partitions });
        return Ok(steps);
    }
    let query = change.input.sql.to_owned();
    let stage = Step::CreateTable { relation: staged.clone(), query, options, temporary: true };
    let replace = match partition_by.copy_partitions {
        true => Step::CopyPartitions { target, staging: staged, partition_by, partitions },
        false => {
            let rows = change.written(RowSource::Relation(staged));
            Step::InsertOverwrite { target, rows, partition_by: replaced, partitions, columns }
        }
    };
    Ok(vec![stage, replace])
}
