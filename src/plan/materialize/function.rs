//! User-defined functions (<https://docs.getdbt.com/docs/build/udfs>).

use serde_json::Value;

use super::options::{place, wrong};
use crate::{
    diagnostic::Diagnostic,
    manifest::FunctionLanguage,
    plan::{
        Engine, PlanInput, Step,
        function::{FunctionDefinition, PythonOptions},
    },
};

/// The quotes that a program in another language stands between.
const QUOTES: [&str; 2] = ["'''", "\"\"\""];

/// Creates the function, or replaces the one there is.
///
/// # Errors
/// What the engine cannot have, at the function's first line, and configuration that cannot be meant.
pub(in crate::plan) fn steps(input: &PlanInput<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let node = input.node;
    let Some(function) = &node.function else {
        return Err(wrong(node, "the function has no properties"));
    };
    let config = &node.config;
    let language = function.language;
    let is_aggregate =
        config.text("type").is_some_and(|text| text.eq_ignore_ascii_case("aggregate"));
    if input.options.engine == Engine::Embedded {
        let kind = match (language, is_aggregate) {
            (FunctionLanguage::Sql, false) => None,
            (FunctionLanguage::Sql, true) => Some("an aggregate".to_owned()),
            (other, _) => Some(format!("written in {}", other.shown())),
        };
        if let Some(kind) = kind {
            let message = format!(
                "function `{}` is {kind}: the embedded engine has scalar functions in SQL only",
                node.name
            );
            let problem = Diagnostic::error("unsupported-function", message).at(place(node), "");
            let help = "write its body as an expression, or build it and what calls it on BigQuery";
            return Err(vec![problem.help(help)]);
        }
    }
    if config.get("grants").and_then(Value::as_object).is_some_and(|grants| !grants.is_empty()) {
        return Err(wrong(node, "`grants` are for tables and views, not for functions"));
    }
    let python = match language {
        FunctionLanguage::Python if is_aggregate => {
            return Err(wrong(node, "BigQuery has no aggregate functions in Python"));
        }
        FunctionLanguage::Python => {
            let needed = |key: &str| {
                let message = format!("a function in Python needs `{key}` in its `config`");
                config.text(key).map(str::to_owned).ok_or_else(|| wrong(node, &message))
            };
            Some(PythonOptions {
                runtime_version: needed("runtime_version")?,
                entry_point: needed("entry_point")?,
                packages: config.texts("packages").unwrap_or_default(),
            })
        }
        _ => None,
    };
    if language != FunctionLanguage::Sql && QUOTES.iter().all(|quotes| input.sql.contains(quotes)) {
        let message = "the body has both `'''` and `\"\"\"`: no quotes are left to put around it";
        return Err(wrong(node, message));
    }
    let keeps = |what: &str| {
        let persist = config.get("persist_docs").and_then(|persist| persist.get(what));
        persist.and_then(Value::as_bool).unwrap_or(false)
    };
    let describes = keeps("relation") && !node.description.is_empty();
    let definition = FunctionDefinition {
        language,
        is_aggregate,
        arguments: function
            .arguments
            .iter()
            .map(|argument| (argument.name.clone(), argument.data_type.clone()))
            .collect(),
        returns: function.returns.clone(),
        body: input.sql.to_owned(),
        is_deterministic: match (language, config.text("volatility")) {
            (FunctionLanguage::JavaScript, Some("deterministic")) => Some(true),
            (FunctionLanguage::JavaScript, Some("non-deterministic")) => Some(false),
            _ => None,
        },
        python,
        description: describes.then(|| node.description.clone()),
    };
    let relation = node.relation.clone();
    let schema =
        Step::CreateSchema { database: relation.database.clone(), schema: relation.schema.clone() };
    Ok(vec![schema, Step::CreateFunction { relation, function: definition }])
}
