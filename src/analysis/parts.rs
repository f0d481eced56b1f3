//! Parts of dates and times: which there are, and who takes them
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/date_functions>).

use super::{analyzer::Analyzer, problem::Problem, rows::Value, types::Type};
use crate::{
    diagnostic::did_you_mean,
    sql::{
        DATE_PARTS, TIME_PARTS,
        ast::{Call, Expr, ExprKind, Ident, Span},
    },
};

/// What dates can be moved by.
const STEPS: [&str; 5] = ["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"];
/// What EXTRACT reads besides.
const READ: [&str; 6] = ["NANOSECOND", "DAYOFWEEK", "DAYOFYEAR", "DATE", "TIME", "DATETIME"];
/// What EXTRACT reads of an interval.
const OF_INTERVALS: [&str; 9] = [
    "NANOSECOND",
    "MICROSECOND",
    "MILLISECOND",
    "SECOND",
    "MINUTE",
    "HOUR",
    "DAY",
    "MONTH",
    "YEAR",
];
const WEEKDAYS: [&str; 7] =
    ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];
const NORMAL_FORMS: [&str; 4] = ["NFC", "NFKC", "NFD", "NFKD"];

impl Analyzer<'_> {
    /// An argument where a word can stand: `DAY`, `WEEK(MONDAY)`, `NFC`.
    pub(super) fn word(
        &mut self,
        call: &Call,
        name: &str,
        argument: &Expr,
        before: &[Value],
    ) -> Value {
        if name.starts_with("NORMALIZE") {
            return match spelt(argument) {
                Some(word) => {
                    if !NORMAL_FORMS.contains(&word.as_str()) {
                        let message = format!("`{name}` has no mode `{word}`");
                        let help = "it has NFC, NFKC, NFD and NFKD";
                        let problem = Problem::at("wrong-arguments", message, argument.span);
                        self.problem(problem.help(help));
                    }
                    Value::of(Type::Part)
                }
                None => self.expression(argument),
            };
        }
        match part_of(argument) {
            Some(part) => {
                let of_place = call.arguments.first().map(|first| &first.value);
                // As other engines have it: DATE_TRUNC('month', day).
                let swapped = of_place.and_then(Expr::text).filter(|text| is_part(text));
                match (swapped, before.len()) {
                    (Some(text), 1) if !is_part(&part.name) => {
                        let message = format!("`{}` is no part of a date", part.written);
                        let help = format!(
                            "the value comes first: `{name}({}, {})`",
                            part.written,
                            text.to_ascii_uppercase()
                        );
                        let problem = Problem::at("unknown-date-part", message, argument.span);
                        self.problem(problem.help(help));
                    }
                    _ => self.known_part(&part, argument.span),
                }
                Value::of(Type::Part)
            }
            None => match argument.text() {
                Some(text) if is_part(text) => {
                    let message = "a part of a date is no text";
                    let help = format!("write it without quotes: `{}`", text.to_ascii_uppercase());
                    let problem = Problem::at("unknown-date-part", message, argument.span);
                    self.problem(problem.help(help));
                    Value::of(Type::Part)
                }
                _ => self.expression(argument),
            },
        }
    }

    /// Says it where a part has a name that there is not; EXTRACT's and INTERVAL's too.
    fn known_part(&mut self, part: &Part, span: Span) {
        if !is_part(&part.name) {
            let message = format!("`{}` is no part of a date or time", part.written);
            let near = singular(&part.name)
                .map(|name| format!("did you mean `{name}`?"))
                .or_else(|| did_you_mean(&part.name, all()));
            self.problem(Problem::at("unknown-date-part", message, span).maybe_help(near));
        }
        if let Some(weekday) = &part.weekday
            && !WEEKDAYS.contains(&weekday.as_str())
        {
            let message = format!("`{weekday}` is no day of the week");
            let near = did_you_mean(weekday, WEEKDAYS);
            self.problem(Problem::at("unknown-date-part", message, span).maybe_help(near));
        }
    }

    /// Says it where a function does not take the part, of a value of this type.
    pub(super) fn check_parts(&mut self, call: &Call, name: &str, values: &[Value]) {
        let Some(first) = values.first() else { return };
        let texts = call.arguments.iter().any(|argument| argument.value.text().is_some());
        let kind = match values {
            // Which of several types is meant, the signature says.
            _ if texts => &Type::Unknown,
            [one, other, ..] if name.ends_with("_DIFF") && one.kind != other.kind => &Type::Unknown,
            _ => &first.kind,
        };
        for argument in &call.arguments {
            if let ExprKind::Interval { first: part, last: None, .. } = &argument.value.kind
                && let Some(taken) = steps(name, kind)
            {
                self.takes_part(name, kind, &part.value, &taken, part.span);
            }
        }
        let place = if name.ends_with("_DIFF") { 2 } else { 1 };
        if let Some(argument) = call.arguments.get(place)
            && let Some(taken) = cuts(name, kind)
            && let Some(part) = part_of(&argument.value).filter(Part::is_known)
        {
            self.takes_part(name, kind, &part.name, &taken, argument.value.span);
        }
    }

    fn takes_part(&mut self, name: &str, kind: &Type, part: &str, taken: &[&str], span: Span) {
        let part = part.to_ascii_uppercase();
        if !is_part(&part) || taken.contains(&part.as_str()) {
            return;
        }
        let of = match kind {
            Type::Date | Type::DateTime | Type::Time | Type::Timestamp | Type::Interval => {
                format!(" of a {kind}")
            }
            _ => String::new(),
        };
        let message = format!("`{name}`{of} takes no {part}");
        let mut help = vec![format!("it takes {}", taken.join(", "))];
        match (kind, name) {
            (Type::Timestamp, _)
                if DATE_PARTS.contains(&part.as_str()) && name.ends_with("_DIFF") =>
            {
                help.push("compare dates: `DATE_DIFF(DATE(…), DATE(…), part)`".to_owned());
            }
            (Type::Timestamp, _) if STEPS.contains(&part.as_str()) => {
                help.push("its months and weeks depend on a time zone: use a DATETIME".to_owned());
            }
            _ => {}
        }
        let mut problem = Problem::at("wrong-date-part", message, span);
        problem.help = help;
        self.problem(problem);
    }

    /// The part that EXTRACT reads.
    pub(super) fn check_extract(&mut self, part: &Expr, kind: &Type) {
        let Some(known) = part_of(part) else { return };
        self.known_part(&known, part.span);
        if !known.is_known() {
            return;
        }
        let taken: Vec<&str> = match kind {
            Type::Date => [&DATE_PARTS[..], &["DAYOFWEEK", "DAYOFYEAR"]].concat(),
            Type::Time => [&["NANOSECOND"], &TIME_PARTS[..]].concat(),
            Type::DateTime => {
                let read = READ.iter().copied().filter(|part| *part != "DATETIME");
                TIME_PARTS.into_iter().chain(DATE_PARTS).chain(read).collect()
            }
            Type::Interval => OF_INTERVALS.to_vec(),
            _ => return,
        };
        self.takes_part("EXTRACT", kind, &known.name, &taken, part.span);
    }

    /// The parts that an INTERVAL is written in; those of a text are whole seconds or more.
    pub(super) fn check_interval(&mut self, first: &Ident, last: Option<&Ident>, is_text: bool) {
        for part in std::iter::once(first).chain(last) {
            let name = part.value.to_ascii_uppercase();
            let known = Part { written: part.value.clone(), name, weekday: None };
            if !is_part(&known.name) {
                self.known_part(&known, part.span);
                continue;
            }
            let small = if is_text { &TIME_PARTS[2..] } else { &TIME_PARTS[..] };
            if !small.contains(&known.name.as_str()) && !STEPS.contains(&known.name.as_str()) {
                let of = if is_text { " that is a text" } else { "" };
                let message = format!("an INTERVAL{of} has no {}", known.name);
                let help = format!("it has {}, {}", small.join(", "), STEPS.join(", "));
                self.problem(Problem::at("wrong-date-part", message, part.span).help(help));
            }
        }
    }
}

/// A part as it is written.
struct Part {
    written: String,
    /// In capitals, without the weekday.
    name: String,
    /// `MONDAY` of `WEEK(MONDAY)`
    weekday: Option<String>,
}

impl Part {
    fn is_known(&self) -> bool {
        is_part(&self.name)
    }
}

fn part_of(argument: &Expr) -> Option<Part> {
    if let Some(name) = spelt(argument) {
        let ExprKind::Path(parts) = &argument.kind else { return None };
        return Some(Part { written: parts[0].value.clone(), name, weekday: None });
    }
    let ExprKind::Call(call) = &argument.kind else { return None };
    let [only] = call.arguments.as_slice() else { return None };
    (call.function() == "WEEK").then(|| Part {
        written: "WEEK".to_owned(),
        name: "WEEK".to_owned(),
        weekday: spelt(&only.value),
    })
}

/// A word as it is written, in capitals.
fn spelt(expression: &Expr) -> Option<String> {
    match &expression.kind {
        ExprKind::Path(parts) => match parts.as_slice() {
            [one] => Some(one.value.to_ascii_uppercase()),
            _ => None,
        },
        _ => None,
    }
}

fn all() -> impl Iterator<Item = &'static str> {
    TIME_PARTS.into_iter().chain(DATE_PARTS).chain(READ)
}

fn is_part(name: &str) -> bool {
    all().any(|part| part.eq_ignore_ascii_case(name))
}

/// `DATE_PARTS` means `DAY`.
fn singular(name: &str) -> Option<&str> {
    name.strip_suffix('S').filter(|name| is_part(name))
}

/// The parts that a function cuts off or counts in.
fn cuts(name: &str, kind: &Type) -> Option<Vec<&'static str>> {
    let all = || TIME_PARTS.into_iter().chain(DATE_PARTS).collect();
    Some(match (name, kind) {
        ("LAST_DAY", _) => DATE_PARTS.into_iter().filter(|part| *part != "DAY").collect(),
        ("TIME_TRUNC" | "TIME_DIFF", _) => TIME_PARTS.to_vec(),
        // A DATE becomes a DATETIME.
        ("DATETIME_DIFF" | "TIMESTAMP_DIFF", Type::Date) => all(),
        ("DATE_DIFF" | "DATETIME_DIFF" | "TIMESTAMP_DIFF", Type::Timestamp) => {
            TIME_PARTS.into_iter().chain(["DAY"]).collect()
        }
        ("DATE_TRUNC" | "DATETIME_TRUNC" | "TIMESTAMP_TRUNC" | "DATE_DIFF", Type::Date) => {
            DATE_PARTS.to_vec()
        }
        (
            "DATE_TRUNC" | "DATETIME_TRUNC" | "TIMESTAMP_TRUNC" | "DATE_DIFF" | "DATETIME_DIFF"
            | "TIMESTAMP_DIFF",
            _,
        ) => all(),
        _ => return None,
    })
}

/// The parts that a function moves by.
fn steps(name: &str, kind: &Type) -> Option<Vec<&'static str>> {
    let is_move = name.ends_with("_ADD") || name.ends_with("_SUB");
    Some(match (name, kind) {
        ("GENERATE_DATE_ARRAY", _) => STEPS.to_vec(),
        ("GENERATE_TIMESTAMP_ARRAY", _) => TIME_PARTS.into_iter().chain(["DAY"]).collect(),
        ("TIME_ADD" | "TIME_SUB", _) => TIME_PARTS.to_vec(),
        (_, Type::Date) if is_move => STEPS.to_vec(),
        (_, Type::Timestamp) if is_move => TIME_PARTS.into_iter().chain(["DAY"]).collect(),
        _ => return None,
    })
}
