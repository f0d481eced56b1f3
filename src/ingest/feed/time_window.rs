//! Windows of time in what is asked for: `{from}` and `{to}`.

use std::time::Duration;

use chrono::{
    DateTime, Utc,
    format::{Item, StrftimeItems},
};
use serde_json::{Map, Value};

use super::{
    placeholder::{FROM, TO, placeholders},
    reader::Reader,
};

/// Times where the feed does not say.
const DEFAULT_FORMAT: &str = "%Y-%m-%dT%H:%M:%SZ";

/// A window of time: from its begin up to its end, which is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its begin.
    pub from: DateTime<Utc>,
    /// Its end.
    pub to: DateTime<Utc>,
}

impl Window {
    /// Whether a moment is in it.
    pub fn holds(&self, moment: DateTime<Utc>) -> bool {
        self.from <= moment && moment < self.to
    }
}

/// How a feed asks for a window.
#[derive(Clone, Debug)]
pub struct AskedWindow {
    /// How far back the window begins where none is named.
    lookback: Option<Duration>,
    /// How times are written.
    format: String,
}

impl AskedWindow {
    /// The window that is asked for: the one that is named, or the last time up to now.
    ///
    /// # Errors
    /// A sentence, where the feed needs one and there is none.
    pub fn window(
        &self,
        named: Option<Window>,
        is_asked_for: bool,
    ) -> Result<Option<Window>, String> {
        let now = Utc::now();
        let last = self.lookback.map(|lookback| Window { from: now - lookback, to: now });
        let window = named.or(last);
        match is_asked_for && window.is_none() {
            true => Err("the feed asks for a window (`{from}`, `{to}`), and there is none: say \
                         `lookback: 1d` in the feed, or run `elt ingest backfill --from --to`"
                .to_owned()),
            false => Ok(window),
        }
    }

    /// What fills a placeholder of the window.
    pub fn value(&self, name: &str, window: Option<&Window>) -> Option<String> {
        let moment = match name {
            FROM => window?.from,
            TO => window?.to,
            _ => return None,
        };
        Some(moment.format(&self.format).to_string())
    }
}

/// Whether a text asks for a window.
pub fn asks_for_window(text: &str) -> bool {
    placeholders(text).any(|name| name == FROM || name == TO)
}

/// Reads how a window is asked for; `is_asked_for` says whether anything does.
pub(super) fn read(
    reader: &mut Reader<'_>,
    map: &Map<String, Value>,
    is_asked_for: bool,
) -> Option<AskedWindow> {
    let lookback = reader.span(map, "lookback")?;
    let format = reader.text(map, "time_format")?.unwrap_or_else(|| DEFAULT_FORMAT.to_owned());
    if lookback.is_some() && !is_asked_for {
        let help = "write `{from}` and `{to}` where the window is asked for".to_owned();
        reader.problem("lookback", "nothing in the feed asks for a window", Some(help));
    }
    // What cannot be written would end the program in the middle of a load.
    if StrftimeItems::new(&format).any(|item| matches!(item, Item::Error)) {
        let help = "for instance `%Y-%m-%dT%H:%M:%SZ`, or `%s` for seconds since 1970".to_owned();
        reader.problem("time_format", "`time_format` is no format of times", Some(help));
    }
    Some(AskedWindow { lookback, format })
}
