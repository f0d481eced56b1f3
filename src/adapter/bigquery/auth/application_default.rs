//! Where application-default credentials are
//! (<https://cloud.google.com/docs/authentication/application-default-credentials>).

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Credentials, Loaded, MetadataServer, load};
use crate::{
    adapter::bigquery::error::{BigQueryError, BigQueryErrorKind},
    project::Env,
};

/// The file that `gcloud auth application-default login` writes.
const LOGIN_FILE: &str = "application_default_credentials.json";
/// A credentials file is a few kilobytes.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Finds the credentials: the file that a variable names, the one of the last login, the machine's own.
///
/// # Errors
/// Where a file that is there cannot be used.
pub(in crate::adapter::bigquery) fn application_default(
    scopes: &[String],
    env: &Env,
) -> Result<Loaded, BigQueryError> {
    let variable = "GOOGLE_APPLICATION_CREDENTIALS";
    if let Some(path) = env.get(variable).filter(|path| !path.is_empty()) {
        let info = read_file(Path::new(path)).map_err(|error| {
            let message = format!("{} (from the variable {variable})", error.message);
            error.worded(message)
        })?;
        return load(&info, scopes, env, path);
    }
    let folder = gcloud_folder(env);
    let login = folder.as_ref().map(|folder| folder.join(LOGIN_FILE));
    if let Some(login) = login.as_ref().filter(|login| login.is_file()) {
        let mut loaded = load(&read_file(login)?, scopes, env, &login.to_string_lossy())?;
        if loaded.project.is_none() {
            loaded.project = folder.as_deref().and_then(|folder| gcloud_project(folder, env));
        }
        return Ok(loaded);
    }
    let login = login.map_or_else(|| LOGIN_FILE.to_owned(), |login| login.display().to_string());
    let looked_for =
        format!("{variable} is not set, `{login}` does not exist, this is no machine of Google's");
    Ok(Loaded::of(Credentials::Machine(MetadataServer::new(env, scopes, looked_for))))
}

/// Reads a file of credentials.
///
/// # Errors
/// Says what is wrong, without what is in it.
pub(in crate::adapter::bigquery) fn read_file(path: &Path) -> Result<Value, BigQueryError> {
    let bad = |problem: String| {
        BigQueryError::new(
            BigQueryErrorKind::Credentials,
            format!("the credentials file `{}` {problem}", path.display()),
        )
    };
    let metadata =
        std::fs::metadata(path).map_err(|error| bad(format!("cannot be read: {error}")))?;
    if !metadata.is_file() || metadata.len() > MAX_FILE_BYTES {
        return Err(bad("is no file of credentials".to_owned()));
    }
    let text =
        std::fs::read_to_string(path).map_err(|error| bad(format!("cannot be read: {error}")))?;
    serde_json::from_str(&text).map_err(|error| {
        // The error's own text may quote.
        bad(format!("is no JSON at line {}, column {}", error.line(), error.column()))
    })
}

/// Where gcloud keeps its things
/// (<https://cloud.google.com/sdk/docs/configurations#what_is_a_configuration>).
fn gcloud_folder(env: &Env) -> Option<PathBuf> {
    if let Some(folder) = env.get("CLOUDSDK_CONFIG").filter(|folder| !folder.is_empty()) {
        return Some(PathBuf::from(folder));
    }
    if let Some(folder) = env.get("APPDATA").filter(|_| cfg!(windows)) {
        return Some(Path::new(folder).join("gcloud"));
    }
    let home = env.get("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    home.or_else(std::env::home_dir).map(|home| home.join(".config/gcloud"))
}

/// The project of gcloud's active configuration.
fn gcloud_project(folder: &Path, env: &Env) -> Option<String> {
    if let Some(project) = env.get("CLOUDSDK_CORE_PROJECT") {
        return Some(project.to_owned());
    }
    let active = match env.get("CLOUDSDK_ACTIVE_CONFIG_NAME") {
        Some(name) => name.to_owned(),
        None => std::fs::read_to_string(folder.join("active_config")).ok()?.trim().to_owned(),
    };
    let path = folder.join("configurations").join(format!("config_{active}"));
    project_in(&std::fs::read_to_string(path).ok()?)
}

/// `project` of the section `core`.
fn project_in(configuration: &str) -> Option<String> {
    let mut section = "";
    for line in configuration.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name.trim();
        } else if section == "core"
            && let Some((key, value)) = line.split_once('=')
            && key.trim() == "project"
            && !value.trim().is_empty()
        {
            return Some(value.trim().to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_the_one_of_the_section_core() {
        let configuration =
            "[auth]\nproject = x\n[core]\naccount = me@x\nproject = shop\n[compute]\nproject = y";
        assert_eq!(project_in(configuration).as_deref(), Some("shop"));
        assert_eq!(project_in("[core]\nproject =\n"), None);
    }
}
