//! Functions of GoogleSQL's that DuckDB has not, written in Rust and registered in the engine.
//!
//! The translation calls them by names that begin with `googlesql_`. A panic inside is contained by
//! the driver and becomes the query's error.

mod addresses;
mod bignumerics;
mod cast_format;
mod casts;
mod distances;
mod division;
mod fingerprint;
mod format_moment;
mod format_text;
mod intervals;
mod json;
mod kernel;
mod known_versions;
mod moments;
mod numbers;
mod parse_moment;
mod percentile;
mod regexps;
mod shifts;
mod sketches;
mod texts;
mod zone;

use duckdb::Connection;

/// Registers what the engine's own SQL of ours calls, whatever the dialect of the project.
///
/// # Errors
/// When the engine refuses.
pub fn register_own_functions(connection: &Connection) -> duckdb::Result<()> {
    known_versions::register(connection)
}

/// Registers all of them; connections of one database share them.
///
/// # Errors
/// When the engine refuses, for instance because they are there already.
pub fn register_functions(connection: &Connection) -> duckdb::Result<()> {
    connection.register_scalar_function::<division::DivideFloats>("googlesql_divide")?;
    connection.register_scalar_function::<division::DivideIeee>("googlesql_ieee_divide")?;
    connection.register_scalar_function::<division::DivideNumerics>("googlesql_divide_numeric")?;
    connection.register_scalar_function::<shifts::ShiftLeft>("googlesql_shift_left")?;
    connection.register_scalar_function::<shifts::ShiftRight>("googlesql_shift_right")?;
    connection.register_scalar_function::<casts::FloatText>("googlesql_float_text")?;
    texts::register(connection)?;
    cast_format::register(connection)?;
    regexps::register(connection)?;
    numbers::register(connection)?;
    bignumerics::register(connection)?;
    addresses::register(connection)?;
    distances::register(connection)?;
    moments::register(connection)?;
    intervals::register(connection)?;
    json::register(connection)?;
    fingerprint::register(connection)?;
    percentile::register(connection)?;
    sketches::register(connection)?;
    format_moment::register(connection)?;
    format_text::register(connection)?;
    parse_moment::register(connection)?;
    register_cast::<casts::Integer>(connection, "int64")?;
    register_cast::<casts::Float>(connection, "float64")?;
    register_cast::<casts::Truth>(connection, "bool")?;
    register_cast::<casts::Day>(connection, "date")?;
    register_cast::<casts::CivilMoment>(connection, "datetime")?;
    register_cast::<casts::Moment>(connection, "timestamp")?;
    register_cast::<casts::Clock>(connection, "time")
}

/// `googlesql_to_<name>` and `googlesql_safe_to_<name>`.
fn register_cast<T: casts::Target>(connection: &Connection, name: &str) -> duckdb::Result<()> {
    connection.register_scalar_function::<casts::Cast<T>>(&format!("googlesql_to_{name}"))?;
    connection.register_scalar_function::<casts::SafeCast<T>>(&format!("googlesql_safe_to_{name}"))
}
