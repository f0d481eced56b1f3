//! Pauses between attempts.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// The bound of the first pause; it doubles.
const FIRST_BOUND: Duration = Duration::from_millis(500);
/// The bound that is not exceeded.
const LONGEST_BOUND: Duration = Duration::from_secs(30);
/// The longest pause a server may ask for: where it asks for more, the next run is the better one.
pub const LONGEST_ASKED: Duration = Duration::from_secs(120);

/// The pause after that many failures: evenly distributed up to a bound that doubles ("full jitter":
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>), so that many that
/// failed at the same moment do not come back at the same moment. At least what the server asks for.
pub fn pause(failures: u32, asked: Option<Duration>) -> Duration {
    let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
    let own = FIRST_BOUND.saturating_mul(doubled).min(LONGEST_BOUND).mul_f64(fraction());
    match asked {
        // Spread as well: a server tells all its clients the same.
        Some(asked) => asked + own.min(asked),
        None => own,
    }
}

/// A number from 0 up to 1 that needs to be spread, not secret.
pub fn fraction() -> f64 {
    let (bits, _) = uuid::Uuid::new_v4().as_u64_pair();
    (bits >> 32) as f64 / (1_u64 << 32) as f64
}

/// `Retry-After`: seconds or a date
/// (<https://www.rfc-editor.org/rfc/rfc9110#field.retry-after>).
pub fn pause_asked(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(secs) = text.trim().parse() {
        return Some(Duration::from_secs(secs));
    }
    let until = DateTime::parse_from_rfc2822(text.trim()).ok()?;
    Some((until.to_utc() - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_asked_in_seconds_or_by_date() {
        let now = DateTime::from_timestamp(784_111_777, 0).unwrap_or_default();
        assert_eq!(pause_asked("120", now), Some(Duration::from_secs(120)));
        let date = "Sun, 06 Nov 1994 08:49:47 GMT";
        assert_eq!(pause_asked(date, now), Some(Duration::from_secs(10)));
        assert_eq!(pause_asked("Sun, 06 Nov 1994 08:49:07 GMT", now), Some(Duration::ZERO));
        assert_eq!(pause_asked("soon", now), None);
    }

    #[test]
    fn pauses_grow_to_a_bound_are_spread_and_keep_to_what_is_asked() {
        let longest = |failures| (0..400).map(|_| pause(failures, None)).max().unwrap_or_default();
        assert!((400..=500).contains(&longest(1).as_millis()));
        assert!((3_400..=4_000).contains(&longest(4).as_millis()));
        assert!((25_000..=30_000).contains(&longest(60).as_millis()));
        let asked = Some(Duration::from_secs(7));
        assert!((1..9).all(|failures| (7..=14).contains(&pause(failures, asked).as_secs())));
        assert_eq!(pause(3, Some(Duration::ZERO)), Duration::ZERO);
    }
}
