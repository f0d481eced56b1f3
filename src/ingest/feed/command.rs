//! Feeds of programs.

use serde_json::{Map, Value};

use super::{
    AskedWindow, SecretText,
    placeholder::{FROM, TO, placeholders},
    reader::Reader,
    time_window::{self, asks_for_window},
};

/// Keys of its own.
pub(super) const KEYS: &[&str] =
    &["command", "env", "dir", "timeout_secs", "max_output_mb", "lookback", "time_format"];
/// Seconds a program may take where the feed does not say: polling a car asks several servers.
const DEFAULT_TIMEOUT_SECS: u64 = 300;
/// The largest output where the feed does not say.
const DEFAULT_MAX_OUTPUT_MB: u64 = 4096;

/// A program that prints its payload.
#[derive(Clone, Debug)]
pub struct CommandFeed {
    /// The program and its arguments; no shell reads them.
    pub command: Vec<String>,
    /// Environment variables that it is given besides those there are.
    pub env: Vec<(String, SecretText)>,
    /// The folder it is started in, relative to the project's.
    pub dir: String,
    /// Seconds until it is stopped.
    pub timeout_secs: u64,
    /// The largest output in bytes.
    pub max_output_bytes: u64,
    /// How it asks for a window.
    pub window: AskedWindow,
}

impl CommandFeed {
    /// Whether it asks for a window of time.
    pub fn has_window(&self) -> bool {
        self.command.iter().any(|argument| asks_for_window(argument))
    }
}

/// Reads the keys of a feed of a program.
pub(super) fn read(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<CommandFeed> {
    let help = "write `command: [python3, scripts/poll.py]`: no shell reads it";
    let command = match map.get("command") {
        Some(Value::Array(words)) if !words.is_empty() => reader.texts(map, "command")?,
        Some(_) => {
            let message = "`command` must be a list: a program and its arguments";
            reader.problem("command", message, Some(help.to_owned()));
            return None;
        }
        None => {
            let message = "a feed of type `command` needs a `command`";
            reader.problem("ingest", message, Some(help.to_owned()));
            return None;
        }
    };
    let names = command.iter().flat_map(|argument| placeholders(argument));
    for name in names.filter(|name| *name != FROM && *name != TO) {
        let message = format!("nothing fills the placeholder `{{{name}}}`");
        reader.problem("command", &message, Some("a window is `{from}` and `{to}`".to_owned()));
    }
    let is_asked_for = command.iter().any(|argument| asks_for_window(argument));
    Some(CommandFeed {
        command,
        env: reader.named_values(map, "env")?,
        dir: reader.text(map, "dir")?.unwrap_or_default(),
        timeout_secs: reader.count(map, "timeout_secs", DEFAULT_TIMEOUT_SECS)?,
        max_output_bytes: reader
            .count(map, "max_output_mb", DEFAULT_MAX_OUTPUT_MB)?
            .saturating_mul(1 << 20),
        window: time_window::read(reader, map, is_asked_for)?,
    })
}
