//! The analysis of one query.

use std::{collections::HashMap, rc::Rc, sync::Arc};

use super::{
    catalog::{Catalog, Table},
    flow::{Flow, Input},
    problem::Problem,
    rows::{Column, Predicate, Rows, Scope, Value},
    types::Type,
};
use crate::sql::{SqlError, ast::Query, ast::Span, parse};

/// What is found out of a query.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Its columns in order, as far as known.
    pub columns: Vec<OutputColumn>,
    /// Whether these are all.
    pub is_complete: bool,
    /// Whether its rows are structs (`SELECT AS STRUCT`), whose fields the columns are.
    pub is_value: bool,
    /// What chooses, matches and orders its rows.
    pub chosen_by: Vec<Input>,
    /// The columns that are read, which [`Input`]s number.
    pub inputs: Vec<InputColumn>,
    /// The tables that are read, which [`InputColumn`]s number, each once.
    pub tables: Vec<ReadTable>,
    /// What is wrong, in the order of the text.
    pub problems: Vec<Problem>,
    /// Comparisons that keep rows.
    pub predicates: Vec<Predicate>,
    /// The stars of the last SELECT list.
    pub stars: Vec<Span>,
}

/// A column that a query gives.
#[derive(Clone, Debug)]
pub struct OutputColumn {
    /// Its name; empty where it has none.
    pub name: Arc<str>,
    /// Its type.
    pub kind: Type,
    /// What it is made from.
    pub flow: Flow,
    /// Where it is written.
    pub span: Span,
}

/// A column that is read, or a field of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputColumn {
    /// The number of its table.
    pub table: u32,
    /// Its name, and the names of fields behind dots.
    pub path: Arc<str>,
}

/// A table that is read.
#[derive(Clone, Debug)]
pub struct ReadTable {
    /// Its name as written.
    pub name: String,
    /// What is known of it.
    pub table: Option<Arc<Table>>,
    /// Where it is read first.
    pub span: Span,
}

/// Analyzes a query.
///
/// # Errors
/// What cannot be read.
pub fn analyze(sql: &str, catalog: &dyn Catalog) -> Result<Analysis, Vec<SqlError>> {
    Ok(analyze_query(&parse::query(sql)?, catalog))
}

/// Analyzes a query that has been read.
pub fn analyze_query(query: &Query, catalog: &dyn Catalog) -> Analysis {
    let mut analyzer = Analyzer::new(catalog);
    let rows = analyzer.query(query);
    analyzer.finish(rows)
}

/// A query being analyzed.
pub(super) struct Analyzer<'a> {
    pub catalog: &'a dyn Catalog,
    /// The SELECTs around the expression, the outermost first.
    pub scopes: Vec<Scope>,
    /// Tables of WITH in sight, by their names in small letters; later ones hide earlier ones.
    pub ctes: Vec<(String, Rc<Rows>)>,
    pub problems: Vec<Problem>,
    pub predicates: Vec<Predicate>,
    pub inputs: Vec<InputColumn>,
    /// Places in `inputs` by table and path.
    known_inputs: HashMap<(u32, Arc<str>), u32>,
    pub tables: Vec<ReadTable>,
    pub stars: Vec<Span>,
}

impl<'a> Analyzer<'a> {
    /// One that has seen nothing yet.
    pub fn new(catalog: &'a dyn Catalog) -> Self {
        Self {
            catalog,
            scopes: Vec::new(),
            ctes: Vec::new(),
            problems: Vec::new(),
            predicates: Vec::new(),
            inputs: Vec::new(),
            known_inputs: HashMap::new(),
            tables: Vec::new(),
            stars: Vec::new(),
        }
    }

    /// What is found out, with the rows that the last query gives.
    pub fn finish(mut self, rows: Rows) -> Analysis {
        let is_same = |one: &Problem, other: &Problem| {
            one.code == other.code && one.span == other.span && one.message == other.message
        };
        self.problems.sort_by_key(|problem| (problem.span.line, problem.span.column));
        self.problems.dedup_by(|one, other| is_same(one, other));
        let columns = match (rows.is_value, rows.columns.as_slice()) {
            // A table of structs has their fields as columns.
            (true, [Column { value, span, .. }]) if value.kind.fields().is_some() => {
                let source = super::rows::Source::of("", &rows);
                let column = |column: &Column| Column { span: *span, ..column.clone() };
                source.columns.iter().map(column).collect()
            }
            _ => rows.columns,
        };
        let columns = columns.into_iter().map(|column| OutputColumn {
            name: column.name,
            kind: column.value.kind.settled(),
            flow: column.value.flow,
            span: column.span,
        });
        Analysis {
            columns: columns.collect(),
            is_complete: rows.is_complete,
            is_value: rows.is_value,
            chosen_by: rows.chosen_by,
            inputs: self.inputs,
            tables: self.tables,
            problems: self.problems,
            predicates: self.predicates,
            stars: self.stars,
        }
    }

    /// Notes a problem.
    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The innermost scope.
    pub fn scope(&mut self) -> &mut Scope {
        if self.scopes.is_empty() {
            self.scopes.push(Scope::default());
        }
        let last = self.scopes.len() - 1;
        &mut self.scopes[last]
    }

    /// The number of a table that is read, and what is known of it.
    pub fn read_table(&mut self, parts: &[String], span: Span) -> (u32, Option<Arc<Table>>) {
        let name = parts.join(".");
        if let Some(at) = self.tables.iter().position(|table| table.name == name) {
            return (at as u32, self.tables[at].table.clone());
        }
        let table = self.catalog.table(parts);
        self.tables.push(ReadTable { name, table: table.clone(), span });
        ((self.tables.len() - 1) as u32, table)
    }

    /// The number of a column that is read, or of a field.
    pub fn input(&mut self, table: u32, path: &Arc<str>) -> u32 {
        if let Some(known) = self.known_inputs.get(&(table, Arc::clone(path))) {
            return *known;
        }
        let at = self.inputs.len() as u32;
        self.inputs.push(InputColumn { table, path: Arc::clone(path) });
        self.known_inputs.insert((table, Arc::clone(path)), at);
        at
    }

    /// The rows of a table.
    pub fn table_rows(&mut self, parts: &[String], span: Span) -> Rows {
        let (number, table) = self.read_table(parts, span);
        let Some(table) = table else {
            return Rows { open: Some(number), ..Rows::unknown() };
        };
        let columns = table.columns.iter().map(|column| {
            let flow = Flow::of(self.input(number, &column.name));
            let value = Value { kind: column.kind.clone(), flow, ..Value::default() };
            Column { name: Arc::clone(&column.name), value, span }
        });
        Rows {
            columns: columns.collect(),
            is_complete: table.is_complete,
            open: Some(number),
            ..Rows::default()
        }
    }
}
