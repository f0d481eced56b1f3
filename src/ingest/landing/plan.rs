//! The plans that make the tables of a landing and fill them.

use std::sync::PoisonError;

use super::{
    Dedup, Load, Storage, Target,
    tables::{DEAD_LETTER_COLUMNS, DEAD_LETTERS, STATE, STATE_COLUMNS, beside, columns_in},
};
use crate::{
    ingest::{BRONZE_COLUMNS, TYPED, TableColumn},
    plan::{
        ContractColumn, LandTable, PartitionBy, PassRule, PassedOn, PassedValues, Passing, Plan,
        RowStream, Step, TableOptions,
    },
    relation::{Column, Relation},
};

/// Makes the tables of a load that are missing; none where all are there. `exists` tells of a relation.
pub(super) fn tables_plan(load: &Load, exists: impl Fn(&Relation) -> bool) -> Option<Plan> {
    let main = &load.main().relation;
    let mut steps = Vec::new();
    for target in &load.targets {
        if !exists(&target.relation) {
            steps.push(bronze_table(target).0);
        }
    }
    let dead = beside(main, DEAD_LETTERS);
    if !exists(&dead) {
        steps.push(dead_letter_table(dead));
    }
    let state = beside(main, STATE);
    if !exists(&state) {
        steps.push(state_table(state));
    }
    if steps.is_empty() {
        return None;
    }
    let mut schemas: Vec<(Option<String>, String)> = Vec::new();
    for target in &load.targets {
        let schema = (target.relation.database.clone(), target.relation.schema.clone());
        if !schemas.contains(&schema) {
            schemas.push(schema);
        }
    }
    let create = |(database, schema)| Step::CreateSchema { database, schema };
    let steps = schemas.into_iter().map(create).chain(steps).collect();
    Some(plan(load, steps))
}

/// Makes a table of states.
pub(super) fn state_table(relation: Relation) -> Step {
    let options = TableOptions { cluster_by: vec!["feed".to_owned()], ..TableOptions::default() };
    let columns = columns_in(relation.dialect, &STATE_COLUMNS);
    create(relation, columns, options)
}

/// Makes a bronze table; with typed columns, those that it has then. What the rows add is added when
/// they have come.
pub(super) fn bronze_table(target: &Target) -> (Step, Option<Vec<TableColumn>>) {
    let mut columns = columns_in(target.relation.dialect, &BRONZE_COLUMNS);
    let mut options = bronze_options(&target.storage);
    let mut made = None;
    if let Some(schema) = &target.typed {
        let schema = schema.lock().unwrap_or_else(PoisonError::into_inner);
        let typed = schema.against(&target.relation, None);
        columns.extend(typed.columns);
        if !typed.required.is_empty() {
            options.contract = Some(promised(&columns, &typed.required));
        }
        made = Some(schema.as_table());
    }
    (create(target.relation.clone(), columns, options), made)
}

/// Makes a table of dead letters.
pub(super) fn dead_letter_table(relation: Relation) -> Step {
    let columns = columns_in(relation.dialect, &DEAD_LETTER_COLUMNS);
    let options = TableOptions {
        partition_by: Some(by_day("_failed_at")),
        cluster_by: vec!["_stream".to_owned()],
        ..TableOptions::default()
    };
    create(relation, columns, options)
}

/// Fills the tables, changed before as the load's rows ask. `columns` are those that the targets with
/// typed columns have.
pub(super) fn landing_plan(
    load: &Load,
    columns: &[Option<Vec<TableColumn>>],
    rows: RowStream,
    commit: String,
) -> Plan {
    let main = &load.main().relation;
    let suffix: String =
        load.envelope.load_id.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
    let mut tables = Vec::new();
    for (target, known) in load.targets.iter().zip(columns) {
        tables.extend(land_tables(target, known.clone(), &suffix));
    }
    for (name, columns) in [(DEAD_LETTERS, &DEAD_LETTER_COLUMNS[..]), (STATE, &STATE_COLUMNS)] {
        tables.push(LandTable {
            relation: beside(main, name),
            columns: columns_in(main.dialect, columns),
            passed_on: None,
        });
    }
    plan(load, vec![Step::Land { tables, rows, commit }])
}

/// A target's table, and the one for rows on their way there.
pub(super) fn land_tables(
    target: &Target,
    known: Option<Vec<TableColumn>>,
    suffix: &str,
) -> [LandTable; 2] {
    let relation = &target.relation;
    let common = columns_in(relation.dialect, &BRONZE_COLUMNS);
    let mut staged = common.clone();
    if target.typed.is_some() {
        staged.extend(columns_in(relation.dialect, &[(TYPED, "JSON")]));
    }
    let passed_on = PassedOn {
        target: relation.clone(),
        rule: match target.dedup {
            Dedup::Nothing => PassRule::All,
            Dedup::Keys => PassRule::NewKeys,
            Dedup::Messages => PassRule::NewMessages,
            Dedup::Versions => PassRule::NewVersions,
        },
        values: passed_values(target, known),
    };
    let staging = relation.with_identifier(format!("{}__elt_stage_{suffix}", relation.identifier));
    [
        LandTable { relation: relation.clone(), columns: common, passed_on: None },
        LandTable { relation: staging, columns: staged, passed_on: Some(passed_on) },
    ]
}

/// The columns of a target, those of its type told when all rows have come.
fn passed_values(target: &Target, known: Option<Vec<TableColumn>>) -> PassedValues {
    let (relation, typed) = (target.relation.clone(), target.typed.clone());
    PassedValues::new(move || {
        let mut columns: Vec<String> =
            BRONZE_COLUMNS.iter().map(|(name, _)| (*name).to_owned()).collect();
        let mut values = columns.clone();
        let mut changes = Vec::new();
        if let Some(schema) = &typed {
            let schema = schema.lock().unwrap_or_else(PoisonError::into_inner);
            let typed = schema.against(&relation, known.as_deref());
            for (column, value) in typed.columns.into_iter().zip(typed.projections) {
                values.push(format!("{value} as {}", relation.dialect.quote(&column.name)));
                columns.push(column.name);
            }
            changes = typed.changes;
        }
        Passing { changes, columns, values }
    })
}

/// Columns with what is promised of them.
fn promised(columns: &[Column], required: &[String]) -> Vec<ContractColumn> {
    let column = |column: &Column| {
        let not_null = required.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
        let definition = match not_null {
            true => format!("{} not null", column.data_type),
            false => column.data_type.clone(),
        };
        ContractColumn { column: column.clone(), definition, not_null }
    };
    columns.iter().map(column).collect()
}

fn plan(load: &Load, steps: Vec<Step>) -> Plan {
    Plan {
        context: Default::default(),
        unique_id: load.feed.clone(),
        materialization: "ingest".to_owned(),
        steps,
        relation: Some(load.main().relation.clone()),
    }
}

fn create(relation: Relation, columns: Vec<Column>, options: TableOptions) -> Step {
    Step::CreateMissingTable { relation, columns, options }
}

fn bronze_options(storage: &Storage) -> TableOptions {
    let cluster_by = match storage.cluster_by.is_empty() {
        true => vec!["_stream".to_owned(), "_record_key".to_owned()],
        false => storage.cluster_by.clone(),
    };
    let mut other = Vec::new();
    if storage.require_partition_filter {
        other.push(("require_partition_filter".to_owned(), "true".to_owned()));
    }
    if let Some(days) = storage.partition_expiration_days {
        other.push(("partition_expiration_days".to_owned(), days.to_string()));
    }
    TableOptions {
        partition_by: Some(by_day("_ingested_at")),
        cluster_by,
        other,
        ..TableOptions::default()
    }
}

fn by_day(field: &str) -> PartitionBy {
    PartitionBy {
        field: field.to_owned(),
        data_type: "timestamp".to_owned(),
        granularity: "day".to_owned(),
        range: None,
        time_ingestion: false,
        copy_partitions: false,
    }
}
