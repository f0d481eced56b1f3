//! Format strings of dates and times
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#format_elements_date_time>).

/// The format for DuckDB's `strftime` and `strptime`, or the element that has no counterpart.
pub fn duckdb_format(google: &str, parsing: bool) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = google;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let (element, length) = element(rest);
        let translated = match element {
            "F" => "%Y-%m-%d",
            "T" => "%H:%M:%S",
            "R" => "%H:%M",
            "D" | "x" => "%m/%d/%y",
            "e" | "k" | "l" if parsing => match element {
                "e" => "%d",
                "k" => "%H",
                _ => "%I",
            },
            "h" => "%b",
            "n" => "\n",
            "t" => "\t",
            "E4Y" => "%Y",
            "E3S" if !parsing => "%S.%g",
            "E6S" if !parsing => "%S.%f",
            "E*S" if parsing => "%S.%f",
            "Ez" if parsing => "%z",
            "Ez" => "%Ez",
            "Y" | "m" | "d" | "H" | "I" | "M" | "S" | "p" | "y" | "j" | "B" | "b" | "A" | "a"
            | "z" | "Z" | "%" => {
                out.push('%');
                out.push_str(element);
                rest = &rest[length..];
                continue;
            }
            "U" | "W" | "V" | "G" | "u" | "w" if !parsing => {
                out.push('%');
                out.push_str(element);
                rest = &rest[length..];
                continue;
            }
            other => return Err(format!("%{other}")),
        };
        out.push_str(translated);
        rest = &rest[length..];
    }
    out.push_str(rest);
    Ok(out)
}

fn element(rest: &str) -> (&str, usize) {
    for long in ["E4Y", "E*S", "E1S", "E2S", "E3S", "E6S", "E9S", "Ez"] {
        if rest.starts_with(long) {
            return (&rest[..long.len()], long.len());
        }
    }
    let length = rest.chars().next().map_or(0, char::len_utf8);
    (&rest[..length], length)
}

#[cfg(test)]
mod tests {
    use super::duckdb_format;

    #[test]
    fn elements_are_translated_or_named() {
        assert_eq!(duckdb_format("%F %T", false).as_deref(), Ok("%Y-%m-%d %H:%M:%S"));
        assert_eq!(duckdb_format("%Q", false), Err("%Q".to_owned()));
        assert_eq!(duckdb_format("100%%", false).as_deref(), Ok("100%%"));
    }
}
