//! Names in braces that are filled when a request is made.

/// The placeholder of a window's begin.
pub const FROM: &str = "from";
/// The placeholder of a window's end.
pub const TO: &str = "to";

/// The names in braces: letters, digits and underscores. Other braces are text.
pub fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    parts(text).filter_map(|part| match part {
        Part::Name(name) => Some(name),
        Part::Text(_) => None,
    })
}

/// The text with its placeholders filled; those that `value` does not know stay.
pub fn filled(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    parts(text)
        .map(|part| match part {
            Part::Name(name) => value(name).unwrap_or_else(|| format!("{{{name}}}")),
            Part::Text(text) => text.to_owned(),
        })
        .collect()
}

enum Part<'a> {
    Text(&'a str),
    Name(&'a str),
}

fn parts(mut rest: &str) -> impl Iterator<Item = Part<'_>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(name) = name_at_start(rest) {
            rest = &rest[name.len() + 2..];
            return Some(Part::Name(name));
        }
        let from = rest.chars().next().map_or(0, char::len_utf8);
        let next = rest[from..].match_indices('{').map(|(at, _)| from + at);
        let end = next.into_iter().find(|at| name_at_start(&rest[*at..]).is_some());
        let (text, more) = rest.split_at(end.unwrap_or(rest.len()));
        rest = more;
        Some(Part::Text(text))
    })
}

fn name_at_start(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('{')?;
    let name = &inner[..inner.find('}')?];
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_are_filled_and_nothing_else() {
        let fill = |text: &str| filled(text, |name| (name == "id").then(|| "7".to_owned()));
        assert_eq!(fill("/a/{id}/b?x={id}&y={other}"), "/a/7/b?x=7&y={other}");
        assert_eq!(fill(r#"{"a":{"b":1},"{id}":"é{id}"}"#), r#"{"a":{"b":1},"7":"é7"}"#);
        assert_eq!(placeholders("{a}{}{b c}{d_1").collect::<Vec<_>>(), ["a"]);
    }
}
