//! COSINE_DISTANCE and EUCLIDEAN_DISTANCE
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/mathematical_functions#cosine_distance>).

use std::collections::BTreeMap;

use super::kernel::{BytesList, Float, OptionalFloats, Text, functions};

functions! {
    /// Between vectors of numbers.
    "googlesql_distance" Distance(function: Text, left: OptionalFloats, right: OptionalFloats) -> Float {
        if left.len() != right.len() {
            return Err(format!(
                "{function} takes vectors of one length, not of {} and {}",
                left.len(),
                right.len()
            ));
        }
        let pairs: Option<Vec<(f64, f64)>> =
            left.into_iter().zip(right).map(|(left, right)| Some((left?, right?))).collect();
        distance(function, pairs.ok_or_else(|| no_null(function))?).map(Some)
    }
    /// Between vectors of numbers with names; those without a number have 0.
    "googlesql_sparse_distance" SparseDistance(
        function: Text,
        left_names: BytesList,
        left: OptionalFloats,
        right_names: BytesList,
        right: OptionalFloats
    ) -> Float {
        let mut pairs: BTreeMap<&[u8], (f64, f64)> = BTreeMap::new();
        let sides = [(&left_names, left, true), (&right_names, right, false)];
        for (names, numbers, is_left) in sides {
            if names.len() != numbers.len() {
                return Err(no_null(function));
            }
            let mut seen: Vec<&Vec<u8>> = names.iter().collect();
            seen.sort();
            if seen.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err(format!("{function} takes each name of a vector once"));
            }
            for (name, number) in names.iter().zip(numbers) {
                let number = number.ok_or_else(|| no_null(function))?;
                let pair = pairs.entry(name.as_slice()).or_default();
                if is_left { pair.0 = number } else { pair.1 = number }
            }
        }
        distance(function, pairs.into_values().collect()).map(Some)
    }
}

fn no_null(function: &str) -> String {
    format!("{function} takes no NULL in a vector")
}

fn distance(function: &str, pairs: Vec<(f64, f64)>) -> Result<f64, String> {
    let sum = |of: fn((f64, f64)) -> f64| pairs.iter().copied().map(of).sum::<f64>();
    let result = if function == "EUCLIDEAN_DISTANCE" {
        sum(|(left, right)| (left - right) * (left - right)).sqrt()
    } else {
        let lengths = sum(|(left, _)| left * left).sqrt() * sum(|(_, right)| right * right).sqrt();
        if lengths == 0.0 {
            return Err(format!("{function} takes no vector of zeros"));
        }
        1.0 - sum(|(left, right)| left * right) / lengths
    };
    let is_finite = pairs.iter().all(|(left, right)| left.is_finite() && right.is_finite());
    match result.is_finite() || !is_finite {
        true => Ok(result),
        false => Err(format!("floating point overflow in {function}")),
    }
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances_are_angles_and_lengths() {
        let pairs = vec![(1.0, 3.0), (2.0, 4.0)];
        let euclidean = distance("EUCLIDEAN_DISTANCE", pairs.clone());
        assert!((euclidean.expect("a number") - 8.0_f64.sqrt()).abs() < 1e-12);
        let cosine = distance("COSINE_DISTANCE", pairs);
        assert!((cosine.expect("a number") - 0.016_130_089_9).abs() < 1e-9);
        assert!(distance("COSINE_DISTANCE", vec![(0.0, 1.0)]).is_err());
        assert!(distance("EUCLIDEAN_DISTANCE", vec![(1e200, -1e200)]).is_err());
    }
}
