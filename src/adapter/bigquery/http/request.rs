//! What is asked.

use std::{sync::Arc, time::Duration};

use reqwest::Method;

/// How a request competes with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::adapter::bigquery) enum Urgency {
    /// About a job: at once.
    Job,
    /// About datasets and tables: through the gate.
    Metadata,
}

/// The address below the endpoint: a path and a query, both escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::adapter::bigquery) struct Address {
    text: String,
    has_query: bool,
}

impl Address {
    /// The API's own addresses.
    pub(in crate::adapter::bigquery) fn api() -> Self {
        Self { text: "/bigquery/v2".to_owned(), has_query: false }
    }

    /// The addresses that take files.
    pub(in crate::adapter::bigquery) fn upload() -> Self {
        Self { text: "/upload/bigquery/v2".to_owned(), has_query: false }
    }

    /// One more part of the path.
    pub(in crate::adapter::bigquery) fn part(mut self, part: &str) -> Self {
        self.text.push('/');
        escape(part, &mut self.text);
        self
    }

    /// A verb behind the path: `:getIamPolicy`.
    pub(in crate::adapter::bigquery) fn verb(mut self, verb: &str) -> Self {
        self.text.push(':');
        self.text.push_str(verb);
        self
    }

    /// One more parameter.
    pub(in crate::adapter::bigquery) fn with(mut self, name: &str, value: &str) -> Self {
        self.text.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        self.text.push_str(name);
        self.text.push('=');
        escape(value, &mut self.text);
        self
    }

    /// One more parameter, where there is a value.
    pub(in crate::adapter::bigquery) fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Path and query.
    pub(in crate::adapter::bigquery) fn as_str(&self) -> &str {
        &self.text
    }
}

/// Percent-encodes all but what RFC 3986 calls unreserved
/// (<https://www.rfc-editor.org/rfc/rfc3986#section-2.3>).
fn escape(text: &str, into: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                into.push(char::from(byte));
            }
            _ => {
                const DIGITS: [char; 16] = [
                    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
                ];
                into.push('%');
                into.push(DIGITS[usize::from(byte >> 4)]);
                into.push(DIGITS[usize::from(byte & 15)]);
            }
        }
    }
}

/// A request that may be sent several times: sending it again never does a thing twice.
#[derive(Clone, Debug)]
pub(in crate::adapter::bigquery) struct Request {
    pub(in crate::adapter::bigquery) method: Method,
    pub(in crate::adapter::bigquery) address: Address,
    pub(in crate::adapter::bigquery) urgency: Urgency,
    /// How long one attempt may take.
    pub(in crate::adapter::bigquery) timeout: Duration,
    /// How long it is repeated, where it is not the client's time.
    pub(in crate::adapter::bigquery) patience: Option<Duration>,
    pub(in crate::adapter::bigquery) content_type: Option<String>,
    pub(in crate::adapter::bigquery) headers: Vec<(&'static str, String)>,
    /// Shared between the attempts.
    pub(in crate::adapter::bigquery) body: Arc<[u8]>,
}

/// One attempt at anything but jobs: these answer in less than a second, or not at all.
const METADATA_TIMEOUT: Duration = Duration::from_secs(60);

impl Request {
    /// A request without a body.
    pub(in crate::adapter::bigquery) fn new(method: Method, address: Address) -> Self {
        Self {
            method,
            address,
            urgency: Urgency::Metadata,
            timeout: METADATA_TIMEOUT,
            patience: None,
            content_type: None,
            headers: Vec::new(),
            body: Arc::default(),
        }
    }

    /// Asks for something.
    pub(in crate::adapter::bigquery) fn get(address: Address) -> Self {
        Self::new(Method::GET, address)
    }

    /// With a body.
    pub(in crate::adapter::bigquery) fn json(mut self, body: &serde_json::Value) -> Self {
        self.content_type = Some("application/json; charset=UTF-8".to_owned());
        self.body = body.to_string().into_bytes().into();
        self
    }

    /// Repeated for a while only.
    pub(in crate::adapter::bigquery) fn within(mut self, patience: Option<Duration>) -> Self {
        self.patience = patience;
        self
    }

    /// About a job: not held up by the gate.
    pub(in crate::adapter::bigquery) fn of_job(mut self, timeout: Duration) -> Self {
        self.urgency = Urgency::Job;
        self.timeout = timeout;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_an_address_stays_one_part_of_it() {
        let address = Address::api()
            .part("projects")
            .part("domain.com:my project")
            .part("a/../b?c#d")
            .with("location", "EU")
            .maybe("pageToken", Some("a+b=&é"))
            .maybe("none", None);
        assert_eq!(
            address.as_str(),
            "/bigquery/v2/projects/domain.com%3Amy%20project/a%2F..%2Fb%3Fc%23d?location=EU&pageToken=a%2Bb%3D%26%C3%A9"
        );
    }
}
