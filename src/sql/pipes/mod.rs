//! Pipe syntax: rows that pass one operator after the other
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/pipe-syntax>).

mod aggregate;
mod operators;
mod rows;
