//! The classes of `modules.datetime`: `date`, `datetime`, `time`, `timedelta`.

use std::sync::Arc;

use chrono::{DateTime, Datelike, Local, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Object, ObjectRepr},
};

use super::{
    Clock, Moment, TimeDelta, Zone,
    clock::{time_of, tzinfo_of},
    invalid,
    iso::{read_date, read_datetime, read_time},
    moment::date_of,
    strptime::strptime,
};
use crate::jinja::arguments::Arguments;

/// A class: calling it makes a value, and it has functions of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// `datetime.date`
    Date,
    /// `datetime.datetime`
    DateTime,
    /// `datetime.time`
    Time,
    /// `datetime.timedelta`
    TimeDelta,
}

impl Class {
    /// The class of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "date" => Self::Date,
            "datetime" => Self::DateTime,
            "time" => Self::Time,
            "timedelta" => Self::TimeDelta,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::Time => "time",
            Self::TimeDelta => "timedelta",
        }
    }

    /// `date(2024, 1, 31)`, `datetime(2024, 1, 31, 10, 30)`, `time(10, 30)`, `timedelta(days=1)`
    ///
    /// # Errors
    /// Missing and wrong parts, and times that do not exist.
    pub fn create(self, args: &[Value]) -> Result<Value, Error> {
        if self == Self::TimeDelta {
            return TimeDelta::new(args).map(Value::from_object);
        }
        let given = Arguments::new(self.name(), args)?;
        let part =
            |at, name| -> Result<i64, Error> { Ok(given.get::<i64>(at, name)?.unwrap_or(0)) };
        let day = || -> Result<NaiveDate, Error> {
            date_of(
                given.required(0, "year")?,
                given.required(1, "month")?,
                given.required(2, "day")?,
            )
        };
        // Where the parts of the time start.
        let first = if self == Self::DateTime { 3 } else { 0 };
        let time = || -> Result<NaiveTime, Error> {
            time_of(
                part(first, "hour")?,
                part(first + 1, "minute")?,
                part(first + 2, "second")?,
                part(first + 3, "microsecond")?,
            )
        };
        let zone = || tzinfo_of(given.value(first + 4, "tzinfo")?);
        let (value, most) = match self {
            Self::Date => (Value::from_object(Moment::Date(day()?)), 3),
            Self::DateTime => {
                (Value::from_object(Moment::DateTime(day()?.and_time(time()?), zone()?)), 8)
            }
            _ => (Value::from_object(Clock(time()?, zone()?)), 5),
        };
        given.finish(most)?;
        Ok(value)
    }

    fn bound(self, name: &str) -> Option<Value> {
        let first = NaiveDate::from_ymd_opt(1, 1, 1)?;
        let last = NaiveDate::from_ymd_opt(9999, 12, 31)?;
        let end = NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999)?;
        let moment = |date: NaiveDate, time| Moment::DateTime(date.and_time(time), None);
        Some(match (self, name) {
            (Self::Date, "min") => Value::from_object(Moment::Date(first)),
            (Self::Date, "max") => Value::from_object(Moment::Date(last)),
            (Self::Date, "resolution") => Value::from_object(TimeDelta::days(1)),
            (Self::DateTime, "min") => Value::from_object(moment(first, NaiveTime::MIN)),
            (Self::DateTime, "max") => Value::from_object(moment(last, end)),
            (Self::Time, "min") => Value::from_object(Clock(NaiveTime::MIN, None)),
            (Self::Time, "max") => Value::from_object(Clock(end, None)),
            (Self::TimeDelta, "min") => Value::from_object(TimeDelta::MIN),
            (Self::TimeDelta, "max") => Value::from_object(TimeDelta::MAX),
            (_, "resolution") => Value::from_object(TimeDelta::RESOLUTION),
            _ => return None,
        })
    }

    /// A time as this class has it: a date has none of the day.
    fn of(self, moment: Moment) -> Value {
        Value::from_object(match self {
            Self::Date => Moment::Date(moment.local().date()),
            _ => moment,
        })
    }

    /// Functions that read a text.
    fn read(self, method: &str, args: &[Value]) -> Result<Value, Error> {
        if method == "strptime" {
            let given = Arguments::new("strptime", args)?;
            let text = given.text(0, "date_string")?;
            let (local, zone) = strptime(&text, &given.text(1, "format")?)?;
            return Ok(self.of(Moment::DateTime(local, zone)));
        }
        let text = Arguments::new("fromisoformat", args)?.text(0, "date_string")?;
        let value = match self {
            Self::Time => {
                read_time(&text).map(|(time, zone)| Value::from_object(Clock(time, zone)))
            }
            Self::Date => read_date(&text).map(|date| Value::from_object(Moment::Date(date))),
            _ => read_datetime(&text)
                .map(|(local, zone)| Value::from_object(Moment::DateTime(local, zone))),
        };
        value.ok_or_else(|| invalid(format!("`{text}` is no ISO {}", self.name())))
    }
}

/// The zone of an argument; none where it is left out or `none`.
fn zone_argument(given: &Arguments<'_>, at: usize, name: &str) -> Result<Option<Zone>, Error> {
    match given.value(at, name)?.filter(|zone| !zone.is_none()) {
        None => Ok(None),
        Some(zone) => match zone.downcast_object_ref::<Zone>() {
            Some(zone) => Ok(Some(*zone)),
            None => Err(given.wrong("expects a time zone of `modules.pytz`")),
        },
    }
}

fn utc_of(seconds: f64) -> Result<NaiveDateTime, Error> {
    let micros = (seconds * 1e6).round_ties_even();
    let found = DateTime::from_timestamp_micros(micros as i64).filter(|_| micros.abs() < 1e18);
    found.map(|at| at.naive_utc()).ok_or_else(|| invalid("this timestamp is out of range"))
}

impl Object for Class {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.bound(key.as_str()?)
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        self.create(args)
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let class = **self;
        match (class, method) {
            (Self::DateTime, "now") => {
                let given = Arguments::new("now", args)?;
                let zone = zone_argument(&given, 0, "tz")?;
                given.finish(1)?;
                Moment::at(Utc::now().naive_utc(), zone).map(Value::from_object)
            }
            (Self::DateTime | Self::Date, "today") => {
                Ok(class.of(Moment::DateTime(Local::now().naive_local(), None)))
            }
            (Self::DateTime, "utcnow") => {
                Ok(Value::from_object(Moment::DateTime(Utc::now().naive_utc(), None)))
            }
            (Self::DateTime | Self::Date, "fromtimestamp") => {
                let given = Arguments::new("fromtimestamp", args)?;
                let utc = utc_of(given.required(0, "timestamp")?)?;
                Ok(class.of(Moment::at(utc, zone_argument(&given, 1, "tz")?)?))
            }
            (Self::DateTime, "utcfromtimestamp") => {
                let given = Arguments::new("utcfromtimestamp", args)?;
                let utc = utc_of(given.required(0, "timestamp")?)?;
                Ok(Value::from_object(Moment::DateTime(utc, None)))
            }
            (Self::DateTime, "combine") => {
                let given = Arguments::new("combine", args)?;
                let (date, time) = (given.value(0, "date")?, given.value(1, "time")?);
                let date = date.as_ref().and_then(|date| date.downcast_object_ref::<Moment>());
                let time = time.as_ref().and_then(|time| time.downcast_object_ref::<Clock>());
                let (Some(date), Some(time)) = (date, time) else {
                    return Err(given.wrong("expects a date and a time"));
                };
                let zone = match given.value(2, "tzinfo")? {
                    Some(zone) => tzinfo_of(Some(zone))?,
                    None => time.1,
                };
                let local = date.local().date().and_time(time.0);
                Ok(Value::from_object(Moment::DateTime(local, zone)))
            }
            (Self::DateTime | Self::Date, "fromordinal") => {
                let ordinal: i32 = Arguments::new("fromordinal", args)?.required(0, "ordinal")?;
                let day = NaiveDate::from_num_days_from_ce_opt(ordinal)
                    .filter(|day| (1..=9999).contains(&day.year()))
                    .ok_or_else(|| invalid("this ordinal is out of range"))?;
                Ok(class.of(Moment::DateTime(day.and_time(NaiveTime::MIN), None)))
            }
            (Self::DateTime | Self::Date, "fromisocalendar") => {
                let given = Arguments::new("fromisocalendar", args)?;
                let (year, week): (i32, u32) =
                    (given.required(0, "year")?, given.required(1, "week")?);
                let day: u8 = given.required(2, "day")?;
                let day = day.checked_sub(1).and_then(|day| Weekday::try_from(day).ok());
                let day = day.and_then(|day| NaiveDate::from_isoywd_opt(year, week, day));
                let day = day.ok_or_else(|| given.wrong("there is no such day"))?;
                Ok(class.of(Moment::DateTime(day.and_time(NaiveTime::MIN), None)))
            }
            (Self::DateTime, "strptime")
            | (Self::DateTime | Self::Date | Self::Time, "fromisoformat") => {
                class.read(method, args)
            }
            _ => Err(Error::new(
                ErrorKind::InvalidOperation,
                format!("`datetime.{}` has no `{method}` here", class.name()),
            )),
        }
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<class 'datetime.{}'>", self.name())
    }
}
