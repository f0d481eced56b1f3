//! What `sub` puts in the place of a match: `\1`, `\g<1>`, `\g<name>`, `\n`.

use minijinja::Error;

use super::invalid;

/// A part of a replacement.
#[derive(Debug)]
enum Part {
    Text(String),
    Group(usize),
}

/// A replacement that was read.
#[derive(Debug)]
pub struct Replacement(Vec<Part>);

impl Replacement {
    /// Reads a replacement; `names` are those of the groups.
    ///
    /// # Errors
    /// Groups that the pattern has not, and escapes that are none.
    pub fn read(text: &str, names: &[Option<String>]) -> Result<Self, Error> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        let group = |number: usize| match number < names.len() {
            true => Ok(number),
            false => Err(invalid(format!("`{text}` names group {number}, which is not there"))),
        };
        while let Some(at) = rest.find('\\') {
            literal.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let mut characters = rest.chars();
            let Some(c) = characters.next() else {
                return Err(invalid(format!("`{text}` ends in a backslash")));
            };
            let mut found = None;
            let after = characters.as_str();
            rest = match c {
                'g' => {
                    let named = after.strip_prefix('<').and_then(|named| named.split_once('>'));
                    let Some((name, after)) = named else {
                        return Err(invalid(format!("`{text}`: write a group like `\\g<name>`")));
                    };
                    let by_name = || names.iter().position(|known| known.as_deref() == Some(name));
                    let number = name.parse().ok().or_else(by_name).ok_or_else(|| {
                        invalid(format!("`{text}` names group `{name}`, which is not there"))
                    })?;
                    found = Some(group(number)?);
                    after
                }
                '0' => {
                    let digits: String =
                        after.chars().take(2).take_while(|c| ('0'..='7').contains(c)).collect();
                    let code = u32::from_str_radix(&digits, 8).unwrap_or(0);
                    literal.extend(char::from_u32(code));
                    &after[digits.len()..]
                }
                '1'..='9' => {
                    let length = 1 + usize::from(after.starts_with(|c: char| c.is_ascii_digit()));
                    found = Some(group(rest[..length].parse().unwrap_or(0))?);
                    &rest[length..]
                }
                'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' => {
                    literal.push(match c {
                        'a' => '\u{7}',
                        'b' => '\u{8}',
                        'f' => '\u{c}',
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        _ => '\u{b}',
                    });
                    after
                }
                '\\' => {
                    literal.push('\\');
                    after
                }
                c if c.is_ascii_alphabetic() => {
                    return Err(invalid(format!("`{text}`: there is no escape `\\{c}`")));
                }
                c => {
                    literal.extend(['\\', c]);
                    after
                }
            };
            if let Some(number) = found {
                parts.push(Part::Text(std::mem::take(&mut literal)));
                parts.push(Part::Group(number));
            }
        }
        literal.push_str(rest);
        parts.push(Part::Text(literal));
        Ok(Self(parts))
    }

    /// The replacement with the texts of the groups.
    pub fn expand<'t>(&self, group: impl Fn(usize) -> Option<&'t str>) -> String {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Group(number) => out.push_str(group(*number).unwrap_or_default()),
            }
        }
        out
    }
}
