//! Ten ways in which messages are broken.

use super::Random;

/// The ways, as they are named in tests and figures.
pub const KINDS: [&str; 10] = [
    "cut off",
    "trailing text",
    "not an object",
    "empty",
    "no UTF-8",
    "nested too deep",
    "a number beyond all bounds",
    "a lone surrogate",
    "without its key",
    "a control character",
];

/// A broken message made of a good one.
pub fn broken(kind: usize, good: &str, random: &mut Random) -> Vec<u8> {
    let text = match kind % KINDS.len() {
        0 => {
            let at = (good.len() / 2..good.len()).find(|at| good.is_char_boundary(*at));
            good[..at.unwrap_or(0)].to_owned()
        }
        1 => format!("{good} and more"),
        2 => random.one_of(&["42", "\"text\"", "null", "true", "[1,2]"]).to_string(),
        3 => random.one_of(&["", " ", "\n\n"]).to_string(),
        4 => {
            let mut bytes = good.as_bytes().to_vec();
            bytes.splice(1..1, b"\"x\":\"\xff\xfe\",".iter().copied());
            return bytes;
        }
        5 => format!("{{\"deep\":{}{}}}", "[".repeat(200), "]".repeat(200)),
        6 => good.replacen('{', "{\"huge\":1e999,", 1),
        7 => good.replacen('{', "{\"lone\":\"\\ud800\",", 1),
        8 => format!("{{\"unknown_{}\":{}}}", random.hex(6), random.between(0, 999)),
        _ => good.replacen('{', "{\"tab\":\"a\tb\",", 1),
    };
    text.into_bytes()
}
