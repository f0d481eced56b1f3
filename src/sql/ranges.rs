//! RANGE: from a moment up to another one, which is not in it. Either may be without bound
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/range-functions>).
//!
//! The engine keeps a struct of both moments. Its infinities stand for what has no bound, so that it
//! compares and orders ranges as GoogleSQL does.

use super::{
    arguments::Args,
    ast::Expr,
    choices::is_text_literal,
    translate::{Translator, Typed},
    types::{RANGE_END, RANGE_START, Type, quote},
};

/// What `[START, END)` looks like; a moment has no comma, and no blanks around it.
const FORM: &str = r"^\[([^, ]|[^, ][^,]*[^, ]), ([^, ]|[^, ][^,]*[^, ])\)$";

impl Translator<'_> {
    /// A function of ranges; none where the name is no such function.
    pub fn range_function(&mut self, name: &str, args: &Args<'_>, place: &Expr) -> Option<Typed> {
        let wrong = |translator: &mut Self, what: &str| {
            let message = format!("{name} takes {what}");
            Some(translator.refuse("wrong-type", message, place, None))
        };
        match (name, args.0) {
            ("RANGE", [start, end]) => {
                let element = match (&start.kind, &end.kind) {
                    (Type::Null, kind) | (kind, Type::Null) => kind,
                    (one, other) if one == other => one,
                    _ => &Type::Unknown,
                };
                if !is_range_element(element) {
                    return wrong(self, "two DATEs, two DATETIMEs or two TIMESTAMPs");
                }
                Some(self.range_of(start, end, &element.clone()))
            }
            ("RANGE_START" | "RANGE_END", [range]) => {
                let Type::Range(element) = &range.kind else { return wrong(self, "a RANGE") };
                Some(bound(range, element, name == "RANGE_START"))
            }
            ("RANGE_CONTAINS", [range, value]) => {
                let Type::Range(element) = &range.kind else { return wrong(self, "a RANGE") };
                let value = match is_text_literal(value) {
                    true => Typed::new(self.convert(value, element, false), *element.clone()),
                    false => value.clone(),
                };
                let is_range = value.kind == range.kind;
                if !is_range && value.kind != **element && value.kind != Type::Null {
                    return wrong(self, "a RANGE, and a value or a RANGE of its type");
                }
                let sql = self.bind(&[range, &value], |names| {
                    let (range, value) = (&names[0], &names[1]);
                    let (start, end) = (start(range), end(range));
                    match is_range {
                        true => format!(
                            "({start} <= {} AND {} <= {end})",
                            self::start(value),
                            self::end(value)
                        ),
                        false => format!("({start} <= {value} AND {value} < {end})"),
                    }
                });
                Some(Typed::new(sql, Type::Bool))
            }
            ("RANGE_OVERLAPS" | "RANGE_INTERSECT", [one, other]) => {
                if one.kind != other.kind || !matches!(one.kind, Type::Range(_)) {
                    return wrong(self, "two RANGEs of one type");
                }
                let kind = one.kind.clone();
                let sql = self.bind(&[one, other], |names| {
                    let (one, other) = (&names[0], &names[1]);
                    let overlap = format!(
                        "({} < {} AND {} < {})",
                        start(one),
                        end(other),
                        start(other),
                        end(one)
                    );
                    if name == "RANGE_OVERLAPS" {
                        return overlap;
                    }
                    let both = pack(
                        &format!("greatest({}, {})", start(one), start(other)),
                        &format!("least({}, {})", end(one), end(other)),
                    );
                    format!(
                        "(CASE WHEN {one} IS NULL OR {other} IS NULL THEN NULL WHEN {overlap} THEN {both} ELSE error('the RANGEs of RANGE_INTERSECT do not overlap') END)"
                    )
                });
                let kind = if name == "RANGE_OVERLAPS" { Type::Bool } else { kind };
                Some(Typed::new(sql, kind))
            }
            ("GENERATE_RANGE_ARRAY", [range, step, rest @ ..]) if rest.len() < 2 => {
                let Type::Range(element) = &range.kind else { return wrong(self, "a RANGE") };
                let element = element.duckdb()?;
                let whole = Typed::new("TRUE", Type::Bool);
                let partial = rest.first().unwrap_or(&whole);
                let only_days = element == "DATE";
                let sql = self.bind(&[range, step, partial], |names| {
                    let (range, step, partial) = (&names[0], &names[1], &names[2]);
                    let (start, end) = (start(range), end(range));
                    // One place after the other, each so many steps from the start.
                    let places = format!(
                        "list_transform(generate_series(0, CAST(ceil(date_diff('microsecond', CAST({start} AS TIMESTAMP), CAST({end} AS TIMESTAMP)) / least_micros) AS BIGINT)), lambda i: CAST({start} + {step} * i AS {element}))"
                    );
                    let least_micros = format!(
                        "(date_part('year', {step}) * 31536000000000.0 + date_part('month', {step}) * 2419200000000.0 + date_part('day', {step}) * 86400000000.0 + date_part('hour', {step}) * 3600000000.0 + date_part('minute', {step}) * 60000000.0 + date_part('microsecond', {step}))"
                    );
                    let places = places.replace("least_micros", &least_micros);
                    let refused = match only_days {
                        true => format!(
                            " WHEN date_part('hour', {step}) <> 0 OR date_part('minute', {step}) <> 0 OR date_part('microsecond', {step}) <> 0 THEN error('GENERATE_RANGE_ARRAY takes whole days for a RANGE of DATEs')"
                        ),
                        false => String::new(),
                    };
                    let next = format!("least(p[i + 1], {end})");
                    let each = pack("p[i]", &next);
                    format!(
                        "(CASE WHEN {range} IS NULL OR {step} IS NULL OR {partial} IS NULL THEN NULL WHEN NOT isfinite({start}) OR NOT isfinite({end}) THEN error('GENERATE_RANGE_ARRAY takes no RANGE without bounds') WHEN {least_micros} <= 0 THEN error('the step of GENERATE_RANGE_ARRAY is more than 0'){refused} ELSE list_transform([{places}], lambda p: list_transform(list_filter(generate_series(1, len(p) - 1), lambda i: p[i] < {end} AND ({partial} OR p[i + 1] <= {end})), lambda i: {each}))[1] END)"
                    )
                });
                Some(Typed::new(sql, Type::Array(Box::new(range.kind.clone()))))
            }
            _ => None,
        }
    }

    /// The range of two moments; NULL is without bound.
    fn range_of(&mut self, from: &Typed, to: &Typed, element: &Type) -> Typed {
        let name = element.duckdb().unwrap_or_default();
        let sql = self.bind(&[from, to], |names| {
            let (from, to) = (&names[0], &names[1]);
            let range = pack(
                &format!("coalesce(CAST({from} AS {name}), CAST('-infinity' AS {name}))"),
                &format!("coalesce(CAST({to} AS {name}), CAST('infinity' AS {name}))"),
            );
            format!(
                "(CASE WHEN CAST({from} AS {name}) >= CAST({to} AS {name}) THEN error('the start of a RANGE is before its end') ELSE {range} END)"
            )
        });
        Typed::new(sql, Type::Range(Box::new(element.clone())))
    }

    /// The range that a text means: `[2024-01-01, UNBOUNDED)`.
    pub fn range_of_text(&mut self, text: &str, element: &Type, safe: bool) -> String {
        let text = Typed::new(text, Type::String);
        let sql = self.bind_nested(&[&text], |translator, names| {
            let text = &names[0];
            let mut part = |number: usize| {
                let part = format!("regexp_extract({text}, '{FORM}', {number})");
                let moment = Typed::new(part.as_str(), Type::String);
                let moment = translator.convert(&moment, element, false);
                let sql = format!(
                    "(CASE WHEN upper({part}) NOT IN ('UNBOUNDED', 'NULL') THEN {moment} END)"
                );
                Typed::new(sql, element.clone())
            };
            let (from, to) = (part(1), part(2));
            let range = translator.range_of(&from, &to, element).sql;
            format!(
                "(CASE WHEN {text} IS NULL THEN NULL WHEN regexp_matches({text}, '{FORM}') THEN {range} ELSE error('a RANGE is written as [START, END), not ' || {text}) END)"
            )
        });
        if !safe {
            return sql;
        }
        // The engine's TRY takes no `error` in its sight.
        let name = self.fresh("v");
        format!("TRY(list_transform([0], lambda {name}: {sql})[1])")
    }

    /// `[2024-01-01, UNBOUNDED)`
    pub fn range_text(&mut self, range: &Typed, element: &Type) -> String {
        let kind = range.kind.clone();
        self.bind_nested(&[range], |translator, names| {
            let range = Typed::new(names[0].as_str(), kind);
            let mut text = |is_start| {
                let moment = bound(&range, element, is_start);
                let text = translator.convert(&moment, &Type::String, false);
                format!("coalesce({text}, 'UNBOUNDED')")
            };
            let (from, to) = (text(true), text(false));
            format!(
                "(CASE WHEN {} IS NOT NULL THEN '[' || {from} || ', ' || {to} || ')' END)",
                range.sql
            )
        })
    }
}

/// One end of a range; NULL where it has no bound.
pub(super) fn bound(range: &Typed, element: &Type, is_start: bool) -> Typed {
    let name = element.duckdb().unwrap_or_default();
    let (moment, unbounded) = match is_start {
        true => (start(&range.sql), "-infinity"),
        false => (end(&range.sql), "infinity"),
    };
    let sql = format!("nullif({moment}, CAST('{unbounded}' AS {name}))");
    Typed::new(sql, element.clone())
}

/// Whether a RANGE can be of it.
pub(super) fn is_range_element(kind: &Type) -> bool {
    matches!(kind, Type::Date | Type::DateTime | Type::Timestamp)
}

fn start(range: &str) -> String {
    format!("struct_extract({range}, '{RANGE_START}')")
}

fn end(range: &str) -> String {
    format!("struct_extract({range}, '{RANGE_END}')")
}

fn pack(from: &str, to: &str) -> String {
    format!("struct_pack({} := {from}, {} := {to})", quote(RANGE_START), quote(RANGE_END))
}
