//! MERGE
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/dml-syntax#merge_statement>).

use super::{
    ast::{Merge, MergeAction, MergeClause, MergeRows, Statement},
    scope::{Scope, Source},
    translate::Translator,
    types::quote,
};

/// What BigQuery says where several rows would change one.
const TWICE: &str = "UPDATE/MERGE must match at most one source row for each target row";

impl Translator<'_> {
    /// MERGE; that each row of the target has one of the source at most is a check before it.
    pub fn merge_statement(&mut self, merge: &Merge, statement: &Statement) -> String {
        let Some(target) = self.target(&merge.table) else { return self.refused(statement) };
        let source = self.table(&merge.source);
        let source = source.strip_prefix("LATERAL ").unwrap_or(&source).to_owned();
        let condition = self.condition(&merge.condition, "ON");
        let scope = self.scopes.pop().unwrap_or_default();
        let mut text = format!("MERGE INTO {target} USING {source} ON {condition}");
        let mut changing = Vec::new();
        for clause in &merge.clauses {
            let (one, given) = self.merge_clause(clause, &scope);
            text.push_str(&one);
            if clause.rows == MergeRows::Matched {
                changing.push(given);
            }
        }
        if !changing.is_empty() {
            let any = changing.iter().all(Option::is_some).then(|| {
                changing.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" OR ")
            });
            let from = format!("{target} JOIN {source} ON {condition}");
            self.check_single(&from, any.as_deref(), &scope);
        }
        text
    }

    /// The clause, and its condition.
    fn merge_clause(&mut self, clause: &MergeClause, scope: &Scope) -> (String, Option<String>) {
        let (words, sources) = match clause.rows {
            MergeRows::Matched => ("MATCHED", scope.sources.clone()),
            MergeRows::NotByTarget => ("NOT MATCHED BY TARGET", scope.sources[1..].to_vec()),
            MergeRows::NotBySource => ("NOT MATCHED BY SOURCE", scope.sources[..1].to_vec()),
        };
        let target = scope.sources.first().cloned().unwrap_or_default();
        self.scopes.push(Scope { sources, ..Scope::default() });
        let condition = clause.condition.as_ref().map(|given| self.condition(given, "AND"));
        let action = match &clause.action {
            MergeAction::Delete => "DELETE".to_owned(),
            MergeAction::Update(assignments) => {
                format!("UPDATE SET {}", self.assignments(assignments, &target).join(", "))
            }
            MergeAction::Insert { columns, values } => {
                let names: Vec<String> = columns.iter().map(|name| name.value.clone()).collect();
                let all = &target.columns;
                let names = match names.is_empty() && all.complete {
                    true => all.columns.iter().map(|(name, _)| name.clone()).collect(),
                    false => names,
                };
                let values = match values {
                    Some(values) => {
                        if !names.is_empty() && values.len() != names.len() {
                            let message = format!(
                                "INSERT has {} columns and {} values",
                                names.len(),
                                values.len()
                            );
                            self.refuse("sql-syntax", message, clause, None);
                        }
                        let targets: Vec<_> = names
                            .iter()
                            .map(|name| super::scope::field(&all.columns, name))
                            .map(|found| found.map(|(name, kind)| (name.clone(), kind.clone())))
                            .collect();
                        let mut texts = Vec::new();
                        for (at, value) in values.iter().enumerate() {
                            let target = targets.get(at).and_then(Option::as_ref);
                            texts.push(self.assigned(value, target));
                        }
                        texts
                    }
                    None => self.whole_row(clause),
                };
                let names: Vec<String> = names.iter().map(|name| quote(name)).collect();
                let names = match names.is_empty() {
                    true => String::new(),
                    false => format!(" ({})", names.join(", ")),
                };
                format!("INSERT{names} VALUES ({})", values.join(", "))
            }
        };
        self.scopes.pop();
        let given = condition.as_ref().map(|given| format!(" AND {given}")).unwrap_or_default();
        (format!(" WHEN {words}{given} THEN {action}"), condition)
    }

    /// INSERT ROW: all columns of the source.
    fn whole_row(&mut self, place: &MergeClause) -> Vec<String> {
        let sources = self.scopes.last().map(|scope| scope.sources.clone()).unwrap_or_default();
        if sources.iter().any(|source| !source.columns.complete) {
            let message = "INSERT ROW is not supported where the columns are not known";
            self.refuse("unsupported-syntax", message, place, Some("write INSERT … VALUES (…)"));
        }
        let columns = |source: &Source| {
            let names = source.columns.columns.iter();
            names.map(|(name, _)| source.sql_of(name)).collect::<Vec<_>>()
        };
        sources.iter().flat_map(columns).collect()
    }

    /// Notes the check that no row of the target, the first source of a scope, is met twice.
    pub fn check_single(&mut self, from: &str, condition: Option<&str>, scope: &Scope) {
        let Some(target) = scope.sources.first() else { return };
        let condition = condition.map(|given| format!(" WHERE {given}")).unwrap_or_default();
        self.checks.push(format!(
            "SELECT CASE WHEN count(*) > 0 THEN error('{TWICE}') END FROM (SELECT 1 FROM {from}{condition} GROUP BY {}.rowid HAVING count(*) > 1) AS twice",
            quote(&target.table)
        ));
    }
}
