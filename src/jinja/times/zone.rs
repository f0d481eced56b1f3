//! Time zones: those of `pytz`, and fixed offsets.

use std::{cmp::Ordering, sync::Arc};

use chrono::{Duration, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{OffsetComponents, OffsetName, TZ_VARIANTS, Tz};
use minijinja::{
    Error, ErrorKind, State, Value,
    value::{DynObject, Object, ObjectRepr},
};

use super::{Moment, invalid};
use crate::jinja::{arguments::Arguments, list::List};

/// Most minutes that a fixed offset may have.
const MAX_OFFSET_MINUTES: i32 = 24 * 60 - 1;

/// A time zone as a value: `pytz.timezone('Europe/Berlin')`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// A zone of the database.
    Named(Tz),
    /// `pytz.FixedOffset(minutes)`
    Minutes(i32),
    /// An offset in seconds, as texts of times have it.
    Offset(i32),
}

/// The zone of a time with the offset that it has there: as in Python, it stays when the time moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tzinfo {
    /// The zone.
    pub zone: Zone,
    /// Seconds east of UTC.
    pub offset_secs: i32,
}

impl Zone {
    /// UTC.
    pub const UTC: Self = Self::Named(Tz::UTC);

    /// The zone of a name, in any case as `pytz` takes it.
    ///
    /// # Errors
    /// Names of no zone.
    pub fn named(name: &str) -> Result<Self, Error> {
        let exact = name.parse::<Tz>().ok();
        let known = || TZ_VARIANTS.into_iter().find(|zone| zone.name().eq_ignore_ascii_case(name));
        exact
            .or_else(known)
            .map(Self::Named)
            .ok_or_else(|| invalid(format!("no time zone is named `{name}`")))
    }

    /// `pytz.FixedOffset(minutes)`
    ///
    /// # Errors
    /// Offsets of a day and more.
    pub fn minutes(minutes: i32) -> Result<Self, Error> {
        match minutes {
            0 => Ok(Self::UTC),
            _ if minutes.saturating_abs() <= MAX_OFFSET_MINUTES => Ok(Self::Minutes(minutes)),
            _ => Err(invalid("an offset is less than a day")),
        }
    }

    fn offset_at(self, utc: NaiveDateTime) -> i32 {
        match self {
            Self::Named(zone) => zone.offset_from_utc_datetime(&utc).fix().local_minus_utc(),
            Self::Minutes(minutes) => minutes * 60,
            Self::Offset(seconds) => seconds,
        }
    }

    /// What the zone is at a time of UTC.
    pub fn at_utc(self, utc: NaiveDateTime) -> Tzinfo {
        Tzinfo { zone: self, offset_secs: self.offset_at(utc) }
    }

    /// What `tzinfo=` makes of the zone: `pytz` takes the oldest offset, the local mean time.
    pub fn unlocalized(self) -> Tzinfo {
        let seconds = self.offset_at(NaiveDateTime::MIN + Duration::days(2));
        // In whole minutes, as `pytz` has them.
        let minutes = (seconds + 30).div_euclid(60);
        match self {
            Self::Named(_) => Tzinfo { zone: self, offset_secs: minutes * 60 },
            _ => Tzinfo { zone: self, offset_secs: seconds },
        }
    }

    /// `pytz`'s `localize`: the offset that a local time has. Without `is_dst` (none), times that do
    /// not exist or exist twice are refused.
    fn localized(self, local: NaiveDateTime, is_dst: Option<bool>) -> Result<Tzinfo, Error> {
        let day = Duration::days(1);
        let utc = |offset: i32| local - Duration::seconds(i64::from(offset));
        let around = [self.offset_at(local - day), self.offset_at(local + day)];
        let mut possible: Vec<i32> =
            around.into_iter().filter(|offset| self.offset_at(utc(*offset)) == *offset).collect();
        possible.sort_unstable();
        possible.dedup();
        let offset_secs = match (possible.as_slice(), is_dst) {
            ([only], _) => *only,
            ([], None) => return Err(invalid(format!("the local time {local} does not exist"))),
            ([_, ..], None) => return Err(invalid(format!("the local time {local} exists twice"))),
            // What the clock says before it is moved forward has the offset of before or after.
            ([], Some(false)) => around[0],
            ([], Some(true)) => around[1],
            ([first, ..], Some(false)) => *first,
            ([.., last], Some(true)) => *last,
        };
        Ok(Tzinfo { zone: self, offset_secs })
    }

    fn name(self) -> String {
        match self {
            Self::Named(zone) => zone.name().to_owned(),
            Self::Minutes(minutes) => format!("pytz.FixedOffset({minutes})"),
            Self::Offset(0) => "UTC".to_owned(),
            Self::Offset(seconds) => format!("UTC{}", offset_text(seconds, ":")),
        }
    }
}

impl Tzinfo {
    /// `tzname()`: EST, CET, …; the local mean time of old is LMT.
    pub fn abbreviation(&self, local: NaiveDateTime) -> Option<String> {
        let Zone::Named(zone) = self.zone else {
            return match self.zone {
                Zone::Minutes(_) => None,
                other => Some(other.name()),
            };
        };
        let utc = local - Duration::seconds(i64::from(self.offset_secs));
        // The offset may be that of another day, where the time has moved.
        let days = [0, -1, 1, -183, 183].map(|days| utc + Duration::days(days));
        let offsets = days.map(|utc| zone.offset_from_utc_datetime(&utc));
        let found = offsets.iter().find(|at| at.fix().local_minus_utc() == self.offset_secs);
        Some(found.and_then(OffsetName::abbreviation).unwrap_or("LMT").to_owned())
    }

    /// `dst()`: how far daylight saving moves the clock.
    pub fn daylight_saving(&self, local: NaiveDateTime) -> Option<Duration> {
        let Zone::Named(zone) = self.zone else { return None };
        let utc = local - Duration::seconds(i64::from(self.offset_secs));
        let days = [0, -1, 1, -183, 183].map(|days| utc + Duration::days(days));
        let offsets = days.map(|utc| zone.offset_from_utc_datetime(&utc));
        let found = offsets.iter().find(|at| at.fix().local_minus_utc() == self.offset_secs);
        Some(found.map_or_else(Duration::zero, OffsetComponents::dst_offset))
    }
}

/// `+02:00`, with seconds only where there are any.
pub fn offset_text(seconds: i32, separator: &str) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, rest) = (seconds.abs() / 3600, seconds.abs() % 3600);
    let mut text = format!("{sign}{hours:02}{separator}{:02}", rest / 60);
    if rest % 60 != 0 {
        text.push_str(&format!("{separator}{:02}", rest % 60));
    }
    text
}

/// `pytz.all_timezones`
pub fn all_zones() -> Value {
    List::value(TZ_VARIANTS.iter().map(|zone| Value::from(zone.name())).collect())
}

impl Object for Zone {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match (key.as_str()?, **self) {
            ("zone", Self::Named(zone)) => Some(Value::from(zone.name())),
            ("zone", _) => Some(Value::from(())),
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let moment = || -> Result<(NaiveDateTime, Option<Tzinfo>), Error> {
            let given = args.first().and_then(|first| first.downcast_object_ref::<Moment>());
            match given {
                Some(Moment::DateTime(local, zone)) => Ok((*local, *zone)),
                _ => Err(invalid(format!("`{method}` expects a datetime"))),
            }
        };
        match method {
            "localize" => {
                let given = Arguments::new("localize", args)?;
                let is_dst = match given.value(1, "is_dst")? {
                    Some(value) if value.is_none() => None,
                    Some(value) => Some(value.is_true()),
                    None => Some(false),
                };
                given.finish(2)?;
                match moment()? {
                    (_, Some(_)) => Err(invalid("the datetime has a time zone already")),
                    (local, None) => {
                        let zone = self.localized(local, is_dst)?;
                        Ok(Value::from_object(Moment::DateTime(local, Some(zone))))
                    }
                }
            }
            "normalize" => match moment()? {
                (local, Some(zone)) => {
                    Ok(Value::from_object(Moment::in_zone(local, zone, **self)?))
                }
                _ => Err(invalid("the datetime has no time zone; use `localize`")),
            },
            "utcoffset" | "dst" | "tzname" => {
                let (local, _) = moment()?;
                let zone = self.localized(local, Some(false))?;
                let moment = Value::from_object(Moment::DateTime(local, Some(zone)));
                moment.call_method(_state, method, &[])
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.name().cmp(&other.downcast_ref::<Self>()?.name()))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}
