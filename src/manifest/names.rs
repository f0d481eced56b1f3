//! Where nodes end up: `generate_database_name`, `generate_schema_name`, `generate_alias_name`
//! (<https://docs.getdbt.com/docs/build/custom-schemas>).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use minijinja::Value;

use super::{ResourceType, model_value::ModelValue, parse_host::ParseHost};
use crate::{
    diagnostic::Diagnostic,
    jinja::{Caller, Engine, Globals, INTERNAL_PACKAGE, MacroInfo, Phase, Scope},
};

/// Which part of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Database,
    Schema,
    Alias,
}

impl Part {
    fn macro_name(self) -> &'static str {
        match self {
            Self::Database => "generate_database_name",
            Self::Schema => "generate_schema_name",
            Self::Alias => "generate_alias_name",
        }
    }
}

type CacheKey = (Part, Arc<str>, Option<String>);

/// A macro that generates names, and whether its answer depends on the node.
type NameMacro = (Arc<MacroInfo>, bool);

/// Generates names; what macros answer is kept where it cannot depend on the node.
pub(super) struct NameGenerator<'e> {
    engine: &'e Engine,
    globals: Arc<Globals>,
    overrides: HashMap<(Part, Arc<str>), Option<NameMacro>>,
    cache: Mutex<HashMap<CacheKey, Option<String>>>,
}

impl<'e> NameGenerator<'e> {
    pub fn new(
        engine: &'e Engine,
        globals: &Arc<Globals>,
        root: &Arc<str>,
        packages: &[Arc<str>],
    ) -> Self {
        let mut overrides = HashMap::new();
        for part in [Part::Database, Part::Schema, Part::Alias] {
            for package in packages {
                let found = find_override(engine, part, root, package)
                    .map(|info| (Arc::clone(&info), mentions_node(&info)));
                overrides.insert((part, Arc::clone(package)), found);
            }
        }
        Self { engine, globals: Arc::clone(globals), overrides, cache: Mutex::default() }
    }

    /// The name of a part for a node with this custom value. `node` is asked for only where a
    /// project's macro looks at it.
    pub fn generate(
        &self,
        part: Part,
        package: &Arc<str>,
        custom: Option<&str>,
        plain: PlainName<'_>,
        node: impl FnOnce() -> ModelValue,
    ) -> Result<Option<String>, Box<Diagnostic>> {
        let found = self.overrides.get(&(part, Arc::clone(package))).and_then(Option::as_ref);
        let Some((info, uses_node)) = found else {
            return Ok(self.default_name(part, custom, plain));
        };
        let key = (part, Arc::clone(package), custom.map(str::to_owned));
        if !*uses_node
            && let Some(known) = self.cache.lock().unwrap_or_else(PoisonError::into_inner).get(&key)
        {
            return Ok(known.clone());
        }
        let node = Value::from_object(node());
        let scope = Arc::new(Scope {
            phase: Phase::Compile,
            host: Arc::new(ParseHost { dialect: self.globals.dialect }),
            globals: Arc::clone(&self.globals),
            caller: Caller {
                package: Arc::clone(&info.package),
                unique_id: None,
                name: plain.name.to_owned(),
            },
            this: None,
            config: Arc::default(),
            model: node.clone(),
            extra: Default::default(),
            var_overrides: None,
            is_incremental: false,
        });
        let custom_value = custom.map_or(Value::from(()), Value::from);
        let called = self.engine.call_macro(info, &[custom_value, node], Vec::new(), &scope);
        let (value, _) = called.map_err(|error| {
            let mut diagnostic = error.diagnostic;
            diagnostic.notes.push(format!("asked for the name of `{}`", plain.name));
            Box::new(diagnostic)
        })?;
        let name = (!value.is_none() && !value.is_undefined())
            .then(|| value.to_string().trim().to_owned());
        if !*uses_node {
            let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            cache.insert(key, name.clone());
        }
        Ok(name)
    }

    /// dbt's own macros, without Jinja.
    fn default_name(
        &self,
        part: Part,
        custom: Option<&str>,
        plain: PlainName<'_>,
    ) -> Option<String> {
        match part {
            Part::Database => {
                custom.map(|custom| custom.trim().to_owned()).or(self.globals.database.clone())
            }
            Part::Schema => Some(match custom {
                Some(custom) => format!("{}_{}", self.globals.schema, custom.trim()),
                None => self.globals.schema.clone(),
            }),
            Part::Alias => {
                Some(match (custom.filter(|custom| !custom.is_empty()), plain.version) {
                    (Some(custom), _) => custom.trim().to_owned(),
                    (None, Some(version)) => {
                        format!("{}_v{}", plain.name, version.replace('.', "_"))
                    }
                    (None, None) => plain.name.to_owned(),
                })
            }
        }
    }
}

/// A node's name and version.
#[derive(Clone, Copy)]
pub(super) struct PlainName<'n> {
    pub name: &'n str,
    pub version: Option<&'n str>,
}

/// The macro that replaces dbt's own for a package: the package's, else the root project's, else a
/// `default__` or adapter's one that dispatch finds in the root project.
fn find_override(
    engine: &Engine,
    part: Part,
    root: &Arc<str>,
    package: &Arc<str>,
) -> Option<Arc<MacroInfo>> {
    let name = part.macro_name();
    let own = (package != root).then(|| engine.macro_in(package, name)).flatten();
    own.or_else(|| engine.macro_in(root, name)).or_else(|| {
        engine
            .dispatch(INTERNAL_PACKAGE, name, Some(INTERNAL_PACKAGE))
            .filter(|found| &*found.package != INTERNAL_PACKAGE)
    })
}

/// Whether the macro's body uses the node it is given; its parameter list does not count. `model`
/// and `this` are the node too.
fn mentions_node(info: &MacroInfo) -> bool {
    let text = info.text();
    let body = text.find("%}").map_or(text, |end| &text[end..]);
    let mut words = body.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.any(|word| matches!(word, "node" | "model" | "this" | "config" | "varargs" | "kwargs"))
}

/// Where dbt puts test failures where nothing else is said.
pub(super) fn default_custom_schema(kind: ResourceType) -> Option<&'static str> {
    (kind == ResourceType::Test).then_some("dbt_test__audit")
}
