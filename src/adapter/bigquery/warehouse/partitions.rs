//! Partitions replaced by copy jobs, which bill nothing
//! (<https://cloud.google.com/bigquery/docs/managing-partitioned-tables#copy_partitions>).

use tokio::task::JoinSet;

use super::{apply::Applying, failed, names::table_id};
use crate::{
    adapter::{
        AdapterError, Cancel,
        bigquery::{BigQueryClient, BigQueryError, CopyJob, JobOutcome, TableId},
    },
    plan::{PartitionBy, Rendered},
    relation::{Cell, Dialect, Relation},
};

/// Copy jobs under way at a time: enough to hide what one takes, few enough to leave room for the jobs
/// of other nodes.
const COPIES_AT_ONCE: usize = 16;

/// Copies the partitions of the staging table, or those named, over the target's.
pub(super) async fn copy(
    applying: &mut Applying<'_>,
    target: &Relation,
    staging: &Relation,
    by: &PartitionBy,
    partitions: Option<&[String]>,
) -> Result<(), AdapterError> {
    let client = &applying.adapter.client;
    let (source, target) = (table_id(client, staging), table_id(client, target));
    let outcome = applying.query(&Rendered::plain(names_query(staging, by, partitions))).await?;
    let rows = applying.adapter.client.get_query_results(&outcome.job, None).await?.rows;
    let mut names = Vec::with_capacity(rows.len());
    for row in rows {
        match row.into_iter().next() {
            Some(Cell::Text(name)) => names.push(name),
            _ => return Err(failed("partitions", "a partition has no name".to_owned())),
        }
    }
    let jobs = names.iter().map(|name| copy_job(&source, &target, name, applying)).collect();
    let outcomes = side_by_side(&applying.adapter.client, jobs, applying.cancel).await;
    let mut failure = None;
    for outcome in outcomes {
        match outcome {
            Ok(outcome) => {
                applying.tally.add(&outcome);
                applying.tally.add_rows(outcome.statistics.rows_written());
            }
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    failure.map_or(Ok(()), |error| Err(error.into()))
}

/// Runs copy jobs, a few at a time, and gives what became of each that began, in the order of their
/// ends. None begins after one failed; those under way are waited for.
async fn side_by_side(
    client: &BigQueryClient,
    jobs: Vec<CopyJob>,
    cancel: &Cancel,
) -> Vec<Result<JobOutcome, BigQueryError>> {
    let mut waiting = jobs.into_iter();
    let mut running = JoinSet::new();
    let mut ended = Vec::new();
    loop {
        let goes_on = ended.iter().all(Result::is_ok) && !cancel.is_cancelled();
        while goes_on
            && running.len() < COPIES_AT_ONCE
            && let Some(job) = waiting.next()
        {
            let (client, cancel) = (client.clone(), cancel.clone());
            running.spawn(async move { client.copy_job(&job, &cancel).await });
        }
        match running.join_next().await {
            Some(Ok(outcome)) => ended.push(outcome),
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            None => break,
        }
    }
    if waiting.next().is_some() && ended.iter().all(Result::is_ok) {
        ended.push(Err(BigQueryError::cancelled()));
    }
    ended
}

fn copy_job(source: &TableId, target: &TableId, name: &str, applying: &Applying<'_>) -> CopyJob {
    CopyJob {
        options: applying.job_options(),
        ..CopyJob::replace(source.partition(name), target.partition(name))
    }
}

/// The query of the partitions' names, as decorators write them.
fn names_query(staging: &Relation, by: &PartitionBy, partitions: Option<&[String]>) -> String {
    let column = match by.time_ingestion {
        true => "_PARTITIONTIME".to_owned(),
        false => Dialect::GoogleSql.quote(&by.field),
    };
    let from = match partitions {
        Some(partitions) => {
            format!("(select value from unnest([{}]) as value)", partitions.join(", "))
        }
        None => format!("(select {column} as value from {staging})"),
    };
    if let Some((start, end, interval)) = by.range.filter(|_| by.data_type == "int64") {
        // What is outside the ranges is in a partition of its own.
        return format!(
            "select distinct case when value is null then '__NULL__' \
             when value < {start} or value >= {end} then '__UNPARTITIONED__' \
             else cast({start} + div(value - {start}, {interval}) * {interval} as string) end \
             from {from}"
        );
    }
    let format = match by.granularity.as_str() {
        "hour" => "%Y%m%d%H",
        "month" => "%Y%m",
        "year" => "%Y",
        _ => "%Y%m%d",
    };
    format!(
        "select distinct coalesce(format_timestamp('{format}', cast(value as timestamp)), '__NULL__') \
         from {from}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_named_as_decorators_write_them() {
        let staging = Relation::new(Dialect::GoogleSql, None, "s", "t");
        let by = |data_type: &str, granularity: &str, range| PartitionBy {
            field: "at".to_owned(),
            data_type: data_type.to_owned(),
            granularity: granularity.to_owned(),
            range,
            time_ingestion: false,
            copy_partitions: true,
        };
        insta::assert_snapshot!(names_query(&staging, &by("date", "month", None), None), @"select distinct coalesce(format_timestamp('%Y%m', cast(value as timestamp)), '__NULL__') from (select `at` as value from `s`.`t`)");
        let named = ["date '2024-01-01'".to_owned()];
        insta::assert_snapshot!(names_query(&staging, &by("date", "day", None), Some(&named)), @"select distinct coalesce(format_timestamp('%Y%m%d', cast(value as timestamp)), '__NULL__') from (select value from unnest([date '2024-01-01']) as value)");
        insta::assert_snapshot!(names_query(&staging, &by("int64", "day", Some((0, 100, 10))), None), @"select distinct case when value is null then '__NULL__' when value < 0 or value >= 100 then '__UNPARTITIONED__' else cast(0 + div(value - 0, 10) * 10 as string) end from (select `at` as value from `s`.`t`)");
    }
}
