//! Partitions of what a model reads that changed after the model was built from them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::manifest::{BatchSize, TimeSpan};

/// Partitions as BigQuery names them (`2024`, `202401`, `20240131`, `2024013105`), each with when it
/// changed last.
pub type Partitions = BTreeMap<String, DateTime<Utc>>;

/// What is newer in a table that is read than in the one that is built from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Newer {
    /// Partitions after the last one that was built.
    pub new: Vec<String>,
    /// Partitions that were built, or passed over, before they changed.
    pub late: Vec<String>,
}

impl Newer {
    /// Compares two tables that are partitioned by the same times, of one width or two.
    ///
    /// A partition that the model has no rows of is late only where it changed after the model's last
    /// change: before, the model has seen it and taken nothing, or it would never be late again.
    pub fn of(read: &Partitions, built: &Partitions) -> Self {
        let mut newer = Self::default();
        let (Some(last), Some(changed)) = (built.keys().next_back(), built.values().max()) else {
            return newer;
        };
        for (name, modified) in read {
            // Names of one time are beginnings of each other.
            let same =
                |other: &&String| other.starts_with(name.as_str()) || name.starts_with(*other);
            let built_at = built.iter().filter(|(other, _)| same(other)).map(|(_, at)| at).min();
            let is_after = name > last && !name.starts_with(last.as_str());
            match built_at {
                Some(at) if modified > at => newer.late.push(name.clone()),
                Some(_) => {}
                None if is_after => newer.new.push(name.clone()),
                None if modified > changed => newer.late.push(name.clone()),
                None => {}
            }
        }
        newer
    }
}

/// The time of a partition; none where its name is none.
pub fn partition_span(name: &str) -> Option<TimeSpan> {
    let size = match name.len() {
        4 => BatchSize::Year,
        6 => BatchSize::Month,
        8 => BatchSize::Day,
        10 => BatchSize::Hour,
        _ => return None,
    };
    let part = |from: usize, to: usize, default: u32| match name.get(from..to) {
        Some(text) => text.parse().ok(),
        None => Some(default),
    };
    let year = name.get(0..4)?.parse().ok()?;
    let day = NaiveDate::from_ymd_opt(year, part(4, 6, 1)?, part(6, 8, 1)?)?;
    let start = day.and_hms_opt(part(8, 10, 0)?, 0, 0)?.and_utc();
    Some(TimeSpan { start, end: size.after(start, 1) })
}

/// A partition as people write its time: `2024-01-31`, `2024-01-31T05`.
pub fn partition_text(name: &str) -> String {
    let part = |from: usize, to: usize| name.get(from..to).unwrap_or_default();
    match name.len() {
        6 => format!("{}-{}", part(0, 4), part(4, 6)),
        8 => format!("{}-{}-{}", part(0, 4), part(4, 6), part(6, 8)),
        10 => format!("{}-{}-{}T{}", part(0, 4), part(4, 6), part(6, 8), part(8, 10)),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::hours(hours)
    }

    fn partitions(all: &[(&str, i64)]) -> Partitions {
        all.iter().map(|(name, hours)| ((*name).to_owned(), at(*hours))).collect()
    }

    fn newer(read: &[(&str, i64)], built: &[(&str, i64)]) -> (String, String) {
        let found = Newer::of(&partitions(read), &partitions(built));
        (found.new.join(" "), found.late.join(" "))
    }

    fn said(new: &str, late: &str) -> (String, String) {
        (new.to_owned(), late.to_owned())
    }

    #[test]
    fn what_changed_after_it_was_built_is_late() {
        let built = [("20240101", 10), ("20240102", 20)];
        assert_eq!(newer(&[("20240101", 9), ("20240102", 19)], &built), said("", ""));
        // The later day was built after the earlier one changed, and that stays late.
        assert_eq!(newer(&[("20240101", 15), ("20240102", 19)], &built), said("", "20240101"));
        assert_eq!(newer(&[("20240103", 5)], &built), said("20240103", ""));
    }

    #[test]
    fn a_partition_without_rows_in_the_model_is_late_where_nobody_has_seen_it() {
        let built = [("20240101", 10), ("20240105", 20)];
        assert_eq!(newer(&[("20240103", 15)], &built), said("", ""));
        assert_eq!(newer(&[("20240103", 25)], &built), said("", "20240103"));
        assert_eq!(newer(&[("20240103", 25)], &[]), said("", ""));
    }

    #[test]
    fn widths_may_differ() {
        let months = [("202401", 10), ("202402", 20)];
        assert_eq!(newer(&[("20240131", 11), ("20240201", 11)], &months), said("", "20240131"));
        assert_eq!(newer(&[("20240229", 1), ("20240301", 1)], &months), said("20240301", ""));
        let hours = [("2024010101", 10), ("2024010102", 20)];
        assert_eq!(newer(&[("20240101", 15)], &hours), said("", "20240101"));
    }

    #[test]
    fn partitions_are_written_as_times() {
        let texts = ["2024", "202401", "20240131", "2024013105"].map(partition_text);
        let span =
            partition_span("202402").map(|span| (span.start.to_string(), span.end.to_string()));
        let wanted = ("2024-02-01 00:00:00 UTC".to_owned(), "2024-03-01 00:00:00 UTC".to_owned());
        assert_eq!(span, Some(wanted));
        assert_eq!(partition_span("20241301"), None);
        assert_eq!(texts, ["2024", "2024-01", "2024-01-31", "2024-01-31T05"]);
    }
}
