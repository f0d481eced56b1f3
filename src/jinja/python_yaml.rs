//! YAML as PyYAML's `safe_dump` writes it: block style, lines folded after column 80.

use minijinja::{Error, ErrorKind, Value, value::ValueKind};

use super::{
    python_json::MAX_DEPTH,
    python_text::float_text,
    set::Set,
    times::Moment,
    yaml_scalar_text::{Writer, is_simple_key},
};

fn refused(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// A value as a node of YAML.
enum Node {
    /// Text as it is written, in quotes or not, on lines that are folded.
    Text(String),
    /// A scalar that is no text.
    Plain(String),
    List(Vec<Value>),
    Map(Vec<(Value, Value)>),
    /// A set: a mapping whose values are null.
    Set(Vec<Value>),
}

/// The YAML of a value.
///
/// # Errors
/// Values that have no YAML: generators, relations, …
pub fn to_python_yaml(value: &Value, sort_keys: bool) -> Result<String, Error> {
    let mut dumper = Dumper { out: Writer::default(), sort_keys };
    match node(value)? {
        node @ (Node::Text(_) | Node::Plain(_)) => {
            let is_plain = dumper.scalar(&node, 2, false);
            dumper.out.line();
            // An open scalar at the root is closed.
            if is_plain {
                dumper.out.push("...\n");
            }
        }
        Node::List(items) if items.is_empty() => dumper.out.push("[]\n"),
        Node::Map(entries) if entries.is_empty() => dumper.out.push("{}\n"),
        node => {
            dumper.collection(node, Place::Root, 0, 0)?;
            dumper.out.line();
        }
    }
    Ok(dumper.out.text())
}

/// Where a collection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Root,
    InList,
    InMap,
}

fn node(value: &Value) -> Result<Node, Error> {
    if let Some(moment) = value.downcast_object_ref::<Moment>() {
        return Ok(Node::Plain(moment.to_yaml()));
    }
    if value.downcast_object_ref::<Set>().is_some() {
        return Ok(Node::Set(value.try_iter()?.collect()));
    }
    Ok(match value.kind() {
        ValueKind::None => Node::Plain("null".to_owned()),
        ValueKind::Bool => Node::Plain(if value.is_true() { "true" } else { "false" }.to_owned()),
        ValueKind::Number => Node::Plain(number(value)),
        ValueKind::String => Node::Text(value.as_str().unwrap_or_default().to_owned()),
        ValueKind::Seq => Node::List(value.try_iter()?.collect()),
        ValueKind::Map => Node::Map(super::dict::entries(value)?),
        _ => return Err(refused(format!("`{value}` cannot be written as YAML"))),
    })
}

fn number(value: &Value) -> String {
    match (value.is_integer(), f64::try_from(value.clone())) {
        (false, Ok(number)) if number.is_nan() => ".nan".to_owned(),
        (false, Ok(number)) if number.is_infinite() => {
            if number > 0.0 { ".inf" } else { "-.inf" }.to_owned()
        }
        (false, Ok(number)) => {
            let text = float_text(number);
            // Without a point, YAML would read a text.
            match text.contains('.') {
                true => text,
                false => text.replacen('e', ".0e", 1),
            }
        }
        _ => value.to_string(),
    }
}

struct Dumper {
    out: Writer,
    sort_keys: bool,
}

impl Dumper {
    /// Writes a scalar whose further lines start at `indent`; says whether it has no quotes.
    fn scalar(&mut self, node: &Node, indent: usize, is_key: bool) -> bool {
        match node {
            Node::Text(text) => self.out.scalar(text, indent, is_key),
            Node::Plain(text) => {
                self.out.push(text);
                true
            }
            _ => false,
        }
    }

    /// Writes a list or a mapping whose entries start at `indent`.
    fn collection(
        &mut self,
        node: Node,
        place: Place,
        indent: usize,
        depth: usize,
    ) -> Result<(), Error> {
        if depth > MAX_DEPTH {
            return Err(refused(format!("nested more than {MAX_DEPTH} deep")));
        }
        // What stands in a list starts right after its dash.
        let mut first_on_line = place != Place::InMap;
        let mut start = |out: &mut Writer| {
            if !std::mem::take(&mut first_on_line) {
                out.line();
                out.blanks(indent);
            }
        };
        match node {
            Node::List(items) => {
                for item in items {
                    start(&mut self.out);
                    self.out.push("- ");
                    self.value(&item, Place::InList, indent, depth)?;
                }
            }
            Node::Map(mut entries) => {
                if self.sort_keys {
                    entries.sort_by(|a, b| a.0.cmp(&b.0));
                }
                for (key, value) in entries {
                    start(&mut self.out);
                    self.key(&key, indent)?;
                    self.value(&value, Place::InMap, indent, depth)?;
                }
            }
            Node::Set(mut elements) => {
                elements.sort();
                self.out.push("!!set");
                for element in elements {
                    self.out.line();
                    self.out.blanks(indent);
                    self.key(&element, indent)?;
                    self.out.push(" null");
                }
            }
            Node::Text(_) | Node::Plain(_) => {}
        }
        Ok(())
    }

    /// Writes a key and its colon.
    fn key(&mut self, key: &Value, indent: usize) -> Result<(), Error> {
        let node = node(key)?;
        match &node {
            Node::Text(text) if !is_simple_key(text) => {
                self.out.push("? ");
                self.scalar(&node, indent + 2, false);
                self.out.line();
                self.out.blanks(indent);
            }
            Node::Text(_) | Node::Plain(_) => {
                self.scalar(&node, indent + 2, true);
            }
            _ => return Err(refused(format!("the key `{key}` cannot be one in YAML"))),
        }
        self.out.push(":");
        Ok(())
    }

    /// Writes what comes after a dash or a colon.
    fn value(
        &mut self,
        value: &Value,
        place: Place,
        indent: usize,
        depth: usize,
    ) -> Result<(), Error> {
        let blank = if place == Place::InMap { " " } else { "" };
        match node(value)? {
            Node::List(items) if items.is_empty() => {
                self.out.push(blank);
                self.out.push("[]");
            }
            Node::Map(entries) if entries.is_empty() => {
                self.out.push(blank);
                self.out.push("{}");
            }
            Node::Set(elements) => {
                self.out.push(blank);
                self.collection(Node::Set(elements), place, indent + 2, depth + 1)?;
            }
            // A list below a key is not indented.
            node @ Node::List(_) => {
                let indent = if place == Place::InMap { indent } else { indent + 2 };
                self.collection(node, place, indent, depth + 1)?;
            }
            node @ Node::Map(_) => self.collection(node, place, indent + 2, depth + 1)?,
            node => {
                self.out.push(blank);
                self.scalar(&node, indent + 2, false);
            }
        }
        Ok(())
    }
}
