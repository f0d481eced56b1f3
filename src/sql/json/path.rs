//! JSON paths
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#JSONPath_format>).

/// Between the steps of a path as the engine's functions take it.
const SEPARATOR: char = '\u{1f}';

/// The steps of a path, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps(Vec<Step>);

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The name of a member, or the number of an element.
    pub name: String,
    /// Whether it was written in brackets without quotes.
    pub is_index: bool,
}

impl Step {
    /// The element that it means.
    pub fn index(&self) -> Option<usize> {
        self.name.parse().ok()
    }
}

/// How a path meets arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As they are.
    Strict,
    /// A member of an array is that of its elements.
    Lax,
    /// And of the elements of arrays in it.
    Recursive,
}

impl Steps {
    /// The path as the engine's functions take it.
    pub fn encoded(&self) -> String {
        let steps = self.0.iter().map(|step| {
            let mark = if step.is_index { '#' } else { '.' };
            format!("{mark}{}", step.name)
        });
        steps.collect::<Vec<_>>().join(&SEPARATOR.to_string())
    }

    /// A path that [`Steps::encoded`] has written.
    #[must_use]
    pub fn decoded(text: &str) -> Self {
        let steps = text.split(SEPARATOR).filter(|step| !step.is_empty());
        Self(
            steps
                .map(|step| Step { is_index: step.starts_with('#'), name: step[1..].to_owned() })
                .collect(),
        )
    }

    /// The steps in order.
    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether it means the whole document.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads a path of JSON_QUERY and its like, with its mode.
pub(super) fn with_mode(path: &str) -> Result<(Mode, Steps), String> {
    let mut mode = Mode::Strict;
    let mut rest = path;
    if !rest.starts_with('$') {
        let (words, _) = rest.split_once('$').ok_or_else(|| no_root(path))?;
        let words: Vec<String> = words.split_whitespace().map(str::to_ascii_lowercase).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        mode = match words.as_slice() {
            ["lax"] => Mode::Lax,
            ["lax", "recursive"] | ["recursive", "lax"] => Mode::Recursive,
            _ => return Err(no_root(path)),
        };
        rest = &rest[rest.find('$').unwrap_or_default()..];
    }
    Ok((mode, standard(rest)?))
}

/// Reads a path of JSON_QUERY and its like: `$.name`, `$."a name"`, `$[0]`.
pub(super) fn standard(path: &str) -> Result<Steps, String> {
    read(path, false)
}

/// Reads a path of JSON_EXTRACT and its like, where names with signs stand in brackets:
/// `$['a name']`.
pub(super) fn legacy(path: &str) -> Result<Steps, String> {
    read(path, true)
}

fn read(path: &str, legacy: bool) -> Result<Steps, String> {
    let unreadable = || {
        let form = if legacy { "`$['name']`" } else { "`$.\"a name\"`" };
        format!("`{path}` is no JSON path: expected `$.name`, {form} or `$[0]`")
    };
    let mut rest = path.strip_prefix('$').ok_or_else(|| no_root(path))?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(member) = rest.strip_prefix('.') {
            let (name, after) = if member.starts_with('"') && !legacy {
                quoted(member).ok_or_else(unreadable)?
            } else {
                let length = member.find(['.', '[']).unwrap_or(member.len());
                let name = &member[..length];
                if name.is_empty() || name.contains(['"', '*']) {
                    return Err(unreadable());
                }
                (name.to_owned(), &member[length..])
            };
            steps.push(Step { name, is_index: false });
            rest = after;
            continue;
        }
        let inner = rest.strip_prefix('[').ok_or_else(unreadable)?.trim_start();
        let (name, is_index, after) = if legacy && inner.starts_with(['\'', '"']) {
            let (name, after) = quoted(inner).ok_or_else(unreadable)?;
            (name, false, after)
        } else {
            let length = inner.find([']', '[']).ok_or_else(unreadable)?;
            let name = inner[..length].trim_end();
            let is_index = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
            // A negative index is allowed, and means nothing.
            let is_negative = name.strip_prefix('-').is_some_and(|digits| {
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
            });
            let is_name = legacy && !name.is_empty() && !name.contains(['"', '\'', '*', '.']);
            if !is_index && !is_negative && !is_name {
                return Err(unreadable());
            }
            (name.to_owned(), is_index || is_negative, &inner[length..])
        };
        rest = after.trim_start().strip_prefix(']').ok_or_else(unreadable)?;
        steps.push(Step { name, is_index });
    }
    if steps.iter().any(|step| step.name.contains(SEPARATOR)) {
        return Err("a control character in a JSON path is not supported".to_owned());
    }
    Ok(Steps(steps))
}

/// A name in quotes, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next()?;
    let mut name = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => name.extend(characters.next().map(|(_, c)| c)),
            c if c == quote => return Some((name, &text[at + 1..])),
            c => name.push(c),
        }
    }
    None
}

fn no_root(path: &str) -> String {
    format!("a JSON path begins with `$`, not `{path}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(read: Result<Steps, String>) -> Option<Vec<String>> {
        let steps = read.ok()?;
        assert_eq!(Steps::decoded(&steps.encoded()), steps);
        Some(steps.0.into_iter().map(|step| step.name).collect())
    }

    #[test]
    fn every_form_of_a_name() {
        let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(shown(standard("$")), names(&[]));
        assert_eq!(shown(standard("$.a.b[0].c")), names(&["a", "b", "0", "c"]));
        assert_eq!(shown(standard("$.\"a.\\\"b\"[ 2 ].\"\"")), names(&["a.\"b", "2", ""]));
        assert_eq!(shown(standard("$.a-b")), names(&["a-b"]));
        assert_eq!(shown(legacy("$['a.b'][c][1]")), names(&["a.b", "c", "1"]));
        for wrong in ["a", "", "$.", "$.a.", "$[", "$[x]", "$x", "$['a']", "$.*", "$.\"a"] {
            assert_eq!(shown(standard(wrong)), None, "{wrong}");
        }
        assert_eq!(shown(legacy("$.\"a\"")), None);
    }

    #[test]
    fn modes_stand_before_the_root() {
        assert_eq!(with_mode("lax $.a").map(|(mode, _)| mode), Ok(Mode::Lax));
        assert_eq!(with_mode("RECURSIVE lax  $.a").map(|(mode, _)| mode), Ok(Mode::Recursive));
        assert_eq!(with_mode("$.a").map(|(mode, _)| mode), Ok(Mode::Strict));
        assert!(with_mode("recursive $.a").is_err());
        assert!(with_mode("a $").is_err());
    }
}
