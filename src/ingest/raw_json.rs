//! Pieces of a JSON text as they are written: numbers keep every digit, keys their order.
//!
//! The text must be valid JSON, which reading it from a stream has made sure of; slicing then only
//! counts brackets.

/// One past the end of the value that starts at `at`.
fn value_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (position, byte) in bytes.iter().enumerate().skip(at) {
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    quoted = false;
                    if depth == 0 {
                        return position + 1;
                    }
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return position,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return position + 1;
                }
            }
            b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' if depth == 0 => return position,
            _ => {}
        }
    }
    bytes.len()
}

fn skip_blank(text: &str, mut at: usize) -> usize {
    while text.as_bytes().get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

fn byte_is(text: &str, at: usize, byte: u8) -> bool {
    text.as_bytes().get(at) == Some(&byte)
}

/// The members of an object's text as raw key (with quotes) and raw value; none where it is no
/// object.
pub fn members(object: &str) -> Option<Vec<(&str, &str)>> {
    let object = object.trim();
    let mut at = skip_blank(object, object.starts_with('{').then_some(1)?);
    let mut found = Vec::new();
    while at < object.len() && !byte_is(object, at, b'}') {
        let key_end = value_end(object, at);
        let key = object.get(at..key_end).filter(|key| !key.is_empty())?;
        let colon = skip_blank(object, key_end);
        let value_start = skip_blank(object, colon + 1);
        let value_end = value_end(object, value_start.min(object.len()));
        found.push((key, object.get(value_start..value_end)?));
        at = skip_blank(object, value_end);
        if byte_is(object, at, b',') {
            at = skip_blank(object, at + 1);
        }
    }
    Some(found)
}

/// The elements of a list's text; none where it is no list.
pub fn elements(list: &str) -> Option<Vec<&str>> {
    let list = list.trim();
    let mut at = skip_blank(list, list.starts_with('[').then_some(1)?);
    let mut found = Vec::new();
    while at < list.len() && !byte_is(list, at, b']') {
        let end = value_end(list, at);
        // What is no JSON must not be gone through for ever.
        if end == at {
            return None;
        }
        found.push(list.get(at..end)?);
        at = skip_blank(list, end);
        if byte_is(list, at, b',') {
            at = skip_blank(list, at + 1);
        }
    }
    Some(found)
}

/// The key's text without quotes and escapes.
pub fn key_text(raw: &str) -> String {
    serde_json::from_str(raw).unwrap_or_else(|_| raw.trim_matches('"').to_owned())
}

/// The object's text without some of its members.
pub fn without(object: &str, keys: &[String]) -> String {
    let Some(members) = members(object) else { return object.to_owned() };
    let kept: Vec<String> = members
        .into_iter()
        .filter(|(key, _)| !keys.contains(&key_text(key)))
        .map(|(key, value)| format!("{key}:{value}"))
        .collect();
    format!("{{{}}}", kept.join(","))
}

/// The object's text with one more member, in the place of any of that name.
pub fn with(object: &str, key: &str, value: &str) -> String {
    let rest = without(object, &[key.to_owned()]);
    let Some(open) = rest.strip_suffix('}') else { return rest };
    let comma = if open.trim_end().ends_with('{') { "" } else { "," };
    format!("{open}{comma}{}:{value}}}", serde_json::Value::from(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_as_written() {
        let text = r#" { "a" : 1.10 , "b\"c":[ {"x":"]"} , 2 ],"d":{} } "#;
        let found = members(text).expect("an object");
        assert_eq!(
            found,
            [("\"a\"", "1.10"), (r#""b\"c""#, r#"[ {"x":"]"} , 2 ]"#), ("\"d\"", "{}")]
        );
        assert_eq!(
            elements(r#" [1, {"x":"]"},"a,b" ] "#),
            Some(vec!["1", r#"{"x":"]"}"#, "\"a,b\""])
        );
        assert_eq!(with(r#"{"a":1,"m":2}"#, "m", "{}"), r#"{"a":1,"m":{}}"#);
        assert_eq!(with("{}", "m", "3"), r#"{"m":3}"#);
        assert_eq!(without(r#"{"id":1,"password":"x"}"#, &["password".into()]), r#"{"id":1}"#);
    }

    proptest::proptest! {
        /// Whatever the text, slicing ends and never panics.
        #[test]
        fn any_text_is_sliced(text in "[\\[\\]{}\",:a1 \\\\\u{e9}]{0,60}") {
            let _ = members(&text);
            let _ = elements(&text);
        }
    }
}
