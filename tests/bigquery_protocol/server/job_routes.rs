//! The methods of `jobs`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    answer::{error, not_found, proto},
    behaviour::Behaviour,
    http::{HttpAnswer, HttpRequest},
    jobs::{merge, statement},
    running_server::Shared,
    store::Statement,
};

/// Where jobs run that say nothing: the place of the data.
const DATA_LOCATION: &str = "EU";

/// `jobs.insert`.
pub fn insert(shared: &Shared, project: &str, body: &Value) -> HttpAnswer {
    let configuration = body["configuration"].clone();
    if configuration.pointer("/query/useLegacySql") == Some(&Value::Bool(true))
        || (configuration.get("query").is_some()
            && configuration.pointer("/query/useLegacySql").is_none())
    {
        return error(400, "invalid", "this server speaks GoogleSQL only");
    }
    if let Some(wrong) = wrong_labels(&configuration) {
        return error(400, "invalid", &wrong);
    }
    let text = statement(&configuration);
    let dry_run = configuration["dryRun"] == Value::Bool(true);
    let mut state = shared.state();
    if dry_run {
        let behaviour = state.jobs.behaviour(&text);
        if let Some((reason, message)) = &behaviour.failure {
            return error(400, reason, message);
        }
        let mut query = behaviour.statistics.clone();
        query["schema"] = json!({"fields": behaviour.fields});
        if let Some(database) = &state.database
            && let [statement] = Statement::all(&text).as_slice()
            && statement.is_query()
        {
            match database.query_fields(&statement.text) {
                Ok(fields) => query["schema"] = json!({"fields": fields}),
                Err(wrong) if wrong.contains("does not exist") => {
                    return error(404, "notFound", &wrong);
                }
                Err(wrong) => return error(400, "invalidQuery", &wrong),
            }
        }
        let mut statistics = json!({"query": query});
        merge(&mut statistics, &behaviour.more_statistics);
        return HttpAnswer::json(
            200,
            &json!({
                "jobReference": {"projectId": project, "location": DATA_LOCATION},
                "configuration": configuration,
                "status": {"state": "DONE"},
                "statistics": statistics,
            }),
        );
    }
    let id = body.pointer("/jobReference/jobId").and_then(Value::as_str).unwrap_or_default();
    if id.is_empty() {
        return error(400, "required", "this server wants job ids");
    }
    let location = body.pointer("/jobReference/location").and_then(Value::as_str);
    let location = location.unwrap_or(DATA_LOCATION);
    if state.jobs.by_id.contains_key(id) {
        let message = format!("Already Exists: Job {project}:{location}.{id}");
        return error(409, "duplicate", &message);
    }
    let mut behaviour = state.jobs.behaviour(&text);
    if behaviour.refused
        && let Some((reason, message)) = &behaviour.failure
    {
        return error(400, reason, message);
    }
    if behaviour.failure.is_none() && state.faults.job_fails() {
        let message = "An internal error occurred and the request could not be completed.";
        behaviour.failure = Some(("backendError".to_owned(), message.to_owned()));
    }
    if state.database.is_some() && configuration.get("query").is_some() {
        tell_statements(&text, &mut behaviour);
    }
    state.jobs.insert(id, location, configuration, behaviour);
    state.settle();
    HttpAnswer::json(200, &state.jobs.by_id[id].resource(project))
}

/// What a job tells of the statements in it. One that fails does so at the first that writes.
fn tell_statements(text: &str, behaviour: &mut Behaviour) {
    let statements = Statement::all(text);
    if let [statement] = statements.as_slice() {
        behaviour.statistics["statementType"] = statement.kind().into();
        return;
    }
    behaviour.statistics["statementType"] = "SCRIPT".into();
    let mut children = Vec::new();
    for statement in &statements {
        let mut child = json!({"statementType": statement.kind()});
        let writes = !matches!(statement.kind(), "SELECT" | "BEGIN_TRANSACTION");
        if let Some((reason, _)) = behaviour.failure.as_ref().filter(|_| writes) {
            child["fails"] = reason.as_str().into();
            children.push(child);
            break;
        }
        children.push(child);
    }
    behaviour.more_statistics["numChildJobs"] = children.len().to_string().into();
    behaviour.more_statistics["children"] = children.into();
}

/// Labels that BigQuery refuses.
fn wrong_labels(configuration: &Value) -> Option<String> {
    let allowed = |text: &str| {
        text.chars().count() <= 63
            && text.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-'))
    };
    for (key, value) in configuration.get("labels")?.as_object()? {
        let letter = key.starts_with(|c: char| c.is_ascii_lowercase());
        if !letter || !allowed(key) || !value.as_str().is_some_and(allowed) {
            return Some(format!("Invalid label {key}: {value}"));
        }
    }
    None
}

/// Jobs are found where they run, and without a location in the multi-regions only.
fn is_here(request: &HttpRequest, location: &str) -> bool {
    match request.param("location") {
        Some(asked) => asked == location,
        None => matches!(location, "US" | "EU"),
    }
}

/// `jobs.get`.
pub fn get(shared: &Shared, request: &HttpRequest, project: &str, id: &str) -> HttpAnswer {
    let state = shared.state();
    match state.jobs.by_id.get(id).filter(|job| is_here(request, &job.location)) {
        Some(job) => HttpAnswer::json(200, &job.resource(project)),
        None => not_found(&format!("Job {project}:{id}")),
    }
}

/// `jobs.cancel`.
pub fn cancel(shared: &Shared, request: &HttpRequest, project: &str, id: &str) -> HttpAnswer {
    let mut state = shared.state();
    state.jobs.stop(id);
    state.settle();
    shared.wake();
    match state.jobs.by_id.get(id).filter(|job| is_here(request, &job.location)) {
        Some(job) => HttpAnswer::json(200, &json!({"job": job.resource(project)})),
        None => not_found(&format!("Job {project}:{id}")),
    }
}

/// `jobs.getQueryResults`: answers when the query ends, or `timeoutMs` passed. A query's failure is
/// answered as an HTTP error.
pub fn query_results(
    shared: &Shared,
    request: &HttpRequest,
    project: &str,
    id: &str,
) -> HttpAnswer {
    let wait = request.param("timeoutMs").and_then(|ms| ms.parse().ok()).unwrap_or(10_000);
    let until = Instant::now() + Duration::from_millis(wait);
    let mut state = shared.state();
    loop {
        state.settle();
        let Some(job) = state.jobs.by_id.get(id).filter(|job| is_here(request, &job.location))
        else {
            return not_found(&format!("Job {project}:{id}"));
        };
        if job.is_done() || Instant::now() >= until || shared.is_closing() {
            break;
        }
        // Woken when a job is cancelled.
        let pause = job.due().min(until).saturating_duration_since(Instant::now());
        state = shared.wait(state, pause);
    }
    let job = &state.jobs.by_id[id];
    let reference = json!({"projectId": project, "jobId": id, "location": job.location});
    if let Some((reason, message)) = job.failed() {
        let status = if reason == "backendError" { 500 } else { 400 };
        return error(status, reason, message);
    }
    if !job.is_done() {
        return HttpAnswer::json(200, &json!({"jobReference": reference, "jobComplete": false}));
    }
    let rows = &job.behaviour.rows;
    let from = request.param("pageToken").and_then(|token| token.parse().ok()).unwrap_or(0);
    let most: Option<usize> = request.param("maxResults").and_then(|most| most.parse().ok());
    let to = rows.len().min(from + most.unwrap_or(usize::MAX - from).min(state.page_rows));
    let row = |row: &Vec<Value>| json!({"f": row.iter().map(|value| json!({"v": value})).collect::<Vec<_>>()});
    let mut body = json!({"jobReference": reference, "jobComplete": true});
    if !job.behaviour.fields.is_empty() {
        body["schema"] = json!({"fields": job.behaviour.fields});
        body["totalRows"] = rows.len().to_string().into();
    }
    if most != Some(0) {
        body["rows"] = rows[from..to].iter().map(row).collect();
        if to < rows.len() {
            body["pageToken"] = to.to_string().into();
        }
    }
    HttpAnswer::json(200, &body)
}

/// `jobs.list`: the statements of a script.
pub fn list(shared: &Shared, request: &HttpRequest, project: &str) -> HttpAnswer {
    let state = shared.state();
    let Some(parent) = request.param("parentJobId") else {
        // The last of several parameters of one name counts here: all that are not done are told.
        let running = state.jobs.by_id.values().filter(|job| !job.is_done());
        let running: Vec<Value> = running.map(|job| job.resource(project)).collect();
        return HttpAnswer::json(200, &json!({"jobs": running}));
    };
    let Some(job) = state.jobs.by_id.get(parent) else {
        return HttpAnswer::json(200, &json!({"jobs": []}));
    };
    let children = job.behaviour.more_statistics["children"].as_array().cloned();
    let children = children.unwrap_or_default().into_iter().enumerate().map(|(at, child)| {
        let mut resource = json!({
            "jobReference": {"projectId": project, "jobId": format!("script_job_{at}"),
                "location": job.location},
            "state": "DONE",
            "status": {"state": "DONE"},
            "statistics": {"parentJobId": parent, "query": child},
        });
        if let Some(reason) = child.get("fails") {
            resource["status"]["errorResult"] = proto(reason.as_str().unwrap_or("x"), "failed");
        }
        resource
    });
    // Newest first, as BigQuery does.
    let children: Vec<Value> = children.rev().collect();
    HttpAnswer::json(200, &json!({"jobs": children}))
}
