//! Servers that give tokens: Google's, another cloud's, the machine's own.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    http::{HttpAnswer, HttpRequest, decode},
    running_server::Shared,
};

/// The fields of a form.
fn form(request: &HttpRequest) -> BTreeMap<String, String> {
    let text = String::from_utf8_lossy(&request.body);
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decode(name), decode(value))).collect()
}

fn refused(why: &str) -> HttpAnswer {
    let body = json!({"error": "invalid_grant", "error_description": why});
    HttpAnswer::json(400, &body)
}

/// A token that is valid from now on.
fn new_token(shared: &Shared) -> String {
    let mut state = shared.state();
    let token = format!("token-{}", state.tokens.len() + 1);
    state.tokens.insert(token.clone());
    token
}

fn give(shared: &Shared) -> HttpAnswer {
    let lifetime = shared.state().token_lifetime_secs;
    let token = new_token(shared);
    let body = json!({"access_token": token, "expires_in": lifetime, "token_type": "Bearer"});
    HttpAnswer::json(200, &body)
}

/// `POST /token`: a user's login, or a signed statement.
pub fn token(shared: &Shared, request: &HttpRequest) -> HttpAnswer {
    let form = form(request);
    let field = |name: &str| form.get(name).map(String::as_str);
    match field("grant_type") {
        Some("refresh_token") => {
            let basic = request.header("authorization").is_some();
            let client =
                basic || (field("client_id"), field("client_secret")) == (Some("me"), Some("mine"));
            match client && field("refresh_token") == Some("long-lived") {
                true => give(shared),
                false => refused("Token has been expired or revoked."),
            }
        }
        Some("urn:ietf:params:oauth:grant-type:jwt-bearer") => {
            let parts: Vec<&str> = field("assertion").unwrap_or_default().split('.').collect();
            let part = |number: usize| -> Value {
                let text = parts.get(number).copied().unwrap_or_default();
                let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
                serde_json::from_slice(&bytes).unwrap_or(Value::Null)
            };
            let statement =
                json!({"header": part(0), "claims": part(1), "signed": field("assertion")});
            shared.state().statements.push(statement);
            give(shared)
        }
        _ => refused("no such grant"),
    }
}

/// `POST /sts`: another side's token.
pub fn exchange(shared: &Shared, request: &HttpRequest) -> HttpAnswer {
    let form = form(request);
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    if field("subject_token") != "their-token" || field("audience") != "//iam/pool" {
        return refused("The given credential is rejected.");
    }
    shared.state().statements.push(json!({"scope": field("scope")}));
    give(shared)
}

/// `POST …:generateAccessToken`: for whoever may speak for the account.
pub fn impersonate(shared: &Shared, request: &HttpRequest) -> HttpAnswer {
    shared.state().statements.push(request.json());
    let token = new_token(shared);
    let end = chrono::Utc::now() + chrono::Duration::hours(1);
    let body = json!({"accessToken": token, "expireTime": end.to_rfc3339()});
    HttpAnswer::json(200, &body)
}

/// `GET /computeMetadata/v1/…`: the machine's account.
pub fn machine(shared: &Shared, request: &HttpRequest) -> HttpAnswer {
    if request.header("metadata-flavor") != Some("Google") {
        return refused("the header is missing");
    }
    let answer = match request.path.last().map(String::as_str) {
        Some("token") => give(shared),
        _ => HttpAnswer { status: 200, headers: Vec::new(), body: b"machine-project".to_vec() },
    };
    answer.with("metadata-flavor", "Google")
}

/// `POST /idp`, `GET /their-token`: the other side's token.
pub fn theirs() -> HttpAnswer {
    HttpAnswer::json(200, &json!({"access_token": "their-token", "expires_in": 3600}))
}
