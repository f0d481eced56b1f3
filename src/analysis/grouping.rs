//! GROUP BY: what may stand outside of aggregates.

use super::{
    analyzer::Analyzer,
    flow::How,
    functions::{FunctionKind, function},
    names::{in_sight, named},
    problem::Problem,
    rows::{Grouping, Place, Scope},
    types::Type,
};
use crate::sql::ast::{
    Call, DataType, Expr, ExprKind, GroupBy, GroupItem, GroupItemKind, Ident, Patterns, SelectItem,
    Span, any_expression,
};

/// Whether an aggregate stands in an expression, outside of subqueries and windows.
pub(super) fn has_aggregate(expression: &Expr) -> bool {
    any_expression(expression, &mut |part| match &part.kind {
        ExprKind::Call(call) => is_aggregate(call),
        _ => false,
    })
}

/// Whether a call gathers the rows of a group.
pub(super) fn is_aggregate(call: &Call) -> bool {
    let known = function(&call.function());
    call.over.is_none() && known.is_some_and(|known| known.kind == FunctionKind::Aggregate)
}

/// Whether a window function stands in an expression.
pub(super) fn has_window(expression: &Expr) -> bool {
    any_expression(expression, &mut |part| match &part.kind {
        ExprKind::Call(call) => call.over.is_some(),
        _ => false,
    })
}

impl Analyzer<'_> {
    /// Notes what rows are grouped by, from here on.
    pub fn group(&mut self, group_by: Option<&GroupBy>, items: &[SelectItem]) {
        let mut grouping = Grouping::default();
        match group_by {
            None => {}
            // Whatever is not aggregated is a key.
            Some(GroupBy::All) => {
                grouping.is_open = true;
                for item in items {
                    if let SelectItem::Expr(item, _) = item
                        && !has_aggregate(item)
                        && !has_window(item)
                    {
                        let (problems, key) = (self.problems.len(), self.expression(item));
                        // They are told where the item is.
                        self.problems.truncate(problems);
                        self.scope().chosen_by.add_used(&key.flow, How::GroupBy);
                    }
                }
            }
            Some(GroupBy::Items(keys)) => {
                for key in keys {
                    self.group_item(key, items, &mut grouping);
                }
            }
        }
        self.scope().grouping = Some(grouping);
    }

    fn group_item(&mut self, item: &GroupItem, items: &[SelectItem], grouping: &mut Grouping) {
        match &item.kind {
            GroupItemKind::Nothing => {}
            GroupItemKind::Key(key) => self.group_key(key, items, grouping),
            GroupItemKind::Rollup(keys) | GroupItemKind::Cube(keys) => {
                for key in keys {
                    self.group_key(key, items, grouping);
                }
            }
            GroupItemKind::Sets(sets) => {
                for set in sets {
                    self.group_item(set, items, grouping);
                }
            }
        }
    }

    fn group_key(&mut self, key: &Expr, items: &[SelectItem], grouping: &mut Grouping) {
        // A place or a name may well mean a literal of the list.
        self.no_literal(key, "GROUP BY");
        let key = key.bare();
        let key = match &key.kind {
            ExprKind::Tuple(parts) => {
                for part in parts {
                    self.group_key(part, items, grouping);
                }
                return;
            }
            ExprKind::Number(text) => match self.item_at(text, items, key.span) {
                Some(item) => item,
                None => {
                    grouping.is_open = true;
                    return;
                }
            },
            ExprKind::Path(parts) => self.item_named(parts, items).unwrap_or(key),
            _ => key,
        };
        if has_aggregate(key) {
            let message = "an aggregate cannot be a key of GROUP BY";
            self.problem(Problem::at("misplaced-aggregate", message, key.span));
            grouping.is_open = true;
        }
        let value = self.expression(key);
        if matches!(value.kind, Type::Json | Type::Geography) {
            let message = format!("rows cannot be grouped by a value of type {}", value.kind);
            self.problem(Problem::at("wrong-types", message, key.span));
        }
        self.scope().chosen_by.add_used(&value.flow, How::GroupBy);
        match &key.bare().kind {
            ExprKind::Path(parts) => match self.place(parts) {
                Some((places, rest)) => {
                    let rest: Vec<String> =
                        rest.iter().map(|name| name.value.to_ascii_lowercase()).collect();
                    grouping.columns.extend(places.into_iter().map(|place| (place, rest.clone())));
                }
                None => grouping.is_open = true,
            },
            _ => match self.told(key) {
                Some(text) => grouping.expressions.push(text),
                None => grouping.is_open = true,
            },
        }
    }

    /// The item of the SELECT list at a 1-based place; nothing where a star is before it.
    pub fn item_at<'q>(
        &mut self,
        text: &str,
        items: &'q [SelectItem],
        span: Span,
    ) -> Option<&'q Expr> {
        let at = text.parse::<usize>().ok()?;
        let stars = items.iter().any(|item| matches!(item, SelectItem::Star(_)));
        if !stars && (at == 0 || at > items.len()) {
            let message =
                format!("{text} is no place of the SELECT list, which has {}", items.len());
            self.problem(Problem::at("wrong-place", message, span));
            return None;
        }
        let before = items.get(..at)?;
        match before.last()? {
            SelectItem::Expr(item, _)
                if before.iter().all(|item| matches!(item, SelectItem::Expr(..))) =>
            {
                Some(item)
            }
            _ => None,
        }
    }

    /// The item of the SELECT list that has a name, given or its column's: it goes before columns of
    /// that name.
    fn item_named<'q>(&self, parts: &[Ident], items: &'q [SelectItem]) -> Option<&'q Expr> {
        let [name] = parts else { return None };
        items.iter().find_map(|item| {
            let SelectItem::Expr(item, alias) = item else { return None };
            let own = match (alias, &item.kind) {
                (Some(alias), _) => alias,
                (None, ExprKind::Path(parts)) => parts.last()?,
                (None, ExprKind::Field(_, field)) => field,
                _ => return None,
            };
            own.value.eq_ignore_ascii_case(&name.value).then_some(item)
        })
    }

    /// The columns of the innermost scope that a path names, and the fields behind; nothing for
    /// whole rows and for what cannot be told.
    fn place<'q>(&self, parts: &'q [Ident]) -> Option<(Vec<Place>, &'q [Ident])> {
        place_in(self.scopes.last()?, parts)
    }

    /// Says that a column stands outside of aggregates and is no key, where that is so.
    pub fn check_grouped(
        &mut self,
        depth: usize,
        places: &[Place],
        rest: &[Ident],
        (parts, span): (&[Ident], Span),
    ) {
        let scope = &self.scopes[depth];
        let Some(grouping) = &scope.grouping else { return };
        if scope.inside_aggregates > 0 || grouping.is_open {
            return;
        }
        let is_key = |(key, fields): &(Place, Vec<String>)| {
            places.contains(key)
                && fields.len() <= rest.len()
                && fields
                    .iter()
                    .zip(rest)
                    .all(|(field, name)| name.value.eq_ignore_ascii_case(field))
        };
        // The element of an array that a key has is told with the array.
        if grouping.columns.iter().any(is_key) {
            return;
        }
        let written: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
        let message = format!("column `{}` is neither grouped nor aggregated", written.join("."));
        let help = match grouping.columns.is_empty() && grouping.expressions.is_empty() {
            true => "add a GROUP BY, or take it in an aggregate such as `ANY_VALUE`",
            false => "add it to GROUP BY, or take it in an aggregate such as `ANY_VALUE`",
        };
        self.problem(Problem::at("ungrouped-column", message, span).help(help));
    }

    /// Whether an expression is one of the keys as a whole.
    pub fn is_key(&self, expression: &Expr) -> bool {
        let Some(scope) = self.scopes.last() else { return false };
        match &scope.grouping {
            Some(grouping) if !grouping.expressions.is_empty() && scope.inside_aggregates == 0 => {
                self.told(expression).is_some_and(|text| grouping.expressions.contains(&text))
            }
            _ => false,
        }
    }

    /// An expression as a text that is the same for the same expression, however it is written.
    /// Nothing for what is not compared.
    fn told(&self, expression: &Expr) -> Option<String> {
        let one = |part: &Expr| self.told(part);
        let all = |parts: &[Expr]| -> Option<String> {
            Some(parts.iter().map(|part| self.told(part)).collect::<Option<Vec<_>>>()?.join(","))
        };
        Some(match &expression.kind {
            ExprKind::Nested(inner) => one(inner)?,
            ExprKind::Null => "NULL".to_owned(),
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Number(text) => text.to_ascii_lowercase(),
            ExprKind::Text(text) => format!("{text:?}"),
            ExprKind::Bytes(bytes) => format!("b{bytes:?}"),
            ExprKind::TypedText(kind, text) => format!("{}{text:?}", told_type(kind)),
            ExprKind::Parameter(name) => name.clone(),
            ExprKind::Path(parts) => self.told_path(parts),
            ExprKind::Field(value, name) => {
                format!("{}.{}", one(value)?, name.value.to_ascii_lowercase())
            }
            ExprKind::Subscript(value, kind, index) => {
                format!("{}[{kind:?} {}]", one(value)?, one(index)?)
            }
            ExprKind::Unary(operator, value) => format!("{operator:?}({})", one(value)?),
            ExprKind::Binary(left, operator, right) => {
                format!("({} {} {})", one(left)?, operator.symbol(), one(right)?)
            }
            ExprKind::Is { value, test, negated } => {
                format!("{} is {test:?} {negated}", one(value)?)
            }
            ExprKind::Distinct { left, right, negated } => {
                format!("{} distinct {} {negated}", one(left)?, one(right)?)
            }
            ExprKind::InList { value, items, negated } => {
                format!("{} in ({}) {negated}", one(value)?, all(items)?)
            }
            ExprKind::Between { value, low, high, negated } => {
                format!("{} between {} {} {negated}", one(value)?, one(low)?, one(high)?)
            }
            ExprKind::Like { value, patterns: Patterns::One(pattern), negated } => {
                format!("{} like {} {negated}", one(value)?, one(pattern)?)
            }
            ExprKind::Case { operand, whens, otherwise } => {
                let mut text = "case".to_owned();
                for part in operand.iter().map(|operand| &**operand) {
                    text += &format!(" of {}", one(part)?);
                }
                for when in whens {
                    text += &format!(" when {} then {}", one(&when.condition)?, one(&when.result)?);
                }
                for part in otherwise.iter().map(|otherwise| &**otherwise) {
                    text += &format!(" else {}", one(part)?);
                }
                text
            }
            ExprKind::Cast { safe, value, data_type, format: None, zone: None } => {
                format!("cast {safe} {} {}", one(value)?, told_type(data_type))
            }
            ExprKind::Extract { part, value, zone } => {
                let zone = match zone {
                    Some(zone) => one(zone)?,
                    None => String::new(),
                };
                format!("extract {} {} {zone}", one(part)?, one(value)?)
            }
            ExprKind::Call(call) if call.is_plain() => {
                let arguments = call.arguments.iter().map(|argument| {
                    let name = argument.name.as_ref().map_or("", |name| name.value.as_str());
                    Some(format!("{name}{}", self.told(&argument.value)?))
                });
                let arguments = arguments.collect::<Option<Vec<_>>>()?.join(",");
                format!("{} {}({arguments})", call.safe, call.function())
            }
            ExprKind::Array(None, items) => format!("[{}]", all(items)?),
            ExprKind::Tuple(items) => format!("({})", all(items)?),
            ExprKind::Interval { value, first, last } => {
                let last = last.as_ref().map_or("", |last| last.value.as_str());
                let words = format!("{} {last}", first.value).to_ascii_lowercase();
                format!("interval {} {words}", one(value)?)
            }
            _ => return None,
        })
    }

    fn told_path(&self, parts: &[Ident]) -> String {
        let lower = |parts: &[Ident]| {
            let names: Vec<String> =
                parts.iter().map(|part| part.value.to_ascii_lowercase()).collect();
            names.join(".")
        };
        match self.place(parts) {
            Some((places, rest)) => format!("{:?}.{}", places[0], lower(rest)),
            None => lower(parts),
        }
    }
}

fn place_in<'q>(scope: &Scope, parts: &'q [Ident]) -> Option<(Vec<Place>, &'q [Ident])> {
    let first = parts.first()?.value.as_str();
    let alias = scope.sources.iter().position(|source| source.alias.eq_ignore_ascii_case(first));
    if let Some(at) = alias {
        let source = &scope.sources[at];
        let is_plain_value =
            source.value.as_ref().is_some_and(|value| value.kind.fields().is_none());
        if is_plain_value {
            return Some((vec![(at, 0)], &parts[1..]));
        }
        let [place] = named(source, &parts.get(1)?.value)[..] else { return None };
        return Some((both_sides(scope, (at, place)), &parts[2..]));
    }
    let merged =
        scope.merged.iter().rev().find(|merged| merged.column.name.eq_ignore_ascii_case(first));
    if let Some(merged) = merged {
        return Some((merged.parts.clone(), &parts[1..]));
    }
    let mut found = in_sight(scope)
        .flat_map(|(at, source)| named(source, first).into_iter().map(move |place| (at, place)));
    let place = found.next()?;
    Some((both_sides(scope, place), &parts[1..]))
}

/// The columns that a column of USING is equal to, itself first.
fn both_sides(scope: &Scope, place: Place) -> Vec<Place> {
    let merged = scope.merged.iter().rev().find(|merged| merged.parts.contains(&place));
    let mut places = vec![place];
    places.extend(
        merged.iter().flat_map(|merged| merged.parts.iter().copied()).filter(|one| *one != place),
    );
    places
}

fn told_type(kind: &DataType) -> String {
    format!("{} {:?}", Type::from_ast(kind), kind.parameters)
}
