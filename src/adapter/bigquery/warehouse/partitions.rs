//! Partitions replaced by copy jobs, which bill nothing
//! (<https://cloud.google.com/bigquery/docs/managing-partitioned-tables#copy_partitions>).

use super::{apply::Applying, failed, names::table_id};
use crate::{
    adapter::{
        AdapterError,
        bigquery::{CopyJob, TableId},
    },
    plan::{PartitionBy, Rendered},
    relation::{Cell, Dialect, Relation},
};

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
    for row in rows {
        let Some(Cell::Text(name)) = row.into_iter().next() else {
            return Err(failed("partitions", "a partition has no name".to_owned()));
        };
        let job = copy_job(&source, &target, &name, applying);
        let outcome = applying.adapter.client.copy_job(&job, applying.cancel).await?;
        applying.tally.add(&outcome);
        applying.tally.add_rows(outcome.statistics.rows_written());
    }
    Ok(())
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
