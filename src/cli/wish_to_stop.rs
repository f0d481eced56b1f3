//! Ctrl-C, from when something runs that has to be stopped.

use std::sync::{Arc, Once};

use crate::{adapter::Cancel, run::stop_on_signals};

/// The wish to stop. Until somebody listens, Ctrl-C ends the process as it ends any other.
#[derive(Clone)]
pub struct WishToStop {
    cancel: Cancel,
    listens: Arc<Once>,
}

impl Default for WishToStop {
    fn default() -> Self {
        Self { cancel: Cancel::default(), listens: Arc::new(Once::new()) }
    }
}

impl WishToStop {
    /// From now on Ctrl-C raises the flag.
    pub fn listen(&self) -> &Cancel {
        // Where nobody can listen, Ctrl-C goes on ending the process.
        self.listens.call_once(|| drop(stop_on_signals(&self.cancel)));
        &self.cancel
    }

    /// Whether the user wants to stop.
    pub fn is_raised(&self) -> bool {
        self.cancel.is_cancelled()
    }
}
