//! What BigQuery's error reasons mean for whoever gets them
//! (<https://cloud.google.com/bigquery/docs/error-messages#errortable>).

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The service is disturbed: the same request may succeed in a moment.
    Passing,
    /// Too many requests: the same request may succeed when some time went by.
    Throttled,
    /// The token is not accepted: once, a new one may be.
    Unauthenticated,
    /// It will fail again.
    Lasting,
}

impl Verdict {
    /// Whether the same request may succeed later.
    pub(super) fn may_pass(self) -> bool {
        matches!(self, Self::Passing | Self::Throttled)
    }
}

/// Judges an HTTP answer that is an error by its status and, where its body names one, its reason.
pub(super) fn judge(status: u16, reason: Option<&str>) -> Verdict {
    match reason.and_then(judge_reason) {
        Some(verdict) => verdict,
        None => match status {
            401 => Verdict::Unauthenticated,
            429 => Verdict::Throttled,
            // Whatever stands between may answer these without BigQuery having been asked.
            408 | 500 | 502 | 503 | 504 => Verdict::Passing,
            _ => Verdict::Lasting,
        },
    }
}

/// Judges the failure of a job that ended: whether running the same job again may succeed.
pub(super) fn judge_job(reason: &str) -> Verdict {
    judge_reason(reason).unwrap_or(Verdict::Lasting)
}

/// What a reason says; nothing where the status has to decide.
fn judge_reason(reason: &str) -> Option<Verdict> {
    match reason {
        "backendError" | "internalError" | "badGateway" | "jobBackendError"
        | "jobInternalError" | "tableUnavailable" => Some(Verdict::Passing),
        "rateLimitExceeded" | "jobRateLimitExceeded" => Some(Verdict::Throttled),
        "authError" => Some(Verdict::Unauthenticated),
        "accessDenied"
        | "attributeError"
        | "badRequest"
        | "billingNotEnabled"
        | "billingTierLimitExceeded"
        | "blocked"
        | "bytesBilledLimitExceeded"
        | "duplicate"
        | "invalid"
        | "invalidQuery"
        | "invalidUser"
        | "notFound"
        | "notImplemented"
        | "quotaExceeded"
        | "required"
        | "resourceInUse"
        | "resourcesExceeded"
        | "responseTooLarge"
        | "stopped"
        | "timeout" => Some(Verdict::Lasting),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_weighs_more_than_the_status() {
        assert_eq!(judge(403, Some("rateLimitExceeded")), Verdict::Throttled);
        assert_eq!(judge(400, Some("jobRateLimitExceeded")), Verdict::Throttled);
        assert_eq!(judge(403, Some("accessDenied")), Verdict::Lasting);
        assert_eq!(judge(403, Some("quotaExceeded")), Verdict::Lasting);
        assert_eq!(judge(400, Some("invalidQuery")), Verdict::Lasting);
        assert_eq!(judge(500, Some("backendError")), Verdict::Passing);
        assert_eq!(judge(400, Some("jobBackendError")), Verdict::Passing);
    }

    #[test]
    fn without_a_known_reason_the_status_decides() {
        assert_eq!(judge(503, None), Verdict::Passing);
        assert_eq!(judge(502, Some("somethingNew")), Verdict::Passing);
        assert_eq!(judge(429, None), Verdict::Throttled);
        assert_eq!(judge(401, None), Verdict::Unauthenticated);
        assert_eq!(judge(501, None), Verdict::Lasting);
        assert_eq!(judge(400, None), Verdict::Lasting);
    }
}
