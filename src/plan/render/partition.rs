//! The partition that a row belongs to, as an expression.

use crate::{plan::PartitionBy, relation::Dialect};

/// The expression over a column, qualified by `alias` where given. As dbt-bigquery: days of dates are
/// the column itself, times are truncated, integers are those of one range.
pub(super) fn partition_of(by: &PartitionBy, alias: Option<&str>, dialect: Dialect) -> String {
    let column = dialect.quote(&by.field);
    let column = alias.map_or(column.clone(), |alias| format!("{alias}.{column}"));
    partition_of_value(by, &column, dialect)
}

/// Partitions that the user names, by a value in each.
pub(super) fn named_partitions(by: &PartitionBy, named: &[String], dialect: Dialect) -> String {
    let value = |value: &String| match by.data_type.as_str() {
        "int64" => partition_of_value(by, &format!("({value})"), dialect),
        _ => value.clone(),
    };
    named.iter().map(value).collect::<Vec<_>>().join(", ")
}

fn partition_of_value(by: &PartitionBy, value: &str, dialect: Dialect) -> String {
    let data_type = by.data_type.to_ascii_lowercase();
    let granularity = by.granularity.to_ascii_lowercase();
    if let Some((start, end, interval)) = by.range.filter(|_| data_type == "int64") {
        let number = match dialect {
            Dialect::GoogleSql => format!("div({value} - {start}, {interval})"),
            Dialect::DuckDb => format!("({value} - {start}) // {interval}"),
        };
        // What is outside the ranges is in one partition of its own, NULL in another.
        return format!(
            "case when {value} >= {start} and {value} < {end} then {number} \
             when {value} is not null then -1 end"
        );
    }
    let whole = data_type == "int64" || (data_type == "date" && granularity == "day");
    match (whole, dialect) {
        (true, _) => value.to_owned(),
        (false, Dialect::GoogleSql) => format!("{data_type}_trunc({value}, {granularity})"),
        (false, Dialect::DuckDb) => format!("date_trunc('{granularity}', {value})"),
    }
}
