//! Names with dots between, fields and elements.

use super::{
    ast::{Expr, Spanned, SubscriptKind},
    scope::{Found, Phase, Resolved, field},
    translate::{Translator, Typed},
    types::{Type, literal, quote},
};
use crate::relation::is_pseudo_column;

impl Translator<'_> {
    /// `a`, `alias.a`, `a.field`, `project.dataset.table.a`.
    pub fn path(&mut self, parts: &[String], place: &impl Spanned) -> Typed {
        let (mut typed, used) = match self.find(parts) {
            Some(found) => found,
            None if self.is_argument(&parts[0]) => {
                let message = format!(
                    "`{}` may be the argument or a column of a table that is not known",
                    parts[0]
                );
                let help = "give the argument another name, or build the table first";
                return self.refuse("ambiguous-name", message, place, Some(help));
            }
            None => {
                let first = &parts[0];
                if let Some(now) = self.current_moment(parts) {
                    return now;
                }
                let is_given = self.scopes.last().is_some_and(|scope| {
                    scope.given.iter().any(|given| given.eq_ignore_ascii_case(first))
                });
                if is_given && self.is_unknown(first) {
                    let message =
                        format!("`{first}` is an alias of this SELECT, which it cannot use here");
                    let help = "repeat the expression, or give the alias in a subquery";
                    return self.refuse("unknown-column", message, place, Some(help));
                }
                (Typed::new(quote(first), Type::Unknown), 1)
            }
        };
        for part in &parts[used..] {
            typed = self.member(typed, part, place);
        }
        typed
    }

    /// What the beginning of a path means, and how many parts that takes.
    fn find(&self, parts: &[String]) -> Option<(Typed, usize)> {
        for at in (0..self.scopes.len()).rev() {
            if let Some(bound) = self.binding(&parts[0], at + 1) {
                return Some((bound, 1));
            }
            let (scope, inner) = (&self.scopes[at], &self.scopes[at + 1..]);
            let column = scope.column(&parts[0], inner);
            if scope.phase == Phase::Results
                && let Found::Is(Resolved { sql, kind: kind @ Type::Struct(_) }) = &column
                && scope.items.iter().any(|item| item.name.eq_ignore_ascii_case(&parts[0]))
            {
                return Some((Typed::new(sql.as_str(), kind.clone()), 1));
            }
            if let Some(source) = scope.source(&parts[0]) {
                if source.element.is_some()
                    && let Found::Is(found) = column
                {
                    return Some((Typed::new(found.sql, found.kind), 1));
                }
                if let Some(second) = parts.get(1) {
                    let kind = field(&source.columns.columns, second);
                    let is_there = kind.is_some();
                    let kind = kind.map(|(_, kind)| kind.clone()).unwrap_or_default();
                    let sql = match source.only_by_alias {
                        true if is_there => source.sql_of(second),
                        _ => format!("{}.{}", quote(&parts[0]), quote(second)),
                    };
                    return Some((Typed::new(sql, kind), 2));
                }
                // The whole row as a struct, before any column of that name.
                let mut columns = source.columns.clone();
                let all = columns.columns.len();
                columns.columns.retain(|(name, _)| !is_pseudo_column(name));
                let is_whole = columns.columns.len() == all;
                let kind = match columns.complete {
                    true => Type::Struct(columns.columns.clone()),
                    false => Type::Unknown,
                };
                if is_whole
                    && !source.only_by_alias
                    && (!scope.may_be_column(&parts[0]) || !columns.complete)
                {
                    return Some((Typed::new(quote(&parts[0]), kind), 1));
                }
                let part = |(name, _): &(String, Type)| {
                    format!("{} := {}", quote(name), source.sql_of(name))
                };
                let parts: Vec<String> = columns.columns.iter().map(part).collect();
                return Some((Typed::new(format!("struct_pack({})", parts.join(", ")), kind), 1));
            }
            match column {
                Found::Is(found) => return Some((Typed::new(found.sql, found.kind), 1)),
                Found::Maybe => return None,
                Found::No => {}
            }
        }
        self.binding(&parts[0], 0).map(|bound| (bound, 1))
    }

    /// `CURRENT_DATE` and its like, which need no parentheses.
    fn current_moment(&mut self, parts: &[String]) -> Option<Typed> {
        let [name] = parts else { return None };
        let name = name.to_ascii_uppercase();
        let is_known = ["CURRENT_DATE", "CURRENT_DATETIME", "CURRENT_TIME", "CURRENT_TIMESTAMP"]
            .contains(&name.as_str());
        if is_known { self.constructed_moment(&name, &[]) } else { None }
    }

    /// Whether no table in sight has, or may have, such a column.
    fn is_unknown(&self, name: &str) -> bool {
        self.scopes.iter().all(|scope| !scope.may_be_column(name))
    }

    /// `value.name`: a field of a struct or of a JSON object.
    pub fn member(&mut self, value: Typed, name: &str, place: &impl Spanned) -> Typed {
        match &value.kind {
            Type::Json => self.json_step(&value, &literal(&format!(".{name}"))),
            Type::Struct(fields) => match field(fields, name) {
                Some((known, kind)) => {
                    Typed::new(format!("{}.{}", value.sql, quote(known)), kind.clone())
                }
                None => self.refuse(
                    "unknown-field",
                    format!("the struct has no field `{name}`"),
                    place,
                    None,
                ),
            },
            _ => Typed::new(format!("{}.{}", value.sql, quote(name)), Type::Unknown),
        }
    }

    /// `array[OFFSET(n)]`, `json['key']`.
    pub fn subscript(&mut self, value: Typed, how: SubscriptKind, index: &Expr) -> Typed {
        let at = self.expression(index);
        if value.kind == Type::Json {
            let mark = if at.kind == Type::String { '.' } else { '#' };
            return self.json_step(&value, &format!("'{mark}' || {}", at.sql));
        }
        let element = match value.kind {
            Type::Array(element) => *element,
            Type::Unknown => Type::Unknown,
            other => {
                let message = format!("{} has no elements", other.google());
                return self.refuse("wrong-type", message, index, None);
            }
        };
        let from_one = matches!(how, SubscriptKind::Ordinal | SubscriptKind::SafeOrdinal);
        let safe = matches!(how, SubscriptKind::SafeOffset | SubscriptKind::SafeOrdinal);
        let (first, shift) = if from_one { (1, "") } else { (0, " + 1") };
        let value = Typed::new(value.sql, Type::Unknown);
        let sql = self.bind(&[&value, &at], |names| {
            let (array, at) = (&names[0], &names[1]);
            if safe {
                return format!("(CASE WHEN {at} >= {first} THEN {array}[{at}{shift}] END)");
            }
            let last = if from_one { "<=" } else { "<" };
            format!(
                "(CASE WHEN {array} IS NULL OR {at} IS NULL THEN NULL WHEN {at} >= {first} AND {at} {last} len({array}) THEN {array}[{at}{shift}] ELSE error('Array index ' || {at} || ' is out of bounds') END)"
            )
        });
        Typed::new(sql, element)
    }
}
