//! What is known of the tables that a query reads.

/// A column with its GoogleSQL type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnType {
    /// The column.
    pub name: String,
    /// The type as GoogleSQL writes it.
    pub data_type: String,
}

/// Knows the columns of tables.
pub trait Schemas {
    /// The columns of the table with these name parts; none where it is not known.
    fn columns(&self, parts: &[&str]) -> Option<Vec<ColumnType>>;
}

/// Knows no table.
#[derive(Clone, Copy, Debug)]
pub struct NoSchemas;

impl Schemas for NoSchemas {
    fn columns(&self, _parts: &[&str]) -> Option<Vec<ColumnType>> {
        None
    }
}
