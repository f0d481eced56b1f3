//! `date` and `datetime`.

use std::{cmp::Ordering, sync::Arc};

use chrono::{
    DateTime, Datelike, Duration, Local, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone,
    Timelike, Utc,
};
use minijinja::{
    Error, ErrorKind, State, Value,
    value::{DynObject, Enumerator, Object, ObjectRepr},
};

use super::{
    TimeDelta, Tzinfo, Zone,
    clock::{Clock, parts_text, time_of, tzinfo_of},
    invalid,
    iso::{Precision, time_text},
    strftime::{local_timestamp, strftime},
    zone::offset_text,
};
use crate::jinja::{arguments::Arguments, list::List};

/// A date, or a date and time that may have a zone.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// `date`
    Date(NaiveDate),
    /// `datetime`: the local time and the zone.
    DateTime(NaiveDateTime, Option<Tzinfo>),
}

/// A UTC time as Python's aware datetime.
pub fn datetime_value(moment: DateTime<Utc>) -> Value {
    let zone = Tzinfo { zone: Zone::UTC, offset_secs: 0 };
    Value::from_object(Moment::DateTime(moment.naive_utc(), Some(zone)))
}

/// A time in UTC that says no zone.
pub fn naive_datetime_value(moment: DateTime<Utc>) -> Value {
    Value::from_object(Moment::DateTime(moment.naive_utc(), None))
}

/// A day of the calendar.
///
/// # Errors
/// Days that do not exist, and years out of Python's range.
pub fn date_of(year: i64, month: i64, day: i64) -> Result<NaiveDate, Error> {
    let part = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
    let found = NaiveDate::from_ymd_opt(year as i32, part(month), part(day));
    found
        .filter(|_| (1..=9999).contains(&year))
        .ok_or_else(|| invalid(format!("there is no day {year:04}-{month:02}-{day:02}")))
}

fn in_range(local: NaiveDateTime) -> Result<NaiveDateTime, Error> {
    match local.year() {
        1..=9999 => Ok(local),
        _ => Err(invalid("this date is out of range: years go from 1 to 9999")),
    }
}

impl Moment {
    /// The local date and time.
    pub fn local(&self) -> NaiveDateTime {
        match self {
            Self::Date(date) => date.and_time(NaiveTime::MIN),
            Self::DateTime(local, _) => *local,
        }
    }

    /// The zone, of what has one.
    pub fn zone(&self) -> Option<Tzinfo> {
        match self {
            Self::Date(_) => None,
            Self::DateTime(_, zone) => *zone,
        }
    }

    /// A time of one zone in another.
    ///
    /// # Errors
    /// Dates out of range.
    pub fn in_zone(local: NaiveDateTime, from: Tzinfo, to: Zone) -> Result<Self, Error> {
        let utc = local - Duration::seconds(i64::from(from.offset_secs));
        let zone = to.at_utc(utc);
        let local = in_range(utc + Duration::seconds(i64::from(zone.offset_secs)))?;
        Ok(Self::DateTime(local, Some(zone)))
    }

    /// The time at a moment of UTC: in a zone, or on this machine's clock.
    ///
    /// # Errors
    /// Dates out of range.
    pub fn at(utc: NaiveDateTime, zone: Option<Zone>) -> Result<Self, Error> {
        match zone {
            Some(zone) => Self::in_zone(utc, Tzinfo { zone: Zone::UTC, offset_secs: 0 }, zone),
            None => {
                Ok(Self::DateTime(in_range(Local.from_utc_datetime(&utc).naive_local())?, None))
            }
        }
    }

    /// Moves by a length of time on the local clock. Dates move by whole days.
    ///
    /// # Errors
    /// Dates out of range.
    pub fn shifted(&self, by: TimeDelta, sign: i32) -> Result<Self, Error> {
        let by = match self {
            // Python takes the days of the length that is added.
            Self::Date(_) => i128::from(by.parts().0) * TimeDelta::days(1).micros(),
            Self::DateTime(..) => by.micros(),
        };
        let by = by * i128::from(sign);
        let out_of_range = || invalid("this date is out of range: years go from 1 to 9999");
        let micros = i64::try_from(by).map_err(|_| out_of_range())?;
        let moved = self.local().checked_add_signed(Duration::microseconds(micros));
        let local = in_range(moved.ok_or_else(out_of_range)?)?;
        Ok(match self {
            Self::Date(_) => Self::Date(local.date()),
            Self::DateTime(_, zone) => Self::DateTime(local, *zone),
        })
    }

    /// The length of time since another one.
    ///
    /// # Errors
    /// A date and a datetime, a datetime with a zone and one without.
    pub fn since(&self, other: &Self) -> Result<TimeDelta, Error> {
        match (self, other) {
            (Self::Date(_), Self::DateTime(..)) | (Self::DateTime(..), Self::Date(_)) => {
                return Err(invalid(
                    "a date cannot be subtracted from a datetime, nor the reverse",
                ));
            }
            _ if self.zone().is_some() != other.zone().is_some() => {
                return Err(invalid("only one of these datetimes has a time zone"));
            }
            _ => {}
        }
        let length = self.instant() - other.instant();
        TimeDelta::of_micros(length.num_microseconds().map_or(0, i128::from))
    }

    /// The time in UTC; of what has no zone, the local time.
    fn instant(&self) -> NaiveDateTime {
        let offset = self.zone().map_or(0, |zone| zone.offset_secs);
        self.local() - Duration::seconds(i64::from(offset))
    }

    /// A date or moment as YAML writes it.
    pub fn of_yaml(text: &str) -> Option<Self> {
        let blank = [' ', '\t'];
        let Some(at) = text.find(['T', 't', ' ', '\t']) else {
            return super::iso::read_date(text).map(Self::Date);
        };
        let (date, time) = (&text[..at], text[at + 1..].trim_start_matches(blank));
        let zone_at = time.find(['Z', '+', '-', ' ', '\t']).unwrap_or(time.len());
        let (time, zone) = (&time[..zone_at], time[zone_at..].trim_start_matches(blank));
        let number = |text: &str| text.parse::<i64>().ok();
        let mut parts = date.split('-').map(number);
        let date = date_of(parts.next()??, parts.next()??, parts.next()??).ok()?;
        let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
        let mut parts = time.split(':').map(number);
        let micros = number(&format!("{fraction:0<6}")[..6])?;
        let time = time_of(parts.next()??, parts.next()??, parts.next()??, micros).ok()?;
        let zone = match zone {
            "" => None,
            "Z" => Some(0),
            zone => {
                let sign = if zone.starts_with('-') { -1 } else { 1 };
                let (hours, minutes) = zone[1..].split_once(':').unwrap_or((&zone[1..], "0"));
                Some(sign * (number(hours)? * 3600 + number(minutes)? * 60) as i32)
            }
        };
        let zone = zone.map(|offset_secs| Tzinfo { zone: Zone::Offset(offset_secs), offset_secs });
        Some(Self::DateTime(date.and_time(time), zone))
    }

    /// As YAML has it.
    pub fn to_yaml(self) -> String {
        self.isoformat(" ", Precision::Auto)
    }

    /// As JSON has it.
    pub fn in_json(&self) -> String {
        self.isoformat("T", Precision::Auto)
    }

    fn isoformat(&self, separator: &str, precision: Precision) -> String {
        let local = self.local();
        let date = format!("{:04}-{:02}-{:02}", local.year(), local.month(), local.day());
        if matches!(self, Self::Date(_)) {
            return date;
        }
        let offset = self.zone().map_or(String::new(), |zone| offset_text(zone.offset_secs, ":"));
        format!("{date}{separator}{}{offset}", time_text(local.time(), precision))
    }

    /// As Python writes it inside of a list.
    pub fn repr(&self) -> String {
        let local = self.local();
        let date = format!("{}, {}, {}", local.year(), local.month(), local.day());
        match self {
            Self::Date(_) => format!("datetime.date({date})"),
            Self::DateTime(_, zone) => {
                format!("datetime.datetime({date}, {})", parts_text(local.time(), *zone))
            }
        }
    }

    /// The seconds since 1970; without a zone, of this machine's clock.
    fn timestamp(&self) -> f64 {
        let seconds = match self.zone() {
            Some(_) => self.instant().and_utc().timestamp(),
            None => local_timestamp(self.local()),
        };
        let micros = i128::from(seconds) * 1_000_000 + i128::from(self.local().nanosecond() / 1000);
        micros as f64 / 1e6
    }

    fn replaced(&self, args: &[Value]) -> Result<Self, Error> {
        let given = Arguments::new("replace", args)?;
        let local = self.local();
        let part = |at, name, now: i64| -> Result<i64, Error> {
            Ok(given.get::<i64>(at, name)?.unwrap_or(now))
        };
        let date = date_of(
            part(0, "year", i64::from(local.year()))?,
            part(1, "month", i64::from(local.month()))?,
            part(2, "day", i64::from(local.day()))?,
        )?;
        if matches!(self, Self::Date(_)) {
            given.finish(3)?;
            return Ok(Self::Date(date));
        }
        let time = time_of(
            part(3, "hour", i64::from(local.hour()))?,
            part(4, "minute", i64::from(local.minute()))?,
            part(5, "second", i64::from(local.second()))?,
            part(6, "microsecond", i64::from(local.nanosecond() / 1000))?,
        )?;
        let zone = match given.value(7, "tzinfo")? {
            Some(zone) => tzinfo_of(Some(zone))?,
            None => self.zone(),
        };
        // Python's `fold` says which of two equal times is meant; nothing here asks for it.
        let _ = given.named.get::<Option<i64>>("fold")?;
        given.finish(8)?;
        Ok(Self::DateTime(date.and_time(time), zone))
    }

    fn astimezone(&self, args: &[Value]) -> Result<Self, Error> {
        let given = Arguments::new("astimezone", args)?;
        let to = match given.value(0, "tz")?.filter(|zone| !zone.is_none()) {
            Some(zone) => match zone.downcast_object_ref::<Zone>() {
                Some(zone) => Some(*zone),
                None => return Err(given.wrong("expects a time zone of `modules.pytz`")),
            },
            None => None,
        };
        given.finish(1)?;
        let of_machine = |utc: NaiveDateTime| {
            let seconds = Local.offset_from_utc_datetime(&utc).fix().local_minus_utc();
            Tzinfo { zone: Zone::Offset(seconds), offset_secs: seconds }
        };
        let local = self.local();
        let from = self.zone().unwrap_or_else(|| {
            let seconds = local.and_utc().timestamp() - local_timestamp(local);
            Tzinfo { zone: Zone::UTC, offset_secs: seconds as i32 }
        });
        let utc = local - Duration::seconds(i64::from(from.offset_secs));
        Self::in_zone(local, from, to.unwrap_or_else(|| of_machine(utc).zone))
    }
}

impl Object for Moment {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let at = self.local();
        let key = key.as_str()?;
        match key {
            "year" => return Some(Value::from(at.year())),
            "month" => return Some(Value::from(at.month())),
            "day" => return Some(Value::from(at.day())),
            _ => {}
        }
        let Self::DateTime(_, zone) = &**self else { return None };
        Some(match key {
            "hour" => Value::from(at.hour()),
            "minute" => Value::from(at.minute()),
            "second" => Value::from(at.second()),
            "microsecond" => Value::from(at.nanosecond() / 1000),
            "tzinfo" => zone.map_or_else(|| Value::from(()), |zone| Value::from_object(zone.zone)),
            "fold" => Value::from(0),
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let local = self.local();
        match method {
            "strftime" | "__format__" => {
                let format = Arguments::new("strftime", args)?.text(0, "format")?;
                return Ok(Value::from(strftime(&format, local, self.zone())));
            }
            "isoformat" => {
                let given = Arguments::new("isoformat", args)?;
                let separator = given.get::<String>(0, "sep")?.unwrap_or_else(|| "T".to_owned());
                let precision = Precision::named(given.get::<String>(1, "timespec")?.as_deref())?;
                given.finish(2)?;
                return Ok(Value::from(self.isoformat(&separator, precision)));
            }
            "ctime" => {
                return Ok(Value::from(strftime("%a %b %e %H:%M:%S %Y", local, None)));
            }
            "toordinal" => return Ok(Value::from(local.num_days_from_ce())),
            "weekday" => return Ok(Value::from(local.weekday().num_days_from_monday())),
            "isoweekday" => return Ok(Value::from(local.weekday().number_from_monday())),
            "isocalendar" => {
                let week = local.iso_week();
                let day = local.weekday().number_from_monday();
                return Ok(Value::from_object(IsoCalendar([
                    week.year(),
                    week.week() as i32,
                    day as i32,
                ])));
            }
            "replace" => return self.replaced(args).map(Value::from_object),
            _ => {}
        }
        let Self::DateTime(_, zone) = &**self else {
            return Err(Error::from(ErrorKind::UnknownMethod));
        };
        let none = || Value::from(());
        let length = |length: Duration| -> Result<Value, Error> {
            let micros = length.num_microseconds().map_or(0, i128::from);
            TimeDelta::of_micros(micros).map(Value::from_object)
        };
        match method {
            "date" => Ok(Value::from_object(Self::Date(local.date()))),
            "time" => Ok(Value::from_object(Clock(local.time(), None))),
            "timetz" => Ok(Value::from_object(Clock(local.time(), *zone))),
            "timestamp" => Ok(Value::from(self.timestamp())),
            "astimezone" => self.astimezone(args).map(Value::from_object),
            "utcoffset" => match zone {
                Some(zone) => length(Duration::seconds(i64::from(zone.offset_secs))),
                None => Ok(none()),
            },
            "dst" => match zone.and_then(|zone| zone.daylight_saving(local)) {
                Some(saved) => length(saved),
                None => Ok(none()),
            },
            "tzname" => {
                Ok(zone.and_then(|zone| zone.abbreviation(local)).map_or_else(none, Value::from))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    /// A date is never equal to a datetime.
    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        let kind = |moment: &Self| matches!(moment, Self::DateTime(..));
        let order = match (self.zone(), other.zone()) {
            (Some(_), Some(_)) => self.instant().cmp(&other.instant()),
            _ => self.local().cmp(&other.local()),
        };
        let zoned = self.zone().is_some().cmp(&other.zone().is_some());
        Some(order.then(kind(self).cmp(&kind(other))).then(zoned))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.isoformat(" ", Precision::Auto))
    }
}

/// `isocalendar()`: the year, the week and the day of the week, which also have names.
#[derive(Debug)]
pub struct IsoCalendar([i32; 3]);

impl Object for IsoCalendar {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let at = match key.as_str() {
            Some("year") => 0,
            Some("week") => 1,
            Some("weekday") => 2,
            Some(_) => return None,
            None => crate::jinja::range::place(i64::try_from(key.clone()).ok()?, 3)?,
        };
        Some(Value::from(self.0[at]))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(3)
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        List::tuple(self.0.iter().map(|part| Value::from(*part)).collect())
            .call_method(state, method, args)
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [year, week, day] = self.0;
        write!(f, "datetime.IsoCalendarDate(year={year}, week={week}, weekday={day})")
    }
}
