//! GoogleSQL's JSON paths in the engine's form
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#JSONPath_format>).

/// The engine's path, or what is wrong with the given one.
pub fn engine_path(path: &str) -> Result<String, String> {
    let Some(mut rest) = path.strip_prefix('$') else {
        let words = path.split_whitespace().next().unwrap_or_default();
        if ["lax", "recursive"].iter().any(|word| words.eq_ignore_ascii_case(word)) {
            return Err(format!("`{words}` paths are not supported on the embedded engine"));
        }
        return Err(format!("a JSON path begins with `$`, not `{path}`"));
    };
    let mut out = String::from("$");
    while !rest.is_empty() {
        let (name, after) = if let Some(member) = rest.strip_prefix('.') {
            if member.starts_with('"') {
                quoted(member, path)?
            } else {
                let length = member.find(['.', '[']).unwrap_or(member.len());
                (member[..length].to_owned(), &member[length..])
            }
        } else if let Some(inner) = rest.strip_prefix('[') {
            if inner.starts_with(['\'', '"']) {
                let (name, after) = quoted(inner, path)?;
                let after = after.strip_prefix(']').ok_or_else(|| unreadable(path))?;
                (name, after)
            } else {
                let end = inner.find(']').ok_or_else(|| unreadable(path))?;
                let index = inner[..end].trim();
                if index.is_empty() || !index.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(unreadable(path));
                }
                out.push_str(&format!("[{index}]"));
                rest = &inner[end + 1..];
                continue;
            }
        } else {
            return Err(unreadable(path));
        };
        if name.is_empty() {
            return Err(unreadable(path));
        }
        // The engine knows no escape of a quote inside a name.
        if name.contains('"') {
            return Err(format!("a quote in a name of the path `{path}` is not supported"));
        }
        out.push_str(&format!(".\"{name}\""));
        rest = after;
    }
    Ok(out)
}

/// A name in quotes, and what follows.
fn quoted<'p>(text: &'p str, path: &str) -> Result<(String, &'p str), String> {
    let quote = text.chars().next().unwrap_or_default();
    let mut name = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => name.extend(characters.next().map(|(_, c)| c)),
            c if c == quote => return Ok((name, &text[at + 1..])),
            c => name.push(c),
        }
    }
    Err(unreadable(path))
}

fn unreadable(path: &str) -> String {
    format!("`{path}` is no JSON path: expected `$.name`, `$['name']` or `$[0]`")
}

#[cfg(test)]
mod tests {
    use super::engine_path;

    #[test]
    fn every_form_of_a_name() {
        for (given, engine) in [
            ("$", "$"),
            ("$.a.b[0].c", "$.\"a\".\"b\"[0].\"c\""),
            ("$['a.b']", "$.\"a.b\""),
            ("$.\"a.b\"[2]", "$.\"a.b\"[2]"),
            ("$.a-b", "$.\"a-b\""),
        ] {
            assert_eq!(engine_path(given).as_deref(), Ok(engine));
        }
        for wrong in ["a", "$.", "$[", "$[x]", "lax $.a", "$x", "$['a'"] {
            assert!(engine_path(wrong).is_err(), "{wrong}");
        }
    }
}
