//! JSON: paths, texts, values, and the functions of them
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions>).

mod canonical;
mod edit;
mod functions;
mod lax;
mod path;
mod to_json;
mod walk;
mod write;

pub use canonical::{canonical, read};
pub use edit::{array_append, array_insert, keys, remove, set, strip_nulls};
pub use lax::{
    lax_bool, lax_float64, lax_int64, lax_query, lax_string, strict_float64, strict_int64,
};
pub use path::Steps;
pub use walk::{Found, elements, find};
pub use write::{indented, quoted, written};
