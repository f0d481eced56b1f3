//! INTERVAL: literals, text, and functions of it
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/interval_functions>).

use super::{
    arguments::Args,
    ast::{Expr, Ident},
    dates::{Part, part},
    read_interval::ranged,
    translate::{Translated, Translator, Typed},
    types::{Type, quote},
};

/// A query's text with its INTERVALs as canonical texts; none where it has none at its top.
pub fn with_interval_texts(query: &Translated) -> Option<String> {
    let columns = query.columns.as_deref().filter(|_| query.is_query)?;
    if !columns.iter().any(|(_, kind)| *kind == Type::Interval) {
        return None;
    }
    let item = |(at, (name, kind)): (usize, &(String, Type))| {
        let mut value = format!("#{}", at + 1);
        if *kind == Type::Interval {
            let part = |name: &str| format!("date_part('{name}', {value})");
            value = format!(
                "googlesql_interval_text({} * 12 + {}, {}, {} * 3600000000 + {} * 60000000 + {})",
                part("year"),
                part("month"),
                part("day"),
                part("hour"),
                part("minute"),
                part("microsecond")
            );
        }
        format!("{value} AS {}", quote(name))
    };
    let items: Vec<String> = columns.iter().enumerate().map(item).collect();
    Some(format!("SELECT {} FROM ({}) AS t", items.join(", "), query.sql))
}

impl Translator<'_> {
    /// `INTERVAL 3 DAY`, `INTERVAL '1-2 3' YEAR TO DAY`.
    pub fn interval(
        &mut self,
        value: &Expr,
        first: &Ident,
        last: Option<&Ident>,
        place: &Expr,
    ) -> Typed {
        if let Some(last) = last {
            let read = value.text().and_then(|text| ranged(text, &first.value, &last.value));
            let Some(parts) = read else {
                let message = format!("INTERVAL … {first} TO {last} takes a text of these parts");
                let help = "write for instance INTERVAL '1-2 3 4:5:6' YEAR TO SECOND";
                return self.refuse("sql-syntax", message, place, Some(help));
            };
            return of_parts(
                &parts.months.to_string(),
                &parts.days.to_string(),
                &parts.micros.to_string(),
            );
        }
        let value = self.expression(value);
        match part(&first.value) {
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

    /// A function that gives an INTERVAL; none where the name is no such function.
    pub fn interval_function(&mut self, name: &str, args: &Args<'_>) -> Option<Typed> {
        match (name, args.len()) {
            ("MAKE_INTERVAL", 0..=6) => {
                let [year, month, day, hour, minute, second] =
                    [0, 1, 2, 3, 4, 5].map(|at| match args.get(at) {
                        Some(arg) if !arg.sql.is_empty() => arg.sql.clone(),
                        _ => "0".to_owned(),
                    });
                Some(of_parts(
                    &format!("{year} * 12 + {month}"),
                    &day,
                    &format!("({hour} * 3600 + {minute} * 60 + {second}) * 1000000"),
                ))
            }
            ("JUSTIFY_HOURS" | "JUSTIFY_DAYS" | "JUSTIFY_INTERVAL", 1) => {
                let sql = self.with_parts(&args[0], |months, days, micros| {
                    // Whole units go up; then what differs in sign is brought together.
                    let day = "86400000000";
                    let up = |small: &str, large: &str, unit: &str| {
                        format!(
                            "list_transform([{{s: ({small}) % {unit}, l: ({large}) + CAST(trunc(({small}) / {unit}) AS BIGINT)}}], lambda j: CASE WHEN j.l > 0 AND j.s < 0 THEN {{s: j.s + {unit}, l: j.l - 1}} WHEN j.l < 0 AND j.s > 0 THEN {{s: j.s - {unit}, l: j.l + 1}} ELSE j END)[1]"
                        )
                    };
                    let of = |months: &str, days: &str, micros: &str| of_parts(months, days, micros).sql;
                    match name {
                        "JUSTIFY_HOURS" => {
                            let pair = up(micros, days, day);
                            format!("list_transform([{pair}], lambda p: {})[1]", of(months, "p.l", "p.s"))
                        }
                        "JUSTIFY_DAYS" => {
                            let pair = up(days, months, "30");
                            format!("list_transform([{pair}], lambda p: {})[1]", of("p.l", "p.s", micros))
                        }
                        _ => {
                            // All parts as one number of microseconds, and that in parts.
                            let all = format!(
                                "(CAST({months} AS HUGEINT) * 30 + {days}) * {day} + {micros}"
                            );
                            format!(
                                "list_transform([{all}], lambda a: {})[1]",
                                of(
                                    &format!("a // (30 * {day})"),
                                    &format!("a % (30 * {day}) // {day}"),
                                    &format!("a % {day}")
                                )
                            )
                        }
                    }
                });
                Some(Typed::new(sql, Type::Interval))
            }
            _ => None,
        }
    }

    /// The canonical text of an INTERVAL.
    pub fn interval_text(&mut self, value: &Typed, function: &str) -> String {
        self.with_parts(value, |months, days, micros| {
            format!("{function}({months}, {days}, {micros})")
        })
    }

    /// SQL over the months, days and microseconds of an INTERVAL.
    fn with_parts(
        &mut self,
        value: &Typed,
        body: impl FnOnce(&str, &str, &str) -> String,
    ) -> String {
        self.bind(&[value], |names| {
            let part = |name: &str| format!("date_part('{name}', {})", names[0]);
            body(
                &format!("({} * 12 + {})", part("year"), part("month")),
                &part("day"),
                &format!(
                    "({} * 3600000000 + {} * 60000000 + {})",
                    part("hour"),
                    part("minute"),
                    part("microsecond")
                ),
            )
        })
    }

    /// `CAST(text AS INTERVAL)`.
    pub fn interval_of_text(&mut self, text: &str, safe: bool) -> String {
        let parts = format!("googlesql_interval_parts({text})");
        let parts = if safe { format!("TRY({parts})") } else { parts };
        self.bind(&[&Typed::new(parts, Type::Unknown)], |names| {
            let part = |at: usize| format!("{}[{at}]", names[0]);
            of_parts(&part(1), &part(2), &part(3)).sql
        })
    }
}

/// The INTERVAL of these months, days and microseconds.
fn of_parts(months: &str, days: &str, micros: &str) -> Typed {
    let sql = format!(
        "(to_months(CAST({months} AS INTEGER)) + to_days(CAST({days} AS INTEGER)) + to_microseconds(CAST({micros} AS BIGINT)))"
    );
    Typed::new(sql, Type::Interval)
}
