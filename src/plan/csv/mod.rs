//! CSV files of seeds: reading row by row, and finding the types of columns.

mod reader;
mod types;

pub use reader::{CsvError, Field, Reader, Row};
pub use types::{SeedType, is_null, read_columns};
