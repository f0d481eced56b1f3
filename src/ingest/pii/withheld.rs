//! The text of what could not be landed.

use super::Redaction;

/// Bytes of a dead letter's text at most: BigQuery's rows have a limit, and a broken payload may be
/// anything.
const MAX_RAW_BYTES: usize = 1024 * 1024;

impl Redaction {
    /// The text of something that could not be landed, without what the feed does not keep. Where the
    /// feed has rules and the text is no JSON, nobody knows which part of it is what: nothing of it is
    /// kept but its size and hash, by which it is found where it came from.
    pub fn raw(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes);
        let withheld = || {
            let hash = &blake3::hash(bytes).to_hex()[..32];
            format!("[withheld: {} bytes, blake3 {hash}]", bytes.len())
        };
        let shown = match self.is_empty() {
            true => text.into_owned(),
            false => match self.apply_anywhere(&text) {
                Some(shown) => shown,
                None => return withheld(),
            },
        };
        if shown.len() <= MAX_RAW_BYTES {
            return shown;
        }
        let end = (0..=MAX_RAW_BYTES).rev().find(|end| shown.is_char_boundary(*end)).unwrap_or(0);
        let cut = shown.len() - end;
        format!("{}[cut: {cut} more bytes]", &shown[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::super::{PiiAction, redaction::tests::redaction};
    use crate::ingest::pii::Redaction;

    #[test]
    fn a_text_that_is_no_json_is_withheld_where_fields_are_not_kept() {
        let rules = redaction(&[("password", PiiAction::Drop)]);
        assert_eq!(rules.raw(b"{\"id\":1,\"PASSWORD\":\"x\"}"), "{\"id\":1}");
        for broken in ["{\"password\":\"x", "\"x\"", "x", "{\"pass\\u0077ord\":\"x\",}"] {
            let raw = rules.raw(broken.as_bytes());
            assert!(raw.starts_with("[withheld: ") && !raw.contains('x'), "{raw}");
        }
        assert_eq!(Redaction::default().raw(b"{\"password\":\xff"), "{\"password\":\u{fffd}");
        let long = Redaction::default().raw("é".repeat(600_000).as_bytes());
        assert!(long.ends_with("[cut: 151424 more bytes]"), "{}", &long[long.len() - 40..]);
    }
}
