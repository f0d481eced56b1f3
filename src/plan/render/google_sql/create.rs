//! New tables and views
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language>).

use super::{
    described_columns,
    words::{column_list, described, list, option_list, quote, text_literal},
};
use crate::{
    plan::{PartitionBy, Rendered, TableOptions, render::partition::partition_of},
    relation::{Column, Dialect, Relation},
};

/// How long a staging table lives where nothing drops it before, as in dbt-bigquery.
const STAGING_HOURS: u32 = 12;

/// A view. Its column list would have to name every column: descriptions of columns are written
/// after it.
pub(super) fn view(relation: &Relation, query: &str, options: &TableOptions) -> Rendered {
    let list = option_list(options);
    Rendered::around(&format!("create or replace view {relation}{list}\nas"), query, "")
}

/// A materialized view, which keeps the layout it is created with.
pub(super) fn materialized_view(
    relation: &Relation,
    query: &str,
    options: &TableOptions,
) -> Rendered {
    let (layout, with) = (layout(options), option_list(options));
    let head = format!("create or replace materialized view {relation}{layout}{with}\nas");
    Rendered::around(&head, query, "")
}

/// A table of a query's rows, one that drops itself where it is temporary.
pub(super) fn table(
    relation: &Relation,
    query: &str,
    options: &TableOptions,
    temporary: bool,
) -> Vec<Rendered> {
    let layout = layout(options);
    if temporary {
        let head =
            format!("create or replace table {relation}{layout}{}\nas (", drops_itself(options));
        return vec![Rendered::around(&head, query, ")")];
    }
    let with = option_list(options);
    let Some(contract) = &options.contract else {
        let head = format!("create or replace table {relation}{layout}{with}\nas (");
        let mut all = vec![Rendered::around(&head, query, ")")];
        all.extend(described_columns(relation, options));
        return all;
    };
    let columns = contract.iter().map(|under| {
        let (name, definition) = (&under.column.name, &under.definition);
        let null = if under.not_null { " not null" } else { "" };
        format!("{} {definition}{null}{}", quote(name), described(options, name))
    });
    let lines =
        columns.chain(options.constraints.iter().cloned()).collect::<Vec<_>>().join(",\n  ");
    let names: Vec<String> = contract.iter().map(|under| under.column.name.clone()).collect();
    let head = format!(
        "create or replace table {relation}\n(\n  {lines}\n){layout}{with}\nas\nselect {} from (",
        list(&names)
    );
    vec![Rendered::around(&head, query, ") as model_subq")]
}

/// The options of a staging table.
fn drops_itself(options: &TableOptions) -> String {
    let key = options.kms_key();
    let key = key.map_or(String::new(), |key| format!(", kms_key_name = {}", text_literal(key)));
    format!(
        "\noptions (expiration_timestamp = \
         timestamp_add(current_timestamp(), interval {STAGING_HOURS} hour){key})"
    )
}

/// A table of columns.
pub(super) fn empty_table(
    relation: &Relation,
    columns: &[Column],
    options: &TableOptions,
    temporary: bool,
) -> Rendered {
    let (columns, layout) = (column_list(columns, options), layout(options));
    let with = if temporary { drops_itself(options) } else { option_list(options) };
    Rendered::plain(format!("create or replace table {relation} {columns}{layout}{with}"))
}

/// A table that is made where there is none.
pub(super) fn missing_table(
    relation: &Relation,
    columns: &[Column],
    options: &TableOptions,
) -> Rendered {
    let (columns, layout) = (column_list(columns, options), layout(options));
    let with = option_list(options);
    Rendered::plain(format!("create table if not exists {relation} {columns}{layout}{with}"))
}

/// `partition by … cluster by …`, or nothing.
fn layout(options: &TableOptions) -> String {
    let partition = options.partition_by.as_ref().map(partition_clause).unwrap_or_default();
    match options.cluster_by.as_slice() {
        [] => partition,
        names => format!("{partition}\ncluster by {}", list(names)),
    }
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
