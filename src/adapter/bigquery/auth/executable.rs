//! A program that tells an external account's token (<https://google.aip.dev/auth/4117>, "Executable
//! source").

use std::{process::Stdio, time::Duration};

use serde_json::Value;

use super::load::bad;
use crate::{
    adapter::bigquery::error::BigQueryError,
    project::{Env, Secret},
};

/// Programs are run only where this says so.
const ALLOWED: &str = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES";
/// How long it may take where nothing is said.
const DEFAULT_TIMEOUT_MS: u64 = 30_000;
/// How long it may be said to take.
const MAX_TIMEOUT_MS: u64 = 120_000;
/// What it may print.
const MAX_OUTPUT_BYTES: usize = 1024 * 1024;

/// A program and what it is told.
#[derive(Debug)]
pub(super) struct Executable {
    command: Vec<String>,
    timeout: Duration,
    output_file: Option<String>,
    variables: Vec<(&'static str, String)>,
}

impl Executable {
    pub(super) fn read(
        executable: &Value,
        audience: &str,
        token_type: &str,
        impersonation_url: Option<&str>,
        env: &Env,
        name: &str,
    ) -> Result<Self, BigQueryError> {
        if env.get(ALLOWED) != Some("1") {
            let message = format!("the credentials `{name}` run a program");
            return Err(bad(message).help(format!("set {ALLOWED}=1 if you trust them")));
        }
        let text = |key: &str| executable.get(key).and_then(Value::as_str).map(str::to_owned);
        let command = text("command").map(|command| words(&command)).unwrap_or_default();
        if command.is_empty() {
            return Err(bad(format!(
                "the `executable` of the credentials `{name}` has no `command`"
            )));
        }
        let timeout = executable.get("timeout_millis").and_then(Value::as_u64);
        let timeout = timeout.unwrap_or(DEFAULT_TIMEOUT_MS).min(MAX_TIMEOUT_MS);
        let output_file = text("output_file");
        let mut variables = vec![
            ("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE", audience.to_owned()),
            ("GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE", token_type.to_owned()),
            ("GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE", "0".to_owned()),
        ];
        if let Some(url) = impersonation_url {
            let email = url.rsplit('/').next().unwrap_or_default();
            let email = email.split(':').next().unwrap_or_default();
            variables.push(("GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL", email.to_owned()));
        }
        if let Some(file) = &output_file {
            variables.push(("GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE", file.clone()));
        }
        Ok(Self { command, timeout: Duration::from_millis(timeout), output_file, variables })
    }

    /// The token: what was told before and is still valid, or what the program prints.
    pub(super) async fn token(&self) -> Result<Secret<String>, BigQueryError> {
        if let Some(file) = &self.output_file
            && let Ok(text) = tokio::fs::read_to_string(file).await
            && let Ok(value) = serde_json::from_str::<Value>(&text)
            && value.get("expiration_time").is_some()
            && let Ok(token) = read(&value, chrono::Utc::now().timestamp())
        {
            return Ok(token);
        }
        let program = self.command.first().map(String::as_str).unwrap_or_default();
        let failed =
            |problem: String| bad(format!("the program `{program}` of the credentials {problem}"));
        let mut command = tokio::process::Command::new(program);
        command
            .args(&self.command[1..])
            .envs(self.variables.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let child =
            command.spawn().map_err(|error| failed(format!("cannot be started: {error}")))?;
        let output = tokio::time::timeout(self.timeout, child.wait_with_output()).await;
        let output = output
            .map_err(|_| failed(format!("did not end within {} s", self.timeout.as_secs())))?
            .map_err(|error| failed(format!("cannot be read: {error}")))?;
        if !output.status.success() {
            return Err(failed(format!("failed: {}", output.status)));
        }
        if output.stdout.len() > MAX_OUTPUT_BYTES {
            return Err(failed("prints too much".to_owned()));
        }
        let value: Value = serde_json::from_slice(&output.stdout)
            .map_err(|_| failed("does not print JSON".to_owned()))?;
        read(&value, chrono::Utc::now().timestamp()).map_err(|error| failed(error.to_string()))
    }
}

/// What a program prints.
fn read(value: &Value, now_secs: i64) -> Result<Secret<String>, BigQueryError> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    if value.get("success") != Some(&Value::Bool(true)) {
        let (code, message) = (text("code").unwrap_or("?"), text("message").unwrap_or("?"));
        return Err(bad(format!("says that it failed: {code}: {message}")));
    }
    if value.get("expiration_time").and_then(Value::as_i64).is_some_and(|time| time <= now_secs) {
        return Err(bad("tells a token that expired".to_owned()));
    }
    let field = match text("token_type") {
        Some(kind) if kind.ends_with(":saml2") => "saml_response",
        _ => "id_token",
    };
    let token = text(field).filter(|token| !token.is_empty());
    token
        .map(|token| Secret::new(token.to_owned()))
        .ok_or_else(|| bad(format!("tells no `{field}`")))
}

/// The words of a command; quotes hold words together.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in command.chars() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, _) if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_words() {
        assert_eq!(words("/bin/x --a='b c' \"d\"  ''"), ["/bin/x", "--a=b c", "d", ""]);
    }

    #[test]
    fn a_token_must_be_valid() {
        let told = |json: &str| {
            let value = serde_json::from_str(json).expect("it is JSON");
            read(&value, 100).map(|token| token.expose().clone()).map_err(|error| error.to_string())
        };
        assert_eq!(
            told(r#"{"success":true,"id_token":"t","expiration_time":101}"#),
            Ok("t".into())
        );
        assert!(told(r#"{"success":true,"id_token":"t","expiration_time":100}"#).is_err());
        assert!(told(r#"{"success":false,"code":"1","message":"no"}"#).is_err());
        assert!(told(r#"{"success":true}"#).is_err());
        let saml = r#"{"success":true,"token_type":"urn:ietf:params:oauth:token-type:saml2","saml_response":"s"}"#;
        assert_eq!(told(saml), Ok("s".into()));
    }
}
