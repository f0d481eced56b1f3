//! What a name in an expression means
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#range_variables>).

use std::sync::Arc;

use super::{
    analyzer::Analyzer,
    coercion::Literal,
    flow::{Flow, How},
    problem::Problem,
    rows::{Place, Scope, Source, Value},
    types::Type,
};
use crate::{
    diagnostic::did_you_mean,
    sql::ast::{Ident, Span},
};

/// What the beginning of a path means, and how many of its names that took.
enum Found {
    /// A value; the column that it is, in which scope.
    Value(Value, usize, Option<(usize, Vec<Place>)>),
    /// A row, which has no column of the second name.
    NoColumn(usize, usize),
    /// Several columns.
    Ambiguous(Vec<String>),
    /// Perhaps something, of tables whose columns are not all known.
    Perhaps(Value),
}

/// Columns that BigQuery adds to tables.
const PSEUDO_COLUMNS: [(&str, Type); 6] = [
    ("_PARTITIONTIME", Type::Timestamp),
    ("_PARTITIONDATE", Type::Date),
    ("_TABLE_SUFFIX", Type::String),
    ("_FILE_NAME", Type::String),
    ("_CHANGE_TYPE", Type::String),
    ("_CHANGE_TIMESTAMP", Type::Timestamp),
];

/// Functions that need no parentheses.
const NOW: [(&str, Type); 4] = [
    ("CURRENT_DATE", Type::Date),
    ("CURRENT_DATETIME", Type::DateTime),
    ("CURRENT_TIME", Type::Time),
    ("CURRENT_TIMESTAMP", Type::Timestamp),
];

impl Analyzer<'_> {
    /// The value of `a`, `t.a`, `t.a.field`.
    pub fn path(&mut self, parts: &[Ident], span: Span) -> Value {
        let Some(first) = parts.first() else { return Value::default() };
        let mut found = None;
        for depth in (0..self.scopes.len()).rev() {
            found = self.find(depth, parts);
            if found.is_some() {
                break;
            }
        }
        match found {
            Some(Found::Value(value, taken, column)) => {
                if let Some((depth, places)) = column {
                    self.check_grouped(depth, &places, &parts[taken..], (parts, span));
                }
                self.fields(value, &parts[taken..])
            }
            Some(Found::Perhaps(value)) => value,
            Some(Found::Ambiguous(tables)) => {
                let message = format!("column `{first}` is ambiguous");
                let mut problem = Problem::at("ambiguous-column", message, first.span);
                let mut qualified: Vec<String> = tables
                    .iter()
                    .filter(|table| !table.is_empty())
                    .map(|table| format!("`{table}.{first}`"))
                    .collect();
                qualified.dedup();
                if qualified.len() > 1 {
                    problem = problem.help(format!("say which: {}", qualified.join(" or ")));
                } else if tables.len() > 1 && qualified.len() == 1 {
                    problem = problem.note("two columns have this name");
                }
                self.problem(problem);
                Value::default()
            }
            Some(Found::NoColumn(depth, source)) => {
                self.no_column_of(depth, source, &parts[1]);
                Value::default()
            }
            None => {
                if let Some((_, kind)) = PSEUDO_COLUMNS
                    .into_iter()
                    .find(|(name, _)| first.value.eq_ignore_ascii_case(name))
                {
                    return Value::of(kind);
                }
                if let ([word], false) = (parts, first.quoted)
                    && let Some((_, kind)) = NOW.into_iter().find(|(name, _)| word.is(name))
                {
                    return Value::of(kind);
                }
                if let Some(kind) = self.catalog.variable(&first.value) {
                    return self.fields(Value::of(kind), &parts[1..]);
                }
                self.unknown_name(first, parts);
                Value::default()
            }
        }
    }

    fn find(&mut self, depth: usize, parts: &[Ident]) -> Option<Found> {
        let scope = &self.scopes[depth];
        let first = parts[0].value.as_str();
        let is_it = |name: &str| name.eq_ignore_ascii_case(first);
        if let Some((_, value)) = scope.locals.iter().rev().find(|(name, _)| is_it(name)) {
            return Some(Found::Value(value.clone(), 1, None));
        }
        if scope.inside_aggregates == 0
            && let Some((_, value)) = scope.aliases.iter().find(|(name, _)| is_it(name))
        {
            return Some(Found::Value(value.clone(), 1, None));
        }
        if let Some(at) = scope.sources.iter().position(|source| is_it(&source.alias)) {
            return Some(self.of_source(depth, at, parts));
        }
        self.of_columns(depth, parts)
    }

    /// A path that begins with the alias of an item of FROM.
    fn of_source(&mut self, depth: usize, at: usize, parts: &[Ident]) -> Found {
        let source = &self.scopes[depth].sources[at];
        if let Some(value) = &source.value {
            let column = value.kind.fields().is_none().then(|| (depth, vec![(at, 0)]));
            return match parts.get(1) {
                Some(name) if column.is_none() => match named(source, &name.value).first() {
                    Some(place) => {
                        let value = source.columns[*place].value.clone();
                        Found::Value(value, 2, Some((depth, vec![(at, *place)])))
                    }
                    None => Found::NoColumn(depth, at),
                },
                _ => Found::Value(value.clone(), 1, column),
            };
        }
        let Some(name) = parts.get(1) else { return Found::Value(row_of(source), 1, None) };
        match named(source, &name.value).as_slice() {
            [] if source.is_complete && pseudo(&name.value).is_none() => Found::NoColumn(depth, at),
            [] => Found::Perhaps(self.open_column(depth, at, &name.value)),
            [place] => {
                let value = source.columns[*place].value.clone();
                Found::Value(value, 2, Some((depth, vec![(at, *place)])))
            }
            _ => Found::Ambiguous(Vec::new()),
        }
    }

    /// A path that begins with the name of a column.
    fn of_columns(&mut self, depth: usize, parts: &[Ident]) -> Option<Found> {
        let scope = &self.scopes[depth];
        let name = parts[0].value.as_str();
        let mut merged = scope
            .merged
            .iter()
            .rev()
            .filter(|merged| merged.column.name.eq_ignore_ascii_case(name));
        let merged = merged.next();
        let hidden = |place: &Place| {
            merged.is_some_and(|merged| merged.parts.contains(place))
                || scope.merged.iter().any(|merged| merged.parts.contains(place))
        };
        let mut places = Vec::new();
        for (at, source) in in_sight(scope) {
            let found = named(source, name).into_iter().map(|place| (at, place));
            places.extend(found.filter(|place| !hidden(place)));
        }
        match (merged, places.as_slice()) {
            (Some(merged), []) => {
                let found = (merged.column.value.clone(), merged.parts.clone());
                Some(Found::Value(found.0, 1, Some((depth, found.1))))
            }
            (None, [place]) => {
                let value = scope.sources[place.0].columns[place.1].value.clone();
                Some(Found::Value(value, 1, Some((depth, vec![*place]))))
            }
            (None, []) => {
                let open = in_sight(scope).filter(|(_, source)| !source.is_complete);
                let open: Vec<usize> = open.map(|(at, _)| at).collect();
                match open.as_slice() {
                    [] => None,
                    [at] => Some(Found::Perhaps(self.open_column(depth, *at, name))),
                    _ => Some(Found::Perhaps(Value::default())),
                }
            }
            _ => {
                let tables = places.iter().map(|(at, _)| scope.sources[*at].alias.to_string());
                Some(Found::Ambiguous(tables.collect()))
            }
        }
    }

    /// A column that is not known of an item of FROM whose columns are not all known.
    fn open_column(&mut self, depth: usize, at: usize, name: &str) -> Value {
        let kind = pseudo(name).unwrap_or_default();
        match self.scopes[depth].sources[at].open {
            Some(table) if kind == Type::Unknown => {
                let flow = Flow::of(self.input(table, &Arc::from(name)));
                Value { kind, flow, literal: Literal::No }
            }
            _ => Value::of(kind),
        }
    }

    fn no_column_of(&mut self, depth: usize, at: usize, name: &Ident) {
        let source = &self.scopes[depth].sources[at];
        let message = format!("`{}` has no column `{name}`", source.alias);
        let help = did_you_mean(&name.value, source.columns.iter().map(|column| &*column.name));
        let mut problem = Problem::at("unknown-column", message, name.span).maybe_help(help);
        problem.notes.extend(self.origin(depth, at));
        self.problem(problem);
    }

    /// Which node of the project an item of FROM is.
    fn origin(&self, depth: usize, at: usize) -> Option<String> {
        let source = &self.scopes[depth].sources[at];
        let table = self.tables.get(source.open? as usize)?.table.as_ref()?;
        const MOST: usize = 12;
        let names: Vec<&str> = table.columns.iter().map(|column| &*column.name).collect();
        let more = if names.len() > MOST { ", …" } else { "" };
        let names = names[..names.len().min(MOST)].join(", ");
        Some(format!("{} gives {names}{more}", table.shown))
    }

    fn unknown_name(&mut self, name: &Ident, parts: &[Ident]) {
        let variables = self.catalog.variable_names();
        let mut known: Vec<&str> = self.scopes.iter().rev().flat_map(visible).collect();
        known.extend(variables.iter().map(String::as_str));
        let is_later =
            |scope: &Scope| scope.later.iter().any(|later| later.eq_ignore_ascii_case(&name.value));
        let help = match self.scopes.last().is_some_and(is_later) {
            true => Some(format!(
                "`{name}` is a name of the SELECT list, which this clause does not see: write its expression here, or put the query in a subquery"
            )),
            false => did_you_mean(&name.value, known),
        };
        let (code, message) = match parts.len() {
            1 => ("unknown-column", format!("no column `{name}` here")),
            _ => ("unknown-name", format!("no table or column `{name}` here")),
        };
        let mut problem = Problem::at(code, message, name.span).maybe_help(help);
        if let Some(depth) = self.scopes.len().checked_sub(1)
            && self.scopes[depth].sources.len() == 1
        {
            problem.notes.extend(self.origin(depth, 0));
        }
        self.problem(problem);
    }

    /// A field of a field … of a value.
    pub fn fields(&mut self, value: Value, names: &[Ident]) -> Value {
        names.iter().fold(value, |value, name| self.field(value, name))
    }

    /// A field of a value.
    pub fn field(&mut self, value: Value, name: &Ident) -> Value {
        let fields = match &value.kind {
            Type::Struct(fields) => Arc::clone(fields),
            Type::Unknown | Type::Null => {
                let flow = self.part_of(&value.flow, None, &name.value);
                return Value { kind: Type::Unknown, flow, literal: Literal::No };
            }
            Type::Json => {
                return Value {
                    kind: Type::Json,
                    flow: value.flow.used(How::Transformed),
                    literal: Literal::No,
                };
            }
            other => {
                let message = format!("a value of type {other} has no field `{name}`");
                let problem = Problem::at("unknown-field", message, name.span);
                let is_array = matches!(other, Type::Array(_));
                let help = "take the elements with `UNNEST`, or one of them with `[OFFSET(0)]`";
                self.problem(problem.maybe_help(is_array.then(|| help.to_owned())));
                return Value::default();
            }
        };
        let is_it = |at: &usize| fields[*at].name.eq_ignore_ascii_case(&name.value);
        let mut found = (0..fields.len()).filter(is_it);
        match (found.next(), found.next()) {
            (Some(at), None) => {
                let flow = self.part_of(&value.flow, Some(at), &fields[at].name);
                Value { kind: fields[at].kind.clone(), flow, literal: Literal::No }
            }
            (None, _) => {
                let message = format!("{} has no field `{name}`", value.kind);
                let help = did_you_mean(&name.value, fields.iter().map(|field| &*field.name));
                self.problem(Problem::at("unknown-field", message, name.span).maybe_help(help));
                Value::default()
            }
            (Some(_), Some(_)) => {
                let message = format!("field `{name}` is ambiguous in {}", value.kind);
                self.problem(Problem::at("ambiguous-column", message, name.span));
                Value::default()
            }
        }
    }

    /// A struct with what each field is made from.
    pub fn with_fields(&mut self, mut value: Value) -> Value {
        let Some(fields) = value.kind.fields().map(Arc::clone) else { return value };
        if value.flow.fields.is_empty() && !value.flow.inputs.is_empty() {
            let flow = value.flow.clone();
            let parts = fields.iter().map(|field| self.part_of(&flow, None, &field.name));
            value.flow.fields = parts.collect();
        }
        value
    }

    /// What a field is made from: its own columns, or the same field of the column that the struct is.
    pub fn part_of(&mut self, flow: &Flow, at: Option<usize>, name: &str) -> Flow {
        if let Some(field) = at.and_then(|at| flow.fields.get(at)) {
            return field.clone();
        }
        let mut part = Flow::default();
        for input in &flow.inputs {
            let mut input = *input;
            if input.how == How::Copied {
                let column = &self.inputs[input.column as usize];
                let (table, path) = (column.table, format!("{}.{name}", column.path));
                input.column = self.input(table, &Arc::from(path));
            }
            part.extend(&[input]);
        }
        part
    }
}

/// The items of FROM whose columns need no name before them, with their places.
pub(super) fn in_sight(scope: &Scope) -> impl Iterator<Item = (usize, &Source)> {
    scope.sources.iter().enumerate().filter(|(_, source)| !source.by_name_only)
}

/// The places of the columns of this name.
pub(super) fn named(source: &Source, name: &str) -> Vec<usize> {
    let columns = source.columns.iter().enumerate();
    let found = columns.filter(|(_, column)| column.name.eq_ignore_ascii_case(name));
    found.map(|(at, _)| at).collect()
}

fn pseudo(name: &str) -> Option<Type> {
    let mut known = PSEUDO_COLUMNS.into_iter();
    known.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, kind)| kind)
}

/// A whole row as a struct.
fn row_of(source: &Source) -> Value {
    let flow =
        Flow::structure(source.columns.iter().map(|column| column.value.flow.clone()).collect());
    if !source.is_complete {
        return Value {
            kind: Type::Unknown,
            flow: Flow { fields: Vec::new(), ..flow },
            literal: Literal::No,
        };
    }
    let fields = source.columns.iter();
    let fields = fields.map(|column| (Arc::clone(&column.name), column.value.kind.settled()));
    Value { kind: Type::structure(fields), flow, literal: Literal::No }
}

fn visible(scope: &Scope) -> Vec<&str> {
    let mut names: Vec<&str> = scope.aliases.iter().map(|(name, _)| &**name).collect();
    for source in &scope.sources {
        names.push(&source.alias);
        names.extend(source.columns.iter().map(|column| &*column.name));
    }
    names.retain(|name| !name.is_empty());
    names
}
