//! Doc blocks and descriptions (<https://docs.getdbt.com/docs/build/documentation>).

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{DocBlock, parse_host::ParseHost};
use crate::{
    diagnostic::{Diagnostic, SourceFile, Span, did_you_mean},
    jinja::{Caller, Engine, Globals, INTERNAL_PACKAGE, Marks, Phase, Scope, find_blocks},
    project::{Spanned, TextFile},
};

/// The block that a docs site opens with, where no project writes its own.
const OVERVIEW: &str = "__overview__";
const OVERVIEW_TEXT: &str = "### The project's documentation\n\nSources, models, tests and exposures, with their columns, their SQL and what they read. Write a doc block `__overview__` to put your own words here.";

/// The doc blocks of all packages, and what descriptions need to be rendered.
pub(super) struct Docs<'e> {
    engine: &'e Engine,
    globals: Arc<Globals>,
    root: Arc<str>,
    blocks: BTreeMap<String, DocBlock>,
    by_name: HashMap<String, Vec<String>>,
}

impl<'e> Docs<'e> {
    pub fn new(engine: &'e Engine, globals: &Arc<Globals>, root: &Arc<str>) -> Self {
        Self {
            engine,
            globals: Arc::clone(globals),
            root: Arc::clone(root),
            blocks: BTreeMap::new(),
            by_name: HashMap::new(),
        }
    }

    /// Adds the blocks of a file; tells whether all of them could be read.
    pub fn add_file(
        &mut self,
        package: &Arc<str>,
        file: &TextFile,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> bool {
        let found = find_blocks(&file.source, "docs");
        let is_whole = found.diagnostics.is_empty();
        diagnostics.extend(found.diagnostics);
        for block in found.value {
            let id = format!("doc.{package}.{}", block.name);
            if let Some(first) = self.blocks.get(&id) {
                diagnostics.push(
                    Diagnostic::error(
                        "duplicate-doc",
                        format!("the doc block `{}` is written twice", block.name),
                    )
                    .at(block.name_span, "again here")
                    .note(format!("first in {}", first.original_file_path))
                    .help("rename or remove one of them"),
                );
                continue;
            }
            let mut contents = file.source.text()[block.body].trim().to_owned();
            if contents.contains("{{") || contents.contains("{%") || contents.contains("{#") {
                let span = block.name_span.clone();
                contents = self.render(package, &contents, &span, diagnostics).trim().to_owned();
            }
            self.by_name.entry(block.name.clone()).or_default().push(id.clone());
            self.blocks.insert(
                id,
                DocBlock {
                    package: Arc::clone(package),
                    name: block.name,
                    path: file.path.path.clone(),
                    original_file_path: file.path.original_file_path.clone(),
                    contents,
                },
            );
        }
        is_whole
    }

    /// The blocks by unique id, with the overview that a docs site opens with.
    pub fn into_blocks(self) -> BTreeMap<String, DocBlock> {
        let mut blocks = self.blocks;
        blocks.entry(format!("doc.{INTERNAL_PACKAGE}.{OVERVIEW}")).or_insert_with(|| DocBlock {
            package: Arc::from(INTERNAL_PACKAGE),
            name: OVERVIEW.to_owned(),
            path: "overview.md".to_owned(),
            original_file_path: "docs/overview.md".to_owned(),
            contents: OVERVIEW_TEXT.to_owned(),
        });
        blocks
    }

    /// The root project's block, the package's own, or the only one of that name.
    fn find(&self, from: &str, package: Option<&str>, name: &str) -> Option<(&String, &DocBlock)> {
        let exact = |package: &str| self.blocks.get_key_value(&format!("doc.{package}.{name}"));
        if let Some(package) = package {
            return exact(package);
        }
        exact(&self.root).or_else(|| exact(from)).or_else(|| {
            let id = self.by_name.get(name)?.first()?;
            self.blocks.get_key_value(id)
        })
    }

    /// A description with its `doc()` calls replaced, and the ids of the blocks.
    pub fn describe(
        &self,
        package: &Arc<str>,
        description: Option<&Spanned<String>>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> (String, Vec<String>) {
        let Some(description) = description else { return Default::default() };
        if !description.value.contains('{') {
            return (description.value.clone(), Vec::new());
        }
        let mut ids = Vec::new();
        let mut out = String::with_capacity(description.value.len());
        let mut rest = description.value.as_str();
        while let Some(open) = rest.find("{{") {
            let Some(close) = rest[open..].find("}}").map(|at| open + at) else { break };
            let Some((named_package, name)) = doc_call(&rest[open + 2..close]) else {
                out.push_str(&rest[..close + 2]);
                rest = &rest[close + 2..];
                continue;
            };
            out.push_str(&rest[..open]);
            match self.find(package, named_package, name) {
                Some((id, block)) => {
                    out.push_str(&block.contents);
                    ids.push(id.clone());
                }
                None => diagnostics.push(self.unknown(name, &description.span)),
            }
            rest = &rest[close + 2..];
        }
        out.push_str(rest);
        // What is quoted from a doc block is text; only what the description itself holds renders.
        if ids.is_empty() && (out.contains("{{") || out.contains("{%")) {
            out = self.render(package, &out, &description.span, diagnostics);
        }
        (out, ids)
    }

    fn unknown(&self, name: &str, span: &Span) -> Diagnostic {
        Diagnostic::error("unknown-doc", format!("no doc block is named `{name}`"))
            .at(span.clone(), "")
            .maybe_help(did_you_mean(name, self.by_name.keys().map(String::as_str)))
            .help("doc blocks are `{% docs name %} … {% enddocs %}` in `.md` files")
    }

    fn render(
        &self,
        package: &Arc<str>,
        text: &str,
        span: &Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> String {
        let file = SourceFile::new(span.file.path(), text);
        let scope = Arc::new(Scope {
            phase: Phase::Parse,
            host: Arc::new(ParseHost { dialect: self.globals.dialect }),
            globals: Arc::clone(&self.globals),
            caller: Caller {
                package: Arc::clone(package),
                unique_id: None,
                name: "a description".to_owned(),
            },
            this: None,
            config: Arc::default(),
            model: minijinja::Value::from(()),
            extra: Default::default(),
            var_overrides: None,
            is_incremental: false,
        });
        match self.engine.render(&file, 0..text.len(), &scope, Marks::None) {
            Ok(rendered) => rendered.text,
            Err(error) => {
                diagnostics.push(
                    Diagnostic::error(error.diagnostic.code, error.diagnostic.message)
                        .at(span.clone(), "in what this describes"),
                );
                text.to_owned()
            }
        }
    }
}

/// `doc('name')` or `doc('package', 'name')` with nothing around.
fn doc_call(inside: &str) -> Option<(Option<&str>, &str)> {
    let inside = inside.trim().trim_matches('-').trim();
    let arguments = inside.strip_prefix("doc")?.trim_start().strip_prefix('(')?;
    let arguments = arguments.trim_end().strip_suffix(')')?;
    let unquoted = |text: &'_ str| -> Option<(usize, usize)> {
        let trimmed = text.trim();
        let quote = trimmed.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let inner = trimmed.strip_prefix(quote)?.strip_suffix(quote)?;
        let start = inner.as_ptr() as usize - text.as_ptr() as usize;
        (!inner.contains(quote)).then_some((start, start + inner.len()))
    };
    match arguments.split_once(',') {
        Some((package, name)) => {
            let (a, b) = unquoted(package)?;
            let (c, d) = unquoted(name)?;
            Some((Some(&package[a..b]), &name[c..d]))
        }
        None => {
            let (start, end) = unquoted(arguments)?;
            Some((None, &arguments[start..end]))
        }
    }
}
