//! `CAST(… FORMAT …)`.

use chrono::{NaiveDate, NaiveDateTime};

use super::{
    kernel::{Bytes, Civil, Clock, Day, Moment, Text, functions},
    moments::moment_of,
    zone::Zone,
};
use crate::sql::cast_format::{self, Kind, bytes_of_text, read, text_of_bytes, write};

functions! {
    /// A DATE, DATETIME or TIME by a format.
    "googlesql_cast_civil_text" CivilText(format: Text, civil: Civil, kind: Text) -> Text {
        let civil = cast_format::Civil { moment: moment_of(civil)?.naive_utc(), offset_secs: 0 };
        write(format, civil, named(kind)).map(Some)
    }
    /// A TIMESTAMP by a format, as a clock in the zone shows it.
    "googlesql_cast_timestamp_text" TimestampText(
        format: Text, moment: Moment, zone: Text
    ) -> Text {
        let moment = moment_of(moment)?;
        let offset_secs = Zone::parse(zone)?.seconds_at(moment);
        let local = moment.naive_utc() + chrono::TimeDelta::seconds(i64::from(offset_secs));
        let civil = cast_format::Civil { moment: local, offset_secs };
        write(format, civil, Kind::Timestamp).map(Some)
    }
    "googlesql_cast_date" DateOf(text: Text, format: Text, today: Day) -> Day {
        let read = read(text, format, Kind::Date, day(today)?)?;
        Ok(Some((read.moment.date() - NaiveDate::default()).num_days() as i32))
    }
    "googlesql_cast_datetime" DateTimeOf(text: Text, format: Text, today: Day) -> Civil {
        let read = read(text, format, Kind::DateTime, day(today)?)?;
        Ok(Some(read.moment.and_utc().timestamp_micros()))
    }
    "googlesql_cast_time" TimeOf(text: Text, format: Text, today: Day) -> Clock {
        let read = read(text, format, Kind::Time, day(today)?)?;
        let midnight = NaiveDateTime::from(read.moment.date());
        Ok((read.moment - midnight).num_microseconds())
    }
    /// The zone counts where the text names none.
    "googlesql_cast_timestamp" TimestampOf(
        text: Text, format: Text, today: Day, zone: Text
    ) -> Moment {
        let zone = Zone::parse(zone)?;
        let read = read(text, format, Kind::Timestamp, day(today)?)?;
        let moment = match read.offset_secs {
            Some(offset) => {
                (read.moment - chrono::TimeDelta::seconds(i64::from(offset))).and_utc()
            }
            None => zone.moment(read.moment).ok_or("no such moment")?,
        };
        Ok(Some(moment.timestamp_micros()))
    }
    "googlesql_cast_bytes_text" BytesText(bytes: Bytes, format: Text) -> Text {
        text_of_bytes(bytes, format).map(Some)
    }
    "googlesql_cast_text_bytes" TextBytes(text: Text, format: Text) -> Bytes {
        bytes_of_text(text, format).map(Some)
    }
}

fn named(kind: &str) -> Kind {
    match kind {
        "DATE" => Kind::Date,
        "TIME" => Kind::Time,
        _ => Kind::DateTime,
    }
}

fn day(days: i32) -> Result<NaiveDate, String> {
    let day = NaiveDate::default().checked_add_signed(chrono::TimeDelta::days(days.into()));
    day.ok_or_else(|| "no such day".to_owned())
}
