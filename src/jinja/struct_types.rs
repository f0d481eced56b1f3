//! The fields of struct types, as both dialects write them.

use crate::relation::Dialect;

/// Names and types of the fields of `STRUCT<a INT64, b STRING>` or `STRUCT(a INTEGER, b VARCHAR)`;
/// none of other types.
pub fn fields_of(data_type: &str, dialect: Dialect) -> Vec<(String, String)> {
    let (open, close) = match dialect {
        Dialect::GoogleSql => ('<', '>'),
        Dialect::DuckDb => ('(', ')'),
    };
    let text = data_type.trim();
    let is_struct = text.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("struct"));
    let inside = is_struct.then(|| text[6..].strip_prefix(open)).flatten();
    let Some(inside) = inside.and_then(|inside| inside.rfind(close).map(|end| &inside[..end]))
    else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    let (mut depth, mut start, mut quote) = (0usize, 0, None);
    for (at, c) in inside.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '`' | '"') => quote = Some(c),
            (None, '(' | '<' | '[') => depth += 1,
            (None, ')' | '>' | ']') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).map(name_and_type).collect()
}

fn name_and_type(field: &str) -> (String, String) {
    let quoted = field.chars().next().filter(|c| matches!(c, '`' | '"'));
    let (name, data_type) = match quoted {
        Some(quote) => match field[1..].split_once(quote) {
            Some((name, rest)) => (name, rest),
            None => (field, ""),
        },
        None => field.split_once(char::is_whitespace).unwrap_or((field, "")),
    };
    (name.to_owned(), data_type.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_at_their_depth() {
        let of = |text: &str, dialect| {
            let fields = fields_of(text, dialect);
            fields.iter().map(|(name, kind)| format!("{name}:{kind}")).collect::<Vec<_>>()
        };
        let google = |text| of(text, Dialect::GoogleSql);
        assert_eq!(
            google("struct<a INT64, `b c` STRUCT<d NUMERIC(10, 2), e STRING>>"),
            ["a:INT64", "b c:STRUCT<d NUMERIC(10, 2), e STRING>"]
        );
        assert_eq!(google("INT64"), Vec::<String>::new());
        let duckdb = of("STRUCT(a INTEGER, \"b, c\" DECIMAL(10,2)[])", Dialect::DuckDb);
        assert_eq!(duckdb, ["a:INTEGER", "b, c:DECIMAL(10,2)[]"]);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,20}|STRUCT[<(a ,`\">)]{0,20}") {
            let _ = (fields_of(&text, Dialect::GoogleSql), fields_of(&text, Dialect::DuckDb));
        }
    }
}
