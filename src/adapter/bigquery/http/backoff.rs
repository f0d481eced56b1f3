//! Pauses between attempts.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use chrono::{DateTime, Utc};

/// The longest pause that a server may ask for (`Retry-After`): beyond it, an own pause is as good.
const MAX_ASKED_PAUSE: Duration = Duration::from_secs(120);

/// How long to pause: between nothing and a bound that doubles, evenly distributed ("full jitter"), so
/// that many jobs that failed at the same moment do not come back at the same moment
/// (<https://cloud.google.com/bigquery/docs/error-messages>,
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
#[derive(Clone, Copy, Debug)]
pub(in crate::adapter::bigquery) struct Backoff {
    /// The bound of the first pause.
    pub(in crate::adapter::bigquery) first: Duration,
    /// The bound that is not exceeded.
    pub(in crate::adapter::bigquery) longest: Duration,
}

impl Backoff {
    /// The pause before the attempt after `failures` ones; at least what the server asks for.
    pub(in crate::adapter::bigquery) fn pause(
        &self,
        failures: u32,
        asked: Option<Duration>,
        jitter: &Jitter,
    ) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        let bound = self.first.saturating_mul(doubled).min(self.longest);
        let own = bound.mul_f64(jitter.fraction());
        match asked {
            // Spread as well: a server tells all its clients the same.
            Some(asked) => asked.min(MAX_ASKED_PAUSE) + own.min(asked),
            None => own,
        }
    }
}

/// Random numbers that need to be spread, not secret.
#[derive(Debug)]
pub(in crate::adapter::bigquery) struct Jitter {
    state: AtomicU64,
}

impl Jitter {
    /// Different in each process.
    pub(in crate::adapter::bigquery) fn new() -> Self {
        let (seed, _) = uuid::Uuid::new_v4().as_u64_pair();
        Self { state: AtomicU64::new(seed) }
    }

    /// From 0 up to 1 (SplitMix64).
    pub(in crate::adapter::bigquery) fn fraction(&self) -> f64 {
        let step = 0x9E37_79B9_7F4A_7C15;
        let mut bits = self.state.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// `Retry-After`: seconds or a date
/// (<https://www.rfc-editor.org/rfc/rfc9110#field.retry-after>).
pub(super) fn pause_asked(text: &str, now: DateTime<Utc>) -> Option<Duration> {
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
    fn pauses_grow_to_a_bound_and_are_spread() {
        let backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(30) };
        let jitter = Jitter { state: AtomicU64::new(1) };
        let mut longest = [Duration::ZERO; 40];
        for _ in 0..200 {
            for (failures, longest) in longest.iter_mut().enumerate() {
                let pause = backoff.pause(failures as u32 + 1, None, &jitter);
                *longest = pause.max(*longest);
            }
        }
        assert!(longest[0] <= Duration::from_secs(1) && longest[0] > Duration::from_millis(900));
        assert!(longest[3] <= Duration::from_secs(8) && longest[3] > Duration::from_secs(7));
        assert!(longest[39] <= Duration::from_secs(30) && longest[39] > Duration::from_secs(29));
    }

    #[test]
    fn what_the_server_asks_for_is_kept() {
        let backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(30) };
        let jitter = Jitter::new();
        let asked = Some(Duration::from_secs(7));
        for failures in 1..9 {
            let pause = backoff.pause(failures, asked, &jitter);
            assert!((7..=14).contains(&pause.as_secs()), "{pause:?}");
        }
        let day = Some(Duration::from_secs(86_400));
        assert!(backoff.pause(1, day, &jitter) <= MAX_ASKED_PAUSE + Duration::from_secs(1));
    }

    #[test]
    fn a_pause_is_asked_in_seconds_or_by_date() {
        let now = DateTime::from_timestamp(784_111_777, 0).unwrap_or_default();
        assert_eq!(pause_asked("120", now), Some(Duration::from_secs(120)));
        let date = "Sun, 06 Nov 1994 08:49:47 GMT";
        assert_eq!(pause_asked(date, now), Some(Duration::from_secs(10)));
        assert_eq!(pause_asked("Sun, 06 Nov 1994 08:49:07 GMT", now), Some(Duration::ZERO));
        assert_eq!(pause_asked("soon", now), None);
    }
}
