//! How often a feed is polled: `every`, `jitter`, `time_zone`.

use std::time::Duration;

use chrono::{DateTime, LocalResult, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::reader::Reader;

const DAY_SECS: i64 = 86_400;

/// When a feed is polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cadence {
    /// The time between two polls, where the feed says it.
    pub every: Option<Duration>,
    /// Polls are put off by up to this, so that feeds do not all come at once.
    pub jitter: Duration,
    /// Whose midnight times count from.
    pub zone: Tz,
}

impl Cadence {
    /// The first moment behind `now` at which a feed is polled every so often: times of the day count
    /// from local midnight, of an `every` of days from a Monday's.
    pub fn next(&self, now: DateTime<Utc>, every: Duration) -> DateTime<Utc> {
        let every = i64::try_from(every.as_secs()).unwrap_or(i64::MAX).max(1);
        let local = now.with_timezone(&self.zone).naive_local();
        let midnight = local.date().and_time(NaiveTime::MIN);
        // 1970 began on a Thursday.
        let monday = DateTime::UNIX_EPOCH.naive_utc() - TimeDelta::days(3);
        let from = if every < DAY_SECS { midnight } else { monday };
        let passed = (local - from).num_seconds();
        let mut at = from + TimeDelta::seconds((passed / every + 1).saturating_mul(every));
        let tomorrow = midnight + TimeDelta::days(1);
        if every < DAY_SECS && at > tomorrow {
            // Where a day is no multiple of it.
            at = tomorrow;
        }
        let mut moment = self.moment(at);
        while moment <= now {
            // The clock was set back: what it shows comes again.
            at += TimeDelta::seconds(every);
            moment = self.moment(at);
        }
        moment
    }

    fn moment(&self, local: NaiveDateTime) -> DateTime<Utc> {
        match self.zone.from_local_datetime(&local) {
            LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => moment.to_utc(),
            LocalResult::None => {
                let later = self.zone.from_local_datetime(&(local + TimeDelta::hours(1)));
                later.earliest().map_or_else(|| local.and_utc(), |moment| moment.to_utc())
            }
        }
    }
}

/// Reads how often a feed is polled.
pub(super) fn read(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<Cadence> {
    Some(Cadence {
        every: reader.span(map, "every")?,
        jitter: reader.span(map, "jitter")?.unwrap_or_default(),
        zone: reader.zone(map)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polls_are_at_round_times_of_the_zones_clock() {
        let next = |zone: Tz, now: &str, secs: u64| {
            let cadence = Cadence { every: None, jitter: Duration::ZERO, zone };
            let now = DateTime::parse_from_rfc3339(now).expect("a time").to_utc();
            cadence.next(now, Duration::from_secs(secs)).format("%d %H:%M:%S").to_string()
        };
        let paris = chrono_tz::Europe::Paris;
        assert_eq!(next(Tz::UTC, "2024-05-01T10:02:03Z", 300), "01 10:05:00");
        assert_eq!(next(Tz::UTC, "2024-05-01T10:05:00Z", 300), "01 10:10:00");
        // Seven hours are no part of a day: the last part is shorter.
        assert_eq!(next(Tz::UTC, "2024-05-01T22:00:00Z", 7 * 3_600), "02 00:00:00");
        // Midnight in Paris, in summer, and on days of 23 and 25 hours.
        assert_eq!(next(paris, "2024-05-01T10:00:00Z", 86_400), "01 22:00:00");
        assert_eq!(next(paris, "2024-03-30T23:00:00Z", 86_400), "31 22:00:00");
        assert_eq!(next(paris, "2024-10-26T22:00:00Z", 86_400), "27 23:00:00");
        // The clock is set back at 01:00 UTC: it goes on, and never back.
        assert_eq!(next(paris, "2024-10-27T00:45:00Z", 1_800), "27 02:00:00");
        // A week begins on Monday.
        assert_eq!(next(Tz::UTC, "2024-05-01T10:00:00Z", 7 * 86_400), "06 00:00:00");
    }
}
