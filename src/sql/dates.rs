//! Dates and times
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/date_functions> and its
//! neighbours). The session's time zone is UTC.

use sqlparser::ast::{DateTimeField, Expr};

use super::{
    operators::valid,
    translate::{Translator, Typed},
    types::Type,
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
                let kind = own_kind(&value, kind);
                if let Some(Expr::Interval(interval)) = args.get(1) {
                    let text = interval
                        .leading_field
                        .as_ref()
                        .map(ToString::to_string)
                        .unwrap_or_default();
                    if let Some(part) = part(&text) {
                        self.part_fits(&part, &text, &kind, false, name, place)?;
                    }
                }
                let by = self.expression(args.get(1)?);
                let sign = if operation == "ADD" { "+" } else { "-" };
                Some(valid(&format!("{} {sign} {}", value.sql, by.sql), kind))
            }
            "DIFF" => {
                let first = self.as_moment(args.first()?, &kind);
                let second = self.as_moment(args.get(1)?, &kind);
                let part = self.part_argument(args.get(2), name, place)?;
                let text = args.get(2).map(ToString::to_string).unwrap_or_default();
                let kind = own_kind(&first, kind);
                self.part_fits(&part, &text, &kind, false, name, place)?;
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
                let kind = own_kind(&value, kind);
                let text = args.get(1).map(ToString::to_string).unwrap_or_default();
                self.part_fits(&part, &text, &kind, true, name, place)?;
                if kind == Type::Timestamp {
                    let zone = self.zone_argument(args.get(2));
                    if let Part::Plain(part) = part
                        && let Some(micros) = micros_of(part)
                    {
                        // By offset from UTC: an hour that a clock shows twice stays two hours.
                        let sql = format!("googlesql_truncate({}, {micros}, {zone})", value.sql);
                        return Some(Typed::new(sql, kind));
                    }
                    let local = in_zone(&value.sql, &zone);
                    return Some(from_zone(&truncated(&local, &part), &zone));
                }
                if kind == Type::Time {
                    let name = match part {
                        Part::Plain(part) => part,
                        _ => return None,
                    };
                    let whole = format!("DATE '1970-01-01' + {}", value.sql);
                    let sql = format!("CAST(date_trunc('{name}', {whole}) AS TIME)");
                    return Some(Typed::new(sql, kind));
                }
                Some(valid(&truncated(&value.sql, &part), kind))
            }
            "FROM_UNIX_DATE" if family == "DATE" => {
                let days = self.expression(args.first()?);
                Some(Typed::new(format!("googlesql_date_of({})", days.sql), Type::Date))
            }
            "SECONDS" | "MILLIS" | "MICROS" if family == "TIMESTAMP" => {
                let factor = match operation {
                    "SECONDS" => 1_000_000,
                    "MILLIS" => 1_000,
                    _ => 1,
                };
                let value = self.expression(args.first()?);
                Some(valid(&format!("make_timestamptz({} * {factor})", value.sql), Type::Timestamp))
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
            // DATE_ADD, DATETIME_TRUNC and their like take each other's types.
            (Type::Timestamp | Type::DateTime, Type::Date | Type::DateTime | Type::Timestamp) => {
                value
            }
            (from, to) if from == to => value,
            _ => Typed::new(self.convert(&value, kind, false), kind.clone()),
        }
    }

    fn other_date_function(&mut self, name: &str, args: &[Expr], place: &Expr) -> Option<Typed> {
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
                let format = self.expression(args.first()?).sql;
                let value = self.expression(args.get(1)?);
                let sql = match (name, &value.kind) {
                    ("FORMAT_TIMESTAMP", _) | (_, Type::Timestamp) => {
                        let moment = self.convert(&value, &Type::Timestamp, false);
                        let zone = zone(self, 2);
                        format!("googlesql_format_timestamp({format}, {moment}, {zone})")
                    }
                    ("FORMAT_TIME", _) => {
                        let time = self.convert(&value, &Type::Time, false);
                        format!("googlesql_format_civil({format}, DATE '1970-01-01' + {time}, 'T')")
                    }
                    ("FORMAT_DATE", kind) if *kind != Type::DateTime => {
                        let date = self.convert(&value, &Type::Date, false);
                        format!("googlesql_format_civil({format}, CAST({date} AS TIMESTAMP), 'D')")
                    }
                    _ => {
                        let civil = self.convert(&value, &Type::DateTime, false);
                        format!("googlesql_format_civil({format}, {civil}, 'DT')")
                    }
                };
                Typed::new(sql, Type::String)
            }
            "PARSE_DATE" | "PARSE_DATETIME" | "PARSE_TIMESTAMP" | "PARSE_TIME" => {
                let format = self.expression(args.first()?).sql;
                let value = self.expression(args.get(1)?).sql;
                let function = name.to_ascii_lowercase();
                let kind = match name {
                    "PARSE_DATE" => Type::Date,
                    "PARSE_DATETIME" => Type::DateTime,
                    "PARSE_TIME" => Type::Time,
                    _ => Type::Timestamp,
                };
                let zone = match kind {
                    Type::Timestamp => format!(", {}", zone(self, 2)),
                    _ => String::new(),
                };
                Typed::new(format!("googlesql_{function}({format}, {value}{zone})"), kind)
            }
            "GENERATE_DATE_ARRAY" | "GENERATE_TIMESTAMP_ARRAY" => {
                let kind = if name == "GENERATE_DATE_ARRAY" { Type::Date } else { Type::Timestamp };
                let (from, to) = (self.expression(args.first()?), self.expression(args.get(1)?));
                let from = self.convert(&from, &kind, false);
                let to = self.convert(&to, &kind, false);
                let step = match args.get(2) {
                    Some(step) => self.expression(step),
                    None => Typed::new("(INTERVAL 1 DAY)", Type::Interval),
                };
                let target = kind.duckdb()?;
                let sql = self.bind(&[&step], |names| {
                    let step = &names[0];
                    format!(
                        "(CASE WHEN {step} = INTERVAL 0 DAY THEN error('the step of {name} cannot be 0') ELSE CAST(generate_series({from}, {to}, {step}) AS {target}[]) END)"
                    )
                });
                Typed::new(sql, Type::Array(Box::new(kind)))
            }
            _ => return None,
        })
    }

    /// The zone that an argument names; UTC without one.
    fn zone_argument(&mut self, argument: Option<&Expr>) -> String {
        argument.map_or_else(|| "'UTC'".to_owned(), |zone| self.expression(zone).sql)
    }

    /// Refuses a part that the type has not, or that its arithmetic does not know.
    fn part_fits(
        &mut self,
        part: &Part,
        text: &str,
        kind: &Type,
        truncates: bool,
        function: &str,
        place: &Expr,
    ) -> Option<()> {
        let is_small = matches!(part, Part::Plain(name) if micros_of(name).is_some_and(|micros| micros < 86_400_000_000));
        let is_day = *part == Part::Plain("day");
        let fits = match kind {
            Type::Date => !is_small,
            Type::Time => is_small,
            Type::Timestamp if !truncates => is_small || is_day,
            _ => true,
        };
        if !fits {
            let message = format!("{function} does not take {text} for {}", kind.google());
            self.refuse("wrong-type", message, place, None);
            return None;
        }
        Some(())
    }
}

/// The type of a date function's value: DATE_ADD and its like take DATETIME and TIMESTAMP too.
fn own_kind(value: &Typed, family: Type) -> Type {
    match value.kind {
        Type::DateTime | Type::Timestamp if family != Type::Time => value.kind.clone(),
        _ => family,
    }
}

/// The microseconds of a part that is always as long.
fn micros_of(part: &str) -> Option<i64> {
    Some(match part {
        "microsecond" => 1,
        "millisecond" => 1_000,
        "second" => 1_000_000,
        "minute" => 60_000_000,
        "hour" => 3_600_000_000,
        _ => return None,
    })
}

/// What a clock in the zone shows at a moment.
fn in_zone(moment: &str, zone: &str) -> String {
    match zone {
        "'UTC'" => format!("({moment} AT TIME ZONE 'UTC')"),
        _ => format!("googlesql_in_zone({moment}, {zone})"),
    }
}

/// The moment at which a clock in the zone shows this.
fn from_zone(civil: &str, zone: &str) -> Typed {
    let civil = format!("CAST({civil} AS TIMESTAMP)");
    match zone {
        "'UTC'" => valid(&format!("({civil} AT TIME ZONE 'UTC')"), Type::Timestamp),
        _ => Typed::new(format!("googlesql_from_zone({civil}, {zone})"), Type::Timestamp),
    }
}
