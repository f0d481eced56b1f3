//! Dates and times
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/date_functions> and its
//! neighbours). The session's time zone is UTC.

use sqlparser::ast::{DateTimeField, Expr, Interval};

use super::{
    formats::duckdb_format,
    translate::{Translator, Typed},
    types::{Type, literal},
};

/// A part of a date: `DAY`, `ISOWEEK`, `WEEK(MONDAY)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// As DuckDB names it too.
    Plain(&'static str),
    /// Weeks that begin this many days after Sunday.
    Week(u32),
    /// The ISO year.
    IsoYear,
}

/// The part that a text names.
pub(super) fn part(text: &str) -> Option<Part> {
    let upper = text.to_ascii_uppercase().replace(' ', "");
    Some(match upper.as_str() {
        "MICROSECOND" | "MICROSECONDS" => Part::Plain("microsecond"),
        "MILLISECOND" | "MILLISECONDS" => Part::Plain("millisecond"),
        "SECOND" | "SECONDS" => Part::Plain("second"),
        "MINUTE" | "MINUTES" => Part::Plain("minute"),
        "HOUR" | "HOURS" => Part::Plain("hour"),
        "DAY" | "DAYS" => Part::Plain("day"),
        "MONTH" | "MONTHS" => Part::Plain("month"),
        "QUARTER" | "QUARTERS" => Part::Plain("quarter"),
        "YEAR" | "YEARS" => Part::Plain("year"),
        "WEEK" | "WEEKS" | "WEEK(SUNDAY)" => Part::Week(0),
        "ISOWEEK" | "WEEK(MONDAY)" => Part::Week(1),
        "WEEK(TUESDAY)" => Part::Week(2),
        "WEEK(WEDNESDAY)" => Part::Week(3),
        "WEEK(THURSDAY)" => Part::Week(4),
        "WEEK(FRIDAY)" => Part::Week(5),
        "WEEK(SATURDAY)" => Part::Week(6),
        "ISOYEAR" => Part::IsoYear,
        _ => return None,
    })
}

/// Truncates a DATE or DATETIME text to a part.
fn truncated(value: &str, to: &Part) -> String {
    match to {
        Part::Plain(name) => format!("date_trunc('{name}', {value})"),
        Part::Week(1) => format!("date_trunc('week', {value})"),
        Part::Week(start) => {
            // DuckDB's weeks begin on Monday, one day after Sunday.
            let shift = (8 - start) % 7;
            format!("(date_trunc('week', {value} + INTERVAL {shift} DAY) - INTERVAL {shift} DAY)")
        }
        Part::IsoYear => {
            format!("date_trunc('week', make_date(CAST(isoyear({value}) AS INTEGER), 1, 4))")
        }
    }
}

impl Translator<'_> {
    /// `EXTRACT(field FROM inner [AT TIME ZONE zone])`.
    pub fn extract(&mut self, field: &DateTimeField, inner: &Expr, place: &Expr) -> Typed {
        let value = self.expression(inner);
        let value = match value.kind {
            Type::Timestamp => {
                Typed::new(format!("({} AT TIME ZONE 'UTC')", value.sql), Type::DateTime)
            }
            _ => value,
        };
        let name = field.to_string().to_ascii_uppercase().replace(' ', "");
        let sql = &value.sql;
        let number = |sql: String| Typed::new(format!("CAST({sql} AS BIGINT)"), Type::Int64);
        match name.as_str() {
            "DATE" => Typed::new(format!("CAST({sql} AS DATE)"), Type::Date),
            "TIME" => Typed::new(format!("CAST({sql} AS TIME)"), Type::Time),
            "DATETIME" => Typed::new(format!("CAST({sql} AS TIMESTAMP)"), Type::DateTime),
            // Sunday is 1 in BigQuery and 0 in DuckDB.
            "DAYOFWEEK" => number(format!("dayofweek({sql}) + 1")),
            "DAYOFYEAR" => number(format!("dayofyear({sql})")),
            "ISOWEEK" => number(format!("weekofyear({sql})")),
            "ISOYEAR" => number(format!("isoyear({sql})")),
            "WEEK" | "WEEK(SUNDAY)" => number(format!("strftime({sql}, '%U')")),
            "WEEK(MONDAY)" => number(format!("strftime({sql}, '%W')")),
            "MILLISECOND" => number(format!("millisecond({sql}) % 1000")),
            "MICROSECOND" => number(format!("microsecond({sql}) % 1000000")),
            "YEAR" | "QUARTER" | "MONTH" | "DAY" | "HOUR" | "MINUTE" | "SECOND" => {
                number(format!("{}({sql})", name.to_ascii_lowercase()))
            }
            other => self.refuse(
                "unsupported-syntax",
                format!("EXTRACT({other}) is not supported on the embedded engine"),
                place,
                None,
            ),
        }
    }

    /// `INTERVAL 3 DAY`.
    pub fn interval(&mut self, interval: &Interval, place: &Expr) -> Typed {
        let value = self.expression(&interval.value);
        let name = interval.leading_field.as_ref().map(ToString::to_string);
        if interval.last_field.is_some() {
            return self.refuse(
                "unsupported-syntax",
                "INTERVAL … TO … is not supported on the embedded engine",
                place,
                Some("add single intervals"),
            );
        }
        match name.as_deref().and_then(part) {
            Some(Part::Plain(name)) => Typed::new(
                format!("(INTERVAL ({}) {})", value.sql, name.to_ascii_uppercase()),
                Type::Interval,
            ),
            Some(Part::Week(0)) => {
                Typed::new(format!("(INTERVAL ({}) WEEK)", value.sql), Type::Interval)
            }
            _ => self.refuse(
                "unsupported-syntax",
                "this INTERVAL is not supported",
                place,
                Some("write INTERVAL n DAY"),
            ),
        }
    }

    /// The part named by an argument such as `DAY` or `WEEK(MONDAY)`.
    fn part_argument(
        &mut self,
        argument: Option<&Expr>,
        function: &str,
        place: &Expr,
    ) -> Option<Part> {
        let text = argument.map(ToString::to_string).unwrap_or_default();
        let found = part(&text);
        if found.is_none() {
            self.refuse(
                "sql-syntax",
                format!("`{text}` is no date part for {function}"),
                place,
                Some("use DAY, WEEK, ISOWEEK, MONTH, QUARTER, YEAR or a smaller one"),
            );
        }
        found
    }

    /// A date or time function; none where the name is no such function.
    pub fn date_function(&mut self, name: &str, args: &[Expr], place: &Expr) -> Option<Typed> {
        let (family, operation) = match name.split_once('_') {
            Some((family @ ("DATE" | "DATETIME" | "TIMESTAMP" | "TIME"), operation)) => {
                (family, operation)
            }
            _ => return self.other_date_function(name, args, place),
        };
        let kind = match family {
            "DATE" => Type::Date,
            "DATETIME" => Type::DateTime,
            "TIMESTAMP" => Type::Timestamp,
            _ => Type::Time,
        };
        match operation {
            "ADD" | "SUB" => {
                let value = self.as_moment(args.first()?, &kind);
                let by = self.expression(args.get(1)?);
                let sign = if operation == "ADD" { "+" } else { "-" };
                let name = kind.duckdb()?;
                Some(Typed::new(format!("CAST({} {sign} {} AS {name})", value.sql, by.sql), kind))
            }
            "DIFF" => {
                let first = self.as_moment(args.first()?, &kind);
                let second = self.as_moment(args.get(1)?, &kind);
                let part = self.part_argument(args.get(2), name, place)?;
                let (first, second) = (first.sql, second.sql);
                let sql = match part {
                    // TIMESTAMP_DIFF counts whole units, the others count boundaries.
                    Part::Plain(part) if kind == Type::Timestamp => {
                        format!("date_sub('{part}', {second}, {first})")
                    }
                    Part::Plain(part) => format!("date_diff('{part}', {second}, {first})"),
                    Part::Week(_) => {
                        let (from, to) = (truncated(&second, &part), truncated(&first, &part));
                        format!("(date_diff('day', {from}, {to}) // 7)")
                    }
                    Part::IsoYear => format!("(isoyear({first}) - isoyear({second}))"),
                };
                Some(Typed::new(format!("CAST({sql} AS BIGINT)"), Type::Int64))
            }
            "TRUNC" => {
                let value = self.as_moment(args.first()?, &kind);
                let part = self.part_argument(args.get(1), name, place)?;
                if kind == Type::Timestamp {
                    let zone = match args.get(2) {
                        Some(zone) => self.expression(zone).sql,
                        None => "'UTC'".to_owned(),
                    };
                    let local = format!("({} AT TIME ZONE {zone})", value.sql);
                    let sql = format!(
                        "(CAST({} AS TIMESTAMP) AT TIME ZONE {zone})",
                        truncated(&local, &part)
                    );
                    return Some(Typed::new(sql, kind));
                }
                // DATE_TRUNC takes DATETIME and TIMESTAMP too and keeps their type.
                let kind = match (&value.kind, family) {
                    (Type::DateTime | Type::Timestamp, "DATE") => value.kind.clone(),
                    _ => kind,
                };
                let name = kind.duckdb()?;
                Some(Typed::new(format!("CAST({} AS {name})", truncated(&value.sql, &part)), kind))
            }
            "FROM_UNIX_DATE" if family == "DATE" => {
                let days = self.expression(args.first()?);
                Some(Typed::new(
                    format!("CAST(DATE '1970-01-01' + CAST({} AS INTEGER) AS DATE)", days.sql),
                    Type::Date,
                ))
            }
            "SECONDS" | "MILLIS" | "MICROS" if family == "TIMESTAMP" => {
                let factor = match operation {
                    "SECONDS" => 1_000_000,
                    "MILLIS" => 1_000,
                    _ => 1,
                };
                let value = self.expression(args.first()?);
                Some(Typed::new(
                    format!("make_timestamptz({} * {factor})", value.sql),
                    Type::Timestamp,
                ))
            }
            _ => None,
        }
    }

    /// A value as the type that the function's family is of.
    fn as_moment(&mut self, argument: &Expr, kind: &Type) -> Typed {
        let value = self.expression(argument);
        match (&value.kind, kind) {
            (Type::Unknown, Type::Timestamp) => value,
            (Type::Unknown, _) | (Type::String, _) => {
                let name = kind.duckdb().unwrap_or_default();
                Typed::new(format!("CAST({} AS {name})", value.sql), kind.clone())
            }
            (Type::Timestamp | Type::DateTime, Type::Date) => value,
            (from, to) if from == to => value,
            _ => Typed::new(self.convert(&value, kind, false), kind.clone()),
        }
    }

    fn other_date_function(&mut self, name: &str, args: &[Expr], place: &Expr) -> Option<Typed> {
        let zone = |this: &mut Self, at: usize| match args.get(at) {
            Some(zone) => this.expression(zone).sql,
            None => "'UTC'".to_owned(),
        };
        Some(match name {
            "CURRENT_DATE" => {
                let zone = zone(self, 0);
                Typed::new(format!("CAST(now() AT TIME ZONE {zone} AS DATE)"), Type::Date)
            }
            "CURRENT_DATETIME" => {
                let zone = zone(self, 0);
                Typed::new(format!("(now() AT TIME ZONE {zone})"), Type::DateTime)
            }
            "CURRENT_TIME" => {
                let zone = zone(self, 0);
                Typed::new(format!("CAST(now() AT TIME ZONE {zone} AS TIME)"), Type::Time)
            }
            "CURRENT_TIMESTAMP" => Typed::new("now()", Type::Timestamp),
            "DATE" if args.len() == 3 => {
                let parts: Vec<String> = args
                    .iter()
                    .map(|part| format!("CAST({} AS BIGINT)", self.expression(part).sql))
                    .collect();
                Typed::new(format!("make_date({})", parts.join(", ")), Type::Date)
            }
            "DATE" | "DATETIME" if args.len() <= 2 => {
                let kind = if name == "DATE" { Type::Date } else { Type::DateTime };
                let value = self.expression(args.first()?);
                let target = kind.duckdb()?;
                let sql = if args.len() == 2 {
                    format!("CAST({} AT TIME ZONE {} AS {target})", value.sql, zone(self, 1))
                } else {
                    self.convert(&value, &kind, false)
                };
                Typed::new(sql, kind)
            }
            "DATETIME" if args.len() >= 6 => {
                let parts: Vec<String> =
                    args.iter().map(|part| self.expression(part).sql).collect();
                Typed::new(format!("make_timestamp({})", parts.join(", ")), Type::DateTime)
            }
            "TIMESTAMP" => {
                let value = self.expression(args.first()?);
                let sql = if args.len() == 2 {
                    format!("(CAST({} AS TIMESTAMP) AT TIME ZONE {})", value.sql, zone(self, 1))
                } else {
                    self.convert(&value, &Type::Timestamp, false)
                };
                Typed::new(sql, Type::Timestamp)
            }
            "TIME" if args.len() == 1 => {
                let value = self.expression(args.first()?);
                Typed::new(format!("CAST({} AS TIME)", value.sql), Type::Time)
            }
            "LAST_DAY" => {
                let value = self.expression(args.first()?);
                let part = match args.get(1) {
                    Some(_) => self.part_argument(args.get(1), name, place)?,
                    None => Part::Plain("month"),
                };
                let length = match &part {
                    Part::Plain(part) => part.to_ascii_uppercase(),
                    Part::Week(_) => "WEEK".to_owned(),
                    Part::IsoYear => {
                        return Some(self.refuse(
                            "unsupported-function",
                            "LAST_DAY(…, ISOYEAR) is not supported",
                            place,
                            None,
                        ));
                    }
                };
                let start = truncated(&value.sql, &part);
                Typed::new(
                    format!("CAST({start} + INTERVAL 1 {length} - INTERVAL 1 DAY AS DATE)"),
                    Type::Date,
                )
            }
            "UNIX_SECONDS" | "UNIX_MILLIS" | "UNIX_MICROS" => {
                let value = self.expression(args.first()?);
                let micros = format!("epoch_us({})", value.sql);
                let sql = match name {
                    "UNIX_SECONDS" => format!("CAST(floor({micros} / 1000000) AS BIGINT)"),
                    "UNIX_MILLIS" => format!("CAST(floor({micros} / 1000) AS BIGINT)"),
                    _ => micros,
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
            "FORMAT_DATE" | "FORMAT_DATETIME" | "FORMAT_TIMESTAMP" | "FORMAT_TIME" => {
                let mut format = self.format_argument(args.first()?, false, name, place)?;
                let value = self.expression(args.get(1)?);
                if ["%z", "%Z", "%Ez"].iter().any(|element| format.contains(element)) {
                    // The engine formats a civil moment, which has lost its zone.
                    if name != "FORMAT_TIMESTAMP" || !matches!(zone(self, 2).as_str(), "'UTC'") {
                        let message = format!(
                            "{name} with a zone other than UTC cannot write the zone on the embedded engine"
                        );
                        return Some(self.refuse("unsupported-function", message, place, None));
                    }
                    for (element, text) in [("%Ez", "+00:00"), ("%z", "+0000"), ("%Z", "UTC")] {
                        format = format.replace(element, text);
                    }
                }
                let sql = match value.kind {
                    Type::Timestamp => format!("({} AT TIME ZONE {})", value.sql, zone(self, 2)),
                    _ if name == "FORMAT_TIMESTAMP" => {
                        format!(
                            "(CAST({} AS TIMESTAMPTZ) AT TIME ZONE {})",
                            value.sql,
                            zone(self, 2)
                        )
                    }
                    _ => value.sql,
                };
                Typed::new(format!("strftime({sql}, {format})"), Type::String)
            }
            "PARSE_DATE" | "PARSE_DATETIME" | "PARSE_TIMESTAMP" | "PARSE_TIME" => {
                let format = self.format_argument(args.first()?, true, name, place)?;
                let value = self.expression(args.get(1)?);
                let parsed = format!("strptime({}, {format})", value.sql);
                match name {
                    "PARSE_DATE" => Typed::new(format!("CAST({parsed} AS DATE)"), Type::Date),
                    "PARSE_DATETIME" => {
                        Typed::new(format!("CAST({parsed} AS TIMESTAMP)"), Type::DateTime)
                    }
                    "PARSE_TIME" => Typed::new(format!("CAST({parsed} AS TIME)"), Type::Time),
                    _ if format.contains("%z") || format.contains("%Z") => {
                        Typed::new(parsed, Type::Timestamp)
                    }
                    _ => Typed::new(
                        format!("({parsed} AT TIME ZONE {})", zone(self, 2)),
                        Type::Timestamp,
                    ),
                }
            }
            "GENERATE_DATE_ARRAY" => {
                let (from, to) = (self.expression(args.first()?), self.expression(args.get(1)?));
                let step = match args.get(2) {
                    Some(step) => self.expression(step).sql,
                    None => "INTERVAL 1 DAY".to_owned(),
                };
                let sql = format!(
                    "CAST(generate_series(CAST({} AS DATE), CAST({} AS DATE), {step}) AS DATE[])",
                    from.sql, to.sql
                );
                Typed::new(sql, Type::Array(Box::new(Type::Date)))
            }
            "GENERATE_TIMESTAMP_ARRAY" => {
                let (from, to) = (self.expression(args.first()?), self.expression(args.get(1)?));
                let step = self.expression(args.get(2)?);
                let sql = format!("generate_series({}, {}, {})", from.sql, to.sql, step.sql);
                Typed::new(sql, Type::Array(Box::new(Type::Timestamp)))
            }
            _ => return None,
        })
    }

    /// A format must be known before running, so that every element of it can be checked.
    fn format_argument(
        &mut self,
        argument: &Expr,
        parsing: bool,
        name: &str,
        place: &Expr,
    ) -> Option<String> {
        let Expr::Value(value) = argument else {
            self.refuse(
                "unsupported-function",
                format!("{name} needs a format that is a string literal on the embedded engine"),
                place,
                None,
            );
            return None;
        };
        let text = value.value.clone().into_string().unwrap_or_default();
        match duckdb_format(&text, parsing) {
            Ok(format) => Some(literal(&format)),
            Err(element) => {
                self.refuse("unsupported-function", format!("format element `{element}` in {name} is not supported on the embedded engine"), place, None);
                None
            }
        }
    }
}
