//! Tables with rows: what the statements of plans do, carried out by the embedded engine, as far as both
//! mean the same by them. The tests' projects keep to that.

mod database;
mod effects;
mod fields;
mod statement;

pub use database::Database;
pub use statement::Statement;
