//! Dead letters that are known already: what is read again is not told again.

use std::collections::HashSet;

/// Asks for the ids of a feed's dead letters when the first of a load comes up: most loads have none.
pub struct KnownLetters {
    ask: Option<Ask>,
    ids: HashSet<String>,
}

type Ask = Box<dyn FnOnce() -> Result<HashSet<String>, String> + Send>;

impl KnownLetters {
    /// Known by asking.
    pub fn by(ask: impl FnOnce() -> Result<HashSet<String>, String> + Send + 'static) -> Self {
        Self { ask: Some(Box::new(ask)), ids: HashSet::new() }
    }

    /// Whether an id is new; it is known from then on.
    ///
    /// # Errors
    /// What the warehouse says.
    pub(super) fn is_new(&mut self, id: &str) -> Result<bool, String> {
        if let Some(ask) = self.ask.take() {
            self.ids = ask()?;
        }
        Ok(self.ids.insert(id.to_owned()))
    }
}
