//! From the text of a YAML file to its tree. The only place that knows the parser.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use serde_saphyr::granit_parser::{self, Event, Parser, ScalarStyle, StrInput, Tag};

use super::{
    yaml::{TextRange, Yaml, YamlFile, YamlKey, YamlValue},
    yaml_scalar::{resolve_plain, resolve_tagged},
};
use crate::diagnostic::{Diagnostic, Parsed, SourceFile};

/// Nesting at most: no project file comes near, and reading it takes stack.
const MAX_DEPTH: usize = 100;
/// Values at most in one file, repeated aliases counted each time: stops a small file that
/// unfolds into gigabytes.
const MAX_VALUES: usize = 2_000_000;
/// A mapping longer than this is searched for repeated keys through an index.
const MAX_KEYS_SEARCHED_IN_ORDER: usize = 16;

/// Reads one YAML document. Where the text is no YAML, the value is null and a diagnostic says why.
pub fn read_yaml(source: Arc<SourceFile>) -> Parsed<YamlFile> {
    let mut options = granit_parser::Options::default();
    options.set_emit_comments(false);
    options.emit_unresolved_aliases = true;
    let mut reader = Reader {
        parser: Parser::new_from_str_with_options(source.text(), options),
        source: &source,
        anchors: HashMap::new(),
        values: 0,
        depth: 0,
        diagnostics: Vec::new(),
    };
    let root = reader.document().unwrap_or_else(|Stop| Yaml::null());
    let diagnostics = reader.diagnostics;
    Parsed { value: YamlFile { source, root }, diagnostics }
}

/// Reading cannot go on; why is among the diagnostics.
struct Stop;

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    source: &'a Arc<SourceFile>,
    anchors: HashMap<usize, (Yaml, usize)>,
    values: usize,
    depth: usize,
    diagnostics: Vec<Diagnostic>,
}

type Step<'a> = (Event<'a>, TextRange);

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Yaml, Stop> {
        let mut root = None;
        loop {
            let (event, range) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(..) if root.is_some() => {
                    return Err(self.stop(
                        Diagnostic::error(
                            "yaml-documents",
                            "a second YAML document starts here; a project file holds one",
                        )
                        .at(range.span(self.source), "")
                        .help("remove the `---` line, or move what follows to its own file"),
                    ));
                }
                Event::DocumentStart(..) => {}
                Event::StreamEnd => return Ok(root.unwrap_or_else(Yaml::null)),
                event => root = Some(self.value(event, range)?),
            }
        }
    }

    fn next(&mut self) -> Result<Step<'a>, Stop> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                let range = span.byte_range().unwrap_or_default();
                Ok((event, TextRange { start: range.start as u32, end: range.end as u32 }))
            }
            Some(Err(error)) => {
                let at = error.marker().byte_offset().unwrap_or(self.source.text().len());
                let diagnostic = self.syntax_error(error.kind().to_string(), at);
                Err(self.stop(diagnostic))
            }
            None => Ok((Event::StreamEnd, TextRange::default())),
        }
    }

    fn syntax_error(&self, message: String, at: usize) -> Diagnostic {
        let text = self.source.text();
        let mut at = at.min(text.len());
        // A tab that indents the next line is told at the scalar before it.
        if message.contains("found a tab")
            && let Some(tab) = text.get(at..).and_then(|rest| rest.find('\t'))
        {
            at += tab;
        }
        let width = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let span = TextRange { start: at as u32, end: (at + width) as u32 }.span(self.source);
        let line_start =
            text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let blank = &line[..line.len() - line.trim_start().len()];
        let mut diagnostic = Diagnostic::error("yaml-syntax", message).at(span, "");
        if blank.contains('\t') || diagnostic.message.contains("tab") {
            diagnostic = diagnostic.help("indent with blanks: YAML allows no tabs there");
        } else if line.contains("{{") || line.contains("{%") {
            diagnostic = diagnostic.help("put quotes around the whole text that holds `{{ … }}`");
        } else if line.matches(": ").count() > 1 {
            diagnostic = diagnostic.help("put quotes around text that holds `: `");
        } else if ["block collection", "block mapping"]
            .iter()
            .any(|words| diagnostic.message.contains(words))
        {
            diagnostic = diagnostic
                .help("keys of one entry start in one column, those below it further right");
        }
        diagnostic
    }

    fn stop(&mut self, diagnostic: Diagnostic) -> Stop {
        self.diagnostics.push(diagnostic);
        Stop
    }

    fn value(&mut self, event: Event<'a>, range: TextRange) -> Result<Yaml, Stop> {
        self.count(1, range)?;
        match event {
            Event::Scalar(mut text, style, anchor, tag) => {
                let mut range = range;
                if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
                    let file = self.source.text();
                    // A block at the end of a file without a last line end has none either, as
                    // in PyYAML.
                    if range.end as usize == file.len() && !file.ends_with(['\n', '\r']) {
                        text = text.trim_end_matches('\n').to_owned().into();
                    }
                    range.end = self.trimmed_end(range.end).max(range.start);
                }
                let value = self.scalar(text, style, tag, range)?;
                Ok(self.anchored(anchor, self.values - 1, Yaml::new(value, range)))
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.collection_tag(tag.as_deref(), "seq", range)?;
                let before = self.values - 1;
                let list = self.nested(range, Self::list)?;
                Ok(self.anchored(anchor, before, list))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.collection_tag(tag.as_deref(), "map", range)?;
                let before = self.values - 1;
                let map = self.nested(range, Self::map)?;
                Ok(self.anchored(anchor, before, map))
            }
            Event::Alias(id) => {
                let Some((value, size)) = self.anchors.get(&id) else {
                    return Err(self.stop(
                        Diagnostic::error("yaml-alias", "an alias stands inside what it repeats")
                            .at(range.span(self.source), ""),
                    ));
                };
                let (value, size) = (value.clone(), *size);
                self.count(size, range)?;
                Ok(value)
            }
            _ => {
                let diagnostic =
                    self.syntax_error("a value is missing".into(), range.start as usize);
                Err(self.stop(diagnostic))
            }
        }
    }

    fn count(&mut self, more: usize, range: TextRange) -> Result<(), Stop> {
        self.values += more;
        if self.values <= MAX_VALUES {
            return Ok(());
        }
        Err(self.stop(
            Diagnostic::error("yaml-too-large", format!("more than {MAX_VALUES} values in a file"))
                .at(range.span(self.source), "")
                .help("split the file; mind aliases (`*name`) of aliases"),
        ))
    }

    fn nested(
        &mut self,
        range: TextRange,
        read: fn(&mut Self, TextRange) -> Result<Yaml, Stop>,
    ) -> Result<Yaml, Stop> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.stop(
                Diagnostic::error("yaml-too-deep", format!("nested more than {MAX_DEPTH} deep"))
                    .at(range.span(self.source), ""),
            ));
        }
        let value = read(self, range)?;
        self.depth -= 1;
        Ok(value)
    }

    fn anchored(&mut self, anchor: usize, values_before: usize, value: Yaml) -> Yaml {
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), self.values - values_before));
        }
        value
    }

    fn scalar(
        &mut self,
        text: Cow<'a, str>,
        style: ScalarStyle,
        tag: Option<Cow<'_, Tag>>,
        range: TextRange,
    ) -> Result<YamlValue, Stop> {
        let Some(tag) = tag else {
            return Ok(match style {
                ScalarStyle::Plain => resolve_plain(&text),
                _ => YamlValue::String(text.into_owned()),
            });
        };
        let value = match tag.core_suffix() {
            Some(core) => resolve_tagged(core, &text),
            None if tag.handle() == "!" && tag.suffix().is_empty() => {
                Some(YamlValue::String(text.into_owned()))
            }
            None => None,
        };
        value.ok_or_else(|| self.wrong_tag(&tag, range))
    }

    fn collection_tag(
        &mut self,
        tag: Option<&Tag>,
        expected: &str,
        range: TextRange,
    ) -> Result<(), Stop> {
        match tag {
            Some(tag) if tag.core_suffix() != Some(expected) => Err(self.wrong_tag(tag, range)),
            _ => Ok(()),
        }
    }

    fn wrong_tag(&mut self, tag: &Tag, range: TextRange) -> Stop {
        self.stop(
            Diagnostic::error(
                "yaml-tag",
                format!("the tag `{}` does not fit here", tag.original()),
            )
            .at(range.span(self.source), "")
            .help("remove the tag, or put quotes around the text"),
        )
    }

    fn list(&mut self, range: TextRange) -> Result<Yaml, Stop> {
        let mut items = Vec::new();
        let mut end = range.end;
        loop {
            let (event, item) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                end = end.max(self.trimmed_end(item.end));
                break;
            }
            let item = self.value(event, item)?;
            end = end.max(item.range.end);
            items.push(item);
        }
        Ok(Yaml::new(YamlValue::List(items), TextRange { start: range.start, end }))
    }

    fn map(&mut self, range: TextRange) -> Result<Yaml, Stop> {
        let mut entries: Vec<(YamlKey, Yaml)> = Vec::new();
        let mut merged: Vec<(YamlKey, Yaml)> = Vec::new();
        let mut end = range.end;
        loop {
            let (event, key_range) = self.next()?;
            let (key, is_merge) = match event {
                Event::MappingEnd => {
                    end = end.max(self.trimmed_end(key_range.end));
                    break;
                }
                Event::Scalar(text, style, anchor, _) => {
                    let is_plain = style == ScalarStyle::Plain;
                    let is_merge = is_plain && text == "<<";
                    let text = text.into_owned();
                    self.count(1, key_range)?;
                    if anchor != 0 {
                        let value = YamlValue::String(text.clone());
                        self.anchored(anchor, self.values - 1, Yaml::new(value, key_range));
                    }
                    (YamlKey { text, is_plain, range: key_range }, is_merge)
                }
                event => match self.value(event, key_range)?.scalar_text() {
                    Some(text) => (YamlKey { text, is_plain: true, range: key_range }, false),
                    None => return Err(self.complex_key(key_range)),
                },
            };
            let (event, value_range) = self.next()?;
            let value = self.value(event, value_range)?;
            end = end.max(value.range.end.min(self.source.text().len() as u32)).max(key.range.end);
            if is_merge {
                self.merge(value, &mut merged)?;
            } else {
                entries.push((key, value));
            }
        }
        let entries = self.without_repeats(entries);
        let entries = if merged.is_empty() { entries } else { merge_into(merged, entries) };
        Ok(Yaml::new(YamlValue::Map(entries), TextRange { start: range.start, end }))
    }

    /// A block collection ends where the next token starts: this is where its own text ends.
    fn trimmed_end(&self, end: u32) -> u32 {
        let before = self.source.text().get(..end as usize).unwrap_or_default();
        before.trim_end().len() as u32
    }

    fn complex_key(&mut self, range: TextRange) -> Stop {
        let text = self.source.text();
        let is_template = text[..(range.start as usize).min(text.len())].ends_with('{')
            || text[(range.start as usize).min(text.len())..].starts_with("{{");
        let diagnostic =
            Diagnostic::error("yaml-key", "a key must be text, not a list or a mapping")
                .at(range.span(self.source), "");
        self.stop(if is_template {
            diagnostic.help("put quotes around the whole text that holds `{{ … }}`")
        } else {
            diagnostic
        })
    }

    fn merge(&mut self, value: Yaml, merged: &mut Vec<(YamlKey, Yaml)>) -> Result<(), Stop> {
        let range = value.range;
        let maps = match value.value {
            YamlValue::List(items) => items,
            _ => vec![value],
        };
        for map in maps {
            let YamlValue::Map(entries) = map.value else {
                return Err(self.stop(
                    Diagnostic::error("yaml-merge", "`<<` takes a mapping or a list of mappings")
                        .at(range.span(self.source), ""),
                ));
            };
            for (key, value) in entries {
                if !merged.iter().any(|(known, _)| known.text == key.text) {
                    merged.push((key, value));
                }
            }
        }
        Ok(())
    }

    /// Each key once: the last one counts, as in dbt, and a warning names the earlier one.
    fn without_repeats(&mut self, mut entries: Vec<(YamlKey, Yaml)>) -> Vec<(YamlKey, Yaml)> {
        let mut repeats: Vec<(usize, usize)> = Vec::new();
        if entries.len() <= MAX_KEYS_SEARCHED_IN_ORDER {
            for at in 1..entries.len() {
                let key = &entries[at].0.text;
                if let Some(first) = entries[..at].iter().rposition(|(k, _)| k.text == *key) {
                    repeats.push((first, at));
                }
            }
        } else {
            let mut seen: HashMap<&str, usize> = HashMap::with_capacity(entries.len());
            for (at, (key, _)) in entries.iter().enumerate() {
                if let Some(first) = seen.insert(&key.text, at) {
                    repeats.push((first, at));
                }
            }
        }
        for (first, again) in &repeats {
            let (first, again) = (&entries[*first].0, &entries[*again].0);
            self.diagnostics.push(
                Diagnostic::warning(
                    "yaml-duplicate-key",
                    format!("the key `{}` is given twice; the last one counts", again.text),
                )
                .at(again.span(self.source), "again here")
                .at(first.span(self.source), "this one is dropped")
                .help("remove one of them"),
            );
        }
        repeats.sort_unstable();
        for (first, _) in repeats.iter().rev() {
            entries.remove(*first);
        }
        entries
    }
}

/// Merged entries come first, each replaced by the mapping's own where it has the key.
fn merge_into(merged: Vec<(YamlKey, Yaml)>, own: Vec<(YamlKey, Yaml)>) -> Vec<(YamlKey, Yaml)> {
    let mut entries = merged;
    for (key, value) in own {
        match entries.iter_mut().find(|(known, _)| known.text == key.text) {
            Some(entry) => *entry = (key, value),
            None => entries.push((key, value)),
        }
    }
    entries
}
