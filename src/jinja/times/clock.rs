//! `time`: a time of day.

use std::{cmp::Ordering, sync::Arc};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use minijinja::{
    Error, ErrorKind, State, Value,
    value::{DynObject, Object, ObjectRepr},
};

use super::{
    TimeDelta, Tzinfo, Zone, invalid,
    iso::{Precision, time_text},
    strftime::strftime,
    zone::offset_text,
};
use crate::jinja::arguments::Arguments;

/// A time of day, maybe of a zone.
#[derive(Clone, Copy, Debug)]
pub struct Clock(pub NaiveTime, pub Option<Tzinfo>);

/// A time of day of its parts.
///
/// # Errors
/// Parts out of range.
pub fn time_of(hour: i64, minute: i64, second: i64, micros: i64) -> Result<NaiveTime, Error> {
    let part = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
    let found = NaiveTime::from_hms_micro_opt(part(hour), part(minute), part(second), part(micros));
    found.filter(|_| micros < 1_000_000).ok_or_else(|| {
        invalid(format!(
            "there is no time {hour:02}:{minute:02}:{second:02} with {micros} microseconds"
        ))
    })
}

/// The zone that `tzinfo=` names: of the object, or none.
///
/// # Errors
/// What is no zone.
pub fn tzinfo_of(value: Option<Value>) -> Result<Option<Tzinfo>, Error> {
    match value {
        None => Ok(None),
        Some(value) if value.is_none() => Ok(None),
        Some(value) => match value.downcast_object_ref::<Zone>() {
            Some(zone) => Ok(Some(zone.unlocalized())),
            None => Err(invalid("`tzinfo` expects a time zone of `modules.pytz`")),
        },
    }
}

impl Clock {
    /// As Python writes it inside of a list.
    pub fn repr(&self) -> String {
        format!("datetime.time({})", parts_text(self.0, self.1))
    }

    /// The time on Python's first day, for formats.
    fn on_a_day(&self) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default().and_time(self.0)
    }

    fn isoformat(&self, precision: Precision) -> String {
        let offset = match self.1 {
            // Without a day, a zone that saves daylight has no offset.
            Some(Tzinfo { zone: Zone::Named(zone), .. }) if zone != chrono_tz::UTC => String::new(),
            Some(zone) => offset_text(zone.offset_secs, ":"),
            None => String::new(),
        };
        format!("{}{offset}", time_text(self.0, precision))
    }
}

/// `1, 2, 3` of a time: seconds and microseconds only where there are any.
pub fn parts_text(time: NaiveTime, zone: Option<Tzinfo>) -> String {
    let (second, micros) = (time.second(), time.nanosecond() / 1000);
    let mut text = format!("{}, {}", time.hour(), time.minute());
    if second != 0 || micros != 0 {
        text.push_str(&format!(", {second}"));
    }
    if micros != 0 {
        text.push_str(&format!(", {micros}"));
    }
    match zone.map(|zone| zone.zone) {
        None => {}
        Some(Zone::Offset(0)) => text.push_str(", tzinfo=datetime.timezone.utc"),
        Some(Zone::Offset(seconds)) => {
            let offset = TimeDelta::seconds(seconds).repr();
            text.push_str(&format!(", tzinfo=datetime.timezone({offset})"));
        }
        Some(zone @ Zone::Named(chrono_tz::UTC)) => {
            text.push_str(&format!(", tzinfo=<{}>", Value::from_object(zone)));
        }
        Some(zone) => text.push_str(&format!(", tzinfo={}", Value::from_object(zone))),
    }
    text
}

impl Object for Clock {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "hour" => Value::from(self.0.hour()),
            "minute" => Value::from(self.0.minute()),
            "second" => Value::from(self.0.second()),
            "microsecond" => Value::from(self.0.nanosecond() / 1000),
            "tzinfo" => {
                self.1.map_or_else(|| Value::from(()), |zone| Value::from_object(zone.zone))
            }
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "strftime" => {
                let given = Arguments::new("strftime", args)?;
                let format = given.text(0, "format")?;
                Ok(Value::from(strftime(&format, self.on_a_day(), self.1)))
            }
            "isoformat" => {
                let given = Arguments::new("isoformat", args)?;
                let precision = Precision::named(given.get::<String>(0, "timespec")?.as_deref())?;
                Ok(Value::from(self.isoformat(precision)))
            }
            "replace" => {
                let given = Arguments::new("replace", args)?;
                let part = |at, name, now: u32| -> Result<i64, Error> {
                    Ok(given.get::<i64>(at, name)?.unwrap_or(i64::from(now)))
                };
                let time = time_of(
                    part(0, "hour", self.0.hour())?,
                    part(1, "minute", self.0.minute())?,
                    part(2, "second", self.0.second())?,
                    part(3, "microsecond", self.0.nanosecond() / 1000)?,
                )?;
                let zone = match given.value(4, "tzinfo")? {
                    Some(zone) => tzinfo_of(Some(zone))?,
                    None => self.1,
                };
                given.finish(5)?;
                Ok(Value::from_object(Self(time, zone)))
            }
            "tzname" | "utcoffset" | "dst" if self.1.is_none() => Ok(Value::from(())),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.0.cmp(&other.downcast_ref::<Self>()?.0))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.isoformat(Precision::Auto))
    }
}
