//! Dates, times, lengths of time and time zones, as `modules.datetime` and `modules.pytz` have them.

use std::{cmp::Ordering, sync::Arc};

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use minijinja::{
    Error, ErrorKind, State, Value,
    value::{DynObject, Kwargs, Object, ObjectRepr, from_args},
};

use crate::jinja::list::List;

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// A time zone.
#[derive(Debug)]
pub struct Zone(pub Tz);

impl Object for Zone {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let (moment, _options): (Value, Kwargs) = from_args(args)?;
        let naive = moment
            .downcast_object_ref::<Moment>()
            .map(Moment::naive)
            .ok_or_else(|| invalid("expected a datetime"))?;
        match method {
            "localize" => self
                .0
                .from_local_datetime(&naive)
                .earliest()
                .map(zoned)
                .ok_or_else(|| invalid("this local time does not exist")),
            // Already exact: offsets are worked out whenever a time moves.
            "normalize" => Ok(moment),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.name())
    }
}

/// A length of time.
#[derive(Debug)]
pub struct Span(pub Duration);

impl Span {
    /// Days, seconds and microseconds, as Python keeps them: only the days are ever negative.
    fn parts(&self) -> (i64, i64, i64) {
        let micros = self.0.num_microseconds().unwrap_or(0);
        let days = micros.div_euclid(86_400_000_000);
        let rest = micros.rem_euclid(86_400_000_000);
        (days, rest / 1_000_000, rest % 1_000_000)
    }
}

impl Object for Span {
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

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "total_seconds" => Ok(Value::from(self.0.num_milliseconds() as f64 / 1000.0)),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// A date or time.
#[derive(Clone, Debug)]
pub enum Moment {
    /// `date`
    Date(NaiveDate),
    /// `datetime` without a zone
    Naive(NaiveDateTime),
    /// `datetime` with a zone
    Zoned(DateTime<Tz>),
}

/// A time with its zone as a template value.
pub fn zoned(moment: DateTime<Tz>) -> Value {
    Value::from_object(Moment::Zoned(moment))
}

/// A UTC time as Python's aware datetime.
pub fn datetime_value(moment: DateTime<Utc>) -> Value {
    zoned(moment.with_timezone(&Tz::UTC))
}

impl Moment {
    /// The local date and time.
    pub fn naive(&self) -> NaiveDateTime {
        match self {
            Self::Date(date) => date.and_time(chrono::NaiveTime::MIN),
            Self::Naive(moment) => *moment,
            Self::Zoned(moment) => moment.naive_local(),
        }
    }

    fn isoformat(&self, separator: char) -> String {
        let fraction = |nanos: u32| match nanos / 1000 {
            0 => String::new(),
            micros => format!(".{micros:06}"),
        };
        match self {
            Self::Date(date) => date.to_string(),
            Self::Naive(at) => format!(
                "{}{separator}{}{}",
                at.date(),
                at.format("%H:%M:%S"),
                fraction(at.nanosecond())
            ),
            Self::Zoned(at) => format!(
                "{}{separator}{}{}{}",
                at.date_naive(),
                at.format("%H:%M:%S"),
                fraction(at.nanosecond()),
                at.format("%:z")
            ),
        }
    }

    fn shifted(&self, by: Duration) -> Option<Self> {
        Some(match self {
            Self::Date(date) => Self::Date(date.checked_add_signed(Duration::days(by.num_days()))?),
            Self::Naive(at) => Self::Naive(at.checked_add_signed(by)?),
            Self::Zoned(at) => Self::Zoned(at.checked_add_signed(by)?),
        })
    }
}

impl Moment {
    fn since(&self, other: &Self) -> Duration {
        match (self, other) {
            (Self::Zoned(left), Self::Zoned(right)) => *left - *right,
            _ => self.naive() - other.naive(),
        }
    }

    /// The text of a format in Python's letters.
    fn formatted(&self, format: &str) -> Result<String, Error> {
        // Python's %f are microseconds, and a time without a zone prints none.
        let mut format = format.replace("%f", "%6f");
        if !matches!(self, Self::Zoned(_)) {
            format = format.replace("%z", "").replace("%Z", "");
        }
        let mut text = String::new();
        let written = match self {
            Self::Zoned(at) => std::fmt::write(&mut text, format_args!("{}", at.format(&format))),
            other => std::fmt::write(&mut text, format_args!("{}", other.naive().format(&format))),
        };
        written.map_err(|_| invalid(format!("`{format}` is no time format")))?;
        Ok(text)
    }
}

/// `left operator right`, where one of them is a time or a length of time.
pub fn time_arithmetic(
    left: &Value,
    operator: &str,
    right: &Value,
) -> Result<Option<Value>, Error> {
    let sign = match operator {
        "+" => 1,
        "-" => -1,
        _ => return Ok(None),
    };
    Ok(add_times(left, right, sign))
}

/// Adds (or with `sign` -1 subtracts) a length of time, or subtracts two times.
fn add_times(left: &Value, right: &Value, sign: i32) -> Option<Value> {
    if let (Some(left), Some(right)) =
        (left.downcast_object_ref::<Span>(), right.downcast_object_ref::<Span>())
    {
        return Some(Value::from_object(Span(left.0 + right.0 * sign)));
    }
    if let (Some(span), Some(moment), 1) =
        (left.downcast_object_ref::<Span>(), right.downcast_object_ref::<Moment>(), sign)
    {
        return Some(Value::from_object(moment.shifted(span.0)?));
    }
    let moment = left.downcast_object_ref::<Moment>()?;
    if let Some(span) = right.downcast_object_ref::<Span>() {
        return moment.shifted(span.0 * sign).map(Value::from_object);
    }
    let other = right.downcast_object_ref::<Moment>()?;
    (sign < 0).then(|| Value::from_object(Span(moment.since(other))))
}

impl Object for Moment {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let at = self.naive();
        Some(match key.as_str()? {
            "year" => Value::from(at.year()),
            "month" => Value::from(at.month()),
            "day" => Value::from(at.day()),
            "hour" => Value::from(at.hour()),
            "minute" => Value::from(at.minute()),
            "second" => Value::from(at.second()),
            "microsecond" => Value::from(at.nanosecond() / 1000),
            "tzinfo" => match &**self {
                Self::Zoned(at) => Value::from_object(Zone(at.timezone())),
                _ => Value::from(()),
            },
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
                let (format,): (&str,) = from_args(args)?;
                Ok(Value::from(self.formatted(format)?))
            }
            "isoformat" => Ok(Value::from(self.isoformat('T'))),
            "ctime" => Ok(Value::from(self.formatted("%a %b %e %H:%M:%S %Y")?)),
            "toordinal" => Ok(Value::from(self.naive().num_days_from_ce())),
            "isocalendar" => {
                let week = self.naive().iso_week();
                let day = self.naive().weekday().number_from_monday();
                Ok(List::tuple(vec![
                    Value::from(week.year()),
                    Value::from(week.week()),
                    Value::from(day),
                ]))
            }
            "utcoffset" => Ok(match &**self {
                Self::Zoned(at) => Value::from_object(Span(at.naive_local() - at.naive_utc())),
                _ => Value::from(()),
            }),
            "date" => Ok(Value::from_object(Self::Date(self.naive().date()))),
            "weekday" => Ok(Value::from(self.naive().weekday().num_days_from_monday())),
            "isoweekday" => Ok(Value::from(self.naive().weekday().number_from_monday())),
            "timestamp" => Ok(Value::from(match &**self {
                Self::Zoned(at) => at.timestamp_millis() as f64 / 1000.0,
                other => other.naive().and_utc().timestamp_millis() as f64 / 1000.0,
            })),
            "astimezone" => {
                let (zone,): (Value,) = from_args(args)?;
                let zone = zone
                    .downcast_object_ref::<Zone>()
                    .ok_or_else(|| invalid("expected a time zone of `modules.pytz`"))?;
                let utc = match &**self {
                    Self::Zoned(at) => at.with_timezone(&Utc),
                    other => other.naive().and_utc(),
                };
                Ok(zoned(utc.with_timezone(&zone.0)))
            }
            "replace" => {
                let (options,): (Kwargs,) = from_args(args)?;
                let mut at = self.naive();
                let part = |name: &str| options.get::<Option<u32>>(name);
                let missing = || invalid("this date or time does not exist");
                if let Some(day) = part("day")? {
                    at = at.with_day(day).ok_or_else(missing)?;
                }
                if let Some(month) = part("month")? {
                    at = at.with_month(month).ok_or_else(missing)?;
                }
                if let Some(year) = options.get::<Option<i32>>("year")? {
                    at = at.with_year(year).ok_or_else(missing)?;
                }
                if let Some(hour) = part("hour")? {
                    at = at.with_hour(hour).ok_or_else(missing)?;
                }
                if let Some(minute) = part("minute")? {
                    at = at.with_minute(minute).ok_or_else(missing)?;
                }
                if let Some(second) = part("second")? {
                    at = at.with_second(second).ok_or_else(missing)?;
                }
                if let Some(micros) = part("microsecond")? {
                    at = at.with_nanosecond(micros * 1000).ok_or_else(missing)?;
                }
                let zone = match options.get::<Option<Value>>("tzinfo")? {
                    Some(zone) => zone.downcast_object_ref::<Zone>().map(|zone| zone.0),
                    None => match &**self {
                        // `tzinfo=none` takes the zone away.
                        Self::Zoned(at) if !options.has("tzinfo") => Some(at.timezone()),
                        _ => None,
                    },
                };
                Ok(match (&**self, zone) {
                    (Self::Date(_), _) => Value::from_object(Self::Date(at.date())),
                    (_, None) => Value::from_object(Self::Naive(at)),
                    (_, Some(zone)) => {
                        zoned(zone.from_local_datetime(&at).earliest().ok_or_else(missing)?)
                    }
                })
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        Some(match (&**self, other) {
            (Self::Zoned(left), Self::Zoned(right)) => left.cmp(right),
            _ => self.naive().cmp(&other.naive()),
        })
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.isoformat(' '))
    }
}
