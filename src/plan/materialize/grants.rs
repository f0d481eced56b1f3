//! Who may read a relation
//! (<https://docs.getdbt.com/reference/resource-configs/grants>,
//! <https://docs.getdbt.com/reference/resource-configs/bigquery-configs#authorized-views>).

use serde_json::Value;

use super::options::wrong;
use crate::{
    diagnostic::Diagnostic,
    plan::{PlanInput, Step, describe},
    relation::Relation,
};

/// `grants` and `grant_access_to` as steps.
///
/// # Errors
/// Shapes that dbt does not know.
pub(in crate::plan) fn steps(input: &PlanInput<'_>) -> Result<Vec<Step>, Vec<Diagnostic>> {
    let (node, mut steps) = (input.node, Vec::new());
    if let Some(grants) = node.config.get("grants").and_then(Value::as_object)
        && !grants.is_empty()
    {
        let mut roles = Vec::new();
        for (role, members) in grants {
            let members = match members {
                Value::String(one) => Some(vec![one.clone()]),
                Value::Array(many) => {
                    many.iter().map(|one| one.as_str().map(str::to_owned)).collect()
                }
                Value::Null => Some(Vec::new()),
                _ => None,
            };
            let message = format!("`grants` gives `{role}` to something that is no list of names");
            roles.push((role.clone(), members.ok_or_else(|| wrong(node, &message))?));
        }
        let relation = Relation { kind: Some(describe::kind(input)), ..node.relation.clone() };
        steps.push(Step::Grant { relation, roles });
    }
    if let Some(places) = node.config.get("grant_access_to").and_then(Value::as_array)
        && !places.is_empty()
    {
        let message = "`grant_access_to` must be a list of mappings with `dataset` and `project`";
        let place = |place: &Value| {
            let text = |key: &str| place.get(key).and_then(Value::as_str).map(str::to_owned);
            Some((text("project"), text("dataset")?))
        };
        let datasets: Option<Vec<_>> = places.iter().map(place).collect();
        let datasets = datasets.ok_or_else(|| wrong(node, message))?;
        let materialized = node.config.materialized();
        if !materialized.ends_with("view") {
            let message = format!("`grant_access_to` is for views, and this is a `{materialized}`");
            return Err(wrong(node, &message));
        }
        steps.push(Step::AuthorizeView { view: node.relation.clone(), datasets });
    }
    Ok(steps)
}
