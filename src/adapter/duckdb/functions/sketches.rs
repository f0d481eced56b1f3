//! Sketches of HLL_COUNT
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/hll_functions>).
//!
//! BigQuery's are small and count about right; these hold a fingerprint of each value and count
//! exactly. Neither reads the other's.

use super::kernel::{Bytes, BytesList, Int, Ints, Text, functions};

/// What a sketch begins with; the letter of its type follows.
const MARK: &[u8] = b"elt-sketch-1";

functions! {
    /// A sketch of fingerprints, of values of a type.
    "googlesql_sketch" Sketch(fingerprints: Ints, kind: Text) -> Bytes {
        Ok(Some(written(kind.as_bytes().first().copied().unwrap_or_default(), fingerprints)))
    }
    "googlesql_merged_sketches" Merged(sketches: BytesList) -> Bytes {
        let mut kind = None;
        let mut all = Vec::new();
        for sketch in &sketches {
            let (own, fingerprints) = read(sketch)?;
            if kind.is_some_and(|kind| kind != own) {
                return Err("sketches of values of different types cannot be merged".to_owned());
            }
            kind = Some(own);
            all.extend(fingerprints);
        }
        Ok(kind.map(|kind| written(kind, all)))
    }
    "googlesql_sketch_count" Count(sketch: Bytes) -> Int {
        Ok(Some(read(sketch)?.1.len() as i64))
    }
}

fn written(kind: u8, mut fingerprints: Vec<i64>) -> Vec<u8> {
    fingerprints.sort_unstable();
    fingerprints.dedup();
    let mut bytes = Vec::with_capacity(MARK.len() + 1 + fingerprints.len() * 8);
    bytes.extend_from_slice(MARK);
    bytes.push(kind);
    bytes.extend(fingerprints.iter().flat_map(|fingerprint| fingerprint.to_le_bytes()));
    bytes
}

fn read(sketch: &[u8]) -> Result<(u8, Vec<i64>), String> {
    let wrong = || "these bytes are no sketch of the embedded engine".to_owned();
    let (kind, rest) = sketch.strip_prefix(MARK).and_then(<[u8]>::split_first).ok_or_else(wrong)?;
    let (fingerprints, []) = rest.as_chunks::<8>() else { return Err(wrong()) };
    Ok((*kind, fingerprints.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sketch_holds_each_value_once() {
        let sketch = written(b'I', vec![3, -1, 3]);
        assert_eq!(read(&sketch), Ok((b'I', vec![-1, 3])));
        assert!(read(b"something else").is_err());
    }
}
