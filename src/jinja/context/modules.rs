//! `modules.*`: the parts of Python's library that dbt opens to templates
//! (<https://docs.getdbt.com/reference/dbt-jinja-functions/modules>).

use std::sync::Arc;

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, TimeZone, Timelike, Utc};
use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Kwargs, Object, ObjectRepr, from_args},
};

use crate::jinja::list::List;

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
}

impl Object for Module {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match (**self, key.as_str()?) {
            (Self::DateTime, "datetime") => Some(Value::from_object(Self::DateTimeClass)),
            (Self::DateTime, "date") => Some(Value::from_object(Self::DateClass)),
            (Self::Pytz, "utc" | "UTC") => Some(Value::from_object(Zone(chrono_tz::UTC))),
            _ => None,
        }
    }

    /// `datetime.datetime(2024, 1, 31)` and `datetime.date(2024, 1, 31)`.
    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let parts: Vec<i64> =
            args.iter().filter_map(|arg| i64::try_from(arg.clone()).ok()).collect();
        let part = |at: usize, default: i64| parts.get(at).copied().unwrap_or(default);
        let date = NaiveDate::from_ymd_opt(part(0, 0) as i32, part(1, 0) as u32, part(2, 0) as u32)
            .ok_or_else(|| invalid("expected a year, a month and a day that exist"))?;
        match **self {
            Self::DateClass => Ok(Value::from_object(Moment::Date(date))),
            Self::DateTimeClass => {
                let time = date
                    .and_hms_opt(part(3, 0) as u32, part(4, 0) as u32, part(5, 0) as u32)
                    .ok_or_else(|| invalid("expected a time that exists"))?;
                Ok(Value::from_object(Moment::Naive(time)))
            }
            _ => Err(invalid("a module cannot be called")),
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
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
                let parsed = NaiveDateTime::parse_from_str(text, format).or_else(|_| {
                    NaiveDate::parse_from_str(text, format)
                        .map(|date| date.and_time(chrono::NaiveTime::MIN))
                });
                parsed.map(|moment| Value::from_object(Moment::Naive(moment))).map_err(|_| {
                    invalid(format!("time data `{text}` does not match format `{format}`"))
                })
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
                    + unit("seconds")?;
                Ok(Value::from_object(Span(Duration::milliseconds((seconds * 1000.0) as i64))))
            }
            (Self::DateTime, "datetime") => {
                Value::from_object(Self::DateTimeClass).call(_state, args)
            }
            (Self::DateTime, "date") => Value::from_object(Self::DateClass).call(_state, args),
            (Self::Pytz, "timezone") => {
                let (name,): (&str,) = from_args(args)?;
                let zone = name.parse::<chrono_tz::Tz>();
                zone.map(|zone| Value::from_object(Zone(zone)))
                    .map_err(|_| invalid(format!("unknown time zone `{name}`")))
            }
            (Self::Re, name) => regular_expression(name, args),
            (Self::Itertools, name) => iteration(name, args),
            _ => Err(Error::new(
                ErrorKind::UnknownMethod,
                format!("`{method}` of this module is not supported"),
            )),
        }
    }
}

fn regular_expression(method: &str, args: &[Value]) -> Result<Value, Error> {
    let (pattern, second, third): (&str, &str, Option<&str>) = from_args(args)?;
    let anchored = match method {
        "match" => format!("^(?:{pattern})"),
        "fullmatch" => format!("^(?:{pattern})$"),
        _ => pattern.to_owned(),
    };
    let regex = regex::Regex::new(&anchored)
        .map_err(|error| invalid(format!("`{pattern}` is no regular expression: {error}")))?;
    let text = if method == "sub" { third.unwrap_or_default() } else { second };
    match method {
        "match" | "search" | "fullmatch" => Ok(regex.captures(text).map_or_else(
            || Value::from(()),
            |found| {
                let groups = found.iter().map(|group| group.map(|group| group.as_str().to_owned()));
                Value::from_object(Match(groups.collect()))
            },
        )),
        "findall" => {
            let found = regex.captures_iter(text).map(|found| {
                Value::from(found.get(1).or(found.get(0)).map_or("", |group| group.as_str()))
            });
            Ok(List::value(found.collect()))
        }
        "split" => Ok(List::value(regex.split(text).map(Value::from).collect())),
        "sub" => {
            // Python writes groups as \1, this library as ${1}.
            let replacement = regex::Regex::new(r"\\(\d+)").map_or_else(
                |_| second.to_owned(),
                |groups| groups.replace_all(&second.replace('$', "$$"), "$${$1}").into_owned(),
            );
            Ok(Value::from(regex.replace_all(text, replacement.as_str()).into_owned()))
        }
        _ => Err(Error::new(ErrorKind::UnknownMethod, format!("`re.{method}` is not supported"))),
    }
}

/// A match of a regular expression.
#[derive(Debug)]
struct Match(Vec<Option<String>>);

impl Object for Match {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "group" => {
                let (at,): (Option<usize>,) = from_args(args)?;
                let group = self.0.get(at.unwrap_or(0)).ok_or_else(|| invalid("no such group"))?;
                Ok(Value::from(group.clone()))
            }
            "groups" => {
                Ok(List::value(self.0.iter().skip(1).map(|g| Value::from(g.clone())).collect()))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

fn iteration(method: &str, args: &[Value]) -> Result<Value, Error> {
    let mut lists = Vec::new();
    for arg in args.iter().filter(|arg| !arg.is_kwargs() && arg.try_iter().is_ok()) {
        lists.push(arg.try_iter()?.collect::<Vec<Value>>());
    }
    let tuples = |rows: Vec<Vec<Value>>| List::value(rows.into_iter().map(List::tuple).collect());
    match method {
        "chain" => Ok(List::value(lists.into_iter().flatten().collect())),
        "product" => {
            let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
            for list in lists {
                rows = rows
                    .into_iter()
                    .flat_map(|row| {
                        list.iter().map(move |item| {
                            let mut next = row.clone();
                            next.push(item.clone());
                            next
                        })
                    })
                    .collect();
            }
            Ok(tuples(rows))
        }
        "combinations" | "permutations" => {
            let items = lists.into_iter().next().unwrap_or_default();
            let size = args.get(1).and_then(|arg| usize::try_from(arg.clone()).ok()).unwrap_or(2);
            let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
            for _ in 0..size {
                rows = rows
                    .into_iter()
                    .flat_map(|row| {
                        let ordered = method == "combinations";
                        let first = if ordered { row.last().map_or(0, |last| last + 1) } else { 0 };
                        (first..items.len())
                            .filter(|at| ordered || !row.contains(at))
                            .map(|at| {
                                let mut next = row.clone();
                                next.push(at);
                                next
                            })
                            .collect::<Vec<_>>()
                    })
                    .collect();
            }
            let pick = |row: Vec<usize>| row.into_iter().map(|at| items[at].clone()).collect();
            Ok(tuples(rows.into_iter().map(pick).collect()))
        }
        _ => Err(Error::new(
            ErrorKind::UnknownMethod,
            format!("`itertools.{method}` is not supported"),
        )),
    }
}

/// A time zone.
#[derive(Debug)]
struct Zone(chrono_tz::Tz);

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
        let (moment,): (Value,) = from_args(args)?;
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
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// A length of time.
#[derive(Debug)]
struct Span(Duration);

impl Object for Span {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "days" => Some(Value::from(self.0.num_days())),
            "seconds" => Some(Value::from(self.0.num_seconds() - self.0.num_days() * 86_400)),
            _ => None,
        }
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
enum Moment {
    Date(NaiveDate),
    Naive(NaiveDateTime),
    Zoned(DateTime<chrono::FixedOffset>),
}

fn zoned(moment: DateTime<chrono_tz::Tz>) -> Value {
    Value::from_object(Moment::Zoned(moment.fixed_offset()))
}

/// A UTC time as Python's aware datetime.
pub fn datetime_value(moment: DateTime<Utc>) -> Value {
    Value::from_object(Moment::Zoned(moment.fixed_offset()))
}

impl Moment {
    fn naive(&self) -> NaiveDateTime {
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

    fn shifted(&self, by: Duration) -> Self {
        match self {
            Self::Date(date) => Self::Date(*date + Duration::days(by.num_days())),
            Self::Naive(at) => Self::Naive(*at + by),
            Self::Zoned(at) => Self::Zoned(*at + by),
        }
    }
}

/// Adds (or with `sign` -1 subtracts) a length of time, or subtracts two times.
pub fn add_times(left: &Value, right: &Value, sign: i32) -> Option<Value> {
    let moment = left.downcast_object_ref::<Moment>()?;
    if let Some(span) = right.downcast_object_ref::<Span>() {
        return Some(Value::from_object(moment.shifted(span.0 * sign)));
    }
    let other = right.downcast_object_ref::<Moment>()?;
    (sign < 0).then(|| Value::from_object(Span(moment.naive() - other.naive())))
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
                let mut text = String::new();
                let written = match &**self {
                    Self::Zoned(at) => {
                        std::fmt::write(&mut text, format_args!("{}", at.format(format)))
                    }
                    other => {
                        std::fmt::write(&mut text, format_args!("{}", other.naive().format(format)))
                    }
                };
                written.map_err(|_| invalid(format!("`{format}` is no time format")))?;
                Ok(Value::from(text))
            }
            "isoformat" => Ok(Value::from(self.isoformat('T'))),
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
                Ok(Value::from_object(match &**self {
                    Self::Date(_) => Self::Date(at.date()),
                    Self::Naive(_) => Self::Naive(at),
                    Self::Zoned(zoned) => Self::Zoned(
                        zoned.offset().from_local_datetime(&at).single().ok_or_else(missing)?,
                    ),
                }))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.isoformat(' '))
    }
}
