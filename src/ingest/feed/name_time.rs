//! Times in the names of files: `name_time`.

use chrono::{DateTime, Duration, LocalResult, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use regex::Regex;

/// How a name says when its content is of.
#[derive(Clone, Debug)]
pub struct NameTime {
    /// As it is written.
    pub format: String,
    pattern: Regex,
    fields: Vec<char>,
    zone: Tz,
}

impl NameTime {
    /// A format such as `%Y-%m-%d_%H:%M` that stands somewhere in the names, of times in a zone.
    ///
    /// # Errors
    /// What is wrong with the format.
    pub fn parse(format: &str, zone: Tz) -> Result<Self, String> {
        let (mut pattern, mut fields) = (String::new(), Vec::new());
        let mut chars = format.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                pattern.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
                continue;
            }
            let field = chars.next().ok_or("a `%` at the end")?;
            let digits = match field {
                '%' => {
                    pattern.push('%');
                    continue;
                }
                'Y' => r"(\d{4})",
                'm' | 'd' | 'H' | 'M' | 'S' => r"(\d{2})",
                'j' => r"(\d{3})",
                's' => r"(\d{9,11})",
                other => {
                    return Err(format!("`%{other}` is none of %Y %m %d %j %H %M %S %s"));
                }
            };
            pattern.push_str(digits);
            if fields.contains(&field) {
                return Err(format!("`%{field}` is there twice"));
            }
            fields.push(field);
        }
        let has = |field| fields.contains(&field);
        if !(has('s') || has('Y') && (has('j') || has('m'))) {
            return Err("it needs `%Y` with `%m` or `%j`, or `%s`".to_owned());
        }
        let pattern = Regex::new(&pattern).map_err(|error| error.to_string())?;
        Ok(Self { format: format.to_owned(), pattern, fields, zone })
    }

    /// When the content of a file is of; none where its name does not say.
    ///
    /// Of an hour that a clock shows twice it is the first one, of an hour that it does not show the
    /// moment that as many minutes behind midnight would be.
    pub fn of(&self, name: &str) -> Option<DateTime<Utc>> {
        // The last one: folders before it may bear times too.
        let found = self.pattern.captures_iter(name).last()?;
        let field = |wanted: char| -> Option<u32> {
            let at = self.fields.iter().position(|field| *field == wanted)?;
            found.get(at + 1)?.as_str().parse().ok()
        };
        if self.fields.contains(&'s') {
            let at = self.fields.iter().position(|field| *field == 's')?;
            return DateTime::from_timestamp(found.get(at + 1)?.as_str().parse().ok()?, 0);
        }
        let year = i32::try_from(field('Y')?).ok()?;
        let date = match field('j') {
            Some(day) => NaiveDate::from_yo_opt(year, day)?,
            None => NaiveDate::from_ymd_opt(year, field('m')?, field('d').unwrap_or(1))?,
        };
        let part = |wanted| field(wanted).unwrap_or(0);
        let local = date.and_hms_opt(part('H'), part('M'), part('S'))?;
        let moment = match self.zone.from_local_datetime(&local) {
            LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => moment,
            LocalResult::None => {
                self.zone.from_local_datetime(&(local + Duration::hours(1))).earliest()?
            }
        };
        Some(moment.to_utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_when_their_content_is_of() {
        let of = |format: &str, zone: Tz, name: &str| {
            let read = NameTime::parse(format, zone).expect("a format");
            read.of(name).map(|moment| moment.to_rfc3339())
        };
        let paris = chrono_tz::Europe::Paris;
        let name = "2022/bikes_2023-10-20_12:34:56.json";
        let format = "%Y-%m-%d_%H:%M:%S";
        assert_eq!(of(format, Tz::UTC, name).as_deref(), Some("2023-10-20T12:34:56+00:00"));
        assert_eq!(of(format, paris, name).as_deref(), Some("2023-10-20T10:34:56+00:00"));
        // An hour that is there twice, and one that is not.
        let twice = "2023-10-29_02:30:00";
        assert_eq!(of(format, paris, twice).as_deref(), Some("2023-10-29T00:30:00+00:00"));
        let never = "2023-03-26_02:30:00";
        assert_eq!(of(format, paris, never).as_deref(), Some("2023-03-26T01:30:00+00:00"));
        let epoch = of("batch-%s", Tz::UTC, "batch-1700000000.json.gz");
        assert_eq!(epoch.as_deref(), Some("2023-11-14T22:13:20+00:00"));
        assert_eq!(
            of("%Y%m", Tz::UTC, "x-202402.csv").as_deref(),
            Some("2024-02-01T00:00:00+00:00")
        );
        assert_eq!(of(format, paris, "readme.json"), None);
        assert_eq!(of(format, paris, "2023-13-20_12:34:56"), None);
        let refused = |format: &str| NameTime::parse(format, Tz::UTC).expect_err("refused");
        assert_eq!(refused("%Y-%q"), "`%q` is none of %Y %m %d %j %H %M %S %s");
        assert_eq!(refused("%H"), "it needs `%Y` with `%m` or `%j`, or `%s`");
    }
}
