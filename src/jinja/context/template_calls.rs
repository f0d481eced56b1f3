//! `render(…)` and `try_or_compiler_error(…)`: templates inside templates, and what fails in words
//! of one's own.

use std::sync::Arc;

use minijinja::{Error, State, Value, value::Kwargs};

use super::{Context, Shared, functions::invalid};
use crate::jinja::{
    arguments::Arguments,
    dict,
    rewrite::{Marks, rewrite},
};

/// What a text makes as a template of a package.
///
/// # Errors
/// What the template did wrong.
pub fn render_text(
    shared: &Arc<Shared>,
    package: &Arc<str>,
    state: &State<'_, '_>,
    text: &str,
) -> Result<String, Error> {
    let context = Context { shared: Arc::clone(shared), package: Arc::clone(package) };
    let text = rewrite(text, 0, Marks::None)?;
    state.env().template_from_str(&text)?.render(Value::from_object(context))
}

/// `try_or_compiler_error(message, function, …)`: what the function gives of the other arguments.
///
/// # Errors
/// The message, where the function fails.
pub fn try_or_compiler_error(state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
    let given = Arguments::new("try_or_compiler_error", args)?;
    let message: Value = given.required(0, "message_if_exception")?;
    let function: Value = given.required(1, "func")?;
    let mut passed = given.positional.get(2..).unwrap_or_default().to_vec();
    if let Some(named) = args.last().filter(|last| last.is_kwargs()) {
        let own = ["message_if_exception", "func"];
        let named =
            dict::entries(named)?.into_iter().map(|(name, value)| (name.to_string(), value));
        passed.push(Kwargs::from_iter(named.filter(|(name, _)| !own.contains(&&**name))).into());
    }
    function.call(state, &passed).map_err(|error| invalid(message.to_string()).with_source(error))
}
