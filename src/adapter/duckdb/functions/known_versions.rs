//! Which of a record's versions are there already.

use super::kernel::{Int, Text, functions};

/// The length of a version's hash as text.
const HASH: usize = 32;

functions! {
    /// How many of the versions at the begin of `versions` the landed ones end with. Both are hashes one
    /// behind the other.
    "elt_known_versions" KnownVersions(landed: Text, versions: Text) -> Int {
        Ok(i64::try_from(known(landed.as_bytes(), versions.as_bytes())).ok())
    }
}

/// The longest begin of `versions` that `landed` ends with, by the failure function of Knuth, Morris and
/// Pratt: its time grows with both lengths, whatever they hold.
fn known(landed: &[u8], versions: &[u8]) -> usize {
    let (landed, _) = landed.as_chunks::<HASH>();
    let (versions, _) = versions.as_chunks::<HASH>();
    let landed = &landed[landed.len().saturating_sub(versions.len())..];
    let mut failure = vec![0; versions.len()];
    let mut matched = 0;
    for at in 1..versions.len() {
        while matched > 0 && versions[at] != versions[matched] {
            matched = failure[matched - 1];
        }
        matched += usize::from(versions[at] == versions[matched]);
        failure[at] = matched;
    }
    matched = 0;
    for hash in landed {
        while matched > 0 && (matched == versions.len() || *hash != versions[matched]) {
            matched = failure[matched - 1];
        }
        matched += usize::from(versions.get(matched) == Some(hash));
    }
    matched
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(text: &str) -> Vec<u8> {
        text.bytes().flat_map(|byte| [byte; HASH]).collect()
    }

    proptest::proptest! {
        #[test]
        fn it_is_the_longest(landed in "[ab]{0,12}", versions in "[ab]{0,12}") {
            let naive = (0..=versions.len())
                .rev()
                .find(|length| landed.ends_with(&versions[..*length]));
            let found = known(&hashes(&landed), &hashes(&versions));
            proptest::prop_assert_eq!(Some(found), naive, "{} {}", landed, versions);
        }
    }
}
