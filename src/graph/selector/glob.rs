//! Wildcards as Python's `fnmatch` has them, which is what dbt's selectors use.

/// Whether `text` matches `pattern`: `*` is anything (dots and slashes too), `?` one character,
/// `[abc]`, `[a-z]` and `[!abc]` one of a set. A bracket that is never closed stands for itself.
pub fn glob_matches(pattern: &str, text: &str) -> bool {
    if !pattern.contains(['*', '?', '[']) {
        return pattern == text;
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    // Where to go on after the last star when what follows it does not match.
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        let matched = match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, t));
                p += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => match set_matches(&pattern[p..], text[t]) {
                Some((true, length)) => Some(length),
                Some((false, _)) => None,
                None => (text[t] == '[').then_some(1),
            },
            Some(literal) => (*literal == text[t]).then_some(1),
            None => None,
        };
        match (matched, retry) {
            (Some(length), _) => {
                p += length;
                t += 1;
            }
            (None, Some((after_star, from))) => {
                retry = Some((after_star, from + 1));
                p = after_star;
                t = from + 1;
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|rest| *rest == '*')
}

/// Whether a character is in the set that `pattern` opens with, and the set's length; nothing
/// where the bracket is never closed.
fn set_matches(pattern: &[char], character: char) -> Option<(bool, usize)> {
    let negated = pattern.get(1) == Some(&'!');
    let first = if negated { 2 } else { 1 };
    // A bracket right at the start belongs to the set.
    let close = (first + 1..pattern.len()).find(|at| pattern[*at] == ']')?;
    let mut at = first;
    let mut found = false;
    while at < close {
        if at + 2 < close && pattern[at + 1] == '-' {
            found |= (pattern[at]..=pattern[at + 2]).contains(&character);
            at += 3;
        } else {
            found |= pattern[at] == character;
            at += 1;
        }
    }
    Some((found != negated, close + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_pythons() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("stg_*", "stg_orders", true),
            ("stg_*", "fct_orders", false),
            ("*orders", "stg_orders", true),
            ("a*b*c", "a.x.b.y.c", true),
            ("a*b*c", "a.x.b.y.d", false),
            ("order?", "orders", true),
            ("order?", "order", false),
            ("[fd]*_x", "fct_x", true),
            ("[!fd]*_x", "fct_x", false),
            ("[a-c]1", "b1", true),
            ("[]]", "]", true),
            ("[open", "[open", true),
            ("exact", "exact", true),
            ("exact", "exactly", false),
        ] {
            assert_eq!(glob_matches(pattern, text), expected, "{pattern} on {text}");
        }
    }
}
