//! Changes of tables that exist
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax>).

use super::words::{around_rows, list, quote};
use crate::{
    plan::{
        ColumnTimeSpan, PartitionBy, Rendered, RowSource, SnapshotColumns,
        render::{
            partition::{named_partitions, partition_of},
            time_span_condition,
        },
    },
    relation::{Column, Dialect, Relation},
};

/// The script variable that holds the partitions of the new rows, as in dbt-bigquery.
const PARTITIONS: &str = "dbt_partitions_for_replacement";
/// The script variable that says whether new rows have no partition.
const WITHOUT: &str = "dbt_replaces_null_partition";
/// The script variables of the least and the greatest partition value of the new rows.
const LEAST: &str = "dbt_least_partition_value";
const GREATEST: &str = "dbt_greatest_partition_value";

/// Columns added, dropped, widened and extended. BigQuery takes several changes of one kind in a
/// statement, not of several kinds; for further fields of a STRUCT it has none
/// (<https://cloud.google.com/bigquery/docs/managing-table-schemas#add_a_nested_column_to_a_record_column>):
/// they are said in comments, and `tables.patch` adds them.
pub(super) fn columns(
    relation: &Relation,
    add: &[Column],
    drop: &[String],
    retype: &[Column],
    extend: &[Column],
) -> Vec<Rendered> {
    let added =
        add.iter().map(|column| format!("add column {} {}", quote(&column.name), column.data_type));
    let dropped = drop.iter().map(|name| format!("drop column {}", quote(name)));
    let retyped = retype.iter().map(|column| {
        format!("alter column {} set data type {}", quote(&column.name), column.data_type)
    });
    let kinds = [added.collect::<Vec<_>>(), dropped.collect(), retyped.collect()];
    let statement = |changes: &Vec<String>| {
        Rendered::plain(format!("alter table {relation}\n{}", changes.join(",\n")))
    };
    let extended = extend.iter().map(|column| {
        let (name, kind) = (quote(&column.name), &column.data_type);
        Rendered::plain(format!("-- adds fields to {name} of {relation}: {kind}"))
    });
    kinds.iter().filter(|changes| !changes.is_empty()).map(statement).chain(extended).collect()
}

/// Rows with a key of the new rows' go.
pub(super) fn delete_matching(
    target: &Relation,
    rows: &RowSource,
    keys: &[String],
    predicates: &[String],
) -> Rendered {
    let same = conditions(&same_keys(keys), &[]);
    let further: String = predicates.iter().map(|each| format!("\nand ({each})")).collect();
    let head = format!("delete from {target} as DBT_INTERNAL_DEST\nwhere exists (select 1 from (");
    let tail = format!(") as DBT_INTERNAL_SOURCE where {same}){further}");
    around_rows(&head, rows, &tail)
}

/// Both in one transaction: where a statement of it fails, BigQuery takes all of it back
/// (<https://cloud.google.com/bigquery/docs/transactions>).
pub(super) fn delete_insert(
    target: &Relation,
    staging: &Relation,
    keys: &[String],
    predicates: &[String],
    columns: &[String],
) -> Rendered {
    let names = list(columns);
    let delete = delete_matching(target, &RowSource::Relation(staging.clone()), keys, predicates);
    Rendered::plain(format!(
        "begin transaction;\n{};\ninsert into {target} ({names})\nselect {names} from {staging};\n\
         commit transaction",
        delete.sql
    ))
}

/// What a merge matches by.
pub(super) struct Matching<'a> {
    pub keys: &'a [String],
    pub predicates: &'a [String],
    /// The partitioning, where its column is one of the keys.
    pub prune: Option<&'a PartitionBy>,
}

/// Without keys everything is inserted. A partition column among the keys bounds what is read of the
/// table: BigQuery prunes by constants, and a script's variable is one
/// (<https://cloud.google.com/bigquery/docs/using-dml-with-partitioned-tables>).
pub(super) fn merge(
    target: &Relation,
    rows: &RowSource,
    matching: &Matching<'_>,
    update: &[String],
    insert: &[String],
) -> Rendered {
    let Matching { keys, predicates, prune } = matching;
    let mut on = same_keys(keys);
    let mut before = String::new();
    if let (Some(by), RowSource::Relation(staging)) = (prune, rows) {
        let field = quote(&by.field);
        let kind = by.data_type.to_ascii_uppercase();
        let value = |function: &str| format!("(select {function}({field}) from {staging})");
        before = format!(
            "declare {LEAST} {kind} default {};\ndeclare {GREATEST} {kind} default {};\n",
            value("min"),
            value("max")
        );
        on.push(format!("DBT_INTERNAL_DEST.{field} between {LEAST} and {GREATEST}"));
    }
    let on = match keys.is_empty() {
        true => "FALSE".to_owned(),
        false => conditions(&on, predicates),
    };
    let mut tail = format!(") as DBT_INTERNAL_SOURCE\non {on}");
    if !update.is_empty() && !keys.is_empty() {
        let set = update.iter().map(|name| format!("{0} = DBT_INTERNAL_SOURCE.{0}", quote(name)));
        let set = set.collect::<Vec<_>>().join(",\n");
        tail.push_str(&format!("\nwhen matched then update set\n{set}"));
    }
    let names = list(insert);
    tail.push_str(&format!("\nwhen not matched then insert\n({names})\nvalues\n({names})"));
    around_rows(&format!("{before}merge into {target} as DBT_INTERNAL_DEST\nusing ("), rows, &tail)
}

/// dbt-bigquery's merge on `FALSE`: the partitions' rows go, the new ones come, in one statement.
/// Rows without a partition replace those without one.
pub(super) fn insert_overwrite(
    target: &Relation,
    rows: &RowSource,
    by: &PartitionBy,
    partitions: Option<&[String]>,
    columns: &[String],
) -> Rendered {
    let partition = partition_of(by, Some("DBT_INTERNAL_DEST"), Dialect::GoogleSql);
    let names = list(columns);
    let tail = |replaced: &str| {
        format!(
            ") as DBT_INTERNAL_SOURCE\non FALSE\n\
             when not matched by source and {replaced}\nthen delete\n\
             when not matched then insert\n({names})\nvalues\n({names})"
        )
    };
    let head = format!("merge into {target} as DBT_INTERNAL_DEST\nusing (");
    if let Some(partitions) = partitions {
        return around_rows(
            &head,
            rows,
            &tail(&format!(
                "{partition} in ({})",
                named_partitions(by, partitions, Dialect::GoogleSql)
            )),
        );
    }
    let own = partition_of(by, None, Dialect::GoogleSql);
    let from = match rows {
        RowSource::Relation(staging) => staging.to_string(),
        RowSource::Query(query) => format!("(\n{}\n)", query.trim_end()),
    };
    let kind = by.data_type.to_ascii_uppercase();
    let before = format!(
        "declare {PARTITIONS} array<{kind}> default array(\n  select distinct {own} from {from} \
         where {own} is not null\n);\n\
         declare {WITHOUT} bool default (select countif({own} is null) > 0 from {from});\n"
    );
    let replaced =
        format!("({partition} in unnest({PARTITIONS})\nor ({WITHOUT} and {partition} is null))");
    around_rows(&format!("{before}{head}"), rows, &tail(&replaced))
}

/// What dbt-bigquery does with the partitions of a batch, in one statement too; but the rows that go
/// and those that come are those of the batch's time. So a batch that has no rows any more is emptied,
/// and one never touches another's partition.
pub(super) fn replace_time_span(
    target: &Relation,
    rows: &RowSource,
    time: &ColumnTimeSpan,
    columns: &[String],
) -> Rendered {
    let within = |alias: &str| time_span_condition(time, alias, Dialect::GoogleSql);
    let names = list(columns);
    let head = format!("merge into {target} as DBT_INTERNAL_DEST\nusing (select {names} from (");
    let tail = format!(
        ") as DBT_INTERNAL_SOURCE\nwhere {}) as DBT_INTERNAL_SOURCE\non FALSE\n\
         when not matched by source and {}\nthen delete\n\
         when not matched then insert\n({names})\nvalues\n({names})",
        within("DBT_INTERNAL_SOURCE"),
        within("DBT_INTERNAL_DEST"),
    );
    around_rows(&head, rows, &tail)
}

/// A snapshot's staged changes.
pub(super) fn snapshot_merge(
    target: &Relation,
    staging: &Relation,
    names: &SnapshotColumns,
    insert: &[String],
) -> Rendered {
    let (scd_id, valid_to) = (quote(&names.scd_id), quote(&names.valid_to));
    let open = match &names.valid_to_current {
        Some(current) => format!(
            "(DBT_INTERNAL_DEST.{valid_to} = {current} or DBT_INTERNAL_DEST.{valid_to} is null)"
        ),
        None => format!("DBT_INTERNAL_DEST.{valid_to} is null"),
    };
    let names = list(insert);
    // A new version is never matched, also where its id is that of a version which was closed or is
    // about to be: a row that comes back, or that changed without a newer `updated_at`.
    Rendered::plain(format!(
        "merge into {target} as DBT_INTERNAL_DEST\n\
         using {staging} as DBT_INTERNAL_SOURCE\n\
         on DBT_INTERNAL_SOURCE.{scd_id} = DBT_INTERNAL_DEST.{scd_id}\n\
         and {open}\n\
         and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')\n\
         when matched\n\
         then update\nset {valid_to} = DBT_INTERNAL_SOURCE.{valid_to}\n\
         when not matched\nand DBT_INTERNAL_SOURCE.dbt_change_type = 'insert'\n\
         then insert ({names})\nvalues ({names})"
    ))
}

fn same_keys(keys: &[String]) -> Vec<String> {
    let same =
        |key: &String| format!("DBT_INTERNAL_SOURCE.{0} = DBT_INTERNAL_DEST.{0}", quote(key));
    keys.iter().map(same).collect()
}

fn conditions(same: &[String], predicates: &[String]) -> String {
    let all = same.iter().chain(predicates).map(|each| format!("({each})"));
    all.collect::<Vec<_>>().join(" and ")
}
