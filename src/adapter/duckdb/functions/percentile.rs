//! PERCENTILE_CONT over values that the engine's own does not know
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/navigation_functions#percentile_cont>).

use super::kernel::{Float, Int, OptionalFloats, functions};

functions! {
    /// A share of the way through the values: NULL is the least where it counts, then NaN.
    "googlesql_percentile" Percentile(values: OptionalFloats, share: Float, respects_nulls: Int) -> Float {
        Ok(percentile(values, share, respects_nulls == 1))
    }
}

fn percentile(mut values: Vec<Option<f64>>, share: f64, respects_nulls: bool) -> Option<f64> {
    if !respects_nulls {
        values.retain(Option::is_some);
    }
    let rank = |value: &Option<f64>| match value {
        None => 0,
        Some(number) if number.is_nan() => 1,
        Some(_) => 2,
    };
    values.sort_by(|one, other| {
        rank(one)
            .cmp(&rank(other))
            .then_with(|| one.unwrap_or_default().total_cmp(&other.unwrap_or_default()))
    });
    let place = share * values.len().checked_sub(1)? as f64;
    let below = place.floor();
    let weight = place - below;
    let left = *values.get(below as usize)?;
    if weight == 0.0 {
        return left;
    }
    let right = *values.get(below as usize + 1)?;
    match (left, right) {
        (Some(left), Some(right)) if left == right => Some(left),
        (Some(left), Some(right)) => Some(left * (1.0 - weight) + right * weight),
        // Beside NULL a value stands alone.
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_and_what_is_not_finite_have_their_places() {
        let values = || vec![Some(f64::INFINITY), None, Some(1.0), Some(f64::NAN), Some(3.0)];
        assert!(percentile(values(), 0.0, false).is_some_and(f64::is_nan));
        assert_eq!(percentile(values(), 0.5, false), Some(2.0));
        assert_eq!(percentile(values(), 1.0, false), Some(f64::INFINITY));
        assert_eq!(percentile(values(), 0.0, true), None);
        assert_eq!(percentile(values(), 0.5, true), Some(1.0));
        assert_eq!(percentile(vec![None], 0.5, false), None);
    }
}
