//! GoogleSQL: read by a parser of its own, typed as far as the schemas are known, and written as DuckDB
//! SQL. What has no exact counterpart is refused by name at its place.

mod aggregates;
mod alignment;
mod arguments;
mod array_functions;
pub(crate) mod ast;
mod bignumerics;
mod bind;
mod bindings;
mod by_name;
#[doc(hidden)]
pub mod cast_format;
mod casts;
mod choices;
mod comparisons;
mod constructors;
mod dates;
mod definitions;
mod error;
mod expressions;
mod extremes;
mod float_text;
mod format_call;
mod from;
mod functions;
mod grouping;
mod intervals;
#[doc(hidden)]
pub mod json;
mod lasting;
mod literals;
mod math_functions;
mod membership;
mod merges;
mod names;
mod operators;
mod ordering;
mod own_columns;
pub(crate) mod parse;
mod paths;
mod patterns;
mod percentiles;
mod pipes;
mod pivot;
mod projection;
mod queries;
mod ranges;
mod read_interval;
#[doc(hidden)]
pub mod read_text;
mod scope;
mod scripts;
mod sketches;
mod star;
mod statements;
mod stored;
mod string_functions;
mod temporary_functions;
mod translate;
mod type_parameters;
mod types;
mod user_functions;
mod value_tables;
mod wildcards;
mod windows;

pub(crate) use bignumerics::bignumeric_conversion;
pub use dates::{DATE_PARTS, TIME_PARTS};
pub use definitions::duckdb_column;
pub use error::SqlError;
pub use float_text::float_text;
pub use intervals::with_interval_texts;
pub use lasting::without_lasting_statements;
pub use names::{ColumnType, FunctionType, NoSchemas, Schemas};
pub use parse::{STACK_BYTES, count_statements, is_complete};
pub use read_interval::{IntervalParts, interval as read_interval};
pub(crate) use scripts::{Script, Variable, read_script, read_steps};
pub use temporary_functions::{drop_temporary_function, is_temporary_call};
pub use translate::{
    Translated, translate_expression, translate_query, translate_statements, translate_stored_query,
};
pub(crate) use types::{BIGNUMERIC_FIELD, RANGE_START};
pub use types::{Type, duckdb_type, google_type};
pub use user_functions::{TranslatedFunction, translate_function};
pub use value_tables::gives_structs;
