//! What a script that failed has done before: whether it may be run again.
//!
//! The statements of a script are committed one by one, those between `BEGIN TRANSACTION` and
//! `COMMIT TRANSACTION` together; a transaction that does not come to its end is taken back
//! (<https://cloud.google.com/bigquery/docs/transactions#transaction_properties>).

use crate::adapter::bigquery::{
    client::BigQueryClient,
    resource::{Job, JobRef, JobStatistics},
};

/// Statements of a script that are read: one with more has a loop, and is not run again.
const MAX_STATEMENTS: usize = 1000;

/// What a script has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It has read, and written nothing that stays.
    Nothing,
    /// A statement of this type (`MERGE`, `INSERT`) took effect.
    Lasting(String),
    /// Nobody can tell.
    Unknown,
}

impl JobStatistics {
    /// Whether the job is a script.
    pub(super) fn is_script(&self) -> bool {
        self.statement_type.as_deref() == Some("SCRIPT") || self.child_jobs > 0
    }
}

impl BigQueryClient {
    /// What a script has done that ended.
    pub(super) async fn effect_of_script(&self, script: &JobRef, told: &JobStatistics) -> Effect {
        let filter = [("parentJobId", script.id.as_str())];
        let Ok(newest_first) = self.list_jobs(&script.project, &filter, MAX_STATEMENTS).await
        else {
            return Effect::Unknown;
        };
        let count = newest_first.len();
        if count > MAX_STATEMENTS || (count as i64) < told.child_jobs {
            return Effect::Unknown;
        }
        effect(newest_first.iter().rev())
    }
}

/// What statements have done, given in their order.
fn effect<'a>(statements: impl IntoIterator<Item = &'a Job>) -> Effect {
    // The first writing statement of a transaction that is open.
    let mut open: Option<Option<String>> = None;
    for job in statements {
        if !job.is_done() {
            return Effect::Unknown;
        }
        let Some(kind) = job.statistics().statement_type else { return Effect::Unknown };
        let failed = job.failure().is_some();
        match (kind.as_str(), &mut open) {
            // Nobody knows whether a commit that failed was carried out.
            ("COMMIT_TRANSACTION", Some(Some(_))) if failed => return Effect::Unknown,
            ("COMMIT_TRANSACTION", Some(Some(written))) => {
                return Effect::Lasting(std::mem::take(written));
            }
            ("COMMIT_TRANSACTION" | "ROLLBACK_TRANSACTION", _) => open = None,
            (_, _) if failed => {}
            ("BEGIN_TRANSACTION", _) => open = Some(None),
            ("SELECT" | "ASSERT", _) => {}
            (_, Some(written)) => {
                written.get_or_insert(kind);
            }
            (_, None) => return Effect::Lasting(kind),
        }
    }
    Effect::Nothing
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn job(kind: &str, failed: bool) -> Job {
        let mut job = json!({
            "status": {"state": "DONE"},
            "statistics": {"query": {"statementType": kind}},
        });
        if failed {
            job["status"]["errorResult"] = json!({"reason": "backendError", "message": "again"});
        }
        serde_json::from_value(job).expect("a job")
    }

    /// Statements by their types; the last one failed where it ends with `!`.
    fn of(kinds: &str) -> Effect {
        let jobs = kinds.split_whitespace().map(|kind| match kind.strip_suffix('!') {
            Some(kind) => job(kind, true),
            None => job(kind, false),
        });
        effect(&jobs.collect::<Vec<_>>())
    }

    #[test]
    fn what_only_read_has_done_nothing() {
        assert_eq!(of(""), Effect::Nothing);
        assert_eq!(of("SELECT SELECT MERGE!"), Effect::Nothing);
        assert_eq!(of("SELECT MERGE SELECT!"), Effect::Lasting("MERGE".to_owned()));
        assert_eq!(of("CREATE_TABLE_AS_SELECT INSERT!").clone(), {
            Effect::Lasting("CREATE_TABLE_AS_SELECT".to_owned())
        });
    }

    #[test]
    fn a_transaction_counts_from_its_end_on() {
        assert_eq!(of("BEGIN_TRANSACTION DELETE INSERT!"), Effect::Nothing);
        let committed = "BEGIN_TRANSACTION DELETE INSERT COMMIT_TRANSACTION";
        assert_eq!(of(committed), Effect::Lasting("DELETE".to_owned()));
        assert_eq!(of(&format!("{committed}!")), Effect::Unknown);
        assert_eq!(of("BEGIN_TRANSACTION DELETE ROLLBACK_TRANSACTION SELECT!"), Effect::Nothing);
        assert_eq!(of("BEGIN_TRANSACTION SELECT COMMIT_TRANSACTION SELECT!"), Effect::Nothing);
    }

    #[test]
    fn what_has_not_ended_or_has_no_type_is_not_known() {
        let running: Job =
            serde_json::from_value(json!({"status": {"state": "RUNNING"}})).expect("a job");
        assert_eq!(effect([&running]), Effect::Unknown);
        let nameless: Job =
            serde_json::from_value(json!({"status": {"state": "DONE"}, "statistics": Value::Null}))
                .expect("a job");
        assert_eq!(effect([&nameless]), Effect::Unknown);
    }
}
