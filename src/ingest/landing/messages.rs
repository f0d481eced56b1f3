//! The plan that lands messages: rows of several tables that are known to be new, and dead letters.

use super::{
    DeadLetter, Target,
    batch::BronzeRow,
    commit::{Commit, load_entry, state_rows},
    plan::{bronze_table, dead_letter_table, land_tables, state_table},
    stream::{dead_batch, row_batch},
    tables::{DEAD_LETTER_COLUMNS, STATE_COLUMNS, columns_in},
};
use crate::{
    ingest::{Envelope, TableColumn},
    manifest::UniqueId,
    plan::{LandTable, Plan, RowBatch, RowStream, Step},
    relation::Relation,
};

/// Rows of a table.
pub(in crate::ingest) struct MessageRows {
    /// The table.
    pub target: Target,
    /// Its columns, where it is there and has typed ones.
    pub columns: Option<Vec<TableColumn>>,
    /// Whether it is there.
    pub exists: bool,
    /// Its rows.
    pub rows: Vec<BronzeRow>,
}

/// Dead letters of a schema.
pub(in crate::ingest) struct MessageLetters {
    /// Their table.
    pub relation: Relation,
    /// Whether it is there.
    pub exists: bool,
    /// They.
    pub letters: Vec<DeadLetter>,
}

/// Lands messages, all or nothing; tables that are not there are made with them. Where another process
/// may land messages of the same feeds, `commit` is the one that this makes.
pub(in crate::ingest) fn message_plan(
    feed: UniqueId,
    envelope: &Envelope,
    rows: Vec<MessageRows>,
    letters: Vec<MessageLetters>,
    commit: Option<Commit>,
) -> Plan {
    let records = rows.iter().map(|table| table.rows.len() as u64).sum();
    let dead_letters = letters.iter().map(|table| table.letters.len() as u64).sum();
    let mut making = Making::default();
    let suffix: String = envelope.load_id.chars().take(12).collect();
    let mut tables: Vec<LandTable> = Vec::new();
    let mut batches: Vec<RowBatch> = Vec::new();
    for MessageRows { target, columns, exists, rows } in rows {
        let mut columns = columns;
        if !exists {
            let (step, made) = bronze_table(&target);
            making.add(&target.relation, step);
            columns = made;
        }
        let place = tables.len() + usize::from(target.typed.is_some());
        tables.extend(land_tables(&target, columns, &suffix));
        batches.extend(row_batch(&rows, envelope, &target, place));
    }
    for MessageLetters { relation, exists, letters } in letters {
        if !exists {
            making.add(&relation, dead_letter_table(relation.clone()));
        }
        batches.push(dead_batch(&letters, envelope, tables.len()));
        let columns = columns_in(relation.dialect, &DEAD_LETTER_COLUMNS);
        tables.push(LandTable { relation, columns, passed_on: None });
    }
    let commit = match commit {
        Some(Commit { id, number, feed, state, has_state }) => {
            if !has_state {
                making.add(&state, state_table(state.clone()));
            }
            let entry = load_entry(envelope, records, dead_letters);
            batches.push(state_rows((&feed, number), envelope, &[entry], tables.len()));
            let columns = columns_in(state.dialect, &STATE_COLUMNS);
            tables.push(LandTable { relation: state, columns, passed_on: None });
            id
        }
        // One process holds the warehouse, and knows what is landed.
        None => format!("elt_messages_{}", envelope.load_id),
    };
    let rows = RowStream::held(batches);
    let mut steps = making.schemas;
    steps.extend(making.tables);
    steps.push(Step::Land { tables, rows, commit });
    Plan {
        context: Default::default(),
        unique_id: feed,
        materialization: "ingest".to_owned(),
        steps,
        relation: None,
    }
}

/// What has to be made.
#[derive(Default)]
struct Making {
    schemas: Vec<Step>,
    tables: Vec<Step>,
}

impl Making {
    fn add(&mut self, relation: &Relation, table: Step) {
        let (database, schema) = (relation.database.clone(), relation.schema.clone());
        let schema = Step::CreateSchema { database, schema };
        if !self.schemas.contains(&schema) {
            self.schemas.push(schema);
        }
        self.tables.push(table);
    }
}
