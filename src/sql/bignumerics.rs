//! BIGNUMERIC: the engine has no number of 76 digits, so what is done with one is a function of our
//! own, and numbers beside it are converted first. The engine compares and orders what it keeps of
//! one as it is
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types>).

use super::{
    NoSchemas,
    aggregates::Call,
    arguments::Args,
    bind::is_plain,
    translate::{Translator, Typed},
    types::Type,
};

/// The engine's SQL that makes a BIGNUMERIC of a column's values of another type, or the other way
/// round; none where no BIGNUMERIC is in it.
pub(crate) fn bignumeric_conversion(column: &str, from: &str, to: &str) -> Option<String> {
    let (from, to) = (Type::parse(from).ok()?, Type::parse(to).ok()?);
    if from == to {
        return None;
    }
    let mut translator = Translator::new("", &NoSchemas);
    translator.convert_bignumeric(&Typed::new(column, from), &to, false)
}

impl Translator<'_> {
    /// Two numbers in their common type, where one of them is a BIGNUMERIC.
    pub fn numbers_alike(&mut self, left: Typed, right: Typed) -> (Typed, Typed) {
        let common = left.kind.common(&right.kind);
        (self.beside_bignumeric(left, &common), self.beside_bignumeric(right, &common))
    }

    /// A value in a type, where a BIGNUMERIC is on one side only: the engine converts no such.
    pub fn beside_bignumeric(&mut self, value: Typed, kind: &Type) -> Typed {
        if !mixes_bignumeric(&value.kind, kind) {
            return value;
        }
        let value = value.beside(kind);
        let sql = self.convert(&value, kind, false);
        Typed::new(sql, kind.clone())
    }

    /// A function of numbers, of which one is a BIGNUMERIC; none where the name is another function's.
    pub fn bignumeric_function(&mut self, name: &str, args: &Args<'_>) -> Option<Typed> {
        let function = match (name, args.len()) {
            ("ABS" | "SIGN" | "FLOOR", 1) => name.to_ascii_lowercase(),
            ("CEIL" | "CEILING", 1) => "ceil".to_owned(),
            ("SAFE_NEGATE", 1) => "negate".to_owned(),
            ("DIV" | "MOD", 2) => name.to_ascii_lowercase(),
            ("SAFE_DIVIDE", 2) => "divide".to_owned(),
            ("ROUND" | "TRUNC", 1 | 2) if args.kind(0) == Type::BigNumeric => {
                let places = args.get(1).map_or("CAST(0 AS BIGINT)", |places| &places.sql);
                let name = name.to_ascii_lowercase();
                let sql = format!("googlesql_bignumeric_{name}({}, {places})", args.sql(0));
                return Some(Typed::new(sql, Type::BigNumeric));
            }
            _ => return None,
        };
        if args.same_kind() != Type::BigNumeric {
            return None;
        }
        let alike: Vec<Typed> =
            args.iter().map(|arg| self.beside_bignumeric(arg.clone(), &Type::BigNumeric)).collect();
        let alike: Vec<&Typed> = alike.iter().collect();
        // Errors of the arguments stay errors.
        let sql = match name.starts_with("SAFE_") {
            true => self.bind(&alike, |names| {
                format!("TRY(googlesql_bignumeric_{function}({}))", names.join(", "))
            }),
            false => {
                let texts: Vec<&str> = alike.iter().map(|arg| &*arg.sql).collect();
                format!("googlesql_bignumeric_{function}({})", texts.join(", "))
            }
        };
        Some(Typed::new(sql, Type::BigNumeric))
    }

    /// An aggregate of BIGNUMERICs; none where it is none, and where the engine's own is right.
    pub fn bignumeric_aggregate(&mut self, name: &str, call: &Call) -> Option<Typed> {
        let kinds = call.args.iter().map(|arg| arg.kind.clone());
        if !call.args.iter().any(|arg| arg.kind == Type::BigNumeric) {
            return None;
        }
        let over = call.over.as_deref().unwrap_or_default();
        let distinct = if call.distinct { "DISTINCT " } else { "" };
        let spread = match name {
            "STDDEV" => "stddev_samp",
            "VARIANCE" => "var_samp",
            _ => &name.to_ascii_lowercase(),
        };
        let of_values = |function: &str, more: &str| {
            let value = &call.args[0].sql;
            format!(
                "googlesql_bignumeric_{function}({more}array_agg({distinct}{value}) FILTER (WHERE {value} IS NOT NULL){over})"
            )
        };
        Some(match name {
            "SUM" => Typed::new(of_values("sum", ""), Type::BigNumeric),
            "AVG" => Typed::new(of_values("avg", ""), Type::BigNumeric),
            "STDDEV" | "STDDEV_SAMP" | "STDDEV_POP" | "VARIANCE" | "VAR_SAMP" | "VAR_POP" => {
                Typed::new(of_values("spread", &format!("'{spread}', ")), Type::Float64)
            }
            "CORR" | "COVAR_POP" | "COVAR_SAMP" if call.args.len() == 2 => {
                let common = kinds.reduce(|one, other| one.common(&other))?;
                let alike: Vec<Typed> = call
                    .args
                    .iter()
                    .map(|arg| self.beside_bignumeric(arg.clone(), &common))
                    .collect();
                if common != Type::BigNumeric {
                    return None;
                }
                let [x, y] = [&alike[0].sql, &alike[1].sql];
                // Both lists have the rows in the order in which they come.
                let pairs = format!(
                    "array_agg(struct_pack(x := {x}, y := {y})) FILTER (WHERE {x} IS NOT NULL AND {y} IS NOT NULL){over}"
                );
                let sql = self.bind(&[&Typed::new(pairs, Type::Unknown)], |names| {
                    let side = |side: &str| {
                        format!("list_transform({}, lambda pair: pair.{side})", names[0])
                    };
                    format!("googlesql_bignumeric_pairs('{spread}', {}, {})", side("x"), side("y"))
                });
                Typed::new(sql, Type::Float64)
            }
            _ => return None,
        })
    }

    /// A BIGNUMERIC in another type, or another type's value as a BIGNUMERIC; none where the engine
    /// can do it.
    pub fn convert_bignumeric(&mut self, value: &Typed, to: &Type, safe: bool) -> Option<String> {
        if safe && !is_plain(&value.sql) {
            // Errors of the value itself stay errors.
            self.convert_bignumeric(&Typed::new("\"\"", value.kind.clone()), to, true)?;
            return Some(self.bind_nested(&[value], |translator, names| {
                let bound = Typed::new(names[0].as_str(), value.kind.clone());
                translator.convert_bignumeric(&bound, to, true).unwrap_or_default()
            }));
        }
        let sql = &value.sql;
        let function = match (&value.kind, to) {
            (Type::BigNumeric, Type::BigNumeric) => return Some(sql.clone()),
            (Type::String, Type::BigNumeric) => format!("googlesql_bignumeric({sql})"),
            (Type::Int64 | Type::Numeric, Type::BigNumeric) => {
                format!("googlesql_bignumeric(CAST({sql} AS VARCHAR))")
            }
            (Type::Float64, Type::BigNumeric) => format!("googlesql_bignumeric_of_float({sql})"),
            (Type::BigNumeric, Type::String) => format!("googlesql_bignumeric_text({sql})"),
            (Type::BigNumeric, Type::Float64) => format!("googlesql_bignumeric_float({sql})"),
            (Type::BigNumeric, Type::Int64) => format!("googlesql_bignumeric_int({sql})"),
            (Type::BigNumeric, Type::Numeric) => {
                format!("CAST(googlesql_bignumeric_numeric({sql}) AS DECIMAL(38,9))")
            }
            _ => return None,
        };
        Some(if safe { format!("TRY({function})") } else { function })
    }
}

/// Whether a BIGNUMERIC stands on one side where another number stands on the other.
pub(super) fn mixes_bignumeric(one: &Type, other: &Type) -> bool {
    match (one, other) {
        (Type::BigNumeric, other) => other.is_number() && *other != Type::BigNumeric,
        (one, Type::BigNumeric) => one.is_number(),
        (Type::Array(one), Type::Array(other)) => mixes_bignumeric(one, other),
        (Type::Struct(one), Type::Struct(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).any(|((_, one), (_, other))| mixes_bignumeric(one, other))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::bignumeric_conversion;

    #[test]
    fn columns_become_bignumerics_and_back() {
        for (from, to, sql) in [
            ("INT64", "BIGNUMERIC", Some("googlesql_bignumeric(CAST(\"a\" AS VARCHAR))")),
            ("BIGNUMERIC", "STRING", Some("googlesql_bignumeric_text(\"a\")")),
            ("BIGNUMERIC", "BIGNUMERIC", None),
            ("INT64", "NUMERIC", None),
        ] {
            assert_eq!(bignumeric_conversion("\"a\"", from, to).as_deref(), sql);
        }
    }
}
