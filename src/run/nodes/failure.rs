//! Why a node could not be run.

use crate::{
    adapter::{AdapterError, AdapterErrorKind},
    diagnostic::Diagnostic,
};

/// Everything that went wrong with a node.
#[derive(Clone, Debug, Default)]
pub struct Failure(pub Vec<Diagnostic>);

impl Failure {
    /// A failure that no line of the user's is to blame for.
    pub fn of_adapter(error: &AdapterError) -> Self {
        let message = match error.kind {
            AdapterErrorKind::Cancelled => "interrupted".to_owned(),
            _ => error.message.clone(),
        };
        Self(vec![Diagnostic::error(error.code, message).maybe_help(error.help.clone())])
    }

    /// One line for people.
    pub fn message(&self) -> Option<String> {
        let first = self.0.iter().find(|diagnostic| diagnostic.is_error());
        first.or(self.0.first()).map(|diagnostic| diagnostic.message.clone())
    }
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self(diagnostics)
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}
