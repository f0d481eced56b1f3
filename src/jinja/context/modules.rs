//! `modules.*`: the parts of Python's library that dbt opens to templates
//! (<https://docs.getdbt.com/reference/dbt-jinja-functions/modules>).

use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc};
use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Kwargs, Object, ObjectRepr, from_args},
};

use super::{
    iteration::iteration,
    moments::{Moment, Span, Zone, zoned},
    regular_expressions::{self, regular_expression},
};

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// `modules`.
#[derive(Debug)]
pub struct ModulesObject;

impl Object for ModulesObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let module = match key.as_str()? {
            "datetime" => Module::DateTime,
            "re" => Module::Re,
            "pytz" => Module::Pytz,
            "itertools" => Module::Itertools,
            _ => return None,
        };
        Some(Value::from_object(module))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Module {
    DateTime,
    DateTimeClass,
    DateClass,
    Re,
    Pytz,
    Itertools,
    Timezone,
}

impl Object for Module {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match (**self, key.as_str()?) {
            (Self::DateTime, "datetime") => Some(Value::from_object(Self::DateTimeClass)),
            (Self::DateTime, "date") => Some(Value::from_object(Self::DateClass)),
            (Self::DateTime, "timezone") => Some(Value::from_object(Self::Timezone)),
            (Self::Timezone | Self::Pytz, "utc" | "UTC") => {
                Some(Value::from_object(Zone(chrono_tz::UTC)))
            }
            (Self::Re, name) => regular_expressions::flag(name).map(Value::from),
            _ => None,
        }
    }

    /// `datetime.datetime(2024, 1, 31)` and `datetime.date(2024, 1, 31)`.
    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let (positional, options) = match args.split_last() {
            Some((last, rest)) if last.is_kwargs() => (rest, Kwargs::try_from(last.clone())?),
            _ => (args, Kwargs::from_iter(Vec::<(String, Value)>::new())),
        };
        let args = positional;
        let zone = match options.get::<Option<Value>>("tzinfo")? {
            Some(zone) => zone.downcast_object_ref::<Zone>().map(|zone| zone.0),
            None => None,
        };
        let parts: Vec<i64> =
            args.iter().filter_map(|arg| i64::try_from(arg.clone()).ok()).collect();
        const NAMES: [&str; 7] =
            ["year", "month", "day", "hour", "minute", "second", "microsecond"];
        let part = |at: usize, default: i64| {
            let named = || options.get::<Option<i64>>(NAMES[at]).ok().flatten();
            parts.get(at).copied().or_else(named).unwrap_or(default)
        };
        let date = NaiveDate::from_ymd_opt(part(0, 0) as i32, part(1, 0) as u32, part(2, 0) as u32)
            .ok_or_else(|| invalid("expected a year, a month and a day that exist"))?;
        match **self {
            Self::DateClass => Ok(Value::from_object(Moment::Date(date))),
            Self::DateTimeClass => {
                let time = date
                    .and_hms_opt(part(3, 0) as u32, part(4, 0) as u32, part(5, 0) as u32)
                    .ok_or_else(|| invalid("expected a time that exists"))?;
                let time = time + Duration::microseconds(part(6, 0));
                match zone {
                    Some(zone) => zone
                        .from_local_datetime(&time)
                        .earliest()
                        .map(zoned)
                        .ok_or_else(|| invalid("this local time does not exist")),
                    None => Ok(Value::from_object(Moment::Naive(time))),
                }
            }
            _ => Err(invalid("a module cannot be called")),
        }
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match (**self, method) {
            (Self::DateTimeClass, "now" | "utcnow" | "today") => {
                let now = Utc::now();
                match args.first().and_then(|zone| zone.downcast_object_ref::<Zone>()) {
                    Some(zone) => Ok(zoned(now.with_timezone(&zone.0))),
                    None => Ok(Value::from_object(Moment::Naive(now.naive_utc()))),
                }
            }
            (Self::DateClass, "today") => {
                Ok(Value::from_object(Moment::Date(Utc::now().date_naive())))
            }
            (Self::DateTimeClass, "strptime") => {
                let (text, format): (&str, &str) = from_args(args)?;
                let format = format.replace("%f", "%6f");
                let format = format.as_str();
                if let Ok(moment) = DateTime::parse_from_str(text, format) {
                    return Ok(zoned(moment.with_timezone(&chrono_tz::UTC)));
                }
                let parsed = NaiveDateTime::parse_from_str(text, format).or_else(|_| {
                    NaiveDate::parse_from_str(text, format)
                        .map(|date| date.and_time(chrono::NaiveTime::MIN))
                });
                parsed.map(|moment| Value::from_object(Moment::Naive(moment))).map_err(|_| {
                    invalid(format!("time data `{text}` does not match format `{format}`"))
                })
            }
            (Self::DateTimeClass, "fromtimestamp" | "utcfromtimestamp") => {
                let (seconds, zone): (f64, Option<Value>) = from_args(args)?;
                let at = DateTime::from_timestamp_micros((seconds * 1e6) as i64)
                    .ok_or_else(|| invalid("this time is out of range"))?;
                match zone.as_ref().and_then(|zone| zone.downcast_object_ref::<Zone>()) {
                    Some(zone) => Ok(zoned(at.with_timezone(&zone.0))),
                    None => Ok(Value::from_object(Moment::Naive(at.naive_utc()))),
                }
            }
            (Self::DateTimeClass | Self::DateClass, "fromisoformat") => {
                let (text,): (&str,) = from_args(args)?;
                let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
                if let (Some(date), Self::DateClass) = (date, **self) {
                    return Ok(Value::from_object(Moment::Date(date)));
                }
                let moment = date.map(|date| date.and_time(chrono::NaiveTime::MIN)).or_else(|| {
                    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
                        .iter()
                        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
                });
                moment
                    .map(|moment| Value::from_object(Moment::Naive(moment)))
                    .ok_or_else(|| invalid(format!("`{text}` is no ISO date or time")))
            }
            (Self::DateTime, "timedelta") => {
                let (days, options): (Option<f64>, Kwargs) = from_args(args)?;
                let unit = |name: &str| -> Result<f64, Error> {
                    Ok(options.get::<Option<f64>>(name)?.unwrap_or(0.0))
                };
                let seconds = (days.unwrap_or(0.0) + unit("days")? + unit("weeks")? * 7.0)
                    * 86_400.0
                    + unit("hours")? * 3_600.0
                    + unit("minutes")? * 60.0
                    + unit("seconds")?
                    + unit("milliseconds")? / 1e3
                    + unit("microseconds")? / 1e6;
                let micros = (seconds * 1e6).round() as i64;
                Ok(Value::from_object(Span(Duration::microseconds(micros))))
            }
            (Self::DateTime, "datetime") => {
                Value::from_object(Self::DateTimeClass).call(state, args)
            }
            (Self::DateTime, "date") => Value::from_object(Self::DateClass).call(state, args),
            (Self::Pytz, "timezone") => {
                let (name,): (&str,) = from_args(args)?;
                let zone = name.parse::<chrono_tz::Tz>();
                zone.map(|zone| Value::from_object(Zone(zone)))
                    .map_err(|_| invalid(format!("unknown time zone `{name}`")))
            }
            (Self::Re, name) => regular_expression(name, args),
            (Self::Itertools, name) => iteration(name, state, args)?.ok_or_else(|| {
                invalid(format!("`modules.itertools` has no `{name}`; write a `for` loop"))
            }),
            _ => Err(Error::new(
                ErrorKind::UnknownMethod,
                format!("`{method}` of this module is not supported"),
            )),
        }
    }
}
