//! Dates and moments: the range that BigQuery has, and zones
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#datetime_type>).

use chrono::DateTime;

use super::{
    kernel::{Civil, Day, Int, Moment, Text, functions},
    zone::Zone,
};

/// 0001-01-01 and 9999-12-31, in days since 1970.
const DAYS: std::ops::RangeInclusive<i32> = -719_162..=2_932_896;

/// The days of the week from 1970-01-01 on.
const WEEK: [&str; 7] =
    ["THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY"];

const MICROS_A_DAY: i64 = 86_400_000_000;

functions! {
    /// A DATE within BigQuery's range.
    "googlesql_valid_date" ValidDate(day: Day) -> Day {
        if !DAYS.contains(&day) {
            return Err("the result is outside of the range of DATE".to_owned());
        }
        Ok(Some(day))
    }
    /// A DATETIME within BigQuery's range.
    "googlesql_valid_datetime" ValidDateTime(civil: Civil) -> Civil {
        valid(civil, "DATETIME").map(Some)
    }
    /// A TIMESTAMP within BigQuery's range.
    "googlesql_valid_timestamp" ValidTimestamp(moment: Moment) -> Moment {
        valid(moment, "TIMESTAMP").map(Some)
    }
    /// `DATE_FROM_UNIX_DATE`.
    "googlesql_date_of" DateOf(days: Int) -> Day {
        match i32::try_from(days) {
            Ok(days) if DAYS.contains(&days) => Ok(Some(days)),
            _ => Err(format!("{days} days since 1970 are outside of the range of DATE")),
        }
    }
    /// `NEXT_DAY`: the first such day of the week behind a day.
    "googlesql_next_day" NextDay(day: Day, name: Text) -> Day {
        let is_named = |known: &str| {
            name.eq_ignore_ascii_case(known) || name.eq_ignore_ascii_case(&known[..3])
        };
        let Some(at) = WEEK.iter().position(|known| is_named(known)) else {
            return Err(format!("`{name}` is no day of the week"));
        };
        // 1970-01-01 was a Thursday.
        let after = (at as i32 - 1 - day).rem_euclid(7) + 1;
        match day + after {
            next if DAYS.contains(&next) => Ok(Some(next)),
            _ => Err("the result is outside of the range of DATE".to_owned()),
        }
    }
    /// What a clock in the zone shows.
    "googlesql_in_zone" InZone(moment: Moment, zone: Text) -> Civil {
        let zone = Zone::parse(zone)?;
        valid(local(moment, zone)?, "DATETIME").map(Some)
    }
    /// The moment at which a clock in the zone shows this.
    "googlesql_from_zone" FromZone(civil: Civil, zone: Text) -> Moment {
        let zone = Zone::parse(zone)?;
        let civil = moment_of(civil)?.naive_utc();
        let moment = zone.moment(civil).ok_or("no such moment")?;
        valid(moment.timestamp_micros(), "TIMESTAMP").map(Some)
    }
    /// `TIMESTAMP_TRUNC` to a part of some microseconds, by the clock in the zone.
    "googlesql_truncate" Truncate(moment: Moment, part: Int, zone: Text) -> Moment {
        let local = local(moment, Zone::parse(zone)?)?;
        Ok(Some(moment - local.rem_euclid(part.max(1))))
    }
}

fn valid(micros: i64, kind: &str) -> Result<i64, String> {
    if !DAYS.contains(&i32::try_from(micros.div_euclid(MICROS_A_DAY)).unwrap_or(i32::MAX)) {
        return Err(format!("the result is outside of the range of {kind}"));
    }
    Ok(micros)
}

/// A moment by its microseconds since 1970.
pub(super) fn moment_of(micros: i64) -> Result<DateTime<chrono::Utc>, String> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| "no such moment".to_owned())
}

fn local(moment: i64, zone: Zone) -> Result<i64, String> {
    Ok(moment + i64::from(zone.seconds_at(moment_of(moment)?)) * 1_000_000)
}
