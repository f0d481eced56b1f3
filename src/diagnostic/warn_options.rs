//! Which warnings are errors, and which are not told: dbt's `warn_error_options`
//! (<https://docs.getdbt.com/reference/global-configs/warnings>).

use super::{Diagnostic, Severity, dbt_events::EVENTS};

/// All of dbt's deprecations at once.
pub const DEPRECATIONS: &str = "Deprecations";

/// What becomes of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// It fails.
    Error,
    /// It is told.
    Warning,
    /// It is not told.
    Silent,
}

/// Warnings by dbt's names, or by their codes here.
#[derive(Clone, Debug, Default)]
pub struct WarnOptions {
    /// `--warn-error`: all fail, whatever else is said.
    pub all_fail: bool,
    /// `error: all`.
    pub error_all: bool,
    /// `error`.
    pub error: Vec<String>,
    /// `warn`: what does not fail though a wider name says so.
    pub warn: Vec<String>,
    /// `silence`.
    pub silence: Vec<String>,
}

impl WarnOptions {
    /// What becomes of warnings of a code: what is named goes before `Deprecations`, which goes
    /// before all; among equals `silence` goes before `warn`, and that before `error`.
    pub fn weight(&self, code: &str) -> Weight {
        if self.all_fail {
            return Weight::Error;
        }
        let events: Vec<_> = EVENTS.iter().filter(|event| event.codes.contains(&code)).collect();
        let is_deprecation = events.iter().any(|event| event.is_deprecation);
        let named = |list: &[String]| {
            list.iter().any(|name| name == code || events.iter().any(|event| event.name == name))
        };
        let as_deprecation =
            |list: &[String]| is_deprecation && list.iter().any(|name| name == DEPRECATIONS);
        // Of names of one width.
        let weighed = |silence: bool, warn: bool, error: bool| match (silence, warn, error) {
            (true, ..) => Some(Weight::Silent),
            (_, true, _) => Some(Weight::Warning),
            (.., true) => Some(Weight::Error),
            _ => None,
        };
        let [error, warn, silence] = [&self.error, &self.warn, &self.silence];
        weighed(named(silence), named(warn), named(error))
            .or_else(|| {
                weighed(as_deprecation(silence), as_deprecation(warn), as_deprecation(error))
            })
            .or_else(|| weighed(false, false, self.error_all))
            .unwrap_or(Weight::Warning)
    }

    /// Gives warnings their weight.
    pub fn apply(&self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.retain_mut(|diagnostic| {
            if diagnostic.is_error() {
                return true;
            }
            let weight = self.weight(diagnostic.code);
            if weight == Weight::Error {
                diagnostic.severity = Severity::Error;
            }
            weight != Weight::Silent
        });
    }

    /// Whether a name is one of dbt's.
    pub fn is_known(name: &str) -> bool {
        Self::names().any(|known| known == name)
    }

    /// dbt's names, for suggestions.
    pub fn names() -> impl Iterator<Item = &'static str> {
        EVENTS.iter().map(|event| event.name).chain([DEPRECATIONS])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(error: &[&str], warn: &[&str], silence: &[&str]) -> WarnOptions {
        let list = |names: &[&str]| {
            names.iter().filter(|name| **name != "all").map(|name| (*name).to_owned()).collect()
        };
        WarnOptions {
            all_fail: false,
            error_all: error == ["all"],
            error: list(error),
            warn: list(warn),
            silence: list(silence),
        }
    }

    /// The order of dbt 1.12: named, `Deprecations`, all; `silence`, `warn`, `error`.
    #[test]
    fn the_nearer_name_counts() {
        use Weight::{Error, Silent, Warning};
        for (error, warn, silence, code, expected) in [
            (&["all"][..], &[][..], &[][..], "deprecated-model", Error),
            (&["all"], &["DeprecatedModel"], &[], "deprecated-model", Warning),
            (&["all"], &["DeprecatedModel"], &["DeprecatedModel"], "deprecated-model", Silent),
            (&["DeprecatedModel"], &[], &[], "deprecated-model", Error),
            (&["DeprecatedModel"], &[], &[], "deprecated-reference", Warning),
            (&["Deprecations"], &[], &[], "unknown-key", Error),
            // No deprecation in dbt's sense: models have dates, keys have not.
            (&["Deprecations"], &[], &[], "deprecated-model", Warning),
            (&["all"], &["Deprecations"], &[], "unknown-key", Warning),
            (&["CustomKeyInObjectDeprecation"], &[], &["Deprecations"], "unknown-key", Error),
            (&[], &[], &["Deprecations"], "unknown-key", Silent),
            (&[], &[], &["config-without-effect"], "config-without-effect", Silent),
        ] {
            assert_eq!(
                options(error, warn, silence).weight(code),
                expected,
                "{error:?} {warn:?} {silence:?}"
            );
        }
    }
}
