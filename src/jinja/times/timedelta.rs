//! `timedelta`: a length of time.

use std::{cmp::Ordering, sync::Arc};

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{DynObject, Object, ObjectRepr},
};

use super::invalid;
use crate::jinja::arguments::Arguments;

const DAY_MICROS: i128 = 86_400_000_000;
/// Most days of a length, as in Python.
const MAX_DAYS: i128 = 999_999_999;

/// A length of time, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeDelta(i128);

impl TimeDelta {
    /// The shortest and the longest.
    pub const MIN: Self = Self(-MAX_DAYS * DAY_MICROS);
    /// The longest.
    pub const MAX: Self = Self((MAX_DAYS + 1) * DAY_MICROS - 1);
    /// What lengths differ by at least.
    pub const RESOLUTION: Self = Self(1);

    /// A length in microseconds.
    ///
    /// # Errors
    /// Lengths out of Python's range.
    pub fn of_micros(micros: i128) -> Result<Self, Error> {
        match Self(micros) {
            length if (Self::MIN..=Self::MAX).contains(&length) => Ok(length),
            _ => Err(invalid("this length of time is out of range")),
        }
    }

    /// A length of days.
    pub const fn days(days: i32) -> Self {
        Self(days as i128 * DAY_MICROS)
    }

    /// A length of seconds.
    pub const fn seconds(seconds: i32) -> Self {
        Self(seconds as i128 * 1_000_000)
    }

    /// The length in microseconds.
    pub fn micros(self) -> i128 {
        self.0
    }

    /// Days, seconds and microseconds, as Python keeps them: only the days are ever negative.
    pub fn parts(self) -> (i64, i64, i64) {
        let rest = self.0.rem_euclid(DAY_MICROS) as i64;
        (self.0.div_euclid(DAY_MICROS) as i64, rest / 1_000_000, rest % 1_000_000)
    }

    /// `timedelta(days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0)`
    ///
    /// # Errors
    /// Arguments that are no numbers, and lengths out of range.
    pub fn new(args: &[Value]) -> Result<Self, Error> {
        const UNITS: [(&str, i128); 7] = [
            ("days", DAY_MICROS),
            ("seconds", 1_000_000),
            ("microseconds", 1),
            ("milliseconds", 1_000),
            ("minutes", 60_000_000),
            ("hours", 3_600_000_000),
            ("weeks", 7 * DAY_MICROS),
        ];
        let given = Arguments::new("timedelta", args)?;
        let mut micros = 0i128;
        for (at, (name, unit)) in UNITS.into_iter().enumerate() {
            let Some(value) = given.value(at, name)? else { continue };
            let part = match i64::try_from(value.clone()) {
                Ok(whole) if value.is_integer() => i128::from(whole) * unit,
                _ => (given.required::<f64>(at, name)? * unit as f64).round_ties_even() as i128,
            };
            micros = micros.saturating_add(part);
        }
        given.finish(UNITS.len())?;
        Self::of_micros(micros)
    }

    /// As Python writes it inside of a list.
    pub fn repr(&self) -> String {
        let (days, seconds, micros) = self.parts();
        let parts = [("days", days), ("seconds", seconds), ("microseconds", micros)];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(_, value)| *value != 0)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        match parts.as_slice() {
            [] => "datetime.timedelta(0)".to_owned(),
            parts => format!("datetime.timedelta({})", parts.join(", ")),
        }
    }
}

impl Object for TimeDelta {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "days" => Some(Value::from(self.parts().0)),
            "seconds" => Some(Value::from(self.parts().1)),
            "microseconds" => Some(Value::from(self.parts().2)),
            _ => None,
        }
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.0 != 0
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "total_seconds" => Ok(Value::from(self.0 as f64 / 1e6)),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.0.cmp(&other.downcast_ref::<Self>()?.0))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (days, seconds, micros) = self.parts();
        match days {
            0 => {}
            1 | -1 => write!(f, "{days} day, ")?,
            _ => write!(f, "{days} days, ")?,
        }
        write!(f, "{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
        if micros == 0 { Ok(()) } else { write!(f, ".{micros:06}") }
    }
}
