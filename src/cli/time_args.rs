//! Flags of commands that build models: which time.

use chrono::{DateTime, Months, TimeDelta, Utc};
use clap::Args;
use serde_json::{Map, Value, json};

use crate::{
    diagnostic::{Diagnostic, did_you_mean},
    manifest::{BatchSize, TimeSpan, parse_utc},
    project::{Yaml, read_cli_vars},
};

/// Flags of `build` and `run` about the time of rows.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Batches and samples")]
pub struct TimeArgs {
    /// Build the batches of microbatch models from this time on, in UTC
    #[arg(long, value_name = "TIME", env = "DBT_EVENT_TIME_START", requires = "event_time_end", value_parser = time)]
    pub event_time_start: Option<DateTime<Utc>>,
    /// The end of their time, which is no part of it
    #[arg(long, value_name = "TIME", env = "DBT_EVENT_TIME_END", requires = "event_time_start", value_parser = time)]
    pub event_time_end: Option<DateTime<Utc>>,
    /// Read only rows of this time: '3 days', or '{start: 2024-12-01, end: 2024-12-08}'
    #[arg(long, value_name = "SPAN", env = "DBT_SAMPLE", value_parser = sample)]
    pub sample: Option<TimeSpan>,
}

impl TimeArgs {
    /// The time of the batches, where it is given.
    ///
    /// # Errors
    /// Where it ends before it starts.
    pub fn window(&self) -> Result<Option<TimeSpan>, Diagnostic> {
        window(
            ["--event-time-start", "--event-time-end"],
            self.event_time_start,
            self.event_time_end,
        )
    }

    /// As `run_results.json` keeps them.
    pub fn typed(&self) -> [(&'static str, Value); 3] {
        let text = |at: DateTime<Utc>| at.to_rfc3339();
        [
            ("event_time_start", json!(self.event_time_start.map(text))),
            ("event_time_end", json!(self.event_time_end.map(text))),
            // Resolved: a retry samples the same time.
            ("sample", json!(self.sample.map(|span| json!([text(span.start), text(span.end)])))),
        ]
    }

    /// The flags of an earlier run.
    pub fn of_run(args: &Map<String, Value>) -> Self {
        let time = |value: Option<&Value>| parse_utc(value?.as_str()?).ok();
        let sample = args.get("sample");
        let bounds = |at: usize| time(sample?.get(at));
        Self {
            event_time_start: time(args.get("event_time_start")),
            event_time_end: time(args.get("event_time_end")),
            sample: bounds(0).zip(bounds(1)).map(|(start, end)| TimeSpan { start, end }),
        }
    }
}

/// A window from its two ends, which `names` name.
///
/// # Errors
/// Where it ends before it starts.
pub fn window(
    names: [&str; 2],
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
) -> Result<Option<TimeSpan>, Diagnostic> {
    let Some((start, end)) = start.zip(end) else { return Ok(None) };
    if start < end {
        return Ok(Some(TimeSpan { start, end }));
    }
    let message = format!("`{}` must be before `{}`", names[0], names[1]);
    Err(Diagnostic::error("invalid-time-range", message)
        .help("the end is no part of the time: for one day, end at the start of the next"))
}

/// A date or time of the command line.
pub fn time(text: &str) -> Result<DateTime<Utc>, String> {
    parse_utc(text).map_err(|what| format!("it {what}; write 2024-09-17 or 2024-09-17T16:00:00"))
}

/// dbt's `--sample` (<https://docs.getdbt.com/docs/build/sample-flag>).
fn sample(text: &str) -> Result<TimeSpan, String> {
    let span = match text.trim_start().starts_with('{') {
        true => sample_of_yaml(text)?,
        false => sample_back(text, Utc::now())?,
    };
    match span.is_empty() {
        true => Err("its start must be before its end".to_owned()),
        false => Ok(span),
    }
}

fn sample_of_yaml(text: &str) -> Result<TimeSpan, String> {
    let read = read_cli_vars(text);
    if let Some(problem) = read.diagnostics.iter().find(|problem| problem.is_error()) {
        return Err(problem.message.clone());
    }
    let bound = |name: &str| {
        let text = read.value.get(name).and_then(Yaml::as_str);
        time(text.ok_or_else(|| format!("it has no `{name}`"))?)
    };
    Ok(TimeSpan { start: bound("start")?, end: bound("end")? })
}

/// `3 days` up to now.
fn sample_back(text: &str, now: DateTime<Utc>) -> Result<TimeSpan, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [count, grain] = words.as_slice() else {
        return Err("write a number and a size: `3 days`".to_owned());
    };
    let count: u32 = count.parse().map_err(|_| format!("`{count}` is no whole number"))?;
    let name = grain.to_ascii_lowercase();
    let name = name.trim_end_matches('s');
    let start = match BatchSize::from_name(name) {
        Some(BatchSize::Hour) => now.checked_sub_signed(TimeDelta::hours(count.into())),
        Some(BatchSize::Day) => now.checked_sub_signed(TimeDelta::days(count.into())),
        Some(BatchSize::Month) => now.checked_sub_months(Months::new(count)),
        Some(BatchSize::Year) => now.checked_sub_months(Months::new(count.saturating_mul(12))),
        None => {
            let hint = did_you_mean(name, BatchSize::NAMES);
            let hint = hint.map(|hint| format!(": {hint}")).unwrap_or_default();
            return Err(format!("`{grain}` is none of hours, days, months, years{hint}"));
        }
    };
    let start = start.ok_or_else(|| format!("`{text}` is before all time"))?;
    Ok(TimeSpan { start, end: now })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::manifest::utc_text;

    #[test]
    fn samples_go_back_from_now_or_are_given() {
        let now = parse_utc("2024-03-31 16:06:00").unwrap();
        let back = |text: &str| sample_back(text, now).map(|span| utc_text(span.start));
        assert_eq!(back("2 hours").unwrap(), "2024-03-31 14:06:00+00:00");
        assert_eq!(back("1 Day").unwrap(), "2024-03-30 16:06:00+00:00");
        assert_eq!(back("1 month").unwrap(), "2024-02-29 16:06:00+00:00");
        assert_eq!(back("1 years").unwrap(), "2023-03-31 16:06:00+00:00");
        assert!(back("3 weeks").unwrap_err().contains("none of hours"));
        assert!(back("3").is_err() && back("x days").is_err());
        let given = sample("{start: 2024-12-01, end: '2024-12-08 12:00:00'}").unwrap();
        assert_eq!(utc_text(given.end), "2024-12-08 12:00:00+00:00");
        assert!(sample("{start: 2024-12-01}").unwrap_err().contains("no `end`"));
        assert!(sample("{start: 2024-12-02, end: 2024-12-01}").is_err());
    }

    #[test]
    fn a_retry_takes_the_times_over() {
        let given = TimeArgs {
            event_time_start: parse_utc("2024-01-01").ok(),
            event_time_end: parse_utc("2024-01-03").ok(),
            sample: Some(sample("{start: 2024-12-01, end: 2024-12-08}").unwrap()),
        };
        let kept: Map<String, Value> =
            given.typed().into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let again = TimeArgs::of_run(&kept);
        assert_eq!(again.window().unwrap(), given.window().unwrap());
        assert_eq!(again.sample, given.sample);
    }
}
