//! What templates may ask while a project is parsed: nothing that is not known yet.

use minijinja::Value;

use crate::{
    diagnostic::Diagnostic,
    jinja::{
        Caller, FunctionCall, Host, RefCall, Referred, SourceCall, Warehouse, Whither, dict::Dict,
    },
    relation::{Dialect, Relation},
};

/// Answers while parsing: references are not resolved, there is no warehouse, logs are dropped
/// (they come when the node is compiled).
#[derive(Clone, Copy, Debug)]
pub struct ParseHost {
    /// The dialect of the target.
    pub dialect: Dialect,
}

impl Host for ParseHost {
    fn resolve_ref(&self, _caller: &Caller, call: &RefCall) -> Result<Referred, Box<Diagnostic>> {
        Ok(Relation::new(self.dialect, None, "", call.name.as_str()).into())
    }

    fn resolve_source(
        &self,
        _caller: &Caller,
        call: &SourceCall,
    ) -> Result<Referred, Box<Diagnostic>> {
        let (schema, table) = (call.source.as_str(), call.table.as_str());
        Ok(Relation::new(self.dialect, None, schema, table).into())
    }

    fn resolve_function(
        &self,
        _caller: &Caller,
        call: &FunctionCall,
    ) -> Result<Relation, Box<Diagnostic>> {
        Ok(Relation::new(self.dialect, None, "", call.name.as_str()))
    }

    fn graph(&self) -> Value {
        Dict::value([])
    }

    fn warehouse(&self) -> Option<&dyn Warehouse> {
        None
    }

    fn log(&self, _message: &str, _whither: Whither) {}
}
