//! JSON written piece by piece.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::project::Scrubber;

/// Writes one JSON value. Secrets are replaced in every text.
pub(super) struct JsonWriter<'s, W> {
    out: W,
    scrubber: &'s Scrubber,
    /// Whether the object or list being written has something in it yet.
    filled: bool,
}

impl<'s, W: Write> JsonWriter<'s, W> {
    pub fn new(out: W, scrubber: &'s Scrubber) -> Self {
        Self { out, scrubber, filled: false }
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn separate(&mut self) -> io::Result<()> {
        if self.filled {
            self.out.write_all(b",")?;
        }
        self.filled = true;
        Ok(())
    }

    /// An object whose entries `fill` writes.
    pub fn object(&mut self, fill: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        self.out.write_all(b"{")?;
        self.filled = false;
        fill(self)?;
        self.filled = true;
        self.out.write_all(b"}")
    }

    /// A list whose items `fill` writes, each after [`Self::item`].
    pub fn list(&mut self, fill: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        self.out.write_all(b"[")?;
        self.filled = false;
        fill(self)?;
        self.filled = true;
        self.out.write_all(b"]")
    }

    /// Goes before each item of a list.
    pub fn item(&mut self) -> io::Result<()> {
        self.separate()
    }

    /// An entry's key; its value must follow.
    pub fn key(&mut self, key: &str) -> io::Result<()> {
        self.separate()?;
        serde_json::to_writer(&mut self.out, key).map_err(io::Error::from)?;
        self.out.write_all(b":")
    }

    /// JSON text as it is.
    pub fn raw(&mut self, json: &str) -> io::Result<()> {
        self.out.write_all(json.as_bytes())
    }

    /// A text.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        let text = self.scrubber.scrub(text);
        serde_json::to_writer(&mut self.out, text.as_ref()).map_err(io::Error::from)
    }

    /// A JSON value.
    pub fn value(&mut self, value: &Value) -> io::Result<()> {
        if self.scrubber.is_empty() {
            return serde_json::to_writer(&mut self.out, value).map_err(io::Error::from);
        }
        let mut value = value.clone();
        self.scrubber.scrub_json(&mut value);
        serde_json::to_writer(&mut self.out, &value).map_err(io::Error::from)
    }

    pub fn entry_raw(&mut self, key: &str, json: &str) -> io::Result<()> {
        self.key(key)?;
        self.raw(json)
    }

    pub fn entry_text(&mut self, key: &str, text: &str) -> io::Result<()> {
        self.key(key)?;
        self.text(text)
    }

    /// A text, or null.
    pub fn entry_option(&mut self, key: &str, text: Option<&str>) -> io::Result<()> {
        self.key(key)?;
        match text {
            Some(text) => self.text(text),
            None => self.raw("null"),
        }
    }

    pub fn entry_value(&mut self, key: &str, value: &Value) -> io::Result<()> {
        self.key(key)?;
        self.value(value)
    }

    pub fn entry_map(&mut self, key: &str, map: &Map<String, Value>) -> io::Result<()> {
        self.key(key)?;
        self.map(map)
    }

    pub fn map(&mut self, map: &Map<String, Value>) -> io::Result<()> {
        self.object(|json| map.iter().try_for_each(|(key, value)| json.entry_value(key, value)))
    }

    /// A number or truth value.
    pub fn entry_plain(&mut self, key: &str, value: impl Serialize) -> io::Result<()> {
        self.key(key)?;
        serde_json::to_writer(&mut self.out, &value).map_err(io::Error::from)
    }

    /// A list of texts.
    pub fn entry_texts<T: AsRef<str>>(
        &mut self,
        key: &str,
        texts: impl IntoIterator<Item = T>,
    ) -> io::Result<()> {
        self.key(key)?;
        self.list(|json| {
            texts.into_iter().try_for_each(|text| {
                json.item()?;
                json.text(text.as_ref())
            })
        })
    }
}
