//! The table of functions, read once.

use std::{collections::HashMap, sync::OnceLock};

use super::pattern::Pattern;
use crate::analysis::types::Type;

/// What a function works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    /// The values of a row.
    Scalar,
    /// The rows of a group, or of a window.
    Aggregate,
    /// The rows of a window only.
    Window,
}

/// A function that BigQuery has.
#[derive(Clone, Debug)]
pub struct Function {
    /// What it works on.
    pub kind: FunctionKind,
    /// What it takes and gives.
    pub signatures: Vec<Signature>,
}

impl Function {
    /// Whether its arguments may have any names.
    pub fn takes_any_name(&self) -> bool {
        self.signatures.iter().any(Signature::takes_any_name)
    }
}

/// What a function takes and gives.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Its parameters, in order.
    pub parameters: Vec<Parameter>,
    /// What it gives.
    pub result: Pattern,
}

impl Signature {
    /// Whether its last parameter is anything, any number of times.
    pub fn takes_any_name(&self) -> bool {
        self.parameters
            .last()
            .is_some_and(|last| last.pattern == Pattern::Any && last.times == Times::Many)
    }

    /// Its parameters, as messages show them.
    pub fn shown(&self) -> String {
        let shown = self.parameters.iter().map(|parameter| {
            let name = match (parameter.name, parameter.by_name_only) {
                (Some(name), true) => format!("{name} => "),
                _ => String::new(),
            };
            let text = format!("{name}{}", parameter.pattern.shown());
            match parameter.times {
                Times::Once => text,
                Times::Optional => format!("[{text}]"),
                Times::Many => format!("[{text}, …]"),
            }
        });
        shown.collect::<Vec<_>>().join(", ")
    }
}

impl Parameter {
    /// Whether it is a part of a date or another word.
    pub fn is_word(&self) -> bool {
        self.pattern == Pattern::Exactly(Type::Part)
    }
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name that it may be given by.
    pub name: Option<&'static str>,
    /// Whether it is given by name only.
    pub by_name_only: bool,
    /// Its type.
    pub pattern: Pattern,
    /// How often it may come.
    pub times: Times,
}

/// How often an argument comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// Once.
    Once,
    /// Once or not.
    Optional,
    /// Any number of times.
    Many,
}

const TEXT: &str = include_str!("functions.txt");

const LETTERS: [(&str, &[&str]); 6] = [
    ("N", &["INT64", "FLOAT64", "NUMERIC", "BIGNUMERIC"]),
    ("R", &["FLOAT64", "NUMERIC", "BIGNUMERIC"]),
    ("X", &["INT64", "NUMERIC", "BIGNUMERIC"]),
    ("S", &["STRING", "BYTES"]),
    ("M", &["DATE", "DATETIME", "TIMESTAMP"]),
    ("L", &["DATETIME", "TIMESTAMP"]),
];

/// The function of this name, in capitals.
pub fn function(name: &str) -> Option<&'static Function> {
    static TABLE: OnceLock<HashMap<&'static str, Function>> = OnceLock::new();
    TABLE.get_or_init(|| read(TEXT).expect("the table is well formed: a test reads it")).get(name)
}

fn read(text: &'static str) -> Result<HashMap<&'static str, Function>, String> {
    let mut table: HashMap<&'static str, Function> = HashMap::new();
    let mut kind = FunctionKind::Scalar;
    for line in
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        match line {
            "[operators]" | "[scalar]" => kind = FunctionKind::Scalar,
            "[aggregate]" => kind = FunctionKind::Aggregate,
            "[window]" => kind = FunctionKind::Window,
            _ => {
                let (name, rest) = line.split_once(' ').ok_or_else(|| line.to_owned())?;
                let function = match rest.strip_prefix("= ") {
                    Some(other) => table.get(other).ok_or_else(|| line.to_owned())?.clone(),
                    None => {
                        let mut signatures = Vec::new();
                        for written in rest.split(" ; ") {
                            let read = expanded(written).ok_or_else(|| line.to_owned())?;
                            signatures.extend(read);
                        }
                        Function { kind, signatures }
                    }
                };
                if table.insert(name, function).is_some() {
                    return Err(format!("twice: {line}"));
                }
            }
        }
    }
    Ok(table)
}

/// The signatures that one with a letter for several types stands for.
fn expanded(written: &'static str) -> Option<Vec<Signature>> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let has = |letter: &str| written.split(|c| !is_word(c)).any(|word| word == letter);
    match LETTERS.iter().find(|(letter, _)| has(letter)) {
        None => Some(vec![signature(written, None)?]),
        Some((letter, names)) => {
            names.iter().map(|name| signature(written, Some((*letter, *name)))).collect()
        }
    }
}

fn signature(written: &'static str, letter: Option<(&str, &str)>) -> Option<Signature> {
    let (parameters, result) = written.strip_prefix('(')?.split_once(')')?;
    let parameters = parameters.split(", ").filter(|text| !text.is_empty());
    let parameters = parameters.map(|text| {
        let (name, text) = match text.split_once(' ') {
            Some((name, text)) => (Some(name), text),
            None => (None, text),
        };
        let (text, times) = match (text.strip_suffix('?'), text.strip_suffix("...")) {
            (Some(text), _) => (text, Times::Optional),
            (_, Some(text)) => (text, Times::Many),
            _ => (text, Times::Once),
        };
        let by_name_only = name.is_some_and(|name| name.ends_with("=>"));
        let name = name.map(|name| name.trim_end_matches("=>").trim_end_matches(':'));
        Some(Parameter { name, by_name_only, pattern: Pattern::read(text, letter)?, times })
    });
    Some(Signature {
        parameters: parameters.collect::<Option<_>>()?,
        result: Pattern::read(result, letter)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_well_formed() {
        let table = read(TEXT).unwrap_or_else(|line| panic!("{line}"));
        assert!(table.len() > 300, "{}", table.len());
        assert_eq!(table["SUM"].signatures.len(), 5);
        assert_eq!(table["SUM"].kind, FunctionKind::Aggregate);
        assert_eq!(
            table["JSON_EXTRACT"].signatures[1].result,
            Pattern::Exactly(crate::analysis::Type::Json)
        );
    }
}
