//! What comes behind a fault: a pause, or the end.

use std::time::Duration;

use super::{FetchContext, http::Fault};
use crate::backoff::{Backoff, LONGEST_ASKED};

/// Pauses between attempts at one payload.
const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(30) };

/// Waits for the next attempt behind `attempt` ones.
///
/// # Errors
/// The fault's sentence, where there is no next attempt.
pub async fn before_the_next(
    context: &FetchContext,
    fault: Fault,
    (attempt, attempts): (u32, u32),
    host: &str,
) -> Result<(), String> {
    if let Some(asked) = fault.pause.filter(|_| fault.passing) {
        // Whoever else asks this host waits too.
        context.hosts.pause(host, asked);
        if asked > LONGEST_ASKED {
            let secs = asked.as_secs();
            return Err(format!("{} and wants not to be asked for {secs} s", fault.problem));
        }
    }
    if !fault.passing {
        return Err(fault.problem);
    }
    if attempt >= attempts {
        let attempts = if attempt == 1 { "attempt" } else { "attempts" };
        return Err(format!("{} ({attempt} {attempts})", fault.problem));
    }
    tokio::time::sleep(BACKOFF.pause(attempt, fault.pause)).await;
    Ok(())
}
