//! `ref(…)` and `source(…)` written alone, as YAML has them.

/// What such a text names.
#[derive(Clone, Debug, PartialEq)]
pub enum Reference {
    /// `ref('name')`, `ref('package', 'name')`, with `v=` or `version=`.
    Ref {
        /// The package, where two names were given.
        package: Option<String>,
        /// The name.
        name: String,
        /// The version as text.
        version: Option<String>,
    },
    /// `source('source', 'table')`.
    Source {
        /// The source.
        source: String,
        /// The table.
        table: String,
    },
}

/// Reads a lone `ref(…)` or `source(…)` with literal arguments, with or without `{{ }}`; nothing
/// for any other text.
pub fn parse_reference(text: &str) -> Option<Reference> {
    let mut text = text.trim();
    if let Some(inner) = text.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) {
        text = inner.trim_matches('-').trim();
    }
    let (is_ref, rest) = match text.strip_prefix("ref") {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix("source")?),
    };
    let inside = rest.trim().strip_prefix('(')?.strip_suffix(')')?;
    let mut names = Vec::new();
    let mut version = None;
    let mut rest = inside.trim();
    while !rest.is_empty() {
        let keyword = ["version", "v"].into_iter().find_map(|word| {
            rest.strip_prefix(word)?.trim_start().strip_prefix('=').map(str::trim_start)
        });
        let (value, after) = literal(keyword.unwrap_or(rest))?;
        match keyword {
            Some(_) => version = Some(value),
            None => names.push(value),
        }
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(after) => after.trim_start(),
            None if after.is_empty() => after,
            None => return None,
        };
    }
    let mut names = names.into_iter();
    match (is_ref, names.next()?, names.next(), names.next()) {
        (true, name, None, None) => Some(Reference::Ref { package: None, name, version }),
        (true, package, Some(name), None) => {
            Some(Reference::Ref { package: Some(package), name, version })
        }
        (false, source, Some(table), None) => Some(Reference::Source { source, table }),
        _ => None,
    }
}

/// A quoted text without escapes, or a number.
fn literal(text: &str) -> Option<(String, &str)> {
    let first = text.chars().next()?;
    if first == '\'' || first == '"' {
        let rest = &text[1..];
        let end = rest.find(first)?;
        let value = &rest[..end];
        return (!value.contains('\\')).then(|| (value.to_owned(), &rest[end + 1..]));
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_references_are_read_and_others_are_not() {
        let named =
            |name: &str| Reference::Ref { package: None, name: name.to_owned(), version: None };
        assert_eq!(parse_reference("ref('a')"), Some(named("a")));
        assert_eq!(parse_reference(" {{ ref(\"a\") }} "), Some(named("a")));
        assert_eq!(
            parse_reference("ref('p', 'a', v=2)"),
            Some(Reference::Ref {
                package: Some("p".into()),
                name: "a".into(),
                version: Some("2".into())
            })
        );
        assert_eq!(
            parse_reference("source('s', 't')"),
            Some(Reference::Source { source: "s".into(), table: "t".into() })
        );
        for other in ["reference('a')", "ref(a)", "ref('a') ~ 'b'", "ref()", "source('a')"] {
            assert_eq!(parse_reference(other), None, "{other}");
        }
    }
}
