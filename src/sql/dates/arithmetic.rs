//! Sums, differences and truncation of dates and moments.

use super::{
    part::{Part, micros_of, part, part_text, truncated},
    zone::{from_zone, in_zone},
};
use crate::sql::{
    ast::{Expr, ExprKind},
    operators::valid,
    translate::{Translator, Typed},
    types::Type,
};

impl Translator<'_> {
    /// A date or time function; none where the name is no such function.
    pub fn date_function(&mut self, name: &str, args: &[Expr], place: &Expr) -> Option<Typed> {
        let (family, operation) = match name.split_once('_') {
            Some((family @ ("DATE" | "DATETIME" | "TIMESTAMP" | "TIME"), operation)) => {
                (family, operation)
            }
            _ => {
                return self
                    .last_day(name, args, place)
                    .or_else(|| self.day_of_another_month_or_week(name, args))
                    .or_else(|| self.constructed_moment(name, args))
                    .or_else(|| self.text_of_moment(name, args));
            }
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
                if let Some(ExprKind::Interval { first, .. }) = args.get(1).map(|by| &by.kind)
                    && let Some(part) = part(&first.value)
                {
                    self.part_fits(&part, &first.value, &kind, false, name, first)?;
                }
                let by = self.expression(args.get(1)?);
                let sign = if operation == "ADD" { "+" } else { "-" };
                Some(valid(&format!("{} {sign} {}", value.sql, by.sql), kind))
            }
            "DIFF" => {
                let first = self.as_moment(args.first()?, &kind);
                let second = self.as_moment(args.get(1)?, &kind);
                let part = self.part_argument(args.get(2), name, place)?;
                let text = args.get(2).map(part_text).unwrap_or_default();
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
                let text = args.get(1).map(part_text).unwrap_or_default();
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
            "BUCKET" if matches!(args.len(), 2 | 3) => self.bucket(name, &kind, args, place),
            _ => self.moment_of_number(name, args),
        }
    }

    /// `DATE_BUCKET(value, width[, origin])`: the start of the stretch of time that holds a value
    /// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/time-series-functions>).
    fn bucket(&mut self, name: &str, kind: &Type, args: &[Expr], place: &Expr) -> Option<Typed> {
        let [value, width, rest @ ..] = args else { return None };
        let is_even = match &width.kind {
            ExprKind::Null => true,
            ExprKind::Interval { first, last: None, .. } => {
                let months = ["MONTH", "QUARTER", "YEAR"];
                !months.iter().any(|months| first.value.eq_ignore_ascii_case(months))
            }
            _ => false,
        };
        if !is_even {
            let message = format!("{name} takes an INTERVAL of one part up to days, written out");
            let help = "write INTERVAL n DAY, or truncate to a month";
            return Some(self.refuse("unsupported-function", message, width, Some(help)));
        }
        let value = self.as_moment(value, kind);
        let own = own_kind(&value, kind.clone());
        let width = self.expression(width);
        let type_name = own.duckdb()?;
        let origin = match rest.first() {
            Some(origin) => self.as_moment(origin, &own).sql,
            None => "'1950-01-01 00:00:00+00'".to_owned(),
        };
        if self.errors.is_empty() && value.kind == Type::Unknown {
            let message = format!("{name} needs a value whose type is known");
            return Some(self.refuse("unsupported-function", message, place, Some("use CAST")));
        }
        let sql = format!(
            "time_bucket(CAST({} AS INTERVAL), CAST({} AS {type_name}), CAST({origin} AS {type_name}))",
            width.sql, value.sql
        );
        Some(valid(&sql, own))
    }

    /// ADD_MONTHS, which keeps the last day of a month, and NEXT_DAY; none where the name is another
    /// function's.
    fn day_of_another_month_or_week(&mut self, name: &str, args: &[Expr]) -> Option<Typed> {
        let [value, by] = args else { return None };
        if !matches!(name, "ADD_MONTHS" | "NEXT_DAY") {
            return None;
        }
        let value = self.as_moment(value, &Type::Date);
        let by = self.expression(by);
        match (name, &value.kind, &by.kind) {
            ("ADD_MONTHS", Type::Date | Type::DateTime, Type::Int64 | Type::Null) => {
                let kind = value.kind.clone();
                let type_name = kind.duckdb()?;
                let sql = self.bind(&[&value, &by], |names| {
                    let (value, by) = (&names[0], &names[1]);
                    let moved = format!("({value} + to_months(CAST({by} AS INTEGER)))");
                    let clock = format!("({value} - date_trunc('day', {value}))");
                    format!(
                        "CAST(CASE WHEN CAST({value} AS DATE) = last_day({value}) THEN last_day({moved}) + {clock} ELSE {moved} END AS {type_name})"
                    )
                });
                Some(valid(&sql, kind))
            }
            ("NEXT_DAY", Type::Date | Type::DateTime, Type::String | Type::Null) => {
                let sql = format!(
                    "googlesql_next_day(CAST({} AS DATE), CAST({} AS VARCHAR))",
                    value.sql, by.sql
                );
                Some(Typed::new(sql, Type::Date))
            }
            _ => None,
        }
    }

    /// LAST_DAY; none where the name is another function's.
    fn last_day(&mut self, name: &str, args: &[Expr], place: &Expr) -> Option<Typed> {
        if name != "LAST_DAY" {
            return None;
        }
        let value = self.expression(args.first()?);
        let part = match args.get(1) {
            Some(_) => self.part_argument(args.get(1), name, place)?,
            None => Part::Plain("month"),
        };
        let length = match &part {
            Part::Plain(part) => part.to_ascii_uppercase(),
            Part::Week(_) => "WEEK".to_owned(),
            Part::IsoYear => {
                // 380 days on it is the next year, of 52 or 53 weeks.
                let start = truncated(&value.sql, &part);
                let next = truncated(&format!("({start} + INTERVAL 380 DAY)"), &part);
                return Some(valid(&format!("{next} - INTERVAL 1 DAY"), Type::Date));
            }
        };
        let start = truncated(&value.sql, &part);
        if length == "DAY" {
            let message = "LAST_DAY takes no DAY";
            return Some(self.refuse("wrong-type", message, place, None));
        }
        Some(valid(&format!("{start} + INTERVAL 1 {length} - INTERVAL 1 DAY"), Type::Date))
    }
}

/// The type of a date function's value: DATE_ADD and its like take DATETIME and TIMESTAMP too.
fn own_kind(value: &Typed, family: Type) -> Type {
    match value.kind {
        Type::DateTime | Type::Timestamp if family != Type::Time => value.kind.clone(),
        _ => family,
    }
}
