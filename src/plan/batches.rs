//! Which batches of a microbatch model a run builds, as dbt has it
//! (<https://docs.getdbt.com/docs/build/incremental-microbatch#relevant-configs>).

use chrono::{DateTime, Utc};

use crate::manifest::{Batch, Microbatch, TimeSpan};

/// Batches of one model in one run at most: hours of more than ten years. Beyond, a misspelt date is
/// likelier, and a run of them would not end.
const MAX_BATCHES: usize = 100_000;

/// More batches than a run can be meant to build.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {MAX_BATCHES} batches from {from} on")]
pub struct TooManyBatches {
    /// The first of them.
    pub from: DateTime<Utc>,
}

/// What decides the batches besides the model's own settings.
#[derive(Clone, Copy, Debug)]
pub struct BatchRange {
    /// Whether the table exists and is kept.
    pub is_incremental: bool,
    /// `--event-time-start` and `--event-time-end`.
    pub window: Option<TimeSpan>,
    /// When the run started; of a retry, when the run did that is retried.
    pub until: DateTime<Utc>,
}

/// The batches, the earliest first; always at least one. Each is a whole one: a window is widened to
/// the batches it touches.
///
/// # Errors
/// Where they are too many.
pub fn batches(model: &Microbatch, range: BatchRange) -> Result<Vec<Batch>, TooManyBatches> {
    let size = model.batch_size;
    let end = size.ceiling(range.window.map_or(range.until, |window| window.end));
    let start = match range.window {
        Some(window) => size.floor(window.start),
        None if !range.is_incremental => size.floor(model.begin),
        None => {
            // The newest batch is the one that has just ended or goes on, and comes on top.
            let back = i32::try_from(model.lookback).unwrap_or(i32::MAX).saturating_add(1);
            size.after(end, -back)
        }
    };
    let mut batches = Vec::new();
    let mut next = start;
    loop {
        let after = size.after(next, 1);
        batches.push(Batch { span: TimeSpan { start: next, end: after }, size });
        // The calendar has an end.
        if after >= end || after <= next {
            return Ok(batches);
        }
        if batches.len() == MAX_BATCHES {
            return Err(TooManyBatches { from: start });
        }
        next = after;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::manifest::{BatchSize, parse_utc};

    fn names(
        size: BatchSize,
        lookback: u32,
        is_incremental: bool,
        window: Option<[&str; 2]>,
    ) -> String {
        let at = |text: &str| parse_utc(text).unwrap();
        let model = Microbatch {
            event_time: "at".to_owned(),
            begin: at("2024-09-15 07:30:00"),
            batch_size: size,
            lookback,
            concurrent_batches: None,
        };
        let window = window.map(|[start, end]| TimeSpan { start: at(start), end: at(end) });
        let range = BatchRange { is_incremental, window, until: at("2024-09-17 02:20:00") };
        match batches(&model, range) {
            Ok(batches) => {
                let contiguous = batches.windows(2).all(|two| two[0].span.end == two[1].span.start);
                assert!(contiguous);
                batches.iter().map(Batch::name).collect::<Vec<_>>().join(" ")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_first_build_goes_from_begin_to_now() {
        assert_eq!(names(BatchSize::Day, 3, false, None), "2024-09-15 2024-09-16 2024-09-17");
        assert_eq!(names(BatchSize::Month, 1, false, None), "2024-09");
        assert!(names(BatchSize::Hour, 1, false, None).starts_with("2024-09-15T07 2024-09-15T08"));
    }

    #[test]
    fn later_ones_take_the_newest_batch_and_those_looked_back_on() {
        assert_eq!(names(BatchSize::Day, 1, true, None), "2024-09-16 2024-09-17");
        assert_eq!(names(BatchSize::Day, 0, true, None), "2024-09-17");
        assert_eq!(
            names(BatchSize::Hour, 2, true, None),
            "2024-09-17T00 2024-09-17T01 2024-09-17T02"
        );
        assert_eq!(names(BatchSize::Year, 1, true, None), "2023 2024");
    }

    #[test]
    fn a_window_is_widened_to_whole_batches() {
        let window = Some(["2024-01-31 10:00:00", "2024-03-01"]);
        assert_eq!(names(BatchSize::Month, 1, true, window), "2024-01 2024-02");
        let window = Some(["2024-01-31 10:00:00", "2024-02-01 00:00:01"]);
        assert_eq!(names(BatchSize::Day, 1, false, window), "2024-01-31 2024-02-01");
    }

    #[test]
    fn a_misspelt_date_does_not_run_for_ever() {
        let window = Some(["0024-01-01", "2024-01-01"]);
        assert_eq!(
            names(BatchSize::Day, 1, true, window),
            "more than 100000 batches from 0024-01-01 00:00:00 UTC on"
        );
    }
}
