//! The columns of a table as the warehouse tells them.

use super::TableColumn;
use crate::{
    adapter::{Adapter, AdapterError},
    relation::{Dialect, Relation},
    sql::{Type, google_type},
};

/// The columns of a table; none where there is no table.
///
/// # Errors
/// What the warehouse says.
pub async fn table_columns(
    adapter: &dyn Adapter,
    relation: &Relation,
) -> Result<Option<Vec<TableColumn>>, AdapterError> {
    let Some(columns) = adapter.columns(relation).await? else { return Ok(None) };
    let required = adapter.required_columns(relation).await?;
    let column = |column: crate::relation::Column| {
        let google = match adapter.dialect() {
            Dialect::GoogleSql => column.data_type.clone(),
            Dialect::DuckDb => google_type(&column.data_type),
        };
        TableColumn {
            required: required.contains(&column.name),
            // Types that feeds do not fill: the column stays as it is.
            data_type: Type::parse(&google).unwrap_or(Type::Unknown),
            name: column.name,
        }
    };
    Ok(Some(columns.into_iter().map(column).collect()))
}
