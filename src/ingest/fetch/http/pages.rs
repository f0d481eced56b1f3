//! The pages of an endpoint.

use std::collections::HashSet;

use super::{
    address::shown_url,
    attempt::{Answer, is_same_place},
    requester::{Asked, Requester},
};
use crate::ingest::{
    Feed, HttpFeed, PagedBy, Paging, RecordPath,
    extract::{records, records_at},
    fetch::Payload,
};

/// All pages of an endpoint.
///
/// # Errors
/// A sentence: one page that fails is one too many, what comes behind it cannot be asked for.
pub async fn pages(
    requester: &Requester,
    feed: &Feed,
    http: &HttpFeed,
    mut asked: Asked,
) -> Result<Vec<Payload>, String> {
    let Some(paging) = &http.paging else {
        return Ok(changed(requester, &asked).await?.into_iter().collect());
    };
    let shown = shown_url(&asked.url);
    let mut walk = Walk::new(paging);
    walk.first(&mut asked);
    let mut pages = Vec::new();
    loop {
        let Some((payload, answer)) = page(requester, &asked, paging.end_status).await? else {
            return Ok(pages);
        };
        let (feed, by) = (feed.clone(), paging.by.clone());
        let read = tokio::task::spawn_blocking(move || {
            let told = Told::read(&feed, &by, &payload);
            (payload, told)
        });
        let (payload, told) =
            read.await.map_err(|problem| format!("this is a bug in elt: {problem}"))?;
        let told = told?;
        if told.records > 0 {
            pages.push(payload);
        }
        let number = walk.number;
        let goes_on = walk.next(&mut asked, &answer, &told);
        if !goes_on.map_err(|problem| format!("{shown}, page {number}: {problem}"))? {
            return Ok(pages);
        }
        if requester.has_secrets
            && let Ok(next) = reqwest::Url::parse(&asked.url)
            && !is_same_place(&answer.url, &next)
        {
            return Err(format!(
                "{shown}, page {number}: the next page is at {}: headers may hold secrets and are not sent to another host",
                shown_url(&asked.url)
            ));
        }
        if walk.number > paging.max_pages {
            let limit = paging.max_pages;
            return Err(format!("{shown} has more than {limit} pages (`max_pages`)"));
        }
    }
}

/// The answer of an endpoint that has no pages; none where it is the one that has landed.
async fn changed(requester: &Requester, asked: &Asked) -> Result<Option<Payload>, String> {
    let context = &requester.context;
    let known = context.known_answers.as_ref();
    let validators = known.and_then(|known| known.validators(&asked.name));
    let payload = Payload::temporary(shown_url(&asked.url), context.new_file());
    let answer = requester.fetch(asked, payload.file(), None, validators.as_ref()).await?;
    let Some(answer) = answer else {
        context.stats.not_modified();
        return Ok(None);
    };
    context.stats.payload(answer.bytes);
    let landed = known.and_then(|known| known.entry(&asked.name, &answer.headers, answer.hash));
    Ok(Some(payload.remembered_as(landed)))
}

async fn page(
    requester: &Requester,
    asked: &Asked,
    nothing: Option<u16>,
) -> Result<Option<(Payload, Answer)>, String> {
    let payload = Payload::temporary(shown_url(&asked.url), requester.context.new_file());
    let answer = requester.fetch(asked, payload.file(), nothing, None).await?;
    Ok(answer.map(|answer| {
        requester.context.stats.payload(answer.bytes);
        (payload, answer)
    }))
}

/// What a page's body says of the pages.
struct Told {
    records: u64,
    /// What they come to: pages with a time of their own in them may be the same all the same.
    hash: blake3::Hash,
    /// The next page's cursor, or the number of all records.
    value: Option<String>,
}

impl Told {
    fn read(feed: &Feed, by: &PagedBy, payload: &Payload) -> Result<Self, String> {
        let (mut count, mut hasher) = (0, blake3::Hasher::new());
        records(feed, payload, &mut |record| {
            count += 1;
            hasher.update(record.as_bytes());
            Ok(())
        })?;
        let path = match by {
            PagedBy::Cursor { next, .. } => Some(next),
            PagedBy::Offset { total, .. } => total.as_ref(),
            PagedBy::Page { .. } | PagedBy::Link => None,
        };
        Ok(Self {
            records: count,
            hash: hasher.finalize(),
            value: path.and_then(|path| scalar(path, payload)),
        })
    }
}

/// The value at a path in a payload that is known to be JSON; none where there is none.
fn scalar(path: &RecordPath, payload: &Payload) -> Option<String> {
    let mut found = None;
    let read = records_at(path, payload, &mut |value| {
        found = match value {
            "null" | "\"\"" | "false" => None,
            text if text.starts_with('"') => serde_json::from_str(text).ok(),
            text => Some(text.to_owned()),
        };
        Ok(())
    });
    read.ok().and(found)
}

/// Where one is among the pages.
struct Walk<'a> {
    paging: &'a Paging,
    /// The number of the page asked for, from 1.
    number: u64,
    /// Records before the next page.
    offset: u64,
    before: Option<blake3::Hash>,
    seen: HashSet<String>,
}

impl<'a> Walk<'a> {
    fn new(paging: &'a Paging) -> Self {
        Self { paging, number: 1, offset: 0, before: None, seen: HashSet::new() }
    }

    fn first(&mut self, asked: &mut Asked) {
        match &self.paging.by {
            PagedBy::Page { param, start, size } => {
                set(asked, param, start.to_string());
                sized(asked, size.as_ref());
            }
            PagedBy::Offset { param, size, .. } => {
                set(asked, param, "0".to_owned());
                sized(asked, size.as_ref());
            }
            PagedBy::Cursor { .. } | PagedBy::Link => {}
        }
        self.seen.insert(asked.url.clone());
    }

    /// Changes what is asked for to the next page; whether there is one.
    fn next(&mut self, asked: &mut Asked, answer: &Answer, told: &Told) -> Result<bool, String> {
        self.number += 1;
        self.offset += told.records;
        let same = self.before.replace(told.hash) == Some(told.hash);
        match &self.paging.by {
            PagedBy::Page { .. } | PagedBy::Offset { .. } if told.records == 0 => Ok(false),
            // Without this, a server that knows nothing of the parameter would be asked for ever.
            PagedBy::Page { param, .. } | PagedBy::Offset { param, .. } if same => {
                Err(format!("the same as the page before: the server does not page by `{param}`"))
            }
            PagedBy::Page { param, start, .. } => {
                set(asked, param, (start + self.number - 1).to_string());
                Ok(true)
            }
            PagedBy::Offset { param, .. } => {
                let total = told.value.as_ref().and_then(|total| total.parse::<u64>().ok());
                set(asked, param, self.offset.to_string());
                Ok(total.is_none_or(|total| self.offset < total))
            }
            PagedBy::Cursor { param, .. } => {
                let Some(next) = &told.value else { return Ok(false) };
                match param {
                    Some(param) => set(asked, param, next.clone()),
                    None => follow(asked, answer, next)?,
                }
                self.once(next.clone(), "the cursor")
            }
            PagedBy::Link => {
                let Some(next) = next_link(answer) else { return Ok(false) };
                follow(asked, answer, &next)?;
                self.once(asked.url.clone(), "the next page's address")
            }
        }
    }

    fn once(&mut self, place: String, what: &str) -> Result<bool, String> {
        match self.seen.insert(place) {
            true => Ok(true),
            false => {
                Err(format!("{what} is one that was followed before: the pages go in circles"))
            }
        }
    }
}

/// Goes to an address that an answer names: what it says is all that is asked for.
fn follow(asked: &mut Asked, answer: &Answer, next: &str) -> Result<(), String> {
    let next = answer.url.join(next).map_err(|error| format!("`{next}` is no address: {error}"))?;
    if !matches!(next.scheme(), "http" | "https") {
        return Err(format!("the next page is at `{}:`", next.scheme()));
    }
    asked.url = next.into();
    asked.params.clear();
    Ok(())
}

fn set(asked: &mut Asked, param: &str, value: String) {
    // A POST request is asked in its body, as long as that can hold it.
    if let Some(serde_json::Value::Object(body)) = &mut asked.body {
        let number = value.parse::<u64>().map(serde_json::Value::from);
        let of_text = |text: String| serde_json::Value::String(text);
        body.insert(param.to_owned(), number.unwrap_or_else(|_| of_text(value)));
        return;
    }
    match asked.params.iter_mut().find(|(name, _)| name == param) {
        Some((_, known)) => *known = value,
        None => asked.params.push((param.to_owned(), value)),
    }
}

fn sized(asked: &mut Asked, size: Option<&(String, u64)>) {
    if let Some((param, size)) = size {
        set(asked, param, size.to_string());
    }
}

/// The address of `rel="next"` in the headers `Link`.
fn next_link(answer: &Answer) -> Option<String> {
    let headers = answer.headers.get_all("link").iter().filter_map(|value| value.to_str().ok());
    headers.flat_map(links).find(|(_, rel)| rel.split(' ').any(|word| word == "next")).map(|l| l.0)
}

/// Addresses and what they are to this page.
fn links(mut header: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    // A comma may be in an address and in quotes; an address ends at `>`.
    while let Some(begin) = header.find('<') {
        let Some(end) = header[begin..].find('>').map(|end| begin + end) else { break };
        let params = &header[end + 1..];
        let rest = params.find(",<").or_else(|| params.find(", <")).unwrap_or(params.len());
        let rel = params[..rest].split(';').find_map(|param| {
            let (name, value) = param.trim().split_once('=')?;
            let value = value.trim().trim_end_matches(',').trim_matches('"');
            name.trim().eq_ignore_ascii_case("rel").then(|| value.to_ascii_lowercase())
        });
        found.push((header[begin + 1..end].to_owned(), rel.unwrap_or_default()));
        header = &params[rest..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read_with_what_they_are() {
        let header =
            r#"<https://h/x?a=1,2&page=1>; rel="prev", </x?page=3>; title="a, b"; rel="next last""#;
        let link = |address: &str, rel: &str| (address.to_owned(), rel.to_owned());
        assert_eq!(
            links(header),
            [link("https://h/x?a=1,2&page=1", "prev"), link("/x?page=3", "next last")]
        );
        assert_eq!(links("<x>"), [link("x", "")]);
        assert_eq!(links("nonsense; rel=next"), []);
    }
}
