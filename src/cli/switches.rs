//! Switches of every command that can be turned on, turned off, or left to the environment and the
//! project.

use std::collections::BTreeMap;

use clap::{
    Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches,
    builder::{BoolishValueParser, TypedValueParser},
    error::ErrorKind,
};

/// One switch: `--name` turns it on and `--no-name` off; the last one typed counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Switch {
    /// Read what the target does not hold where an earlier run built it.
    Defer,
    /// With [`Switch::Defer`]: what is not selected too, even where the target holds it.
    FavorState,
    /// Stop at the first failure.
    FailFast,
    /// Warnings fail.
    WarnError,
    /// Only errors and data.
    Quiet,
    /// Show what `print()` prints.
    Print,
    /// Colour the output.
    UseColors,
    /// Write `manifest.json`, `run_results.json` and `sources.json`.
    WriteJson,
    /// Check `require-dbt-version`.
    VersionCheck,
    /// Build without rows.
    Empty,
    /// Let templates ask the warehouse.
    Introspect,
    /// One node at a time.
    SingleThreaded,
}

/// How a switch is written.
struct Written {
    name: &'static str,
    short: Option<char>,
    /// What turning it on means; nothing where it is on anyway.
    on: Option<&'static str>,
    /// What turning it off means, where that is worth a line.
    off: Option<&'static str>,
}

impl Switch {
    /// All of them, in the order of `--help`.
    pub const ALL: [Self; 12] = [
        Self::Defer,
        Self::FavorState,
        Self::FailFast,
        Self::WarnError,
        Self::Quiet,
        Self::Print,
        Self::UseColors,
        Self::WriteJson,
        Self::VersionCheck,
        Self::Empty,
        Self::Introspect,
        Self::SingleThreaded,
    ];

    fn written(self) -> Written {
        let (name, short, on, off) = match self {
            Self::Defer => (
                "defer",
                None,
                Some("Read what the target does not hold where the run of `--state` built it"),
                None,
            ),
            Self::FavorState => (
                "favor-state",
                None,
                Some(
                    "With --defer: read there what is not selected, even where the target holds it",
                ),
                None,
            ),
            Self::FailFast => ("fail-fast", Some('x'), Some("Stop at the first failure"), None),
            Self::WarnError => ("warn-error", None, Some("Warnings fail"), None),
            Self::Quiet => ("quiet", Some('q'), Some("Only errors and data"), None),
            Self::Print => ("print", None, None, Some("Do not show what `print()` prints")),
            Self::UseColors => (
                "use-colors",
                None,
                Some("Colour the output even where it is no terminal"),
                Some("Do not colour the output"),
            ),
            Self::WriteJson => (
                "write-json",
                None,
                None,
                Some("Do not write manifest.json, run_results.json and sources.json"),
            ),
            Self::VersionCheck => {
                ("version-check", None, None, Some("Do not check `require-dbt-version`"))
            }
            Self::Empty => ("empty", None, Some("Build or compile without rows"), None),
            Self::Introspect => (
                "introspect",
                None,
                None,
                Some("Templates that are compiled or shown must not ask the warehouse"),
            ),
            Self::SingleThreaded => ("single-threaded", None, None, None),
        };
        Written { name, short, on, off }
    }

    /// Its name without dashes in front, as in `flags:` of the project but for `-`.
    pub fn name(self) -> &'static str {
        self.written().name
    }

    /// Whether it is on where nothing is said.
    pub fn is_on_by_default(self) -> bool {
        matches!(
            self,
            Self::Print | Self::UseColors | Self::WriteJson | Self::VersionCheck | Self::Introspect
        )
    }

    fn variable(self, prefix: &str) -> String {
        format!("{prefix}{}", self.name().to_uppercase().replace('-', "_"))
    }

    /// What the environment says, under the newer of dbt's two names or the older. A variable that
    /// is set to nothing is not set.
    fn in_environment(self) -> Result<Option<bool>, Error> {
        for prefix in ["DBT_ENGINE_", "DBT_"] {
            let name = self.variable(prefix);
            let Some(value) = std::env::var_os(&name).filter(|value| !value.is_empty()) else {
                continue;
            };
            let parsed = BoolishValueParser::new().parse_ref(&Command::new("elt"), None, &value);
            return parsed.map(Some).map_err(|_| {
                let value = value.to_string_lossy();
                let message = format!("the variable `{name}` is `{value}`, not true or false\n");
                Error::raw(ErrorKind::ValueValidation, message)
            });
        }
        Ok(None)
    }

    fn args(self) -> [Arg; 2] {
        let Written { name, short, on, off } = self.written();
        let off_name = format!("no-{name}");
        let turn_on = Arg::new(name)
            .long(name)
            .short(short)
            .overrides_with(&off_name)
            .hide(on.is_none())
            .help(format!("{} [env: {}]", on.unwrap_or_default(), self.variable("DBT_")));
        let turn_off = Arg::new(&off_name)
            .long(&off_name)
            .overrides_with(name)
            .hide(off.is_none())
            .help(off.unwrap_or_default());
        let turn_off = match self {
            Self::UseColors => turn_off.alias("no-color"),
            _ => turn_off,
        };
        [turn_on, turn_off].map(|arg| arg.action(ArgAction::SetTrue).global(true))
    }
}

/// The switches that were typed or set in the environment.
#[derive(Clone, Debug, Default)]
pub struct Switches(BTreeMap<Switch, bool>);

impl Switches {
    /// Whether a switch is on or off, where something is said.
    pub fn get(&self, switch: Switch) -> Option<bool> {
        self.0.get(&switch).copied()
    }

    /// Turns a switch on or off where nothing is said.
    pub fn or_set(&mut self, switch: Switch, on: Option<bool>) {
        if let Some(on) = on {
            self.0.entry(switch).or_insert(on);
        }
    }
}

impl FromArgMatches for Switches {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut all = BTreeMap::new();
        for switch in Switch::ALL {
            let said = if matches.get_flag(&format!("no-{}", switch.name())) {
                Some(false)
            } else if matches.get_flag(switch.name()) {
                Some(true)
            } else {
                switch.in_environment()?
            };
            all.extend(said.map(|on| (switch, on)));
        }
        Ok(Self(all))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.extend(Self::from_arg_matches(matches)?.0);
        Ok(())
    }
}

impl Args for Switches {
    fn augment_args(command: Command) -> Command {
        command.args(Switch::ALL.into_iter().flat_map(Switch::args))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
