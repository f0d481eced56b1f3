//! Typed columns beside `payload`: which there are, which values they hold, and what happens to a
//! record that does not fit.
//!
//! A [`Schema`] is what a table's typed columns are and may become; [`Schema::conform`] writes a record
//! as those columns hold it, or says which rule of the feed's [`Contract`] it breaks;
//! [`Schema::against`] is how the table holds it.

mod changes;
mod column_name;
mod conform;
mod infer;
mod kind;
mod mode;
mod projection;
mod scalar;
mod schema;
mod table;
mod tree;

pub use changes::{TYPED, TypedColumns};
pub use conform::{Breach, Conformed};
pub use infer::fillable;
pub use mode::{Contract, Mode};
pub use schema::{DeclaredColumn, Schema, TableColumn};
pub use table::table_columns;

#[cfg(test)]
mod tests;
