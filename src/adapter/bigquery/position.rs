//! Where in the SQL an error is: BigQuery says it at the end of the message, `at [3:7]`
//! (<https://cloud.google.com/bigquery/docs/troubleshoot-queries>).

/// 1-based line and column of the last `at [line:column]`: what stands before may be a piece of the
/// user's own text.
pub(super) fn position(message: &str) -> Option<(u32, u32)> {
    let mut found = None;
    for (at, lead) in message.match_indices("at [") {
        let rest = &message[at + lead.len()..];
        let Some((inside, _)) = rest.split_once(']') else { continue };
        let Some((line, column)) = inside.split_once(':') else { continue };
        if let (Ok(line), Ok(column)) = (line.parse(), column.parse()) {
            found = Some((line, column));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_place_counts() {
        assert_eq!(position("Unrecognized name: idd at [3:7]"), Some((3, 7)));
        assert_eq!(position("Syntax error: Unexpected \"[1:2]\" at [10:1]"), Some((10, 1)));
        let quoted = "Query error: cannot parse 'at [2:1]' at [12:3]";
        assert_eq!(position(quoted), Some((12, 3)));
    }

    #[test]
    fn anything_else_is_no_place() {
        for message in ["", "at [", "at [x:1]", "at [1]", "look at [1:", "Not found: Table a.b"] {
            assert_eq!(position(message), None, "{message}");
        }
    }
}
