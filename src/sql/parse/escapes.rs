//! Escape sequences of string and bytes literals
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#escape_sequences>).

/// The text that a string literal's body means.
///
/// # Errors
/// What is no escape.
pub fn decode_text(body: &str) -> Result<String, String> {
    let mut out = String::with_capacity(body.len());
    decode(body, |part| match part {
        Part::Char(c) => {
            out.push(c);
            Ok(())
        }
        // `\x41` and `\101` are code points in a string.
        Part::Number(number) => {
            out.push(char::from(number));
            Ok(())
        }
        Part::CodePoint(number, written) => match char::from_u32(number) {
            Some(c) => {
                out.push(c);
                Ok(())
            }
            None => Err(format!("`\\{written}` is not a Unicode character")),
        },
    })?;
    Ok(out)
}

/// The bytes that a bytes literal's body means.
///
/// # Errors
/// What is no escape, or none of a bytes literal.
pub fn decode_bytes(body: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(body.len());
    decode(body, |part| match part {
        Part::Char(c) => {
            out.extend(c.encode_utf8(&mut [0; 4]).bytes());
            Ok(())
        }
        Part::Number(number) => {
            out.push(number);
            Ok(())
        }
        Part::CodePoint(_, written) => {
            Err(format!("`\\{written}` is an escape of strings, not of bytes"))
        }
    })?;
    Ok(out)
}

enum Part<'b> {
    Char(char),
    Number(u8),
    CodePoint(u32, &'b str),
}

fn decode<'b>(
    body: &'b str,
    mut take: impl FnMut(Part<'b>) -> Result<(), String>,
) -> Result<(), String> {
    let mut rest = body;
    while let Some(first) = rest.chars().next() {
        if first != '\\' {
            take(Part::Char(first))?;
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let after = &rest[1..];
        let Some(kind) = after.chars().next() else {
            return Err("a literal ends in a single backslash".to_owned());
        };
        let plain = match kind {
            'a' => Some('\u{7}'),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\u{b}'),
            '\\' | '?' | '"' | '\'' | '`' | '\n' => Some(kind),
            _ => None,
        };
        if let Some(c) = plain {
            take(Part::Char(c))?;
            rest = &after[kind.len_utf8()..];
            continue;
        }
        let (skip, length, radix) = match kind {
            '0'..='3' => (0, 3, 8),
            'x' | 'X' => (1, 2, 16),
            'u' => (1, 4, 16),
            'U' => (1, 8, 16),
            other => return Err(format!("`\\{other}` is not an escape of GoogleSQL")),
        };
        let written = after.get(..skip + length).unwrap_or(after);
        let digits = written.get(skip..).unwrap_or_default();
        let number = match u32::from_str_radix(digits, radix) {
            Ok(number) if digits.len() == length && !digits.starts_with(['+', '-']) => number,
            _ => {
                return Err(format!("`\\{kind}` needs {length} digits, found `\\{written}`"));
            }
        };
        match kind {
            'u' | 'U' => take(Part::CodePoint(number, written))?,
            _ => take(Part::Number(number as u8))?,
        }
        rest = &after[skip + length..];
    }
    Ok(())
}
