//! Flags of dbt's about things that are not here: those that change nothing are taken, so that
//! scripts go on working; those that ask for something are refused by name.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

use crate::diagnostic::Diagnostic;

/// A flag of every command of dbt's.
struct Flag {
    name: &'static str,
    short: Option<char>,
    form: Form,
    /// What to do instead, where the flag asks for something.
    instead: Option<&'static str>,
}

/// What is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `--name` or `--no-name`. Turning off what is not here is always granted.
    Switch,
    /// `--name VALUE`.
    Value,
}

const fn granted(name: &'static str) -> Flag {
    Flag { name, short: None, form: Form::Switch, instead: None }
}

const fn refused(name: &'static str, form: Form, instead: &'static str) -> Flag {
    Flag { name, short: None, form, instead: Some(instead) }
}

/// There is no parser with a cache, nothing is sent, all warnings are told, files of any size are
/// hashed, the warehouse is asked only for what is needed, and a log file holds no colours.
const FLAGS: [Flag; 18] = [
    granted("cache-selected-only"),
    Flag { short: Some('d'), ..granted("debug") },
    granted("hints-enabled"),
    granted("log-cache-events"),
    Flag { form: Form::Value, ..granted("maximum-seed-size-mib") },
    granted("partial-parse"),
    granted("populate-cache"),
    granted("send-anonymous-usage-stats"),
    granted("show-all-deprecations"),
    granted("show-resource-report"),
    granted("static-parser"),
    granted("use-colors-file"),
    granted("use-experimental-parser"),
    granted("use-v2-parser"),
    refused("deprecated-favor-state", Form::Value, "write `--favor-state` or `--no-favor-state`"),
    refused(
        "snowflake-projects-otel",
        Form::Switch,
        "read the times of nodes from run_results.json or from `--log-format json`",
    ),
    refused(
        "upload-to-artifacts-ingest-api",
        Form::Switch,
        "copy the files of the target folder to where they are wanted after the run",
    ),
    Flag {
        short: Some('r'),
        ..refused(
            "record-timing-info",
            Form::Value,
            "read the times of nodes from run_results.json; look into the program itself with a profiler",
        )
    },
];

/// Those of them that were typed and ask for something.
#[derive(Clone, Debug, Default)]
pub struct DbtFlags(Vec<(&'static str, &'static str)>);

impl DbtFlags {
    /// What cannot be done, each with what to do instead.
    pub fn problems(&self) -> Vec<Diagnostic> {
        self.0.iter().map(|(name, instead)| refusal(&format!("--{name}"), instead)).collect()
    }
}

/// Says that a flag or a command is not there, and what to do instead.
pub fn refusal(typed: &str, instead: &str) -> Diagnostic {
    Diagnostic::error("unsupported-flag", format!("`{typed}` is not supported")).help(instead)
}

impl Flag {
    fn args(&self) -> Vec<Arg> {
        let on = Arg::new(self.name).long(self.name).short(self.short);
        let args = match self.form {
            Form::Value => vec![on.action(ArgAction::Set).value_name("VALUE")],
            Form::Switch => {
                let off = format!("no-{}", self.name);
                let on = on.overrides_with(&off);
                let off = Arg::new(&off).long(&off).overrides_with(self.name);
                [on, off].map(|arg| arg.action(ArgAction::SetTrue)).to_vec()
            }
        };
        args.into_iter().map(|arg| arg.global(true).hide(true)).collect()
    }

    fn is_typed(&self, matches: &ArgMatches) -> bool {
        match self.form {
            Form::Value => matches.contains_id(self.name),
            Form::Switch => matches.get_flag(self.name),
        }
    }
}

impl FromArgMatches for DbtFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let typed = FLAGS.iter().filter(|flag| flag.is_typed(matches));
        Ok(Self(typed.filter_map(|flag| Some((flag.name, flag.instead?))).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.extend(Self::from_arg_matches(matches)?.0);
        Ok(())
    }
}

impl Args for DbtFlags {
    fn augment_args(command: Command) -> Command {
        command.args(FLAGS.iter().flat_map(Flag::args))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
