//! How old a source's rows may be.

use std::fmt::{self, Display, Formatter};

use serde_json::{Value, json};

use crate::{diagnostic::Diagnostic, manifest::Source, run::Status};

/// A length of time as it is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    /// How many.
    pub count: u64,
    /// `minute`, `hour` or `day`.
    pub period: &'static str,
}

const PERIODS: [(&str, u64); 3] = [("minute", 60), ("hour", 3600), ("day", 86_400)];

impl Age {
    fn read(rule: &Value) -> Result<Option<Self>, String> {
        let (count, period) = (&rule["count"], &rule["period"]);
        if count.is_null() && period.is_null() {
            return Ok(None);
        }
        let period = PERIODS.iter().find(|(name, _)| Some(*name) == period.as_str());
        match (count.as_u64(), period) {
            (Some(count), Some((period, _))) => Ok(Some(Self { count, period })),
            _ => Err("needs a whole number as `count`, and `minute`, `hour` or `day` as `period`"
                .to_owned()),
        }
    }

    /// In seconds.
    pub fn secs(self) -> f64 {
        let of_one = PERIODS.iter().find(|(name, _)| *name == self.period).map_or(0, |(_, of)| *of);
        self.count as f64 * of_one as f64
    }

    fn to_json(self) -> Value {
        json!({ "count": self.count, "period": self.period })
    }
}

impl Display for Age {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {}{plural}", self.count, self.period)
    }
}

/// `freshness` of a source table.
#[derive(Clone, Debug, PartialEq)]
pub struct Criteria {
    /// Older is worth a warning.
    pub warn_after: Option<Age>,
    /// Older is an error.
    pub error_after: Option<Age>,
    /// A condition on the rows that are looked at, as SQL.
    pub filter: Option<String>,
}

impl Criteria {
    /// A source's rules; none where it has none.
    ///
    /// # Errors
    /// A rule that cannot be meant.
    pub fn of(source: &Source) -> Result<Option<Self>, Box<Diagnostic>> {
        let Some(rules) = &source.freshness else { return Ok(None) };
        let age = |key: &str| {
            Age::read(&rules[key]).map_err(|problem| {
                let name = format!("{}.{}", source.source_name, source.name);
                let message = format!("`{key}` of source `{name}` {problem}");
                let diagnostic = Diagnostic::error("invalid-freshness", message);
                Box::new(diagnostic.at(source.declared.clone(), ""))
            })
        };
        let criteria = Self {
            warn_after: age("warn_after")?,
            error_after: age("error_after")?,
            filter: rules["filter"].as_str().map(str::to_owned),
        };
        let any = criteria.warn_after.is_some() || criteria.error_after.is_some();
        Ok(any.then_some(criteria))
    }

    /// What an age in seconds means, and the rule that it breaks.
    pub fn judge(&self, age_secs: f64) -> (Status, Option<Age>) {
        let broken = |rule: Option<Age>| rule.filter(|rule| age_secs > rule.secs());
        match (broken(self.error_after), broken(self.warn_after)) {
            (Some(rule), _) => (Status::Fail, Some(rule)),
            (None, Some(rule)) => (Status::Warn, Some(rule)),
            (None, None) => (Status::Pass, None),
        }
    }

    /// As `sources.json` has it.
    pub fn to_json(&self) -> Value {
        let age = |rule: Option<Age>| match rule {
            Some(rule) => rule.to_json(),
            None => json!({ "count": null, "period": null }),
        };
        json!({
            "warn_after": age(self.warn_after),
            "error_after": age(self.error_after),
            "filter": self.filter,
        })
    }
}
