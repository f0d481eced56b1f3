//! Functions of texts and bytes.

use std::{error::Error, sync::Arc};

use duckdb::{
    arrow::{
        array::{Array, AsArray, BinaryArray, RecordBatch, StringArray},
        datatypes::{DataType, Int64Type},
    },
    vscalar::arrow::{ArrowFunctionSignature, VArrowScalar},
};
use sha2::Digest;

/// `SAFE_CONVERT_BYTES_TO_STRING`: what is no UTF-8 becomes U+FFFD.
pub(super) struct LossyText;

impl VArrowScalar for LossyText {
    type State = ();

    fn invoke((): &(), input: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        let bytes = input.column(0).as_binary::<i32>();
        let texts: StringArray =
            bytes.iter().map(|bytes| bytes.map(String::from_utf8_lossy)).collect();
        Ok(Arc::new(texts))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        vec![ArrowFunctionSignature::exact(vec![DataType::Binary], DataType::Utf8)]
    }
}

/// `INITCAP(text, delimiters)`: a letter at the start or after a delimiter is a capital, others are
/// small.
pub(super) struct InitCap;

impl VArrowScalar for InitCap {
    type State = ();

    fn invoke((): &(), input: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        let (texts, delimiters) =
            (input.column(0).as_string::<i32>(), input.column(1).as_string::<i32>());
        let capitals: StringArray = texts
            .iter()
            .zip(delimiters.iter())
            .map(|(text, delimiters)| Some(initcap(text?, delimiters?)))
            .collect();
        Ok(Arc::new(capitals))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        let texts = vec![DataType::Utf8, DataType::Utf8];
        vec![ArrowFunctionSignature::exact(texts, DataType::Utf8)]
    }
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

/// `SUBSTR(bytes, position, length)`; a position counts from the end where it is negative.
pub(super) struct ByteSubstr;

impl VArrowScalar for ByteSubstr {
    type State = ();

    fn invoke((): &(), input: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        let bytes = input.column(0).as_binary::<i32>();
        let positions = input.column(1).as_primitive::<Int64Type>();
        let lengths = input.column(2).as_primitive::<Int64Type>();
        let parts: BinaryArray = bytes
            .iter()
            .zip(positions.iter().zip(lengths.iter()))
            .map(|(bytes, (position, length))| Some(byte_substr(bytes?, position?, length?)))
            .collect();
        Ok(Arc::new(parts))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        let kinds = vec![DataType::Binary, DataType::Int64, DataType::Int64];
        vec![ArrowFunctionSignature::exact(kinds, DataType::Binary)]
    }
}

fn byte_substr(bytes: &[u8], position: i64, length: i64) -> &[u8] {
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let start = if position > 0 { position - 1 } else { (size + position).max(0) };
    let start = usize::try_from(start.min(size)).unwrap_or(0);
    let length = usize::try_from(length).unwrap_or(0);
    &bytes[start..start.saturating_add(length).min(bytes.len())]
}

/// `SHA512` of bytes.
pub(super) struct Sha512;

impl VArrowScalar for Sha512 {
    type State = ();

    fn invoke((): &(), input: RecordBatch) -> Result<Arc<dyn Array>, Box<dyn Error>> {
        let bytes = input.column(0).as_binary::<i32>();
        let digests: BinaryArray =
            bytes.iter().map(|bytes| bytes.map(sha2::Sha512::digest)).collect();
        Ok(Arc::new(digests))
    }

    fn signatures() -> Vec<ArrowFunctionSignature> {
        vec![ArrowFunctionSignature::exact(vec![DataType::Binary], DataType::Binary)]
    }
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
