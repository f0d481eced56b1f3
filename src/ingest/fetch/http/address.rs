//! Addresses as they may be shown.

/// The address without its query and user, which may hold secrets.
pub fn shown_url(url: &str) -> String {
    let bare = url.split(['?', '#']).next().unwrap_or_default();
    match bare.split_once("://") {
        Some((scheme, rest)) => {
            let host_end = rest.find('/').unwrap_or(rest.len());
            let host = rest[..host_end].rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{}", &rest[host_end..])
        }
        None => bare.to_owned(),
    }
}

/// Who is asked: host and port.
pub fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default().to_lowercase()
}

/// A value as a part of an address.
pub fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => {
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_secrets() {
        assert_eq!(shown_url("https://u:p@host/x?token=1"), "https://host/x");
        assert_eq!(shown_url("http://host"), "http://host");
        assert_eq!(host_of("http://Host:80/x"), "host:80");
    }

    #[test]
    fn a_value_stays_one_part_of_an_address() {
        assert_eq!(encoded("a/b?c&é 1:2"), "a%2Fb%3Fc%26%C3%A9%201:2");
    }
}
