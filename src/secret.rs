//! Which environment variables are secrets.

/// Whether an environment variable is a secret by its name: usable in `profiles.yml` and
/// `packages.yml` only, and never shown
/// (<https://docs.getdbt.com/reference/dbt-jinja-functions/env_var#secrets>).
pub fn is_secret_name(name: &str) -> bool {
    name.starts_with("DBT_ENV_SECRET") || name.starts_with("ELT_SECRET_")
}
