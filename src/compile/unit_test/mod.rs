//! Unit tests: a model over rows given in YAML, compared with rows expected
//! (<https://docs.getdbt.com/docs/build/unit-tests>).

mod columns;
mod fixture;
mod infer;
mod literal;
mod query;
mod sql_type;
mod unit_compiler;

pub use columns::{KnownColumns, Schemas};
pub use query::{UnitTestQuery, UnitTestRows};
pub use sql_type::SqlType;
pub use unit_compiler::{CompiledUnitTest, UnitTestInput};
