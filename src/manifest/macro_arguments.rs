//! What properties say of a macro's arguments against the macro itself
//! (<https://docs.getdbt.com/reference/resource-properties/arguments>).

use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    jinja::{MacroInfo, MacroKind},
    project::properties::MacroProperties,
};

/// The types that arguments may have, and how many types each takes in brackets.
const TYPES: [(&str, usize); 12] = [
    ("str", 0),
    ("string", 0),
    ("bool", 0),
    ("int", 0),
    ("integer", 0),
    ("float", 0),
    ("any", 0),
    ("list", 1),
    ("dict", 2),
    ("optional", 1),
    ("relation", 0),
    ("column", 0),
];

/// Warns of arguments that the macro has not, of those left out, and of types that are none.
pub(super) fn check_arguments(
    info: &MacroInfo,
    declared: &MacroProperties,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if info.kind != MacroKind::Macro || declared.arguments.is_empty() {
        return;
    }
    let mut warn = |message: String, span: &crate::diagnostic::Span, help: Option<String>| {
        let diagnostic = Diagnostic::warning("macro-arguments", message).at(span.clone(), "");
        diagnostics.push(diagnostic.note(format!("it is `{}`", info.signature())).maybe_help(help));
    };
    let is_described =
        |name: &String| declared.arguments.iter().any(|argument| argument.name.value == *name);
    for argument in &declared.arguments {
        let name = &argument.name.value;
        if !info.parameters.contains(name) {
            let left = info.parameters.iter().filter(|name| !is_described(name));
            warn(
                format!("the macro `{}` has no argument `{name}`", info.name),
                &argument.name.span,
                did_you_mean(name, left.map(String::as_str)),
            );
        }
        if let Some(kind) = argument.kind.as_ref().filter(|kind| !is_type(&kind.value)) {
            let known = TYPES.map(|(name, count)| match count {
                0 => name.to_owned(),
                1 => format!("{name}[…]"),
                _ => format!("{name}[…, …]"),
            });
            let message = format!("`{}` is no type of an argument", kind.value);
            let help = format!("the types are {}", known.join(", "));
            warn(message, &kind.span, Some(help));
        }
    }
    let left_out: Vec<String> = info
        .parameters
        .iter()
        .filter(|name| !is_described(name))
        .map(|name| format!("`{name}`"))
        .collect();
    if !left_out.is_empty() {
        let message =
            format!("`arguments` of the macro `{}` leave out {}", info.name, left_out.join(", "));
        warn(message, &declared.name.span, None);
    }
}

/// Whether a text is a type: a name, and the types in its brackets.
fn is_type(text: &str) -> bool {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    text.is_empty() || rest_of_type(&text) == Some("")
}

/// What follows a type at the start of a text.
fn rest_of_type(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(text.len());
    let (_, count) = TYPES.iter().find(|(name, _)| *name == &text[..end])?;
    let mut rest = &text[end..];
    for at in 0..*count {
        rest = rest_of_type(rest.strip_prefix(if at == 0 { '[' } else { ',' })?)?;
    }
    if *count > 0 { rest.strip_prefix(']') } else { Some(rest) }
}

#[cfg(test)]
mod tests {
    use super::is_type;

    #[test]
    fn types_are_dbts() {
        for good in ["string", "list[str]", "dict[str, list[ int ]]", "optional[relation]", ""] {
            assert!(is_type(good), "{good}");
        }
        for bad in ["text", "list", "list[]", "dict[str]", "list[str", "string[int]", "str]"] {
            assert!(!is_type(bad), "{bad}");
        }
    }
}
