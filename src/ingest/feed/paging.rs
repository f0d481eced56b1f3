//! How an answer goes on: `paging`.

use serde_json::{Map, Value};

use super::reader::Reader;
use crate::{diagnostic::did_you_mean, ingest::RecordPath};

/// Pages of one endpoint at most where the feed does not say: beyond it, something goes in circles.
const DEFAULT_MAX_PAGES: u64 = 10_000;

/// How an endpoint's pages are asked for.
#[derive(Clone, Debug)]
pub struct Paging {
    /// What the next page is asked for by.
    pub by: PagedBy,
    /// Pages at most; more is a failure, never a loss in silence.
    pub max_pages: u64,
    /// A status that says that there are no more pages.
    pub end_status: Option<u16>,
}

/// What a page is asked for by.
#[derive(Clone, Debug)]
pub enum PagedBy {
    /// A number that counts pages.
    Page {
        /// The parameter.
        param: String,
        /// The first page.
        start: u64,
        /// The parameter and the size of a page.
        size: Option<(String, u64)>,
    },
    /// A number that counts the records before it.
    Offset {
        /// The parameter.
        param: String,
        /// The parameter and the size of a page.
        size: Option<(String, u64)>,
        /// Where a page says how many records there are.
        total: Option<RecordPath>,
    },
    /// What the page before says: the parameter's value, an address where there is no parameter.
    Cursor {
        /// The parameter.
        param: Option<String>,
        /// Where it is in a page.
        next: RecordPath,
    },
    /// The header `Link` (<https://www.rfc-editor.org/rfc/rfc8288>), `rel="next"`.
    Link,
}

const TYPES: [&str; 4] = ["page", "offset", "cursor", "link"];

/// Reads `paging`; `Some(None)` where it is not written.
pub(super) fn read(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<Option<Paging>> {
    let paging = match map.get("paging") {
        None => return Some(None),
        Some(Value::Object(paging)) => paging,
        Some(_) => {
            let help = "write `paging: {type: page, param: page}`".to_owned();
            reader.problem("paging", "`paging` must be a mapping with a `type`", Some(help));
            return None;
        }
    };
    let kind = paging.get("type").and_then(Value::as_str).unwrap_or_default();
    let own: &[&str] = match kind {
        "page" => &["param", "start", "size_param", "size"],
        "offset" => &["param", "size_param", "size", "total"],
        "cursor" => &["param", "next"],
        "link" => &[],
        other => {
            let help = did_you_mean(other, TYPES)
                .or_else(|| Some("use `page`, `offset`, `cursor` or `link`".to_owned()));
            reader.problem("paging", &format!("unknown type of paging `{other}`"), help);
            return None;
        }
    };
    reader.only(paging, &[&["type", "max_pages", "end_status"], own].concat(), "paging");
    let by = match kind {
        "page" => PagedBy::Page {
            param: reader.text(paging, "param")?.unwrap_or_else(|| "page".to_owned()),
            start: match paging.get("start") {
                None => 1,
                Some(value) => match value.as_u64() {
                    Some(start) => start,
                    None => {
                        reader.problem("start", "`start` must be a whole number", None);
                        return None;
                    }
                },
            },
            size: size(reader, paging)?,
        },
        "offset" => PagedBy::Offset {
            param: reader.text(paging, "param")?.unwrap_or_else(|| "offset".to_owned()),
            size: size(reader, paging)?,
            total: match paging.get("total") {
                None => None,
                Some(value) => Some(reader.path_of("total", value)?),
            },
        },
        "cursor" => {
            let Some(next) = paging.get("next") else {
                let help = "for instance `next: $.meta.next_cursor`".to_owned();
                reader.problem("paging", "paging by `cursor` needs `next`", Some(help));
                return None;
            };
            PagedBy::Cursor {
                param: reader.text(paging, "param")?,
                next: reader.path_of("next", next)?,
            }
        }
        _ => PagedBy::Link,
    };
    let end_status = match paging.get("end_status") {
        None => None,
        Some(value) => match value.as_u64().filter(|status| (400..500).contains(status)) {
            Some(status) => u16::try_from(status).ok(),
            None => {
                reader.problem("end_status", "`end_status` must be from 400 to 499", None);
                return None;
            }
        },
    };
    let max_pages = reader.count(paging, "max_pages", DEFAULT_MAX_PAGES)?;
    Some(Some(Paging { by, max_pages, end_status }))
}

fn size(reader: &mut Reader<'_>, paging: &Map<String, Value>) -> Option<Option<(String, u64)>> {
    let param = reader.text(paging, "size_param")?;
    match (param, paging.contains_key("size")) {
        (None, false) => Some(None),
        (Some(param), true) => Some(Some((param, reader.count(paging, "size", 1)?))),
        _ => {
            reader.problem("paging", "`size` and `size_param` go together", None);
            None
        }
    }
}
