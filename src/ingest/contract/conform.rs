//! A record as a table's typed columns hold it, or the rule that it breaks.

use super::{
    column_name::column_name,
    infer::{MAX_NESTING, infer, join, new_field, widening},
    kind::{Field, Fields, Kind, Origin},
    mode::{Contract, Mode},
    scalar,
    schema::Schema,
    tree::{Node, write_text},
};
use crate::sql::Type;

/// Columns and fields of columns at most. BigQuery has 10,000 a table; a tenth of them is a record
/// whose keys are data.
const MAX_FIELDS: usize = 1_000;

/// A record as the typed columns hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conformed {
    /// A JSON object: columns with their values.
    pub typed: String,
    /// Values that no column holds (`discard_value`).
    pub discarded: u64,
}

/// What a record breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// The record cannot land.
    Row {
        /// A word for the kind of the breach.
        class: &'static str,
        /// A sentence.
        message: String,
    },
    /// Nothing of the load may land.
    Load(String),
}

impl Schema {
    /// A record as the typed columns hold it; the schema evolves where the contract says so, by records
    /// that land.
    ///
    /// # Errors
    /// What the record breaks.
    pub fn conform(&mut self, record: &str) -> Result<Conformed, Breach> {
        let parsed = Node::parse(record);
        let Some(Node::Object(members)) = &parsed else {
            let message = "the record is no object, and has no columns".to_owned();
            return Err(Breach::Row { class: "not-an-object", message });
        };
        let mut walk = Walk::new(self.contract, false);
        let mut typed = String::with_capacity(record.len());
        match walk.object(members, &mut self.fields, 0, &mut typed) {
            Ok(()) => return Ok(Conformed { typed, discarded: walk.discarded }),
            Err(Stop::Breach(breach)) => return Err(breach),
            Err(Stop::Change) => {}
        }
        // On a copy: a record that does not land changes nothing.
        let mut fields = self.fields.clone();
        let mut walk = Walk::new(self.contract, true);
        typed.clear();
        match walk.object(members, &mut fields, 0, &mut typed) {
            Ok(()) => {
                self.fields = fields;
                Ok(Conformed { typed, discarded: walk.discarded })
            }
            Err(Stop::Breach(breach)) => Err(breach),
            Err(Stop::Change) => unreachable!("this walk may change the schema"),
        }
    }
}

enum Stop {
    /// The schema has to change, and this walk may not.
    Change,
    Breach(Breach),
}

struct Walk<'n> {
    contract: Contract,
    may_change: bool,
    discarded: u64,
    /// Where in the record.
    path: Vec<&'n str>,
}

impl<'n> Walk<'n> {
    fn new(contract: Contract, may_change: bool) -> Self {
        Self { contract, may_change, discarded: 0, path: Vec::new() }
    }

    fn object(
        &mut self,
        members: &'n [(std::borrow::Cow<'n, str>, Node<'n>)],
        fields: &mut Fields,
        depth: usize,
        out: &mut String,
    ) -> Result<(), Stop> {
        out.push('{');
        let mut seen: Vec<usize> = Vec::new();
        for (key, node) in members {
            if *node == Node::Null {
                // It says nothing, of the column or of the value.
                continue;
            }
            self.path.push(key);
            let name = column_name(key, depth == 0);
            if let Some(at) = self.column(&name, fields, depth)? {
                if seen.contains(&at) {
                    self.broken(
                        self.contract.columns,
                        "ambiguous-column",
                        &format!("and another field are both the column `{name}`"),
                    )?;
                } else {
                    seen.push(at);
                    self.field(node, at, fields, depth, out)?;
                }
            }
            self.path.pop();
        }
        for (at, field) in fields.iter_mut().enumerate() {
            if !field.required || seen.contains(&at) {
                continue;
            }
            if field.origin == Origin::Table && self.contract.columns == Mode::Evolve {
                self.change()?;
                field.required = false;
                continue;
            }
            let message = format!("`{}` has no value, and must have one", field.name);
            return Err(Stop::Breach(match self.contract.columns {
                Mode::Freeze => Breach::Load(message),
                _ => Breach::Row { class: "missing-value", message },
            }));
        }
        out.push('}');
        Ok(())
    }

    /// The place of a column, which is added where the contract says so.
    fn column(
        &mut self,
        name: &str,
        fields: &mut Fields,
        depth: usize,
    ) -> Result<Option<usize>, Stop> {
        if let Some(at) = fields.index(name) {
            return Ok(Some(at));
        }
        if self.contract.columns != Mode::Evolve {
            let mode = self.contract.columns;
            self.broken(mode, "unknown-column", "has no column")?;
            return Ok(None);
        }
        self.change()?;
        if depth == 0 && fields.count() >= MAX_FIELDS {
            let message = format!(
                "`{}` would be one column more than {MAX_FIELDS}: are the record's keys data?",
                self.shown()
            );
            return Err(Stop::Breach(Breach::Row { class: "too-many-columns", message }));
        }
        Ok(Some(fields.add(new_field(name.to_owned()))))
    }

    /// Writes a column's name and value, or nothing.
    fn field(
        &mut self,
        node: &'n Node<'n>,
        at: usize,
        fields: &mut Fields,
        depth: usize,
        out: &mut String,
    ) -> Result<(), Stop> {
        let Some(field) = fields.at_mut(at) else { return Ok(()) };
        let mark = out.len();
        if !out.ends_with('{') {
            out.push(',');
        }
        write_text(&field.name, out);
        out.push(':');
        if field.origin == Origin::Load {
            return self.new_value(node, field, depth, out);
        }
        let value_at = out.len();
        if self.value(node, &mut field.kind, depth, out)? {
            return Ok(());
        }
        out.truncate(value_at);
        if self.contract.data_type == Mode::Evolve && field.origin == Origin::Table {
            let mut wider = field.kind.clone();
            if widen(&mut wider, node) {
                self.change()?;
                field.kind = wider;
                if self.value(node, &mut field.kind, depth, out)? {
                    return Ok(());
                }
            }
        }
        out.truncate(mark);
        if self.contract.data_type == Mode::Evolve {
            // A column of its own for values of the other type.
            let kind = infer(node, MAX_NESTING);
            let mut own = new_field(format!("{}__v_{}", field.name, kind.word()));
            let at = match fields.index(&own.name) {
                Some(at) => at,
                None => {
                    self.change()?;
                    if kind.word() == "json" {
                        own.kind = Kind::Scalar(Type::Json);
                    }
                    fields.add(own)
                }
            };
            return self.field(node, at, fields, depth, out);
        }
        let kind = field.kind.data_type().map(|kind| kind.google()).unwrap_or_default();
        let word = infer(node, MAX_NESTING).word();
        let message = format!("is no {kind}, but {word}");
        self.broken(self.contract.data_type, "wrong-type", &message)
    }

    /// A value of a column that came in this load: the column holds whatever came, and values are
    /// written as they came.
    fn new_value(
        &mut self,
        node: &Node<'_>,
        field: &mut Field,
        depth: usize,
        out: &mut String,
    ) -> Result<(), Stop> {
        let joined = join(field.kind.clone(), infer(node, depth + 1));
        if joined != field.kind {
            self.change()?;
            field.kind = joined;
        }
        node.write_json(out);
        Ok(())
    }

    /// Appends a value; false where the kind does not hold it.
    fn value(
        &mut self,
        node: &'n Node<'n>,
        kind: &mut Kind,
        depth: usize,
        out: &mut String,
    ) -> Result<bool, Stop> {
        match (node, kind) {
            (Node::Object(members), Kind::Record(fields)) => {
                self.object(members, fields, depth + 1, out).map(|()| true)
            }
            (Node::List(elements), Kind::List(kind)) => {
                let are_records = matches!(**kind, Kind::Record(_));
                if !elements.iter().all(|node| matches!(node, Node::Object(_)) == are_records) {
                    return Ok(false);
                }
                out.push('[');
                for (at, element) in elements.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    if !self.value(element, kind, depth, out)? {
                        return Ok(false);
                    }
                }
                out.push(']');
                Ok(true)
            }
            (node, Kind::Scalar(kind)) => Ok(scalar::write(node, kind, out)),
            _ => Ok(false),
        }
    }

    fn change(&self) -> Result<(), Stop> {
        if self.may_change { Ok(()) } else { Err(Stop::Change) }
    }

    /// What a mode says of a value that does not fit, `what` beginning behind its name.
    fn broken(&mut self, mode: Mode, class: &'static str, what: &str) -> Result<(), Stop> {
        let message = || format!("`{}` {what}", self.shown());
        Err(Stop::Breach(match mode {
            Mode::DiscardValue => {
                self.discarded += 1;
                return Ok(());
            }
            Mode::Freeze => Breach::Load(message()),
            Mode::DiscardRow | Mode::Evolve => Breach::Row { class, message: message() },
        }))
    }

    fn shown(&self) -> String {
        format!("$.{}", self.path.join("."))
    }
}

/// Widens a kind of the table so that it holds a value: the narrowest type that loses nothing of the
/// values there, and only as BigQuery changes types. False where there is none.
fn widen(kind: &mut Kind, node: &Node<'_>) -> bool {
    match (kind, node) {
        (Kind::Scalar(found), Node::Number(_)) => {
            let wider =
                [Type::Numeric, Type::BigNumeric, Type::Float64].into_iter().find(|wider| {
                    wider != found
                        && widening(found, wider).as_ref() == Some(wider)
                        && scalar::write(node, wider, &mut String::new())
                });
            match wider {
                Some(wider) => {
                    *found = wider;
                    true
                }
                None => false,
            }
        }
        (Kind::List(kind), Node::List(elements)) => elements.iter().all(|element| match &**kind {
            Kind::Scalar(found) if scalar::write(element, found, &mut String::new()) => true,
            _ => widen(kind, element),
        }),
        _ => false,
    }
}
