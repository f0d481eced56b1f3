//! What is known of the tables that a query reads.

/// A column with its GoogleSQL type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnType {
    /// The column.
    pub name: String,
    /// The type as GoogleSQL writes it.
    pub data_type: String,
}

/// A user-defined function, as a call of it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionType {
    /// Names and types of its arguments, the types as GoogleSQL writes them.
    pub arguments: Vec<(String, String)>,
    /// The type of what it gives.
    pub returns: String,
    /// Whether its body asks tables.
    pub has_query: bool,
}

/// Knows the columns of tables, and the functions of users.
pub trait Schemas {
    /// The columns of the table with these name parts; none where it is not known.
    fn columns(&self, parts: &[&str]) -> Option<Vec<ColumnType>>;

    /// The names of a dataset's tables that begin so.
    fn tables(&self, _dataset: &[&str], _prefix: &str) -> Vec<String> {
        Vec::new()
    }

    /// The user-defined function with these name parts; none where there is none.
    fn function(&self, _parts: &[&str]) -> Option<FunctionType> {
        None
    }
}

/// Knows no table.
#[derive(Clone, Copy, Debug)]
pub struct NoSchemas;

impl Schemas for NoSchemas {
    fn columns(&self, _parts: &[&str]) -> Option<Vec<ColumnType>> {
        None
    }
}
