//! The endpoints of a feed, several at once.

use std::{collections::BTreeMap, sync::Arc};

use super::{address::shown_url, pages::pages, requester::Requester};
use crate::ingest::{
    Feed, HttpFeed,
    fetch::{FetchContext, Fetched, Payload, Payloads, in_order},
};

/// The answers of every endpoint, in the order they are written in. An endpoint gives all its pages or
/// none; those that fail are told, and the others land. Where all of them fail, the feed does.
///
/// # Errors
/// A sentence about a secret that is missing, or a window.
pub fn fetch(feed: &Feed, http: &HttpFeed, context: &FetchContext) -> Result<Fetched, String> {
    let window = http.window.window(context.window, http.has_window())?;
    let context = &FetchContext { window, ..context.clone() };
    let requester = Arc::new(Requester::new(http, context)?);
    let none = BTreeMap::new();
    let each = if http.each.is_empty() { std::slice::from_ref(&none) } else { &http.each };
    let mut endpoints = Vec::new();
    for url in &http.urls {
        for values in each {
            endpoints.push(requester.asked(url, |name| values.get(name).cloned()));
        }
    }
    let (feed, http, stats) = (feed.clone(), http.clone(), Arc::clone(&context.stats));
    let folder = context.spool.clone();
    Ok(Fetched::by(context, |payloads: Payloads| async move {
        if let Err(error) = std::fs::create_dir_all(&folder) {
            let problem = format!("`{}` cannot be made: {error}", folder.display());
            let _ = payloads.send(Err(problem)).await;
            return;
        }
        let total = endpoints.len();
        let mut problems = Vec::new();
        let tasks = endpoints.into_iter().map(|asked| {
            let (requester, feed, http) = (Arc::clone(&requester), feed.clone(), http.clone());
            async move {
                let shown = shown_url(&asked.url);
                let got = pages(&requester, &feed, &http, asked).await;
                (shown, got)
            }
        });
        let give = |(_, got): (String, Result<Vec<Payload>, String>)| {
            let given = match got {
                Ok(pages) => Ok(pages),
                Err(problem) => {
                    problems.push(problem);
                    Err(())
                }
            };
            let payloads = payloads.clone();
            async move {
                for page in given.unwrap_or_default() {
                    if payloads.send(Ok(page)).await.is_err() {
                        return false;
                    }
                }
                true
            }
        };
        in_order(tasks, http.parallel, give).await;
        if problems.len() == total {
            let others = match total {
                1 => String::new(),
                _ => format!(" (all {total} endpoints failed)"),
            };
            let first = problems.swap_remove(0);
            // Nobody takes it where the user stopped.
            let _ = payloads.send(Err(format!("{first}{others}"))).await;
            return;
        }
        for problem in problems {
            stats.missing_part(problem);
        }
    }))
}
