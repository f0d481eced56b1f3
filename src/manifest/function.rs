//! What is a function's own.

use std::sync::Arc;

use super::{ResourceType, builder::Builder, node_build::NodeSpec};
use crate::{
    diagnostic::{Diagnostic, Span},
    project::Spanned,
};

/// A user-defined function (<https://docs.getdbt.com/docs/build/udfs>): its body is the node's code.
#[derive(Clone, Debug)]
pub struct FunctionNode {
    /// What its body is written in.
    pub language: FunctionLanguage,
    /// Its arguments, in order.
    pub arguments: Vec<FunctionParameter>,
    /// The type of what it gives, in the warehouse's words.
    pub returns: String,
    /// The description of what it gives, where there is one.
    pub returns_description: Option<String>,
    /// Where the type is written.
    pub returns_span: Option<Span>,
}

/// An argument of a function.
#[derive(Clone, Debug)]
pub struct FunctionParameter {
    /// The name.
    pub name: String,
    /// The type, in the warehouse's words.
    pub data_type: String,
    /// The description, where there is one.
    pub description: Option<String>,
}

/// What the body of a function is written in: the ending of its file says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FunctionLanguage {
    /// An expression in the warehouse's SQL.
    #[default]
    Sql,
    /// JavaScript.
    JavaScript,
    /// Python.
    Python,
}

impl FunctionLanguage {
    /// The language of a file.
    pub fn of_path(path: &str) -> Self {
        let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.as_deref() {
            Some("js") => Self::JavaScript,
            Some("py") => Self::Python,
            _ => Self::Sql,
        }
    }

    /// dbt's name of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sql => "sql",
            Self::JavaScript => "javascript",
            Self::Python => "python",
        }
    }

    /// Its name as people write it.
    pub fn shown(self) -> &'static str {
        match self {
            Self::Sql => "SQL",
            Self::JavaScript => "JavaScript",
            Self::Python => "Python",
        }
    }
}

impl Builder<'_> {
    /// What is a function's own; none where the node is none, or is not declared.
    pub(super) fn function_of(
        &self,
        spec: &NodeSpec<'_>,
        package: &Arc<str>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<FunctionNode> {
        if spec.kind != ResourceType::Function {
            return None;
        }
        let Some(declared) = spec.patch.and_then(|patch| patch.function) else {
            let message = format!("function `{}` has no properties", spec.name);
            let help = format!(
                "declare it in a properties file: `functions:` with `- name: {}`, its `arguments` \
                 and what it `returns`",
                spec.name
            );
            let place = Span::of_line(&spec.source, 1);
            let problem = Diagnostic::error("undeclared-function", message).at(place, "");
            diagnostics.push(problem.help(help));
            return None;
        };
        let mut described = |text: Option<&Spanned<String>>| {
            text.map(|text| self.docs.describe(package, Some(text), diagnostics).0)
        };
        let arguments = declared.arguments.iter().map(|argument| FunctionParameter {
            name: argument.name.value.clone(),
            data_type: argument.data_type.value.clone(),
            description: described(argument.description.as_ref()),
        });
        Some(FunctionNode {
            language: FunctionLanguage::of_path(&spec.path),
            arguments: arguments.collect(),
            returns: declared.returns.data_type.value.clone(),
            returns_description: described(declared.returns.description.as_ref()),
            returns_span: Some(declared.returns.data_type.span.clone()),
        })
    }
}
