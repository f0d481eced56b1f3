//! Parts of dates: `DAY`, `ISOWEEK`, `WEEK(MONDAY)`.

use crate::{
    diagnostic::did_you_mean,
    sql::{
        ast::{Expr, ExprKind, Spanned},
        translate::Translator,
        types::Type,
    },
};

/// Parts that are less than a day.
pub const TIME_PARTS: [&str; 5] = ["MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR"];
/// Parts where a date can be cut off.
pub const DATE_PARTS: [&str; 7] = ["DAY", "WEEK", "ISOWEEK", "MONTH", "QUARTER", "YEAR", "ISOYEAR"];

/// A part of a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sql) enum Part {
    /// As DuckDB names it too.
    Plain(&'static str),
    /// Weeks that begin this many days after Sunday.
    Week(u32),
    /// The ISO year.
    IsoYear,
}

/// The part that a text names.
pub(in crate::sql) fn part(text: &str) -> Option<Part> {
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
pub(super) fn truncated(value: &str, to: &Part) -> String {
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

/// The text of an argument that names a part.
pub(super) fn part_text(argument: &Expr) -> String {
    match &argument.kind {
        ExprKind::Path(parts) => match parts.as_slice() {
            [name] => name.value.clone(),
            _ => String::new(),
        },
        ExprKind::Call(call) if call.is_plain() => match call.arguments.as_slice() {
            [one] => format!("{}({})", call.name, part_text(&one.value)),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

/// The microseconds of a part that is always as long.
pub(super) fn micros_of(part: &str) -> Option<i64> {
    Some(match part {
        "microsecond" => 1,
        "millisecond" => 1_000,
        "second" => 1_000_000,
        "minute" => 60_000_000,
        "hour" => 3_600_000_000,
        _ => return None,
    })
}

impl Translator<'_> {
    /// The part named by an argument such as `DAY` or `WEEK(MONDAY)`.
    pub(super) fn part_argument(
        &mut self,
        argument: Option<&Expr>,
        function: &str,
        place: &Expr,
    ) -> Option<Part> {
        let found = argument.and_then(|argument| part(&part_text(argument)));
        if found.is_none() {
            let place = argument.unwrap_or(place);
            let text = self.written(place);
            let near = did_you_mean(&text, TIME_PARTS.into_iter().chain(DATE_PARTS));
            let help = "use DAY, WEEK, ISOWEEK, MONTH, QUARTER, YEAR or a smaller one";
            let message = format!("`{text}` is no date part for {function}");
            self.refuse("sql-syntax", message, place, Some(near.as_deref().unwrap_or(help)));
        }
        found
    }

    /// Refuses a part that the type has not, or that its arithmetic does not know.
    pub(super) fn part_fits(
        &mut self,
        part: &Part,
        text: &str,
        kind: &Type,
        truncates: bool,
        function: &str,
        place: &impl Spanned,
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
