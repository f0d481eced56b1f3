//! Functions of texts and bytes
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions>).

use sha2::Digest;

use super::kernel::{Bytes, BytesList, Int, Ints, Text, Truth, functions};

functions! {
    /// What is no UTF-8 becomes U+FFFD, byte by byte.
    "googlesql_lossy_text" LossyText(bytes: Bytes) -> Text {
        let mut out = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            out.push_str(chunk.valid());
            out.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
        }
        Ok(Some(out))
    }
    /// A letter at the start or after a delimiter is a capital, others are small.
    "googlesql_initcap" InitCap(text: Text, delimiters: Text) -> Text {
        Ok(Some(initcap(text, delimiters)))
    }
    "googlesql_upper" Upper(text: Text) -> Text { Ok(Some(text.to_uppercase())) }
    "googlesql_lower" Lower(text: Text) -> Text { Ok(Some(text.to_lowercase())) }
    "googlesql_upper_bytes" UpperBytes(bytes: Bytes) -> Bytes { Ok(Some(bytes.to_ascii_uppercase())) }
    "googlesql_lower_bytes" LowerBytes(bytes: Bytes) -> Bytes { Ok(Some(bytes.to_ascii_lowercase())) }
    "googlesql_reverse_bytes" ReverseBytes(bytes: Bytes) -> Bytes {
        Ok(Some(bytes.iter().rev().copied().collect()))
    }
    "googlesql_replace_bytes" ReplaceBytes(bytes: Bytes, from: Bytes, to: Bytes) -> Bytes {
        Ok(Some(if from.is_empty() { bytes.to_vec() } else { split(bytes, from).join(to) }))
    }
    "googlesql_like_bytes" LikeBytes(bytes: Bytes, pattern: Bytes) -> Truth {
        like(bytes, pattern).map(Some)
    }
    "googlesql_not_bytes" NotBytes(bytes: Bytes) -> Bytes {
        Ok(Some(bytes.iter().map(|byte| !byte).collect()))
    }
    "googlesql_bit_count" BitCount(bytes: Bytes) -> Int {
        Ok(Some(bytes.iter().map(|byte| i64::from(byte.count_ones())).sum()))
    }
    "googlesql_starts_with_bytes" StartsWithBytes(bytes: Bytes, start: Bytes) -> Truth {
        Ok(Some(bytes.starts_with(start)))
    }
    "googlesql_ends_with_bytes" EndsWithBytes(bytes: Bytes, end: Bytes) -> Truth {
        Ok(Some(bytes.ends_with(end)))
    }
    "googlesql_strpos_bytes" StrposBytes(bytes: Bytes, part: Bytes) -> Int {
        Ok(Some(find(bytes, part).map_or(0, |at| at as i64 + 1)))
    }
    "googlesql_split_bytes" SplitBytes(bytes: Bytes, separator: Bytes) -> BytesList {
        if separator.is_empty() && !bytes.is_empty() {
            return Ok(Some(bytes.iter().map(|byte| vec![*byte]).collect()));
        }
        Ok(Some(split(bytes, separator).into_iter().map(<[u8]>::to_vec).collect()))
    }
    "googlesql_trim_bytes" TrimBytes(bytes: Bytes, set: Bytes, sides: Text) -> Bytes {
        let mut rest = bytes;
        while let [first, after @ ..] = rest
            && sides != "R"
            && set.contains(first)
        {
            rest = after;
        }
        while let [before @ .., last] = rest
            && sides != "L"
            && set.contains(last)
        {
            rest = before;
        }
        Ok(Some(rest.to_vec()))
    }
    "googlesql_repeat" Repeat(text: Text, times: Int) -> Text {
        Ok(Some(text.repeat(count("REPEAT", times, text.len())?)))
    }
    "googlesql_repeat_bytes" RepeatBytes(bytes: Bytes, times: Int) -> Bytes {
        Ok(Some(bytes.repeat(count("REPEAT", times, bytes.len())?)))
    }
    /// LPAD (`L`) and RPAD (`R`).
    "googlesql_pad" Pad(text: Text, length: Int, fill: Text, side: Text) -> Text {
        let length = count("LPAD and RPAD", length, 4)?;
        if fill.is_empty() {
            return Err("the fill of LPAD and RPAD cannot be empty".to_owned());
        }
        let size = text.chars().count();
        if length <= size {
            return Ok(Some(text.chars().take(length).collect()));
        }
        let fill: String = fill.chars().cycle().take(length - size).collect();
        Ok(Some(if side == "L" { fill + text } else { text.to_owned() + &fill }))
    }
    "googlesql_pad_bytes" PadBytes(bytes: Bytes, length: Int, fill: Bytes, side: Text) -> Bytes {
        let length = count("LPAD and RPAD", length, 1)?;
        if fill.is_empty() {
            return Err("the fill of LPAD and RPAD cannot be empty".to_owned());
        }
        if length <= bytes.len() {
            return Ok(Some(bytes[..length].to_vec()));
        }
        let fill: Vec<u8> = fill.iter().copied().cycle().take(length - bytes.len()).collect();
        Ok(Some(if side == "L" { [&fill, bytes].concat() } else { [bytes, &fill].concat() }))
    }
    /// `SUBSTR(bytes, position, length)`; a position counts from the end where it is negative.
    "googlesql_byte_substr" ByteSubstr(bytes: Bytes, position: Int, length: Int) -> Bytes {
        Ok(Some(byte_substr(bytes, position, length).to_vec()))
    }
    "googlesql_ascii" Ascii(text: Text) -> Int {
        match text.chars().next() {
            Some(first) if !first.is_ascii() => Err(format!("ASCII takes ASCII text only: {text:?}")),
            first => Ok(Some(first.map_or(0, |first| i64::from(u32::from(first))))),
        }
    }
    /// Each byte as the character of the same number, and back.
    "googlesql_latin_text" LatinText(bytes: Bytes) -> Text {
        Ok(Some(bytes.iter().map(|byte| char::from(*byte)).collect()))
    }
    "googlesql_latin_bytes" LatinBytes(text: Text) -> Bytes {
        let byte = |c: char| u8::try_from(u32::from(c)).map_err(|_| format!("{c:?} is no byte"));
        text.chars().map(byte).collect::<Result<_, _>>().map(Some)
    }
    /// A letter and three digits for how a word sounds; empty without a letter.
    "googlesql_soundex" Soundex(text: Text) -> Text { Ok(Some(soundex(text))) }
    /// What PARSE_NUMERIC reads, as CAST takes it.
    "googlesql_number_text" NumberText(text: Text) -> Text {
        number_text(text).map(Some).ok_or_else(|| format!("{text:?} is no number"))
    }
    /// The host of a URL; NULL where it has none.
    "googlesql_host" Host(url: Text) -> Text { Ok(host(url).map(str::to_owned)) }
    "googlesql_unicode" Unicode(text: Text) -> Int {
        Ok(Some(text.chars().next().map_or(0, |first| i64::from(u32::from(first)))))
    }
    "googlesql_code_points" CodePoints(text: Text) -> Ints {
        Ok(Some(text.chars().map(|c| i64::from(u32::from(c))).collect()))
    }
    "googlesql_code_points_bytes" CodePointsOfBytes(bytes: Bytes) -> Ints {
        Ok(Some(bytes.iter().map(|byte| i64::from(*byte)).collect()))
    }
    /// `INSTR(text, part, position, occurrence)`.
    "googlesql_instr" Instr(text: Text, part: Text, position: Int, occurrence: Int) -> Int {
        if position == 0 || occurrence < 1 {
            return Err("INSTR counts positions and occurrences from 1".to_owned());
        }
        // An empty text is found at each place, also behind the last character.
        let end = part.is_empty().then_some(text.len());
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain(end).collect();
        let from = usize::try_from(position.unsigned_abs()).unwrap_or(usize::MAX);
        let is_here = |at: &usize| text[starts[*at]..].starts_with(part);
        let skipped = usize::try_from(occurrence - 1).unwrap_or(usize::MAX);
        let found = if position > 0 {
            (from - 1..starts.len()).filter(is_here).nth(skipped)
        } else {
            (0..(starts.len() + 1).saturating_sub(from)).rev().filter(is_here).nth(skipped)
        };
        Ok(Some(found.map_or(0, |at| at as i64 + 1)))
    }
    /// `TRANSLATE(text, from, to)`.
    "googlesql_translate" Translate(text: Text, from: Text, to: Text) -> Text {
        let from: Vec<char> = from.chars().collect();
        if (1..from.len()).any(|at| from[..at].contains(&from[at])) {
            return Err("TRANSLATE takes each character to replace once".to_owned());
        }
        let to: Vec<char> = to.chars().collect();
        let one = |c: char| match from.iter().position(|known| *known == c) {
            Some(at) => to.get(at).copied(),
            None => Some(c),
        };
        Ok(Some(text.chars().filter_map(one).collect()))
    }
    /// The Levenshtein distance.
    "googlesql_edit_distance" EditDistance(one: Text, other: Text) -> Int {
        Ok(Some(strsim::levenshtein(one, other) as i64))
    }
    "googlesql_sha512" Sha512(bytes: Bytes) -> Bytes {
        Ok(Some(sha2::Sha512::digest(bytes).to_vec()))
    }
}

/// The longest text that is made here, in bytes: BigQuery's own limit for a row is 100 MB.
const LONGEST: usize = 100 << 20;

fn count(function: &str, number: i64, size: usize) -> Result<usize, String> {
    let count = usize::try_from(number)
        .map_err(|_| format!("{function} does not take a negative length: {number}"))?;
    if count.saturating_mul(size) > LONGEST {
        return Err(format!("the result of {function} is longer than {LONGEST} bytes"));
    }
    Ok(count)
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    bytes.windows(part.len()).position(|window| window == part)
}

fn split<'b>(bytes: &'b [u8], separator: &[u8]) -> Vec<&'b [u8]> {
    if separator.is_empty() {
        return vec![bytes];
    }
    let mut parts = Vec::new();
    let mut rest = bytes;
    while let Some(at) = find(rest, separator) {
        parts.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    parts.push(rest);
    parts
}

/// Blanks may stand around the sign and the number, commas among its digits, the sign behind it.
fn number_text(text: &str) -> Option<String> {
    let mut rest = text.trim();
    let mut sign = "";
    if let Some(after) = rest.strip_prefix(['+', '-']) {
        sign = if rest.starts_with('-') { "-" } else { "" };
        rest = after.trim_start();
    } else if let Some(before) = rest.strip_suffix(['+', '-']) {
        sign = if rest.ends_with('-') { "-" } else { "" };
        rest = before.trim_end();
    }
    let (number, exponent) = match rest.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (rest, None),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole = whole.replace(',', "");
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !is_digits(&whole) || !is_digits(fraction) {
        return None;
    }
    let exponent = match exponent {
        Some(exponent) => format!("e{}", exponent.parse::<i32>().ok()?),
        None => String::new(),
    };
    let whole = if whole.is_empty() { "0" } else { whole.as_str() };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}{exponent}"))
}

/// (<https://cloud.google.com/bigquery/docs/reference/standard-sql/net_functions#nethost>)
fn host(url: &str) -> Option<&str> {
    let url = url.trim_matches(|c: char| c.is_ascii_whitespace() || c.is_ascii_control());
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    let after = match url.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) && rest.starts_with("//") => rest,
        // `mailto:` and its like have no host.
        Some((scheme, rest))
            if is_scheme(scheme)
                && !scheme.contains('.')
                && !rest.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            return None;
        }
        _ => url,
    };
    let after = after.strip_prefix("//").unwrap_or(after);
    let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match authority.find(']') {
        Some(end) if authority.starts_with('[') => &authority[..=end],
        _ => authority.split(':').next().unwrap_or_default(),
    };
    (!host.is_empty()).then_some(host)
}

fn soundex(text: &str) -> String {
    let digit = |letter: char| match letter {
        'B' | 'F' | 'P' | 'V' => Some('1'),
        'C' | 'G' | 'J' | 'K' | 'Q' | 'S' | 'X' | 'Z' => Some('2'),
        'D' | 'T' => Some('3'),
        'L' => Some('4'),
        'M' | 'N' => Some('5'),
        'R' => Some('6'),
        _ => None,
    };
    let letters: Vec<char> =
        text.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase()).collect();
    let Some((first, rest)) = letters.split_first() else { return String::new() };
    // The first letter stays as it is written.
    let mut out: String = text.chars().find(char::is_ascii_alphabetic).into_iter().collect();
    let mut last = digit(*first);
    for letter in rest {
        let number = digit(*letter);
        if let Some(number) = number.filter(|number| last != Some(*number)) {
            out.push(number);
        }
        // H and W part no two letters of one sound.
        if !matches!(letter, 'H' | 'W') {
            last = number;
        }
        if out.len() == 4 {
            break;
        }
    }
    format!("{out:0<4}")
}

fn initcap(text: &str, delimiters: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut starts = true;
    for c in text.chars() {
        if delimiters.contains(c) {
            out.push(c);
            starts = true;
        } else if starts {
            out.extend(c.to_uppercase());
            starts = false;
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out
}

fn byte_substr(bytes: &[u8], position: i64, length: i64) -> &[u8] {
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let start = if position > 0 { position - 1 } else { (size + position).max(0) };
    let start = usize::try_from(start.min(size)).unwrap_or(0);
    let length = usize::try_from(length).unwrap_or(0);
    &bytes[start..start.saturating_add(length).min(bytes.len())]
}

/// LIKE of bytes: `%` is any bytes, `_` is one, a backslash takes the next byte as it is.
fn like(bytes: &[u8], pattern: &[u8]) -> Result<bool, String> {
    enum Part {
        Byte(u8),
        One,
        Any,
    }
    let mut parts = Vec::with_capacity(pattern.len());
    let mut rest = pattern.iter();
    while let Some(byte) = rest.next() {
        parts.push(match byte {
            b'\\' => Part::Byte(*rest.next().ok_or("a LIKE pattern ends with a backslash")?),
            b'%' => Part::Any,
            b'_' => Part::One,
            other => Part::Byte(*other),
        });
    }
    // Where the last `%` stood, and how far it reached.
    let (mut at, mut part, mut last) = (0, 0, None);
    while at < bytes.len() {
        match parts.get(part) {
            Some(Part::Any) => {
                last = Some((part, at));
                part += 1;
                continue;
            }
            Some(Part::One) => (at, part) = (at + 1, part + 1),
            Some(Part::Byte(byte)) if *byte == bytes[at] => (at, part) = (at + 1, part + 1),
            _ => match last {
                Some((any, reached)) => {
                    last = Some((any, reached + 1));
                    (at, part) = (reached + 1, any + 1);
                }
                None => return Ok(false),
            },
        }
    }
    Ok(parts[part..].iter().all(|part| matches!(part, Part::Any)))
}

#[cfg(test)]
mod tests {
    use super::initcap;

    #[test]
    fn capitals_follow_delimiters() {
        assert_eq!(initcap("rue DE la-monnaie", " -"), "Rue De La-Monnaie");
        assert_eq!(initcap("a b", ""), "A b");
    }
}
