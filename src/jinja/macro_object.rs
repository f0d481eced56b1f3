//! Macros, packages and what dispatch finds, as values that templates call.

use std::sync::{Arc, PoisonError, atomic::Ordering};

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Kwargs, Object, ObjectRepr, Rest},
};

use crate::diagnostic::{Diagnostic, did_you_mean};

use super::{
    INTERNAL_PACKAGE, MacroInfo,
    context::{Context, Shared, returned},
    deferred_block::DeferredBlock,
    engine::EngineInner,
    failure::{endless_recursion, in_macro, refused},
    rewrite::in_macro_marks,
};

/// Macros inside macros: far above any real chain, and endless recursion ends before the stack.
pub const MAX_MACRO_DEPTH: usize = 48;

impl EngineInner {
    /// A macro as a callable value of a rendering.
    pub fn macro_value(&self, shared: &Arc<Shared>, at: usize) -> Value {
        Value::from_object(MacroObject {
            shared: Arc::clone(shared),
            info: Arc::clone(self.macro_at(at)),
        })
    }
}

/// A package as a namespace: `dbt_utils.star(…)`, `context['dbt_utils']['star']`.
#[derive(Debug)]
pub struct PackageObject {
    /// What the rendering shares.
    pub shared: Arc<Shared>,
    /// The package.
    pub package: Arc<str>,
}

impl Object for PackageObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let engine = &self.shared.engine;
        let name = key.as_str()?;
        if let Some(at) = engine.find_in_package(&self.package, name) {
            return Some(engine.macro_value(&self.shared, at));
        }
        // Macros of dbt's that are functions here.
        let is_function =
            *self.package == *INTERNAL_PACKAGE && matches!(name, "run_query" | "statement");
        let context =
            Context { shared: Arc::clone(&self.shared), package: Arc::clone(&self.package) };
        is_function.then(|| context.builtin(name)).flatten()
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match self.get_value(&Value::from(method)) {
            Some(found) => found.call(state, args),
            None => {
                let mut known: Vec<&str> = self.shared.engine.macro_names(&self.package).collect();
                known.sort_unstable();
                let message = format!("package `{}` has no macro `{method}`", self.package);
                let missing = Diagnostic::error("jinja-undefined", message);
                Err(refused(Box::new(missing.maybe_help(did_you_mean(method, known)))))
            }
        }
    }
}

/// What `adapter.dispatch` gives where nothing implements the macro: an error when called.
#[derive(Debug)]
pub struct DispatchedMacro {
    /// The macro's name.
    pub name: String,
}

impl Object for DispatchedMacro {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, _args: &[Value]) -> Result<Value, Error> {
        Err(not_implemented(&self.name))
    }
}

/// What is said of a macro that dispatch does not find.
pub fn not_implemented(name: &str) -> Error {
    let message = format!("`{name}` has no implementation for this adapter and no default");
    Error::new(ErrorKind::UnknownFunction, message)
}

/// A macro bound to a rendering.
#[derive(Debug)]
struct MacroObject {
    shared: Arc<Shared>,
    info: Arc<MacroInfo>,
}

impl MacroObject {
    /// Packs arguments beyond the declared ones into `varargs` and `kwargs`, and evaluates
    /// `caller` where it belongs to.
    fn arguments(
        &self,
        state: &mut State<'_, '_>,
        args: &[Value],
    ) -> Result<(Vec<Value>, Option<Arc<DeferredBlock>>), Error> {
        let (positional, named) = match args.last() {
            Some(last) if last.is_kwargs() => {
                (&args[..args.len() - 1], super::dict::entries(last)?)
            }
            _ => (args, Vec::new()),
        };
        let mut positional = positional.to_vec();
        let mut deferred = None;
        let mut named: Vec<(String, Value)> =
            named.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
        for (name, value) in &mut named {
            // The block of a `call` belongs to the caller's template and can only run there.
            if name == "caller" {
                let takes_arguments =
                    value.get_attr("arguments").is_ok_and(|names| names.len().unwrap_or(0) > 0);
                if takes_arguments {
                    let block = DeferredBlock::new(value.clone());
                    *value = Value::from_dyn_object(Arc::clone(&block));
                    deferred = Some(block);
                } else {
                    let text = value.call(state, &[])?;
                    *value = Value::from_function(move |_args: Rest<Value>| text.clone());
                }
            }
        }
        let declared = &self.info.parameters;
        if self.info.hidden[0] && !declared.iter().any(|name| name == "varargs") {
            let extra = positional.split_off(positional.len().min(declared.len()));
            named.push(("varargs".to_owned(), super::list::List::tuple(extra)));
        }
        if self.info.hidden[1] && !declared.iter().any(|name| name == "kwargs") {
            let (known, extra): (Vec<_>, Vec<_>) = named.into_iter().partition(|(name, _)| {
                declared.contains(name) || name == "varargs" || name == "caller"
            });
            named = known;
            let extra = extra.into_iter().map(|(name, value)| (Value::from(name), value));
            named.push(("kwargs".to_owned(), super::dict::Dict::value(extra)));
        }
        if !named.is_empty() {
            positional.push(Value::from(Kwargs::from_iter(named)));
        }
        Ok((positional, deferred))
    }
}

impl Object for MacroObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str()? == "name").then(|| Value::from(self.info.name.as_str()))
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let shared = &self.shared;
        if let Some(value) = shared.scope.extra.get(&format!("macro:{}", self.info.name)) {
            return Ok(value.clone());
        }
        // A node depends on the macros it calls itself; what those call is theirs, as in dbt.
        if shared.depth.load(Ordering::Relaxed) == 0 {
            shared.capture(|captured| {
                captured.macros.insert(Arc::clone(&self.info.unique_id));
            });
        }
        let (args, deferred) = self.arguments(state, args)?;
        if shared.depth.fetch_add(1, Ordering::Relaxed) >= MAX_MACRO_DEPTH {
            shared.depth.fetch_sub(1, Ordering::Relaxed);
            let message = format!("macros call each other more than {MAX_MACRO_DEPTH} deep");
            return Err(refused(Box::new(endless_recursion(message))));
        }
        let result = self.evaluate(&args);
        shared.depth.fetch_sub(1, Ordering::Relaxed);
        match result {
            Ok(text) => match deferred {
                Some(block) => Ok(Value::from(self.marked(block.fill(state, text)?))),
                None => Ok(Value::from(self.marked(text))),
            },
            Err(error) => match returned(&error) {
                Some(value) => {
                    shared.chain.lock().unwrap_or_else(PoisonError::into_inner).clear();
                    match (deferred, value.as_str()) {
                        (Some(block), Some(text)) => {
                            Ok(Value::from(self.marked(block.fill(state, text.to_owned())?)))
                        }
                        (_, Some(text)) if shared.marks_macros => {
                            Ok(Value::from(self.marked(text.to_owned())))
                        }
                        _ => Ok(value),
                    }
                }
                None => {
                    let mut chain = shared.chain.lock().unwrap_or_else(PoisonError::into_inner);
                    if chain.len() < MAX_MACRO_DEPTH {
                        chain.push(Arc::clone(&self.info));
                    }
                    drop(chain);
                    Err(in_macro(error))
                }
            },
        }
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<macro {}>", self.info.name)
    }
}

impl MacroObject {
    /// What came out of it, between marks where they are wanted.
    fn marked(&self, text: String) -> String {
        let engine = &self.shared.engine;
        let number = self.shared.marks_macros.then(|| engine.number_of(&self.info.unique_id));
        match number.flatten() {
            Some(number) => in_macro_marks(&text, number),
            None => text,
        }
    }

    fn evaluate(&self, args: &[Value]) -> Result<String, Error> {
        let environment = self.shared.engine.environment(self.shared.scope.phase);
        let template = environment.get_template(&self.info.unique_id)?;
        let context =
            Context { shared: Arc::clone(&self.shared), package: Arc::clone(&self.info.package) };
        let mut captured = template.render_captured(Value::from_object(context))?;
        captured.with_state_mut(|state| state.call_macro(&self.info.name, args))
    }
}
