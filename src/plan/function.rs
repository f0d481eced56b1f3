//! A user-defined function as it is created.

use crate::manifest::FunctionLanguage;

/// What a function is made of. Types are in the target's words.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionDefinition {
    /// What its body is written in.
    pub language: FunctionLanguage,
    /// Whether it takes groups of rows.
    pub is_aggregate: bool,
    /// Names and types of its arguments.
    pub arguments: Vec<(String, String)>,
    /// The type of what it gives.
    pub returns: String,
    /// The body: an expression, or a program in another language.
    pub body: String,
    /// Whether the same arguments always give the same, where that is said and counts (JavaScript).
    pub is_deterministic: Option<bool>,
    /// Python's version, the name of the function in the body, and the packages it needs.
    pub python: Option<PythonOptions>,
    /// The description, where `persist_docs` asks for it.
    pub description: Option<String>,
}

/// What a function in Python needs besides its body.
#[derive(Clone, Debug, PartialEq)]
pub struct PythonOptions {
    /// `runtime_version` (`3.11`).
    pub runtime_version: String,
    /// `entry_point`.
    pub entry_point: String,
    /// `packages`.
    pub packages: Vec<String>,
}
