//! `ref(…)`, `source(…)` and `function(…)`.

use std::sync::Arc;

use minijinja::{
    Error, State, Value,
    value::{Kwargs, from_args},
};

use super::functions::{Builtin, Which};
use crate::{
    diagnostic::Diagnostic,
    jinja::{
        Caller, FunctionCall, Phase, RefCall, Referred, SourceCall,
        failure::refused,
        objects::{referred_value, relation_value},
    },
    relation::{Relation, RelationKind},
};

/// `__at(start, end, ref)`: the function with the place it is called at. Anything else that goes by
/// the name (a project's own macro) stays what it is.
pub fn at_place(builtin: &Builtin, state: &State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
    let (start, end, function): (usize, usize, Value) = from_args(args)?;
    let Some(called) = function.downcast_object_ref::<Builtin>() else { return Ok(function) };
    if !matches!(called.which, Which::Ref | Which::Source | Which::Function) {
        return Ok(function);
    }
    Ok(Value::from_object(Builtin {
        shared: Arc::clone(&called.shared),
        package: Arc::clone(&called.package),
        which: called.which,
        place: builtin.shared.span(state.name(), start..end),
    }))
}

/// A relation as dbt makes it of a node: what it is in the warehouse nobody has looked up. Only an
/// inlined model is told.
pub fn without_type(relation: Relation) -> Relation {
    let kind = relation.kind.filter(|kind| *kind == RelationKind::Cte);
    Relation { kind, ..relation }
}

impl Builtin {
    fn caller(&self) -> Caller {
        Caller { package: Arc::clone(&self.package), ..self.shared.scope.caller.clone() }
    }

    fn resolved(&self, answer: Result<Referred, Box<Diagnostic>>) -> Result<Value, Error> {
        let of_no_type = |mut referred: Referred| {
            referred.relation = without_type(referred.relation);
            referred_value(referred)
        };
        answer.map(of_no_type).map_err(|mut diagnostic| {
            if let (true, Some(place)) = (diagnostic.labels.is_empty(), &self.place) {
                *diagnostic = diagnostic.at(place.clone(), "");
            }
            refused(diagnostic)
        })
    }

    /// `ref(…)`.
    pub fn reference(&self, args: &[Value]) -> Result<Value, Error> {
        let (first, second, options): (String, Option<String>, Kwargs) = from_args(args)?;
        let version = match options.get::<Option<Value>>("version")? {
            Some(version) => Some(version),
            None => options.get::<Option<Value>>("v")?,
        };
        options.assert_all_used()?;
        let (package, name) = match second {
            Some(second) => (Some(first), second),
            None => (None, first),
        };
        let version = version.filter(|value| !value.is_none()).map(|value| value.to_string());
        let call = RefCall { package, name, version, span: self.place.clone() };
        let scope = &self.shared.scope;
        self.shared.capture(|captured| captured.refs.push(call.clone()));
        if scope.phase == Phase::Parse {
            return Ok(relation_value(self.placeholder(&call.name)));
        }
        self.resolved(scope.host.resolve_ref(&self.caller(), &call))
    }

    /// `source(…)`.
    pub fn source(&self, args: &[Value]) -> Result<Value, Error> {
        let (source, table): (String, String) = from_args(args)?;
        let call = SourceCall { source, table, span: self.place.clone() };
        let scope = &self.shared.scope;
        self.shared.capture(|captured| captured.sources.push(call.clone()));
        if scope.phase == Phase::Parse {
            return Ok(relation_value(self.placeholder(&call.table)));
        }
        self.resolved(scope.host.resolve_source(&self.caller(), &call))
    }

    /// `function(…)`: the name of a user-defined function
    /// (<https://docs.getdbt.com/reference/dbt-jinja-functions/function>).
    pub fn user_function(&self, args: &[Value]) -> Result<Value, Error> {
        let (first, second): (String, Option<String>) = from_args(args)?;
        let (package, name) = match second {
            Some(second) => (Some(first), second),
            None => (None, first),
        };
        let call = FunctionCall { package, name, span: self.place.clone() };
        let scope = &self.shared.scope;
        self.shared.capture(|captured| captured.functions.push(call.clone()));
        if scope.phase == Phase::Parse {
            return Ok(relation_value(self.placeholder(&call.name)));
        }
        let found = scope.host.resolve_function(&self.caller(), &call);
        self.resolved(found.map(Referred::from))
    }

    /// What a reference is while nothing is resolved.
    fn placeholder(&self, name: &str) -> Relation {
        let globals = &self.shared.scope.globals;
        Relation::new(globals.dialect, globals.database.clone(), globals.schema.clone(), name)
    }
}
