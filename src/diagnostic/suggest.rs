//! "did you mean": the nearest known names.

/// Candidates shown at most.
const MAX_SUGGESTIONS: usize = 3;
/// Similarity (Jaro-Winkler, 0 to 1) below which a name is not worth suggesting.
const MIN_SIMILARITY: f64 = 0.8;

/// A help line naming the candidates nearest to `wrong`, or nothing where none is close.
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let wrong_folded = wrong.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&wrong_folded, &name.to_lowercase()), name))
        .filter(|(score, _)| *score >= MIN_SIMILARITY)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    let names: Vec<String> =
        scored.iter().take(MAX_SUGGESTIONS).map(|(_, name)| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("did you mean {one}?")),
        many => Some(format!("did you mean one of {}?", many.join(", "))),
    }
}
