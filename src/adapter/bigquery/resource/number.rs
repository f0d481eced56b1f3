//! 64-bit numbers: the API writes them as text, since JSON's numbers are not exact everywhere; some
//! servers that speak the API write them as numbers.

use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(i64),
    Float(f64),
    Text(String),
}

/// Reads a number however it is written; nothing where it is none.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(match Option::<Written>::deserialize(deserializer)? {
        None => None,
        Some(Written::Number(number)) => Some(number),
        // Counts of servers that know no integers; beyond 2^53 they are not exact there either.
        Some(Written::Float(number)) => Some(number as i64),
        Some(Written::Text(text)) => text.trim().parse().ok(),
    })
}

#[cfg(test)]
mod tests {
    #[derive(serde::Deserialize)]
    struct Row {
        #[serde(default, deserialize_with = "super::read")]
        n: Option<i64>,
    }

    #[test]
    fn text_and_numbers_are_numbers() {
        let read = |json: &str| serde_json::from_str::<Row>(json).map(|row| row.n).ok();
        assert_eq!(read(r#"{"n":"9007199254740993"}"#), Some(Some(9_007_199_254_740_993)));
        assert_eq!(read(r#"{"n":12}"#), Some(Some(12)));
        assert_eq!(read(r#"{"n":null}"#), Some(None));
        assert_eq!(read("{}"), Some(None));
        assert_eq!(read(r#"{"n":"many"}"#), Some(None));
    }
}
