//! Dates and moments made of others, of numbers, and of the clock.

use super::zone::{from_zone, in_zone};
use crate::sql::{
    ast::Expr,
    operators::valid,
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// Moments of numbers of days, seconds and so on; none where the name is another function's.
    pub(super) fn moment_of_number(&mut self, name: &str, args: &[Expr]) -> Option<Typed> {
        match name {
            "DATE_FROM_UNIX_DATE" => {
                let days = self.expression(args.first()?);
                Some(Typed::new(format!("googlesql_date_of({})", days.sql), Type::Date))
            }
            "TIMESTAMP_SECONDS" | "TIMESTAMP_MILLIS" | "TIMESTAMP_MICROS" => {
                let factor = match name {
                    "TIMESTAMP_SECONDS" => 1_000_000,
                    "TIMESTAMP_MILLIS" => 1_000,
                    _ => 1,
                };
                let value = self.expression(args.first()?);
                Some(valid(&format!("make_timestamptz({} * {factor})", value.sql), Type::Timestamp))
            }
            _ => None,
        }
    }

    /// Dates and moments made of others; none where the name is another function's.
    pub(in crate::sql) fn constructed_moment(
        &mut self,
        name: &str,
        args: &[Expr],
    ) -> Option<Typed> {
        let zone = |this: &mut Self, at: usize| this.zone_argument(args.get(at));
        Some(match name {
            "CURRENT_DATE" => {
                let zone = zone(self, 0);
                Typed::new(format!("CAST({} AS DATE)", in_zone("now()", &zone)), Type::Date)
            }
            "CURRENT_DATETIME" => {
                let zone = zone(self, 0);
                Typed::new(in_zone("now()", &zone), Type::DateTime)
            }
            "CURRENT_TIME" => {
                let zone = zone(self, 0);
                Typed::new(format!("CAST({} AS TIME)", in_zone("now()", &zone)), Type::Time)
            }
            "CURRENT_TIMESTAMP" => Typed::new("now()", Type::Timestamp),
            "DATE" if args.len() == 3 => {
                let parts: Vec<String> = args
                    .iter()
                    .map(|part| format!("CAST({} AS BIGINT)", self.expression(part).sql))
                    .collect();
                valid(&format!("make_date({})", parts.join(", ")), Type::Date)
            }
            "DATE" | "DATETIME" if args.len() <= 2 => {
                let kind = if name == "DATE" { Type::Date } else { Type::DateTime };
                let value = self.expression(args.first()?);
                let target = kind.duckdb()?;
                let sql = if args.len() == 2 {
                    let second = self.expression(args.get(1)?);
                    if second.kind == Type::Time {
                        let sql = format!("(CAST({} AS DATE) + {})", value.sql, second.sql);
                        return Some(Typed::new(sql, Type::DateTime));
                    }
                    let value = self.convert(&value, &Type::Timestamp, false);
                    format!("CAST({} AS {target})", in_zone(&value, &second.sql))
                } else {
                    self.convert(&value, &kind, false)
                };
                Typed::new(sql, kind)
            }
            "DATETIME" if args.len() >= 6 => {
                let parts: Vec<String> =
                    args.iter().map(|part| self.expression(part).sql).collect();
                valid(&format!("make_timestamp({})", parts.join(", ")), Type::DateTime)
            }
            "TIMESTAMP" => {
                let value = self.expression(args.first()?);
                if args.len() == 2 {
                    let civil = self.convert(&value, &Type::DateTime, false);
                    let zone = zone(self, 1);
                    return Some(from_zone(&civil, &zone));
                }
                Typed::new(self.convert(&value, &Type::Timestamp, false), Type::Timestamp)
            }
            "TIME" if args.len() == 3 => {
                let parts: Vec<String> =
                    args.iter().map(|part| self.expression(part).sql).collect();
                Typed::new(format!("make_time({})", parts.join(", ")), Type::Time)
            }
            "TIME" if args.len() <= 2 => {
                let value = self.expression(args.first()?);
                let sql = match value.kind {
                    Type::DateTime | Type::Time => value.sql,
                    // A text may name a zone of its own.
                    _ => {
                        let moment = self.convert(&value, &Type::Timestamp, false);
                        in_zone(&moment, &zone(self, 1))
                    }
                };
                Typed::new(format!("CAST({sql} AS TIME)"), Type::Time)
            }
            "STRING" if args.len() == 2 => {
                let value = self.expression(args.first()?);
                let moment = self.convert(&value, &Type::Timestamp, false);
                let zone = zone(self, 1);
                let sql = format!("googlesql_timestamp_text({moment}, {zone})");
                Typed::new(sql, Type::String)
            }
            "UNIX_SECONDS" | "UNIX_MILLIS" | "UNIX_MICROS" => {
                let value = self.expression(args.first()?);
                let micros = Typed::new(format!("epoch_us({})", value.sql), Type::Int64);
                // In integers, downwards: a double does not hold all microseconds.
                let mut floored = |unit: u32| {
                    self.bind(&[&micros], |names| {
                        let micros = &names[0];
                        format!("(({micros} - ({micros} % {unit} + {unit}) % {unit}) // {unit})")
                    })
                };
                let sql = match name {
                    "UNIX_SECONDS" => floored(1_000_000),
                    "UNIX_MILLIS" => floored(1_000),
                    _ => micros.sql,
                };
                Typed::new(sql, Type::Int64)
            }
            "UNIX_DATE" => {
                let value = self.expression(args.first()?);
                Typed::new(
                    format!("CAST({} - DATE '1970-01-01' AS BIGINT)", value.sql),
                    Type::Int64,
                )
            }
            "GENERATE_DATE_ARRAY" | "GENERATE_TIMESTAMP_ARRAY" => {
                let kind = if name == "GENERATE_DATE_ARRAY" { Type::Date } else { Type::Timestamp };
                let (from, to) = (self.expression(args.first()?), self.expression(args.get(1)?));
                let from = self.convert(&from, &kind, false);
                let to = self.convert(&to, &kind, false);
                let step = match args.get(2) {
                    Some(step) => self.expression(step),
                    None => Typed::new("(INTERVAL (CAST(1 AS BIGINT)) DAY)", Type::Interval),
                };
                let target = kind.duckdb()?;
                let (from, to) = (Typed::new(from, kind.clone()), Typed::new(to, kind.clone()));
                let sql = self.bind(&[&from, &to, &step], |names| {
                    let (from, to, step) = (&names[0], &names[1], &names[2]);
                    format!(
                        "(CASE WHEN {step} = INTERVAL 0 DAY THEN error('the step of {name} cannot be 0') ELSE CAST(generate_series({from}, {to}, {step}) AS {target}[]) END)"
                    )
                });
                Typed::new(sql, Type::Array(Box::new(kind)))
            }
            _ => return None,
        })
    }

    /// A value as the type that the function's family is of.
    pub(super) fn as_moment(&mut self, argument: &Expr, kind: &Type) -> Typed {
        let value = self.expression(argument);
        match (&value.kind, kind) {
            (Type::Unknown, Type::Timestamp) => value,
            (Type::Unknown, _) | (Type::String, _) => {
                let name = kind.duckdb().unwrap_or_default();
                Typed::new(format!("CAST({} AS {name})", value.sql), kind.clone())
            }
            // DATE_ADD, DATETIME_TRUNC and their like take each other's types.
            (Type::Timestamp | Type::DateTime, Type::Date | Type::DateTime | Type::Timestamp) => {
                value
            }
            (from, to) if from == to => value,
            _ => Typed::new(self.convert(&value, kind, false), kind.clone()),
        }
    }
}
