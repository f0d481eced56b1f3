//! Steps as GoogleSQL statements: what BigQuery runs, and `target/run` of GoogleSQL projects.

use super::{Rendered, partition::partition_of};
use crate::{
    plan::{PartitionBy, RowSource, SnapshotColumns, Step, TableOptions},
    relation::{Column, Dialect, Relation, RelationKind},
};

/// How long a staging table lives where nothing drops it before, as in dbt-bigquery.
const STAGING_HOURS: u32 = 12;
/// The script variable that holds the partitions of the new rows, as in dbt-bigquery.
const PARTITIONS: &str = "dbt_partitions_for_replacement";

/// The statements of a step, in order. `LoadSeed` and `Append` give the table that a load job fills.
pub fn statements(step: &Step) -> Vec<Rendered> {
    match step {
        Step::CreateSchema { database, schema } => vec![Rendered::plain(format!(
            "create schema if not exists {}",
            schema_name(database.as_deref(), schema)
        ))],
        Step::DropSchema { database, schema } => vec![Rendered::plain(format!(
            "drop schema if exists {} cascade",
            schema_name(database.as_deref(), schema)
        ))],
        Step::RenameRelation { from, to } => {
            vec![Rendered::plain(format!("alter table {from} rename to {}", quote(to)))]
        }
        Step::CreateView { relation, query, options } => {
            // A view's column list must name every column, which is not known here: descriptions
            // of a view's columns are left to `tables.patch`.
            let list = option_list(options);
            let head = format!("create or replace view {relation}{list}\nas");
            vec![Rendered::around(&head, query, "")]
        }
        Step::CreateTable { relation, query, options, temporary } => {
            create_table(relation, query, options, *temporary)
        }
        Step::Describe { relation, options } => {
            let of_table = options.description.iter().map(|text| {
                let text = text_literal(text);
                Rendered::plain(format!(
                    "alter table {relation} set options (description = {text})"
                ))
            });
            of_table.chain(described_columns(relation, options)).collect()
        }
        Step::DropRelation { relation } => {
            let kind = relation.kind.map_or("table", RelationKind::as_str).replace('_', " ");
            vec![Rendered::plain(format!("drop {kind} if exists {relation}"))]
        }
        Step::AlterColumns { relation, add, drop, retype } => {
            let added = add
                .iter()
                .map(|column| format!("add column {} {}", quote(&column.name), column.data_type));
            let dropped = drop.iter().map(|name| format!("drop column {}", quote(name)));
            let retyped = retype.iter().map(|column| {
                format!("alter column {} set data type {}", quote(&column.name), column.data_type)
            });
            // BigQuery takes several changes of one kind in a statement, not of several kinds.
            let kinds = [added.collect::<Vec<_>>(), dropped.collect(), retyped.collect()];
            let kinds = kinds.iter().filter(|changes| !changes.is_empty());
            kinds
                .map(|changes| {
                    Rendered::plain(format!("alter table {relation}\n{}", changes.join(",\n")))
                })
                .collect()
        }
        Step::Insert { target, columns, rows } => {
            let names = list(columns);
            let head = format!("insert into {target} ({names})\nselect {names} from (");
            vec![around_rows(&head, rows, ")")]
        }
        Step::DeleteMatching { target, rows, keys, predicates } => {
            let same = conditions(&same_keys(keys), &[]);
            let further: String = predicates.iter().map(|each| format!("\nand ({each})")).collect();
            let head =
                format!("delete from {target} as DBT_INTERNAL_DEST\nwhere exists (select 1 from (");
            let tail = format!(") as DBT_INTERNAL_SOURCE where {same}){further}");
            vec![around_rows(&head, rows, &tail)]
        }
        Step::Merge { target, rows, keys, predicates, update, insert } => {
            let on = match keys.is_empty() {
                true => "FALSE".to_owned(),
                false => conditions(&same_keys(keys), predicates),
            };
            let mut tail = format!(") as DBT_INTERNAL_SOURCE\non {on}");
            if !update.is_empty() && !keys.is_empty() {
                let set = update
                    .iter()
                    .map(|name| format!("{0} = DBT_INTERNAL_SOURCE.{0}", quote(name)))
                    .collect::<Vec<_>>();
                tail.push_str(&format!("\nwhen matched then update set\n{}", set.join(",\n")));
            }
            let names = list(insert);
            tail.push_str(&format!("\nwhen not matched then insert\n({names})\nvalues\n({names})"));
            let head = format!("merge into {target} as DBT_INTERNAL_DEST\nusing (");
            vec![around_rows(&head, rows, &tail)]
        }
        Step::InsertOverwrite { target, rows, partition_by, partitions, columns } => {
            insert_overwrite(target, rows, partition_by, partitions.as_deref(), columns)
        }
        Step::SnapshotMerge { target, staging, meta_columns, insert } => {
            vec![snapshot_merge(target, staging, meta_columns, insert)]
        }
        Step::LoadSeed { relation, columns, options, .. } => {
            let (columns, list) = (column_list(columns, options), option_list(options));
            vec![Rendered::plain(format!("create or replace table {relation} {columns}{list}"))]
        }
        Step::Append { relation, columns, .. } => {
            let columns = column_list(columns, &TableOptions::default());
            vec![Rendered::plain(format!("create table if not exists {relation} {columns}"))]
        }
        Step::Statement { sql } | Step::Query { sql } => {
            vec![Rendered { sql: sql.clone(), lines_before: 0 }]
        }
    }
}

fn create_table(
    relation: &Relation,
    query: &str,
    options: &TableOptions,
    temporary: bool,
) -> Vec<Rendered> {
    if temporary {
        let head = format!(
            "create or replace table {relation}\noptions (expiration_timestamp = \
             timestamp_add(current_timestamp(), interval {STAGING_HOURS} hour))\nas ("
        );
        return vec![Rendered::around(&head, query, ")")];
    }
    let described = |name: &str| {
        let found = options.column_descriptions.iter().find(|(known, _)| known == name);
        found.map_or(String::new(), |(_, text)| {
            format!(" options (description = {})", text_literal(text))
        })
    };
    let columns = options.contract.as_ref().map(|contract| {
        let columns = contract.iter().map(|under| {
            let Column { name, data_type } = &under.column;
            let null = if under.not_null { " not null" } else { "" };
            format!("{} {data_type}{null}{}", quote(name), described(name))
        });
        (
            format!("\n(\n  {}\n)", columns.collect::<Vec<_>>().join(",\n  ")),
            contract.iter().map(|under| under.column.name.clone()).collect::<Vec<_>>(),
        )
    });
    let partition = options.partition_by.as_ref().map(partition_clause).unwrap_or_default();
    let cluster = match options.cluster_by.as_slice() {
        [] => String::new(),
        names => format!("\ncluster by {}", list(names)),
    };
    let with = option_list(options);
    let mut all = match columns {
        None => {
            let head =
                format!("create or replace table {relation}{partition}{cluster}{with}\nas (");
            vec![Rendered::around(&head, query, ")")]
        }
        Some((columns, names)) => {
            let head = format!(
                "create or replace table {relation}{columns}{partition}{cluster}{with}\nas (\n\
                 select {} from (",
                list(&names)
            );
            vec![Rendered::around(&head, query, ") as model_subq\n)")]
        }
    };
    if options.contract.is_none() {
        all.extend(described_columns(relation, options));
    }
    all
}

/// Descriptions of columns that exist.
fn described_columns(relation: &Relation, options: &TableOptions) -> Vec<Rendered> {
    let statement = |(name, text): &(String, String)| {
        Rendered::plain(format!(
            "alter table {relation} alter column {} set options (description = {})",
            quote(name),
            text_literal(text)
        ))
    };
    options.column_descriptions.iter().map(statement).collect()
}

/// `partition by …`
/// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#partition_expression>).
fn partition_clause(by: &PartitionBy) -> String {
    let column = quote(&by.field);
    let expression = match by.range {
        _ if by.time_ingestion && by.granularity == "day" => "_partitiondate".to_owned(),
        _ if by.time_ingestion => format!("timestamp_trunc(_partitiontime, {})", by.granularity),
        Some((start, end, interval)) if by.data_type == "int64" => {
            format!("range_bucket({column}, generate_array({start}, {end}, {interval}))")
        }
        _ => partition_of(by, None, Dialect::GoogleSql),
    };
    format!("\npartition by {expression}")
}

/// dbt-bigquery's merge on `FALSE`: the partitions' rows go, the new ones come, in one statement.
fn insert_overwrite(
    target: &Relation,
    rows: &RowSource,
    by: &PartitionBy,
    partitions: Option<&[String]>,
    columns: &[String],
) -> Vec<Rendered> {
    let partition = partition_of(by, Some("DBT_INTERNAL_DEST"), Dialect::GoogleSql);
    let names = list(columns);
    let tail = |partitions: &str| {
        format!(
            ") as DBT_INTERNAL_SOURCE\non FALSE\n\
             when not matched by source and {partition} in {partitions}\nthen delete\n\
             when not matched then insert\n({names})\nvalues\n({names})"
        )
    };
    let head = format!("merge into {target} as DBT_INTERNAL_DEST\nusing (");
    match partitions {
        Some(partitions) => {
            vec![around_rows(&head, rows, &tail(&format!("({})", partitions.join(", "))))]
        }
        None => {
            let own = partition_of(by, None, Dialect::GoogleSql);
            let found = around_rows(
                &format!(
                    "declare {PARTITIONS} default (select array_agg(distinct {own} ignore nulls) from ("
                ),
                rows,
                "))",
            );
            vec![found, around_rows(&head, rows, &tail(&format!("unnest({PARTITIONS})")))]
        }
    }
}

fn snapshot_merge(
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

fn option_list(options: &TableOptions) -> String {
    let mut all = Vec::new();
    all.extend(
        options.description.iter().map(|text| format!("description = {}", text_literal(text))),
    );
    if !options.labels.is_empty() {
        let labels = options
            .labels
            .iter()
            .map(|(name, value)| format!("({}, {})", text_literal(name), text_literal(value)));
        all.push(format!("labels = [{}]", labels.collect::<Vec<_>>().join(", ")));
    }
    all.extend(options.other.iter().map(|(name, value)| format!("{name} = {value}")));
    match all.is_empty() {
        true => String::new(),
        false => format!("\noptions (\n  {}\n)", all.join(",\n  ")),
    }
}

fn column_list(columns: &[Column], options: &TableOptions) -> String {
    let described = |name: &str| {
        let found = options.column_descriptions.iter().find(|(known, _)| known == name);
        found.map_or(String::new(), |(_, text)| {
            format!(" options (description = {})", text_literal(text))
        })
    };
    let columns = columns.iter().map(|column| {
        format!("{} {}{}", quote(&column.name), column.data_type, described(&column.name))
    });
    format!("(\n  {}\n)", columns.collect::<Vec<_>>().join(",\n  "))
}

fn around_rows(head: &str, rows: &RowSource, tail: &str) -> Rendered {
    match rows {
        RowSource::Query(query) => Rendered::around(head, query, tail),
        RowSource::Relation(relation) => {
            Rendered::plain(format!("{head}select * from {relation}{tail}"))
        }
    }
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

fn schema_name(database: Option<&str>, schema: &str) -> String {
    let database = database.map(|name| format!("{}.", quote(name))).unwrap_or_default();
    format!("{database}{}", quote(schema))
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}

fn quote(name: &str) -> String {
    Dialect::GoogleSql.quote(name)
}

fn text_literal(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\'', "\\'");
    format!("'{}'", text.replace('\n', "\\n").replace('\r', "\\r"))
}
