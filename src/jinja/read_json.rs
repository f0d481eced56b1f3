//! JSON as Python's `json.loads` reads it: whole numbers of any length, `NaN` and `Infinity`.

use minijinja::Value;

use super::{dict::Dict, list::List, python_json::MAX_DEPTH};

/// The value of a JSON text; none where it is no JSON.
pub fn read_json(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text, depth: 0 };
    let value = reader.value()?;
    reader.blanks();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn taken(&mut self, text: &str) -> bool {
        self.blanks();
        self.rest.strip_prefix(text).is_some_and(|rest| {
            self.rest = rest;
            true
        })
    }

    fn value(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        self.blanks();
        let value = match self.rest.chars().next()? {
            '{' => self.object()?,
            '[' => self.array()?,
            '"' => Value::from(self.text()?),
            _ => self.word()?,
        };
        self.depth -= 1;
        Some(value)
    }

    fn object(&mut self) -> Option<Value> {
        let mut entries = Vec::new();
        self.taken("{");
        if self.taken("}") {
            return Some(Dict::value(entries));
        }
        loop {
            self.blanks();
            let key = self.text()?;
            if !self.taken(":") {
                return None;
            }
            entries.push((Value::from(key), self.value()?));
            if self.taken("}") {
                return Some(Dict::value(entries));
            }
            if !self.taken(",") {
                return None;
            }
        }
    }

    fn array(&mut self) -> Option<Value> {
        let mut items = Vec::new();
        self.taken("[");
        if self.taken("]") {
            return Some(List::value(items));
        }
        loop {
            items.push(self.value()?);
            if self.taken("]") {
                return Some(List::value(items));
            }
            if !self.taken(",") {
                return None;
            }
        }
    }

    /// A text in quotes, read as JSON in general has it.
    fn text(&mut self) -> Option<String> {
        let inside = self.rest.strip_prefix('"')?;
        let mut escaped = false;
        let end = inside.find(|c| {
            let is_end = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            is_end
        })?;
        let (text, rest) = self.rest.split_at(end + 2);
        self.rest = rest;
        serde_json::from_str(text).ok()
    }

    fn word(&mut self) -> Option<Value> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (word, rest): (&'t str, &'t str) = self.rest.split_at(end);
        self.rest = rest;
        Some(match word {
            "null" => Value::from(()),
            "true" => Value::from(true),
            "false" => Value::from(false),
            "NaN" => Value::from(f64::NAN),
            "Infinity" => Value::from(f64::INFINITY),
            "-Infinity" => Value::from(f64::NEG_INFINITY),
            number => {
                let digits = number.strip_prefix('-').unwrap_or(number);
                let leading_zero = digits.len() > 1
                    && digits.starts_with('0')
                    && digits[1..].starts_with(|c: char| c.is_ascii_digit());
                let starts_right = digits.starts_with(|c: char| c.is_ascii_digit());
                if leading_zero || !starts_right || digits.ends_with('.') {
                    return None;
                }
                match (number.parse::<i64>(), number.parse::<i128>()) {
                    (Ok(whole), _) => Value::from(whole),
                    (_, Ok(whole)) => Value::from(whole),
                    _ => Value::from(number.parse::<f64>().ok()?),
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::read_json;

    #[test]
    fn what_is_no_json_is_nothing() {
        for text in ["", "{", "[1,]", "{\"a\"}", "01", "1.", "+1", "'a'", "[1] 2", "\"a", "tru"] {
            assert_eq!(read_json(text).map(|value| value.to_string()), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,30}|[\\[\\]{}\",:0-9ntue\\\\.-]{0,40}") {
            let _ = read_json(&text);
        }
    }
}
