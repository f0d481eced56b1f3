//! When the partitions of tables changed last, from the dataset's own account of them: no table is read
//! (<https://cloud.google.com/bigquery/docs/information-schema-partitions>).

use std::{pin::pin, time::Duration};

use chrono::DateTime;

use super::{bigquery_adapter::BigQueryAdapter, failed};
use crate::{
    adapter::{
        AdapterError, Cancel,
        bigquery::{BigQueryErrorKind, DatasetId, QueryJob},
    },
    relation::{Cell, Dialect, PartitionState},
};

/// How long an answer is waited for, which takes seconds: a plan is right without it too.
const PATIENCE: Duration = Duration::from_secs(45);

/// Asks once for all tables: BigQuery bills at least 10 MB for a query of this kind.
pub(super) async fn of(
    adapter: &BigQueryAdapter,
    dataset: &DatasetId,
    tables: &[String],
) -> Result<Vec<PartitionState>, AdapterError> {
    let sql = query(dataset, tables);
    let (job, cancel) = (QueryJob::new(sql), Cancel::default());
    let mut asking = pin!(adapter.client.query_rows(&job, None, &cancel));
    let rows = tokio::select! {
        rows = &mut asking => rows,
        () = tokio::time::sleep(PATIENCE) => {
            cancel.cancel();
            let _ = asking.await;
            let message = format!("BigQuery did not tell them within {} s", PATIENCE.as_secs());
            return Err(failed("bigquery-timed-out", message));
        }
    };
    let (_, table) = match rows {
        Ok(found) => found,
        // There is no such dataset yet.
        Err(error) if error.kind == BigQueryErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let state = |row: Vec<Cell>| {
        let mut row = row.into_iter();
        match (row.next()?, row.next()?, row.next()?) {
            (Cell::Text(table), Cell::Text(partition), Cell::Int(millis)) => {
                let modified = DateTime::from_timestamp_millis(millis)?;
                Some(PartitionState { table, partition, modified })
            }
            _ => None,
        }
    };
    Ok(table.rows.into_iter().filter_map(state).collect())
}

/// Rows without a partition, and those that no partition has taken yet, have no time.
fn query(dataset: &DatasetId, tables: &[String]) -> String {
    let quote = |name: &str| Dialect::GoogleSql.quote(name);
    let (project, name) = (quote(&dataset.project), quote(&dataset.dataset));
    let text = |name: &String| format!("'{}'", name.replace('\\', "\\\\").replace('\'', "\\'"));
    let names = tables.iter().map(text).collect::<Vec<_>>().join(", ");
    format!(
        "select table_name, partition_id, unix_millis(last_modified_time) as modified\n\
         from {project}.{name}.INFORMATION_SCHEMA.PARTITIONS\n\
         where table_name in ({names}) and partition_id is not null\n\
         and partition_id not in ('__NULL__', '__UNPARTITIONED__')"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_texts() {
        let tables = ["orders".to_owned(), "it's".to_owned()];
        insta::assert_snapshot!(query(&DatasetId::new("a-b", "gold"), &tables), @r"
        select table_name, partition_id, unix_millis(last_modified_time) as modified
        from `a-b`.`gold`.INFORMATION_SCHEMA.PARTITIONS
        where table_name in ('orders', 'it\'s') and partition_id is not null
        and partition_id not in ('__NULL__', '__UNPARTITIONED__')
        ");
    }
}
