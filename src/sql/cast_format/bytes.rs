//! Bytes as text, and text as bytes, by a format.

use base64::{
    Engine, alphabet,
    engine::DecodePaddingMode,
    engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig},
};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Characters in a line of `BASE64M`.
const LINE: usize = 76;

/// Bytes by a format.
///
/// # Errors
/// Formats that there are not, and bytes that the format cannot show.
pub fn text_of_bytes(bytes: &[u8], format: &str) -> Result<String, String> {
    match format.to_ascii_uppercase().as_str() {
        "ASCII" if bytes.is_ascii() => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
        "ASCII" => Err("bytes above 127 are no ASCII".to_owned()),
        "UTF-8" | "UTF8" => {
            String::from_utf8(bytes.to_vec()).map_err(|_| "the bytes are no UTF-8".to_owned())
        }
        "HEX" | "BASE16" => Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        "BASE2" => Ok(bytes.iter().map(|byte| format!("{byte:08b}")).collect()),
        "BASE8" => Ok(octal(bytes)),
        "BASE32" => Err(without_base32("TO_BASE32")),
        "BASE64" => Ok(BASE64.encode(bytes)),
        "BASE64M" => {
            let text = BASE64.encode(bytes);
            let lines: Vec<&str> = (0..text.len())
                .step_by(LINE)
                .map(|at| &text[at..(at + LINE).min(text.len())])
                .collect();
            Ok(lines.join("\n"))
        }
        _ => Err(format!("`{format}` is no format of bytes")),
    }
}

/// The bytes of a text by a format.
///
/// # Errors
/// Formats that there are not, and texts that do not follow the format.
pub fn bytes_of_text(text: &str, format: &str) -> Result<Vec<u8>, String> {
    let wrong = || format!("`{text}` does not follow the format `{format}`");
    match format.to_ascii_uppercase().as_str() {
        "ASCII" if text.is_ascii() => Ok(text.as_bytes().to_vec()),
        "ASCII" => Err(wrong()),
        "UTF-8" | "UTF8" => Ok(text.as_bytes().to_vec()),
        "HEX" | "BASE16" => groups(&padded(text, 2), 2, 16).ok_or_else(wrong),
        "BASE2" => groups(&padded(text, 8), 8, 2).ok_or_else(wrong),
        "BASE8" => bytes_of_octal(text).ok_or_else(wrong),
        "BASE32" => Err(without_base32("FROM_BASE32")),
        "BASE64" => BASE64.decode(text).map_err(|_| wrong()),
        "BASE64M" => {
            let text: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
            BASE64.decode(text).map_err(|_| wrong())
        }
        _ => Err(format!("`{format}` is no format of bytes")),
    }
}

/// So many digits for each byte.
fn groups(text: &str, length: usize, radix: u32) -> Option<Vec<u8>> {
    if !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(length)
        .map(|at| {
            let digits = &text[at..at + length];
            let plain = !digits.starts_with(['+', '-']);
            if plain { u8::from_str_radix(digits, radix).ok() } else { None }
        })
        .collect()
}

/// The bytes as one number of base 8: three bits a digit, zeros filled in front.
fn octal(bytes: &[u8]) -> String {
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let bits = format!("{}{bits}", "0".repeat((3 - bits.len() % 3) % 3));
    (0..bits.len())
        .step_by(3)
        .map(|at| {
            let digit = u8::from_str_radix(&bits[at..at + 3], 2).unwrap_or_default();
            char::from(b'0' + digit)
        })
        .collect()
}

fn bytes_of_octal(text: &str) -> Option<Vec<u8>> {
    let mut bits = String::with_capacity(text.len() * 3);
    for c in text.chars() {
        bits.push_str(&format!("{:03b}", c.to_digit(8)?));
    }
    // Of one byte there are three digits, with a bit too many.
    let bits = match bits.len() % 8 {
        rest @ (1 | 2) => bits[rest..].to_owned(),
        _ => bits,
    };
    groups(&padded(&bits, 8), 8, 2)
}

/// BigQuery's document names base 32, Google's reference implementation refuses it: there is a function
/// that both have.
fn without_base32(instead: &str) -> String {
    format!("base 32 is no sure format of bytes: use {instead}")
}

/// Digits with zeros in front, for whole bytes.
fn padded(digits: &str, length: usize) -> String {
    format!("{}{digits}", "0".repeat((length - digits.len() % length) % length))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn bytes_come_back(bytes: Vec<u8>) {
            for format in ["hex", "BASE2", "base8", "Base64", "BASE64M", "base16"] {
                let text = text_of_bytes(&bytes, format).expect("a text");
                proptest::prop_assert_eq!(bytes_of_text(&text, format), Ok(bytes.clone()), "{}", format);
            }
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,12}", format in "hex|base2|base8|base32|base64|ascii|x") {
            let _ = bytes_of_text(&text, &format);
        }
    }
}
