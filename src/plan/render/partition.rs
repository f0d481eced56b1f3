//! The partition that a row belongs to, as an expression.

use crate::{plan::PartitionBy, relation::Dialect};

/// The expression over a column, qualified by `alias` where given. As dbt-bigquery: days of dates and
/// integers are the column itself, everything else is truncated.
pub(super) fn partition_of(by: &PartitionBy, alias: Option<&str>, dialect: Dialect) -> String {
    let column = dialect.quote(&by.field);
    let column = alias.map_or(column.clone(), |alias| format!("{alias}.{column}"));
    let data_type = by.data_type.to_ascii_lowercase();
    let granularity = by.granularity.to_ascii_lowercase();
    let whole = data_type == "int64" || (data_type == "date" && granularity == "day");
    match (whole, dialect) {
        (true, _) => column,
        (false, Dialect::GoogleSql) => format!("{data_type}_trunc({column}, {granularity})"),
        (false, Dialect::DuckDb) => format!("date_trunc('{granularity}', {column})"),
    }
}
