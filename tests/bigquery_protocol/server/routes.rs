//! Which method a request calls.

use super::{
    answer::error,
    catalog_routes,
    http::{HttpAnswer, HttpRequest},
    job_routes,
    running_server::Shared,
    token_routes, upload_routes,
};

/// Answers a request.
pub fn answer(shared: &Shared, request: &HttpRequest) -> HttpAnswer {
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    match (request.method.as_str(), path.as_slice()) {
        ("POST", ["token"]) => return token_routes::token(shared, request),
        ("POST", ["sts"]) => return token_routes::exchange(shared, request),
        ("POST", ["idp"]) | ("GET", ["their-token"]) => return token_routes::theirs(),
        ("GET", ["computeMetadata", ..]) => return token_routes::machine(shared, request),
        _ => {}
    }
    if let Some(refusal) = unauthenticated(shared, request) {
        return refusal;
    }
    match (request.method.as_str(), path.as_slice()) {
        ("POST", ["bigquery", "v2", "projects", project, "jobs"]) => {
            job_routes::insert(shared, project, &request.json())
        }
        ("GET", ["bigquery", "v2", "projects", project, "jobs"]) => {
            job_routes::list(shared, request, project)
        }
        ("GET", ["bigquery", "v2", "projects", project, "jobs", id]) => {
            job_routes::get(shared, request, project, id)
        }
        ("POST", ["bigquery", "v2", "projects", project, "jobs", id, "cancel"]) => {
            job_routes::cancel(shared, request, project, id)
        }
        ("GET", ["bigquery", "v2", "projects", project, "queries", id]) => {
            job_routes::query_results(shared, request, project, id)
        }
        ("POST", ["upload", "bigquery", "v2", "projects", project, "jobs"]) => {
            upload_routes::begin(shared, request, project)
        }
        ("PUT", ["sessions", name]) => upload_routes::piece(shared, request, name),
        ("GET" | "POST", ["bigquery", "v2", "projects", project, "datasets"]) => {
            catalog_routes::datasets(shared, request, project, None)
        }
        (_, ["bigquery", "v2", "projects", project, "datasets", dataset]) => {
            catalog_routes::datasets(shared, request, project, Some(dataset))
        }
        ("GET", ["bigquery", "v2", "projects", project, "datasets", dataset, "tables"]) => {
            catalog_routes::tables(shared, request, (project, dataset), None)
        }
        (_, ["bigquery", "v2", "projects", project, "datasets", dataset, "tables", table]) => {
            catalog_routes::tables(shared, request, (project, dataset), Some(table))
        }
        ("POST", ["v1", "projects", "-", "serviceAccounts", _]) => {
            token_routes::impersonate(shared, request)
        }
        _ => error(404, "notFound", &format!("no method {} {}", request.method, request.target)),
    }
}

/// What the front end says to a request without a token that is valid.
fn unauthenticated(shared: &Shared, request: &HttpRequest) -> Option<HttpAnswer> {
    let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    if token.is_some_and(|token| shared.state().tokens.contains(token)) {
        return None;
    }
    let message = "Request had invalid authentication credentials.";
    let body = serde_json::json!({
        "error": {"code": 401, "message": message, "status": "UNAUTHENTICATED"}
    });
    Some(HttpAnswer::json(401, &body))
}
