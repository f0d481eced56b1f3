//! Statements one after the other: what they read and write, with the variables, tables and functions
//! that those before them make.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use super::{
    analyzer::{Analysis, Analyzer},
    catalog::{Catalog, Table, TableColumn},
    coercion::Literal,
    problem::Problem,
    rows::{Rows, Scope, Value},
    types::Type,
    written_types::Place,
};
use crate::{
    diagnostic::did_you_mean,
    sql::ast::{
        AlterAction, ColumnDef, Create, CreateFunction, DataType, Expr, Ident, Query, ScriptKind,
        Statement, StatementKind,
    },
};

/// What is found out of a script.
#[derive(Clone, Debug, Default)]
pub struct ScriptAnalysis {
    /// What each part of it means that reads, writes or computes, in order.
    pub parts: Vec<Analysis>,
    /// The variables that it declares outside of blocks.
    pub variables: Vec<(String, Type)>,
    /// What the functions give that it makes, by name in small letters.
    pub functions: HashMap<String, Type>,
}

/// Analyzes statements, one after the other.
pub fn analyze_statements(statements: &[Statement], catalog: &dyn Catalog) -> ScriptAnalysis {
    let mut script = Script { world: World::new(catalog), found: Vec::new() };
    script.statements(statements);
    ScriptAnalysis {
        parts: script.found,
        variables: script.world.variables.into_inner(),
        functions: script.world.functions.into_inner(),
    }
}

struct Script<'a> {
    world: World<'a>,
    found: Vec<Analysis>,
}

/// What is known besides the catalog.
struct World<'a> {
    catalog: &'a dyn Catalog,
    /// Tables that the script makes; nothing where it changes or drops one.
    tables: RefCell<HashMap<String, Option<Arc<Table>>>>,
    /// Variables, the innermost last.
    variables: RefCell<Vec<(String, Type)>>,
    functions: RefCell<HashMap<String, Type>>,
}

impl<'a> World<'a> {
    fn new(catalog: &'a dyn Catalog) -> Self {
        Self {
            catalog,
            tables: RefCell::default(),
            variables: RefCell::default(),
            functions: RefCell::default(),
        }
    }

    fn set_table(&self, name: String, table: Option<Table>) {
        self.tables.borrow_mut().insert(name, table.map(Arc::new));
    }
}

impl Catalog for World<'_> {
    fn table(&self, parts: &[String]) -> Option<Arc<Table>> {
        match self.tables.borrow().get(&parts.join(".")) {
            Some(known) => known.clone(),
            None => self.catalog.table(parts),
        }
    }

    fn asks_for_predicates(&self) -> bool {
        self.catalog.asks_for_predicates()
    }

    fn variable(&self, name: &str) -> Option<Type> {
        let variables = self.variables.borrow();
        let known = variables.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map(|(_, kind)| kind.clone()).or_else(|| self.catalog.variable(name))
    }

    fn variable_names(&self) -> Vec<String> {
        let variables = self.variables.borrow();
        let own = variables.iter().map(|(name, _)| name.clone());
        own.chain(self.catalog.variable_names()).collect()
    }

    fn function(&self, parts: &[String]) -> Option<Type> {
        let known = self.functions.borrow().get(&parts.join(".").to_ascii_lowercase()).cloned();
        known.or_else(|| self.catalog.function(parts))
    }
}

impl Script<'_> {
    /// Has something analyzed by itself.
    fn analyze<T>(&mut self, part: impl FnOnce(&mut Analyzer<'_>) -> T) -> T {
        let mut analyzer = Analyzer::new(&self.world);
        let result = part(&mut analyzer);
        let analysis = analyzer.finish(Rows::default());
        self.found.push(analysis);
        result
    }

    fn expression(&mut self, expression: &Expr) -> Value {
        self.analyze(|analyzer| {
            analyzer.scopes.push(Scope::default());
            let value = analyzer.expression(expression);
            analyzer.scopes.pop();
            value
        })
    }

    fn condition(&mut self, condition: &Expr, clause: &str) {
        self.analyze(|analyzer| {
            analyzer.scopes.push(Scope::default());
            analyzer.condition(condition, clause);
            analyzer.scopes.pop();
        });
    }

    fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    /// Statements with variables of their own.
    fn block(&mut self, statements: &[Statement]) {
        let before = self.world.variables.borrow().len();
        self.statements(statements);
        self.world.variables.borrow_mut().truncate(before);
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Query(query) => {
                self.rows(query);
            }
            StatementKind::Insert(insert) => self.analyze(|analyzer| analyzer.insert(insert)),
            StatementKind::Update(update) => self.analyze(|analyzer| analyzer.update(update)),
            StatementKind::Delete(delete) => self.analyze(|analyzer| analyzer.delete(delete)),
            StatementKind::Merge(merge) => self.analyze(|analyzer| analyzer.merge(merge)),
            StatementKind::CreateTable(create) => {
                let listed = create.columns.as_deref();
                self.create(&create.create, listed, create.query.as_ref());
            }
            StatementKind::CreateView(create) => {
                let listed: Vec<_> = create.columns.iter().map(|name| (name, None)).collect();
                let columns = self.rows(&create.query);
                self.made(&create.create, columns, &listed);
            }
            StatementKind::CreateFunction(create) => self.create_function(create),
            StatementKind::Drop { name, .. } => {
                self.world.set_table(name.names().join("."), None);
            }
            StatementKind::AlterTable { name, actions, .. } => {
                let parts = name.names();
                let table = self.world.table(&parts).and_then(|table| altered(&table, actions));
                self.world.set_table(parts.join("."), table);
            }
            StatementKind::Assert(condition, message) => {
                self.condition(condition, "ASSERT");
                if let Some(message) = message {
                    self.expression(message);
                }
            }
            StatementKind::Script(kind) => self.control(kind),
            StatementKind::Truncate(_)
            | StatementKind::CreateSchema(_)
            | StatementKind::Begin
            | StatementKind::Commit
            | StatementKind::Rollback
            | StatementKind::Other(_)
            | StatementKind::Foreign(_)
            // What its arguments are is not known.
            | StatementKind::CreateProcedure(_) => {}
        }
    }

    fn control(&mut self, kind: &ScriptKind) {
        match kind {
            ScriptKind::Declare { names, data_type, default } => {
                let declared =
                    data_type.as_ref().map(|written| self.written(written, Place::Limited));
                let given = default.as_ref().map(|default| (self.expression(default), default));
                if let (Some(kind), Some((value, written))) = (&declared, &given)
                    && let Some(name) = names.first()
                {
                    let target = (name.value.clone(), kind.clone());
                    self.analyze(|analyzer| analyzer.assign(Some(&target), value, written.span));
                }
                let kind = declared.or(given.map(|(value, _)| value.kind.settled()));
                let kind = kind.unwrap_or_default();
                let mut variables = self.world.variables.borrow_mut();
                variables.extend(names.iter().map(|name| (name.value.clone(), kind.clone())));
            }
            ScriptKind::Set { targets, is_tuple, value } => self.set(targets, *is_tuple, value),
            ScriptKind::If { branches, otherwise } => {
                for (condition, body) in branches {
                    self.condition(condition, "IF");
                    self.block(body);
                }
                self.block(otherwise);
            }
            ScriptKind::Loop(body) => self.block(body),
            ScriptKind::While(condition, body) => {
                self.condition(condition, "WHILE");
                self.block(body);
            }
            ScriptKind::Repeat(body, condition) => {
                self.block(body);
                self.condition(condition, "UNTIL");
            }
            ScriptKind::For { name, query, body } => {
                let rows = self.rows(query);
                let kind = match rows.is_complete {
                    true => {
                        let fields = rows.columns.into_iter();
                        Type::structure(
                            fields.map(|column| (column.name, column.value.kind.settled())),
                        )
                    }
                    false => Type::Unknown,
                };
                let before = self.world.variables.borrow().len();
                self.world.variables.borrow_mut().push((name.value.clone(), kind));
                self.statements(body);
                self.world.variables.borrow_mut().truncate(before);
            }
            ScriptKind::Block { body, handler } => {
                self.block(body);
                self.block(handler.as_deref().unwrap_or_default());
            }
            ScriptKind::Raise(message) => {
                if let Some(message) = message {
                    self.expression(message);
                }
            }
            ScriptKind::Execute { sql, into, using } => {
                self.expression(sql);
                for (value, _) in using {
                    self.expression(value);
                }
                for name in into {
                    self.variable(name);
                }
                // What a text does that is put together is not known.
                for table in self.world.tables.borrow_mut().values_mut() {
                    *table = None;
                }
            }
            ScriptKind::Labelled(_, inner) => self.control(inner),
            ScriptKind::Break(_) | ScriptKind::Continue(_) | ScriptKind::Return => {}
        }
    }

    fn set(&mut self, targets: &[Ident], is_tuple: bool, value: &Expr) {
        let given = self.expression(value);
        let kinds: Vec<(String, Type)> = targets
            .iter()
            .map(|name| (name.value.clone(), self.variable(name).unwrap_or_default()))
            .collect();
        self.analyze(|analyzer| match (is_tuple, given.kind.fields()) {
            (false, _) => analyzer.assign(kinds.first(), &given, value.span),
            (true, Some(fields)) if fields.len() == kinds.len() => {
                for (target, field) in kinds.iter().zip(fields.iter()) {
                    // Whether a field is a literal is not told apart here: it goes for one.
                    let field = Value { literal: Literal::Yes, ..Value::of(field.kind.clone()) };
                    analyzer.assign(Some(target), &field, value.span);
                }
            }
            (true, Some(fields)) => {
                let message =
                    format!("{} values are given for {} variables", fields.len(), kinds.len());
                analyzer.problem(Problem::at("insert-columns", message, value.span));
            }
            (true, None) => {}
        });
    }

    /// The type of a variable that is set; it must be there.
    fn variable(&mut self, name: &Ident) -> Option<Type> {
        let known = self.world.variable(&name.value);
        if known.is_none() {
            let variables = self.world.variables.borrow().clone();
            let near = did_you_mean(&name.value, variables.iter().map(|(known, _)| known.as_str()));
            let help = near.unwrap_or_else(|| format!("declare it: `DECLARE {name} …`"));
            let message = format!("no variable `{name}` here");
            let problem = Problem::at("unknown-name", message, name.span).help(help);
            self.analyze(|analyzer| analyzer.problem(problem));
        }
        known
    }

    fn rows(&mut self, query: &Query) -> Rows {
        let mut analyzer = Analyzer::new(&self.world);
        let rows = analyzer.query(query);
        let analysis = analyzer.finish(rows.clone());
        self.found.push(analysis);
        rows
    }

    /// A type that is written; what is wrong with it is told.
    fn written(&mut self, written: &DataType, place: Place) -> Type {
        self.analyze(|analyzer| analyzer.written_type(written, place))
    }

    fn create(&mut self, create: &Create, listed: Option<&[ColumnDef]>, query: Option<&Query>) {
        for written in listed.into_iter().flatten().filter_map(|column| column.data_type.as_ref()) {
            self.written(written, Place::Limited);
        }
        let rows = query.map(|query| self.rows(query));
        if let Some(rows) = rows {
            let listed = listed.into_iter().flatten();
            let listed: Vec<_> =
                listed.map(|column| (&column.name, column.data_type.as_ref())).collect();
            self.made(create, rows, &listed);
            return;
        }
        let name = create.name.names();
        let columns = listed.map(|listed| listed.iter().map(column_of).collect::<Vec<_>>());
        if create.if_not_exists && self.world.table(&name).is_some() {
            return;
        }
        // Without a list it is like another table.
        let table = columns.map(|columns| table(&name, columns, true));
        self.world.set_table(name.join("."), table);
    }

    /// A query has made a table or a view.
    fn made(&mut self, create: &Create, rows: Rows, listed: &[(&Ident, Option<&DataType>)]) {
        let name = create.name.names();
        if create.if_not_exists && self.world.table(&name).is_some() {
            return;
        }
        let is_complete = rows.is_complete;
        let columns = rows.columns.into_iter().enumerate().map(|(at, column)| TableColumn {
            name: match listed.get(at) {
                Some((name, _)) => Arc::from(name.value.as_str()),
                None => column.name,
            },
            kind: match listed.get(at).and_then(|(_, written)| *written) {
                Some(written) => Type::from_ast(written),
                None => column.value.kind.settled(),
            },
        });
        let table = table(&name, columns.collect(), is_complete);
        self.world.set_table(name.join("."), Some(table));
    }

    fn create_function(&mut self, create: &CreateFunction) {
        let before = self.world.variables.borrow().len();
        for (name, kind) in &create.arguments {
            let kind = kind.as_ref().map(|written| self.written(written, Place::Routine));
            let kind = kind.unwrap_or_default();
            self.world.variables.borrow_mut().push((name.value.clone(), kind));
        }
        let declared = create.returns.as_ref().map(|written| self.written(written, Place::Routine));
        let body = create.body.as_ref().map(|body| (self.expression(body), body));
        self.world.variables.borrow_mut().truncate(before);
        let name = create.create.name.names().join(".");
        if let (Some(kind), Some((value, body))) = (&declared, &body) {
            let target = (name.clone(), kind.clone());
            self.analyze(|analyzer| analyzer.assign(Some(&target), value, body.span));
        }
        let kind = declared.or(body.map(|(value, _)| value.kind.settled())).unwrap_or_default();
        self.world.functions.borrow_mut().insert(name.to_ascii_lowercase(), kind);
    }
}

fn column_of(column: &ColumnDef) -> TableColumn {
    TableColumn {
        name: Arc::from(column.name.value.as_str()),
        kind: column.data_type.as_ref().map(Type::from_ast).unwrap_or_default(),
    }
}

fn table(name: &[String], columns: Vec<TableColumn>, is_complete: bool) -> Table {
    let name = name.join(".");
    let shown = format!("table `{name}`");
    Table { id: Arc::from(name), shown, columns, is_complete }
}

/// A table after ALTER TABLE; nothing where that cannot be told.
fn altered(table: &Table, actions: &[AlterAction]) -> Option<Table> {
    let mut table = table.clone();
    for action in actions {
        match action {
            AlterAction::Add(_, column) => {
                let column = column_of(column);
                let is_it = |known: &TableColumn| known.name.eq_ignore_ascii_case(&column.name);
                if !table.columns.iter().any(is_it) {
                    table.columns.push(column);
                }
            }
            AlterAction::Drop(_, name) => {
                table.columns.retain(|known| !known.name.eq_ignore_ascii_case(&name.value));
            }
            AlterAction::Rename(from, to) => {
                let mut columns = table.columns.iter_mut();
                let is_it = |known: &&mut TableColumn| known.name.eq_ignore_ascii_case(&from.value);
                if let Some(column) = columns.find(is_it) {
                    column.name = Arc::from(to.value.as_str());
                }
            }
            AlterAction::Other(_) => return None,
        }
    }
    Some(table)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::{analysis::NoCatalog, sql::parse};

    /// What is wrong with a script, one a line.
    fn problems(script: &str) -> String {
        let statements = parse::statements(script).unwrap();
        let found = analyze_statements(&statements, &NoCatalog);
        let told = found.parts.iter().flat_map(|analysis| &analysis.problems);
        let told = told.map(|problem| {
            format!("{}:{} {}", problem.span.line, problem.span.column, problem.message)
        });
        told.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn scripts_see_what_they_have_made() {
        let right = "declare since date default '2024-01-01'; declare n int64;
            create temp table days (day date, amount numeric);
            insert into days values ('2024-01-01', 1), (since, 2.5);
            create temp function twice(x int64) as (x * 2);
            set n = (select count(*) from days where day > since);
            for one in (select day, amount from days) do
                update days set amount = one.amount + twice(n) where day = one.day;
            end for;
            alter table days add column note string;
            merge days as d using (select since as day, 'a' as note) as s on d.day = s.day
            when matched then update set note = s.note
            when not matched then insert (day, note) values (s.day, s.note)
            when not matched by source and d.note is null then delete;
            delete from days where note = 'x';";
        assert_eq!(problems(right), "");
    }

    #[test]
    fn mistakes_in_scripts_are_told() {
        insta::assert_snapshot!(problems("declare n int64 default 'a';
create temp table days (day date, amount numeric);
insert into days (dai, amount) values ('2024-01-01', 'much');
insert into days select 1;
update days set amount = day where n;
update days set amont = 1;
delete from days;
set m = 1;
merge days d using (select 1 as x) s on d.day = s.x
when not matched then insert (day) values (d.day)
when not matched by source then update set amount = s.x;
if n then select nothing from days; end if;
for one in (select day from days) do select one.nothing; end for;"), @r"
        1:25 `n` is INT64, and STRING is put into it
        3:19 the table has no column `dai`
        3:54 `amount` is NUMERIC, and STRING is put into it
        4:13 1 value is given for 2 columns
        4:25 `day` is DATE, and INT64 is put into it
        5:26 `amount` is NUMERIC, and DATE is put into it
        5:36 WHERE takes BOOL, not INT64
        6:8 UPDATE without WHERE
        6:17 no column `amont` here
        7:13 DELETE without WHERE
        8:5 no variable `m` here
        9:41 `=` cannot compare DATE with INT64
        10:44 no table or column `d` here
        11:53 no table or column `s` here
        12:4 IF takes BOOL, not INT64
        12:18 no column `nothing` here
        13:49 STRUCT<day DATE> has no field `nothing`
        ");
    }
}
