//! User-defined functions
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#create_function_statement>).

use super::words::{quote, text_literal};
use crate::{
    manifest::FunctionLanguage,
    plan::{FunctionDefinition, Rendered},
    relation::Relation,
};

/// Creates the function, or replaces the one there is.
pub(super) fn create(relation: &Relation, function: &FunctionDefinition) -> Rendered {
    let arguments = function.arguments.iter().map(|(name, kind)| format!("{} {kind}", quote(name)));
    let arguments = arguments.collect::<Vec<_>>().join(", ");
    let aggregate = if function.is_aggregate { "aggregate " } else { "" };
    let mut head = format!(
        "create or replace {aggregate}function {relation}({arguments})\nreturns {}",
        function.returns
    );
    let mut options: Vec<String> = function
        .description
        .iter()
        .map(|text| format!("description = {}", text_literal(text)))
        .collect();
    if function.language == FunctionLanguage::Sql {
        return Rendered::around(&format!("{head}\nas ("), &function.body, &closing(&options));
    }
    match function.is_deterministic {
        Some(true) => head.push_str("\ndeterministic"),
        Some(false) => head.push_str("\nnot deterministic"),
        None => {}
    }
    if let Some(python) = &function.python {
        options.push(format!(
            "runtime_version = {}",
            text_literal(&format!("python-{}", python.runtime_version))
        ));
        options.push(format!("entry_point = {}", text_literal(&python.entry_point)));
        if !python.packages.is_empty() {
            let packages = python.packages.iter().map(|name| text_literal(name));
            let packages = packages.collect::<Vec<_>>().join(", ");
            options.push(format!("packages = [{packages}]"));
        }
    }
    let language = match function.language {
        FunctionLanguage::Python => "python",
        _ => "js",
    };
    head.push_str(&format!("\nlanguage {language}"));
    if !options.is_empty() {
        head.push_str(&format!("\noptions ({})", options.join(", ")));
    }
    // The body is no SQL: nothing of it may be taken for the end of the text around it.
    let quotes = if function.body.contains("'''") { "\"\"\"" } else { "'''" };
    head.push_str(&format!("\nas r{quotes}"));
    let lines_before = head.matches('\n').count() as u32 + 1;
    Rendered { sql: format!("{head}\n{}\n{quotes}", function.body), lines_before, header_lines: 0 }
}

fn closing(options: &[String]) -> String {
    match options {
        [] => ")".to_owned(),
        options => format!(")\noptions ({})", options.join(", ")),
    }
}
