//! Takes records one by one, and gives what is to be landed.

use std::sync::Arc;

use chrono::Utc;

use super::{
    KnownLetters,
    table::{IntakeTable, NOT_JSON, NoRow},
};
use crate::ingest::{
    Batch, BronzeRow, DeadLetter, DeadLetterLimit, Envelope, LetterStatus, RecordPath, Redaction,
    StateEntry, TargetRows, Window,
};

/// Where a record came from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The file, the address or the message.
    pub uri: Arc<str>,
    /// The place in it: a line, or the number of a record; none where that is not known any more.
    pub place: Option<u64>,
    /// How often it was tried before.
    pub attempts: u32,
    /// The dead letter that it is, where it is one on its way back.
    pub letter: Option<String>,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.place {
            Some(place) => write!(f, "{}:{place}", self.uri),
            None => write!(f, "{}", self.uri),
        }
    }
}

/// What a load takes in.
pub struct Intake {
    envelope: Envelope,
    tables: Vec<IntakeTable>,
    route: Option<RecordPath>,
    /// The source and the stream, for what has no table.
    stream: (String, String),
    redaction: Redaction,
    limit: DeadLetterLimit,
    known: KnownLetters,
    seq: u64,
    records: u64,
    letters: u64,
    rows: Vec<Vec<BronzeRow>>,
    waiting: usize,
    waiting_bytes: usize,
    dead_letters: Vec<DeadLetter>,
    state: Vec<StateEntry>,
    last: Arc<str>,
    window: Option<Window>,
    newest: Option<chrono::DateTime<Utc>>,
}

impl Intake {
    /// Takes in for tables that share a stream, or for one.
    pub fn new(envelope: Envelope, tables: Vec<IntakeTable>, known: KnownLetters) -> Self {
        let first = tables.first().map(|table| &table.feed);
        let rules = first.map(|feed| feed.rules.clone()).unwrap_or_default();
        let name = first.map(|feed| {
            let stream = feed.rules.stream.clone().unwrap_or_else(|| feed.stream.clone());
            (feed.source.clone(), stream)
        });
        let all = tables.iter().map(|table| &table.feed.rules.redaction);
        let redaction = all.fold(Redaction::default(), |all, one| all.and(one));
        Self {
            envelope,
            route: rules.route,
            limit: rules.limit,
            stream: name.unwrap_or_default(),
            redaction,
            known,
            seq: 0,
            records: 0,
            letters: 0,
            rows: tables.iter().map(|_| Vec::new()).collect(),
            tables,
            waiting: 0,
            waiting_bytes: 0,
            dead_letters: Vec::new(),
            state: Vec::new(),
            last: "".into(),
            window: None,
            newest: None,
        }
    }

    /// Takes only records whose time is in a window.
    pub fn only_of(&mut self, window: Option<Window>) {
        self.window = window;
    }

    /// Rows and dead letters that wait to be taken.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// Bytes of their texts.
    pub fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// Dead letters so far.
    pub fn letters(&self) -> u64 {
        self.letters
    }

    /// The newest time that a record bore.
    pub fn newest(&self) -> Option<chrono::DateTime<Utc>> {
        self.newest
    }

    /// A record, which must be valid JSON.
    ///
    /// # Errors
    /// Why nothing of the load may land; whoever reads says where.
    pub fn record(&mut self, record: &str, origin: &Origin) -> Result<(), String> {
        self.records += 1;
        self.last = Arc::clone(&origin.uri);
        if !record.trim_start().starts_with('{') {
            let problem = format!("expected an object, found {}", kind(record));
            let letter = ("record", "not-an-object", problem);
            self.missed();
            return self.letter(self.own_stream(), letter, record.as_bytes(), origin);
        }
        let mut taken = false;
        let says = match &self.route {
            None => None,
            Some(path) => match path.scalar(record) {
                Some(says) => Some(says),
                None => {
                    let problem = "the record has no value where its type is".to_owned();
                    let letter = ("route", "missing-type", problem);
                    self.missed();
                    return self.letter(None, letter, record.as_bytes(), origin);
                }
            },
        };
        for at in 0..self.tables.len() {
            let table = &mut self.tables[at];
            if let Some(says) = &says
                && !table.feed.rules.when.contains(says)
            {
                continue;
            }
            taken = true;
            let row = table.row(&self.envelope, record, self.seq, &origin.uri);
            self.row(at, row, record, origin)?;
        }
        if let (false, Some(says)) = (taken, says) {
            let mut taken: Vec<&str> = self
                .tables
                .iter()
                .flat_map(|table| &table.feed.rules.when)
                .map(String::as_str)
                .collect();
            taken.sort_unstable();
            taken.dedup();
            // A value may be anything, and of any length.
            let says: String = says.chars().take(100).collect();
            let problem = format!("no table takes `{says}` (`{}`)", taken.join("`, `"));
            self.missed();
            return self.letter(
                None,
                ("route", "unknown-type", problem),
                record.as_bytes(),
                origin,
            );
        }
        Ok(())
    }

    /// A text that is a record if it is JSON: whether it is one and was taken. Else nothing was done, and
    /// it is to be looked at more closely. It is read once, by whoever makes the row.
    ///
    /// # Errors
    /// Why nothing of the load may land.
    pub(super) fn record_if_json(&mut self, text: &str, origin: &Origin) -> Result<bool, String> {
        // Routes and snapshots take records for JSON before they read them.
        let [table] = self.tables.as_mut_slice() else { return Ok(false) };
        if self.route.is_some() || table.snapshot.is_some() || !text.starts_with('{') {
            return Ok(false);
        }
        let row = table.row(&self.envelope, text, self.seq, &origin.uri);
        if matches!(row, Err(NoRow::Letter(_, NOT_JSON, _))) {
            return Ok(false);
        }
        self.records += 1;
        self.last = Arc::clone(&origin.uri);
        self.row(0, row, text, origin)?;
        Ok(true)
    }

    /// What a table made of a record.
    fn row(
        &mut self,
        at: usize,
        row: Result<Option<BronzeRow>, NoRow>,
        record: &str,
        origin: &Origin,
    ) -> Result<(), String> {
        self.seq += 1;
        match row {
            Ok(Some(row)) => {
                match (self.window, row.source_ts) {
                    (Some(window), Some(moment)) if !window.holds(moment) => return Ok(()),
                    (Some(_), None) => {
                        return Err("there is no time at `source_ts`".to_owned());
                    }
                    _ => {}
                }
                self.newest = self.newest.max(row.source_ts);
                self.waiting += 1;
                self.waiting_bytes += row.payload.len() + row.typed.as_ref().map_or(0, String::len);
                self.rows[at].push(row);
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(NoRow::Letter(stage, class, problem)) => {
                let table = &mut self.tables[at];
                table.missed();
                let stream = Some(table.feed.stream.clone());
                self.letter(stream, (stage, class, problem), record.as_bytes(), origin)
            }
            Err(NoRow::Fatal(problem)) => Err(problem),
        }
    }

    /// The one table's stream, where there is only one.
    fn own_stream(&self) -> Option<String> {
        (self.tables.len() == 1).then(|| self.tables[0].feed.stream.clone())
    }

    /// Something that is no record: broken JSON, for instance.
    ///
    /// # Errors
    /// Why nothing of the load may land; whoever reads says where.
    pub fn broken(
        &mut self,
        raw: &[u8],
        class: &'static str,
        problem: String,
        origin: &Origin,
    ) -> Result<(), String> {
        self.records += 1;
        self.last = Arc::clone(&origin.uri);
        self.missed();
        self.letter(self.own_stream(), ("parse", class, problem), raw, origin)
    }

    /// What waits, for one transaction.
    pub fn take(&mut self) -> Batch {
        (self.waiting, self.waiting_bytes) = (0, 0);
        let rows = self.rows.iter_mut().enumerate().filter(|(_, rows)| !rows.is_empty());
        Batch {
            rows: rows
                .map(|(target, rows)| TargetRows { target, rows: std::mem::take(rows) })
                .collect(),
            dead_letters: std::mem::take(&mut self.dead_letters),
            state: std::mem::take(&mut self.state),
        }
    }

    /// The end of the load: what snapshots lack is gone, where they are whole; and too many dead letters
    /// are too many.
    ///
    /// # Errors
    /// Why nothing of the load may land.
    pub fn end(&mut self, is_whole: bool) -> Result<(), String> {
        if !is_whole || self.window.is_some() {
            self.missed();
        }
        if let Some(refusal) = self.limit.refusal(self.letters, self.records) {
            return Err(refusal);
        }
        for (at, table) in self.tables.iter_mut().enumerate() {
            let (rows, entries) = table.end(&mut self.seq, &self.last)?;
            self.waiting += rows.len();
            self.rows[at].extend(rows);
            self.state.extend(entries);
        }
        Ok(())
    }

    fn missed(&mut self) {
        self.tables.iter_mut().for_each(IntakeTable::missed);
    }

    fn letter(
        &mut self,
        stream: Option<String>,
        (stage, class, problem): (&str, &str, String),
        raw: &[u8],
        origin: &Origin,
    ) -> Result<(), String> {
        self.letters += 1;
        // Early: a payload that is something else altogether must not fill a disk.
        if let Some(rows) = self.limit.rows.filter(|rows| self.letters > *rows) {
            return Err(format!(
                "more than {rows} records became dead letters (`max_dead_letters`), the last \
                 here: {problem}"
            ));
        }
        let (source, shared) = &self.stream;
        let stream = stream.unwrap_or_else(|| shared.clone());
        let id = match &origin.letter {
            Some(id) => id.clone(),
            None => {
                let place = origin.place.unwrap_or_default();
                let id = DeadLetter::id_of(source, &stream, &origin.uri, place, raw);
                if !self.known.is_new(&id)? {
                    return Ok(());
                }
                id
            }
        };
        let letter = DeadLetter {
            id,
            status: LetterStatus::Open,
            failed_at: Utc::now(),
            source: source.clone(),
            stream,
            stage: stage.to_owned(),
            error_class: class.to_owned(),
            error: format!("{origin}: {problem}"),
            attempts: origin.attempts + 1,
            raw: self.redaction.raw(raw),
            uri: origin.uri.to_string(),
        };
        self.waiting += 1;
        self.waiting_bytes += letter.raw.len();
        self.dead_letters.push(letter);
        Ok(())
    }
}

fn kind(json: &str) -> &'static str {
    match json.trim_start().bytes().next() {
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b't' | b'f') => "a truth value",
        Some(b'n') => "null",
        _ => "a number",
    }
}
