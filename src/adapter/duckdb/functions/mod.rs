//! Functions of GoogleSQL's that DuckDB has not, written in Rust and registered in the engine.
//!
//! The translation calls them by names that begin with `googlesql_`. A panic inside is contained by
//! the driver and becomes the query's error.

mod casts;
mod division;
mod shifts;
mod texts;

use duckdb::Connection;

/// Registers all of them; connections of one database share them.
///
/// # Errors
/// When the engine refuses, for instance because they are there already.
pub fn register_functions(connection: &Connection) -> duckdb::Result<()> {
    connection.register_scalar_function::<division::DivideFloats>("googlesql_divide")?;
    connection.register_scalar_function::<division::DivideIeee>("googlesql_ieee_divide")?;
    connection.register_scalar_function::<texts::ByteSubstr>("googlesql_byte_substr")?;
    connection.register_scalar_function::<division::DivideNumerics>("googlesql_divide_numeric")?;
    connection
        .register_scalar_function::<division::DivideBigNumerics>("googlesql_divide_bignumeric")?;
    connection.register_scalar_function::<shifts::ShiftLeft>("googlesql_shift_left")?;
    connection.register_scalar_function::<shifts::ShiftRight>("googlesql_shift_right")?;
    connection.register_scalar_function::<texts::LossyText>("googlesql_lossy_text")?;
    connection.register_scalar_function::<texts::InitCap>("googlesql_initcap")?;
    connection.register_scalar_function::<texts::Sha512>("googlesql_sha512")?;
    connection.register_scalar_function::<casts::FloatText>("googlesql_float_text")?;
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
