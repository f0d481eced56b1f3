//! Dates, times of day, lengths of time and time zones, as Python's `datetime` and `pytz` have them.

mod arithmetic;
mod classes;
mod clock;
mod iso;
mod moment;
mod strftime;
mod strptime;
mod timedelta;
mod zone;

pub use arithmetic::{time_arithmetic, time_order};
pub use classes::Class;
pub use clock::Clock;
pub use moment::{IsoCalendar, Moment, datetime_value, naive_datetime_value};
pub use timedelta::TimeDelta;
pub use zone::{Tzinfo, Zone, all_zones};

use minijinja::{Error, ErrorKind, Value};

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// How Python writes a time inside of a list; none of what is no time.
pub fn time_repr(value: &Value) -> Option<String> {
    if let Some(moment) = value.downcast_object_ref::<Moment>() {
        return Some(moment.repr());
    }
    if let Some(clock) = value.downcast_object_ref::<Clock>() {
        return Some(clock.repr());
    }
    value.downcast_object_ref::<TimeDelta>().map(TimeDelta::repr)
}
