//! Pauses between attempts at a request that failed for a passing reason.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// The longest pause that a server may ask for: beyond it, one of our own, or the next run, is as good.
pub const LONGEST_ASKED: Duration = Duration::from_secs(120);

/// How long to pause: between nothing and a bound that doubles, evenly distributed ("full jitter"), so
/// that many requests that failed at the same moment do not come back at the same moment
/// (<https://cloud.google.com/bigquery/docs/error-messages>,
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// The bound of the first pause.
    pub first: Duration,
    /// The bound that is not exceeded.
    pub longest: Duration,
}

impl Backoff {
    /// The pause before the attempt after `failures` ones; at least what the server asks for.
    pub fn pause(&self, failures: u32, asked: Option<Duration>) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        let bound = self.first.saturating_mul(doubled).min(self.longest);
        let own = bound.mul_f64(fraction());
        match asked {
            // Spread as well: a server tells all its clients the same.
            Some(asked) => asked.min(LONGEST_ASKED) + own.min(asked),
            None => own,
        }
    }
}

/// A number from 0 up to 1 that needs to be spread, not secret.
pub fn fraction() -> f64 {
    let (bits, _) = uuid::Uuid::new_v4().as_u64_pair();
    (bits >> 32) as f64 / (1_u64 << 32) as f64
}

/// The pause that an answer asks for in `Retry-After`: seconds or a date
/// (<https://www.rfc-editor.org/rfc/rfc9110#field.retry-after>).
pub fn pause_asked(headers: &HeaderMap) -> Option<Duration> {
    read_pause(headers.get(RETRY_AFTER)?.to_str().ok()?, Utc::now())
}

fn read_pause(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(secs) = text.trim().parse() {
        return Some(Duration::from_secs(secs));
    }
    let until = DateTime::parse_from_rfc2822(text.trim()).ok()?;
    Some((until.to_utc() - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff =
        Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(30) };

    #[test]
    fn pauses_grow_to_a_bound_and_are_spread() {
        let longest = |failures| {
            (0..400).map(|_| BACKOFF.pause(failures, None)).max().unwrap_or_default().as_millis()
        };
        assert!((900..=1_000).contains(&longest(1)));
        assert!((7_000..=8_000).contains(&longest(4)));
        assert!((29_000..=30_000).contains(&longest(40)));
    }

    #[test]
    fn what_the_server_asks_for_is_kept() {
        let asked = Some(Duration::from_secs(7));
        for failures in 1..9 {
            let pause = BACKOFF.pause(failures, asked);
            assert!((7..=14).contains(&pause.as_secs()), "{pause:?}");
        }
        assert_eq!(BACKOFF.pause(3, Some(Duration::ZERO)), Duration::ZERO);
        let day = Some(Duration::from_secs(86_400));
        assert!(BACKOFF.pause(1, day) <= LONGEST_ASKED + Duration::from_secs(1));
    }

    #[test]
    fn a_pause_is_asked_in_seconds_or_by_date() {
        let now = DateTime::from_timestamp(784_111_777, 0).unwrap_or_default();
        assert_eq!(read_pause("120", now), Some(Duration::from_secs(120)));
        let date = "Sun, 06 Nov 1994 08:49:47 GMT";
        assert_eq!(read_pause(date, now), Some(Duration::from_secs(10)));
        assert_eq!(read_pause("Sun, 06 Nov 1994 08:49:07 GMT", now), Some(Duration::ZERO));
        assert_eq!(read_pause("soon", now), None);
    }
}
