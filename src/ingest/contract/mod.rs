//! Typed columns beside `payload`: which there are, which values they hold, and what happens to a
//! record that does not fit.
//!
//! A [`Schema`] is what a table's typed columns are and may become; [`Schema::conform`] writes a record
//! as those columns hold it, or says which rule of the feed's [`Contract`] it breaks;
//! [`Schema::table_changes`] is what has to be done to the table afterwards.

mod changes;
mod column_name;
mod conform;
mod infer;
mod kind;
mod mode;
mod projection;
mod scalar;
mod schema;
mod tree;

pub use conform::{Breach, Conformed};
pub use mode::{Contract, Mode};
pub use schema::{DeclaredColumn, Schema, TableColumn};

#[cfg(test)]
mod tests;
