//! What a script does, carried out statement by statement
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/procedural-language>).
//!
//! A statement is translated when its turn comes.

use super::{
    flow::Flow,
    values::{typed, widens},
};
use crate::adapter::duckdb::{
    errors::{translation_error, warehouse_error},
    open::quoted,
    session::{Session, set_types},
};
use crate::{
    adapter::{AdapterError, AdapterErrorKind},
    relation::{Dialect, Table},
    sql::{
        Script, Type, Variable,
        ast::{DataType, Expr, Ident, Query, ScriptKind, Spanned, Statement, StatementKind},
    },
};

/// Statements that a script may carry out: one that never ends is stopped.
const MOST_STATEMENTS: u32 = 1_000_000;

/// Runs a script; the rows of its last query, at most `limit`.
pub(in crate::adapter::duckdb) fn run(
    session: &Session<'_>,
    script: &Script,
    limit: Option<usize>,
) -> Result<Table, AdapterError> {
    let mut running = Running {
        session,
        limit,
        variables: Vec::new(),
        made: 0,
        carried_out: 0,
        caught: Vec::new(),
        rows: Table::default(),
    };
    let ended = running.statements(script, &script.statements);
    let forgotten = running.forget_variables();
    session.shared.forget_all();
    ended?;
    forgotten?;
    Ok(running.rows)
}

/// A script at work.
pub(super) struct Running<'a> {
    pub(super) session: &'a Session<'a>,
    limit: Option<usize>,
    /// In sight, innermost last.
    pub(super) variables: Vec<Variable>,
    /// How many variables the engine was given.
    pub(super) made: usize,
    carried_out: u32,
    /// Errors whose handlers are at work, innermost last.
    caught: Vec<AdapterError>,
    rows: Table,
}

impl Running<'_> {
    fn statements(&mut self, script: &Script, all: &[Statement]) -> Result<Flow, AdapterError> {
        for statement in all {
            let flow = self.statement(script, statement)?;
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, script: &Script, statement: &Statement) -> Result<Flow, AdapterError> {
        self.carried_out += 1;
        if self.carried_out > MOST_STATEMENTS {
            let message = format!("the script carries out more than {MOST_STATEMENTS} statements");
            return Err(at(warehouse_error("script-too-long", message), statement));
        }
        let StatementKind::Script(kind) = &statement.kind else {
            return self.plain(script, statement).map(|()| Flow::Next);
        };
        self.script_statement(script, kind, None, statement)
    }

    fn script_statement(
        &mut self,
        script: &Script,
        kind: &ScriptKind,
        label: Option<&Ident>,
        statement: &Statement,
    ) -> Result<Flow, AdapterError> {
        match kind {
            ScriptKind::Labelled(label, inner) => {
                return self.script_statement(script, inner, Some(label), statement);
            }
            ScriptKind::Declare { names, data_type, default } => {
                self.declare(script, names, data_type.as_ref(), default.as_ref(), statement)?;
            }
            ScriptKind::Set { targets, is_tuple, value } => {
                self.set(script, targets, *is_tuple, value)?;
            }
            ScriptKind::If { branches, otherwise } => {
                for (condition, body) in branches {
                    if self.holds(script, condition)? {
                        return self.block(script, body);
                    }
                }
                return self.block(script, otherwise);
            }
            ScriptKind::Loop(body) => return self.repeated(script, label, None, body, None),
            ScriptKind::While(condition, body) => {
                return self.repeated(script, label, Some(condition), body, None);
            }
            ScriptKind::Repeat(body, until) => {
                return self.repeated(script, label, None, body, Some(until));
            }
            ScriptKind::For { name, query, body } => {
                return self.for_each(script, label, name, query, body);
            }
            ScriptKind::Block { body, handler } => {
                let flow = self.guarded(script, body, handler.as_deref())?;
                // A block is left by its label only.
                return Ok(match flow {
                    Flow::Break(Some(to))
                        if label.is_some_and(|label| label.value.eq_ignore_ascii_case(&to)) =>
                    {
                        Flow::Next
                    }
                    flow => flow,
                });
            }
            ScriptKind::Break(to) => {
                return Ok(Flow::Break(to.as_ref().map(|label| label.value.clone())));
            }
            ScriptKind::Continue(to) => {
                return Ok(Flow::Continue(to.as_ref().map(|label| label.value.clone())));
            }
            ScriptKind::Return => return Ok(Flow::Return),
            ScriptKind::Raise(message) => {
                return Err(self.raised(script, message.as_ref(), statement)?);
            }
            ScriptKind::Execute { sql, into, using } => {
                self.execute(script, sql, into, using, statement)?;
            }
        }
        Ok(Flow::Next)
    }

    /// A statement that is no script's own.
    fn plain(&mut self, script: &Script, statement: &Statement) -> Result<(), AdapterError> {
        let translated = script
            .statement(statement, &self.variables, self.session)
            .map_err(translation_error)?;
        let last = translated.len().saturating_sub(1);
        for (number, one) in translated.into_iter().enumerate() {
            if number == last && one.is_query {
                let mut table = self
                    .session
                    .typed_rows(&one, self.limit)
                    .map_err(|error| at(error, statement))?;
                set_types(&mut table, one.columns.as_deref().unwrap_or_default());
                self.rows = table;
            } else {
                self.session.run_statement(&one).map_err(|error| at(error, statement))?;
            }
            if !one.is_query {
                self.session.shared.forget_all();
            }
        }
        Ok(())
    }

    /// Statements with variables of their own.
    fn block(&mut self, script: &Script, body: &[Statement]) -> Result<Flow, AdapterError> {
        let before = self.variables.len();
        let ended = self.statements(script, body);
        self.variables.truncate(before);
        ended
    }

    fn guarded(
        &mut self,
        script: &Script,
        body: &[Statement],
        handler: Option<&[Statement]>,
    ) -> Result<Flow, AdapterError> {
        let before = self.variables.len();
        let ended = self.block(script, body);
        let (error, handler) = match (ended, handler) {
            (Err(error), Some(handler)) if error.kind != AdapterErrorKind::Cancelled => {
                (error, handler)
            }
            (ended, _) => return ended,
        };
        let sql = self.keep(&quoted(&error.message))?;
        self.variables.push(Variable::new("@@error.message", sql, Type::String));
        self.caught.push(error);
        let ended = self.statements(script, handler);
        self.caught.pop();
        self.variables.truncate(before);
        ended
    }

    fn repeated(
        &mut self,
        script: &Script,
        label: Option<&Ident>,
        condition: Option<&Expr>,
        body: &[Statement],
        until: Option<&Expr>,
    ) -> Result<Flow, AdapterError> {
        loop {
            self.carried_out += 1;
            if self.carried_out > MOST_STATEMENTS {
                let message = format!("a loop carries out more than {MOST_STATEMENTS} statements");
                return Err(warehouse_error("script-too-long", message));
            }
            if let Some(condition) = condition
                && !self.holds(script, condition)?
            {
                return Ok(Flow::Next);
            }
            if let Some(flow) = self.block(script, body)?.leaves(label) {
                return Ok(flow);
            }
            if let Some(until) = until
                && self.holds(script, until)?
            {
                return Ok(Flow::Next);
            }
        }
    }

    fn for_each(
        &mut self,
        script: &Script,
        label: Option<&Ident>,
        name: &Ident,
        query: &Query,
        body: &[Statement],
    ) -> Result<Flow, AdapterError> {
        let (rows, kind) = self.kept_rows(script, query)?;
        let count = self.whole_number(&format!("SELECT coalesce(len({rows}), 0)"))?;
        for row in 1..=count {
            let before = self.variables.len();
            let sql = format!("({rows})[{row}]");
            self.variables.push(Variable::new(&name.value, sql, kind.clone()));
            let flow = self.block(script, body);
            self.variables.truncate(before);
            if let Some(flow) = flow?.leaves(label) {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn declare(
        &mut self,
        script: &Script,
        names: &[Ident],
        written: Option<&DataType>,
        default: Option<&Expr>,
        statement: &Statement,
    ) -> Result<(), AdapterError> {
        let declared = written.map(Type::from_ast).transpose();
        let declared = declared.map_err(|error| translation_error(vec![error]))?;
        let (sql, kind) = match (default, declared) {
            (Some(default), Some(kind)) => {
                let target = (names[0].value.clone(), kind);
                self.value(script, default, Some(&target))?
            }
            (Some(default), None) => self.value(script, default, None)?,
            (None, Some(kind)) => {
                let name = kind.duckdb().unwrap_or_else(|| "VARCHAR".to_owned());
                (format!("CAST(NULL AS {name})"), kind)
            }
            (None, None) => {
                let error = warehouse_error("sql-syntax", "DECLARE needs a type or a DEFAULT");
                return Err(at(error, statement));
            }
        };
        if !kind.is_known() {
            let message = format!("the type of `{}` is not known: declare it", names[0]);
            return Err(at(warehouse_error("unsupported-syntax", message), &names[0]));
        }
        for name in names {
            let kept = self.keep_limited(script, (&sql, &kind), written);
            let sql = typed(&kept.map_err(|error| at(error, statement))?, &kind);
            let variable = Variable::new(&name.value, sql, kind.clone());
            self.variables.push(Variable { limited: written.cloned(), ..variable });
        }
        Ok(())
    }

    fn set(
        &mut self,
        script: &Script,
        targets: &[Ident],
        is_tuple: bool,
        value: &Expr,
    ) -> Result<(), AdapterError> {
        let mut places = Vec::new();
        for target in targets {
            places.push(self.place(target)?);
        }
        if let ([place], false) = (places.as_slice(), is_tuple) {
            let target = (self.variables[*place].name.clone(), self.variables[*place].kind.clone());
            let (sql, kind) = self.value(script, value, Some(&target))?;
            let limited = self.variables[*place].limited.clone();
            let kept = self.keep_limited(script, (&sql, &kind), limited.as_ref());
            let kept = kept.map_err(|error| at(error, value))?;
            self.variables[*place].sql = typed(&kept, &kind);
            return Ok(());
        }
        let (sql, kind) = self.value(script, value, None)?;
        let Type::Struct(fields) = kind else {
            let message = format!("SET of several variables takes a struct, not {}", kind.google());
            return Err(at(warehouse_error("wrong-type", message), value));
        };
        if fields.len() != places.len() {
            let message = format!("{} variables are set to {} values", places.len(), fields.len());
            return Err(at(warehouse_error("wrong-type", message), value));
        }
        let kept = self.keep(&sql).map_err(|error| at(error, value))?;
        for (place, (field, kind)) in places.into_iter().zip(fields) {
            let part = format!("({kept}).{}", Dialect::DuckDb.quote(&field));
            self.assign(script, place, (&part, &kind), value)?;
        }
        Ok(())
    }

    /// Gives a variable a value of a type.
    fn assign(
        &mut self,
        script: &Script,
        place: usize,
        (sql, kind): (&str, &Type),
        at_node: &impl Spanned,
    ) -> Result<(), AdapterError> {
        let variable = &self.variables[place];
        if kind.clashes(&variable.kind)
            || kind.is_number() && *kind != variable.kind && !widens(kind, &variable.kind)
        {
            let message = format!(
                "`{}` is {}, which does not take {}",
                variable.name,
                variable.kind.google(),
                kind.google()
            );
            return Err(at(warehouse_error("wrong-type", message), at_node));
        }
        let (own, limited) = (variable.kind.clone(), variable.limited.clone());
        let kept = self.keep_limited(script, (&typed(sql, &own), &own), limited.as_ref());
        let kept = kept.map_err(|error| at(error, at_node))?;
        self.variables[place].sql = typed(&kept, &own);
        Ok(())
    }

    fn place(&self, name: &Ident) -> Result<usize, AdapterError> {
        let found =
            self.variables.iter().rposition(|known| known.name.eq_ignore_ascii_case(&name.value));
        found.ok_or_else(|| {
            let message = format!("no variable `{name}` was declared");
            let names = self.variables.iter().map(|known| known.name.as_str());
            let help = crate::diagnostic::did_you_mean(&name.value, names);
            AdapterError { help, ..at(warehouse_error("unknown-variable", message), name) }
        })
    }

    fn raised(
        &mut self,
        script: &Script,
        message: Option<&Expr>,
        statement: &Statement,
    ) -> Result<AdapterError, AdapterError> {
        let Some(message) = message else {
            let again = self.caught.last().cloned();
            return Ok(again.unwrap_or_else(|| {
                at(
                    warehouse_error("sql-syntax", "RAISE without a message outside of EXCEPTION"),
                    statement,
                )
            }));
        };
        let (sql, _) = self.value(script, message, None)?;
        let text = self.text(&sql).map_err(|error| at(error, message))?;
        Ok(at(warehouse_error("raised", text.unwrap_or_default()), statement))
    }

    fn execute(
        &mut self,
        script: &Script,
        sql: &Expr,
        into: &[Ident],
        using: &[(Expr, Option<Ident>)],
        statement: &Statement,
    ) -> Result<(), AdapterError> {
        let (text_sql, _) = self.value(script, sql, None)?;
        let text = self
            .text(&text_sql)
            .map_err(|error| at(error, sql))?
            .ok_or_else(|| at(warehouse_error("wrong-type", "EXECUTE IMMEDIATE of NULL"), sql))?;
        let mut parameters = Vec::new();
        for (number, (value, name)) in using.iter().enumerate() {
            let (sql, kind) = self.value(script, value, None)?;
            let kept = self.keep(&sql).map_err(|error| at(error, value))?;
            let name = match name {
                Some(name) => format!("@{name}"),
                None => format!("?{}", number + 1),
            };
            parameters.push(Variable::new(name, typed(&kept, &kind), kind));
        }
        // Its places are those of another text.
        let inner = |errors| AdapterError { position: None, ..translation_error(errors) };
        let dynamic = Script::of_one(&text).map_err(|errors| at(inner(errors), statement))?;
        let [one] = dynamic.statements.as_slice() else { return Ok(()) };
        let held = std::mem::replace(&mut self.variables, parameters);
        let ended = match &one.kind {
            StatementKind::Script(_) => {
                let message = "a statement of scripts in EXECUTE IMMEDIATE is not supported";
                Err(warehouse_error("unsupported-syntax", message))
            }
            StatementKind::Query(query) if !into.is_empty() => {
                self.kept_rows(&dynamic, query).map(Some)
            }
            _ => self.plain(&dynamic, one).map(|()| None),
        };
        self.variables = held;
        let rows =
            ended.map_err(|error| at(AdapterError { position: None, ..error }, statement))?;
        let Some((rows, kind)) = rows else { return Ok(()) };
        let Type::Struct(fields) = kind else { return Ok(()) };
        let count = self.whole_number(&format!("SELECT coalesce(len({rows}), 0)"))?;
        if count > 1 || fields.len() != into.len() {
            let message = format!(
                "EXECUTE IMMEDIATE … INTO takes one row of {} columns, not {count} of {}",
                into.len(),
                fields.len()
            );
            return Err(at(warehouse_error("wrong-type", message), statement));
        }
        for (target, (field, kind)) in into.iter().zip(fields) {
            let place = self.place(target)?;
            let part = format!("({rows})[1].{}", Dialect::DuckDb.quote(&field));
            self.assign(script, place, (&part, &kind), target)?;
        }
        Ok(())
    }

    /// The rows of a query as a list of structs.
    fn kept_rows(
        &mut self,
        script: &Script,
        query: &Query,
    ) -> Result<(String, Type), AdapterError> {
        let (sql, kind) =
            script.rows(query, &self.variables, self.session).map_err(translation_error)?;
        let Some(kind) = kind.filter(Type::is_known) else {
            let message = "the columns of this query are not known";
            return Err(at(warehouse_error("unsupported-syntax", message), query));
        };
        let kept = self
            .keep(&format!("(SELECT list(r) FROM ({sql}) AS r)"))
            .map_err(|error| at(error, query))?;
        let list = Type::Array(Box::new(kind.clone()));
        Ok((typed(&kept, &list), kind))
    }
}

/// An error at a node of the script, where it has no place yet.
pub(super) fn at(error: AdapterError, node: &impl Spanned) -> AdapterError {
    let span = node.span();
    AdapterError { position: error.position.or(Some((span.line, span.column))), ..error }
}
