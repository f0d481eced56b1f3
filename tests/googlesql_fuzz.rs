//! Whatever stands in a file, lexer, parser, analysis and translator answer: with what it means, or
//! with mistakes at places inside the text, never with a panic or an overflow of the stack.
//!
//! Texts are made of the real statements of `cases/googlesql*`, changed here and there, of soups of
//! words, and of nesting. What once broke something is kept in `cases/googlesql_fuzz`.
//! `PROPTEST_CASES` says how many texts are tried of each; `ELT_FUZZ_LAST` names a folder for the
//! texts at hand.

use std::{fs, sync::OnceLock};

use elt::{
    analysis::{Catalog, Table, TableColumn, Type, analyze},
    sql::{
        NoSchemas, STACK_BYTES, SqlError, count_statements, translate_query, translate_statements,
    },
};
use proptest::{prelude::*, sample::Index};
use std::sync::Arc;

/// Tables for every name.
struct AnyTable;

impl Catalog for AnyTable {
    fn table(&self, parts: &[String]) -> Option<Arc<Table>> {
        let column =
            |name: &str, kind: &str| TableColumn { name: name.into(), kind: Type::parse(kind) };
        let columns = vec![
            column("a", "INT64"),
            column("b", "STRING"),
            column("c", "ARRAY<STRUCT<x INT64, y STRING>>"),
            column("d", "STRUCT<e DATE, f NUMERIC>"),
            column("t", "TIMESTAMP"),
        ];
        let name = parts.join(".");
        let table = Table { id: name.as_str().into(), shown: name, columns, is_complete: true };
        Some(Arc::new(table))
    }
}

/// Has a text read by everything, on a stack as small as the program's.
fn read(text: &str) {
    let text = text.to_owned();
    // An overflow of the stack does not tell which text it was.
    if let Ok(folder) = std::env::var("ELT_FUZZ_LAST") {
        let test = std::thread::current().name().unwrap_or("test").to_owned();
        fs::write(format!("{folder}/{test}.sql"), &text).expect("the text is kept");
    }
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        let lines = text.split('\n').count();
        let is_inside = |errors: Vec<SqlError>| {
            assert!(!errors.is_empty(), "refused without a word: {text:?}");
            for error in errors {
                let line = error.line as usize;
                assert!(line >= 1 && line <= lines, "{error} is outside of {text:?}");
            }
        };
        count_statements(&text).map_or_else(is_inside, |_| ());
        translate_statements(&text, &NoSchemas).map_or_else(is_inside, |_| ());
        translate_query(&text, &NoSchemas).map_or_else(is_inside, |_| ());
        analyze(&text, &AnyTable).map_or_else(is_inside, |_| ());
    });
    if let Err(panic) = thread.expect("a thread").join() {
        std::panic::resume_unwind(panic);
    }
}

/// The real statements, in words, blanks and signs.
fn statements() -> &'static [Vec<String>] {
    static ALL: OnceLock<Vec<Vec<String>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all = Vec::new();
        for area in ["googlesql", "googlesql_scripts", "googlesql_statements"] {
            let folder = format!("{}/tests/cases/{area}", env!("CARGO_MANIFEST_DIR"));
            let mut paths: Vec<_> = fs::read_dir(folder)
                .expect("the folder of cases")
                .map(|entry| entry.expect("a case").path())
                .collect();
            paths.sort();
            for path in paths {
                let text = fs::read_to_string(path).expect("a case");
                all.extend(text.split(';').map(words).filter(|words| words.len() > 1));
            }
        }
        all
    })
}

fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut in_word = false;
    for c in text.chars() {
        let is_part = c.is_alphanumeric() || c == '_';
        match words.last_mut() {
            Some(word) if is_part && in_word => word.push(c),
            _ => words.push(c.to_string()),
        }
        in_word = is_part;
    }
    words
}

#[derive(Clone, Debug)]
enum Change {
    Remove(Index, usize),
    Repeat(Index, usize),
    Swap(Index, Index),
    Insert(Index, String),
    Replace(Index, String),
    /// What another statement has from a place on.
    Graft(Index, Index, Index),
    Cut(Index),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    prop_oneof![
        (index(), 1usize..6).prop_map(|(at, count)| Change::Remove(at, count)),
        (index(), 1usize..40).prop_map(|(at, count)| Change::Repeat(at, count)),
        (index(), index()).prop_map(|(one, other)| Change::Swap(one, other)),
        (index(), SOUP).prop_map(|(at, word)| Change::Insert(at, word)),
        (index(), SOUP).prop_map(|(at, word)| Change::Replace(at, word)),
        (index(), index(), index()).prop_map(|(at, of, from)| Change::Graft(at, of, from)),
        index().prop_map(Change::Cut),
    ]
}

#[expect(clippy::ptr_arg, reason = "an index picks a whole statement")]
fn changed(statement: &Vec<String>, changes: &[Change]) -> String {
    let mut words = statement.clone();
    for change in changes {
        if words.is_empty() {
            break;
        }
        let length = words.len();
        match change {
            Change::Remove(at, count) => {
                let at = at.index(length);
                words.drain(at..(at + count).min(length));
            }
            Change::Repeat(at, count) => {
                let at = at.index(length);
                let part: Vec<String> = words[at..(at + count).min(length)].to_vec();
                words.splice(at..at, part);
            }
            Change::Swap(one, other) => words.swap(one.index(length), other.index(length)),
            Change::Insert(at, word) => words.insert(at.index(length), word.clone()),
            Change::Replace(at, word) => words[at.index(length)].clone_from(word),
            Change::Graft(at, of, from) => {
                let other = of.get(statements());
                words.truncate(at.index(length));
                words.extend_from_slice(&other[from.index(other.len())..]);
            }
            Change::Cut(at) => words.truncate(at.index(length)),
        }
    }
    words.concat()
}

/// Words that a text can be made of, and some that it cannot.
const SOUP: &str = " select | from | where | group by | all | having | qualify | order by | limit | \
offset | join | left | full | cross | on | using | union | except | intersect | distinct | by name | \
with | as | recursive | \\( | \\) | , | \\[ | \\] | < | > | >> | \\{ | \\} | struct | array | case | \
when | then | else | end | in | not | like any | between | is | null | cast | safe_cast | unnest | over | \
partition by | rows | range | unbounded preceding | window | interval | day | \\|> | aggregate | extend | \
set | drop | rename | pivot | unpivot | for | tablesample | create | temp | function | procedure | table | \
view | insert into | values | update | delete | merge | matched | declare | begin | exception | loop | \
while | do | if | break | execute immediate | a | b | t\\.c | d\\.f | `p-q\\.r` | 1 | 9223372036854775808 | \
1e400 | 0x7F | '' | 'é' | r'\\\\' | b'\\\\xff' | \"\"\"x\"\"\" | date '2024-02-30' | numeric '1\\.5' | \
json '\\{' | -1 | \\* | = | != | \\+ | - | / | \\|\\| | ; | => | -> | @ | @@x | \\? | \\. | @\\{x=1\\} | -- | \
/\\* | 😀 | \\x00 | \u{feff} | \
date_trunc\\( | format\\( | parse_date\\( | safe\\.substr\\( | array_agg\\( | string_agg\\( | json_value\\( | \
generate_array\\( | regexp_extract\\( | extract\\( | st_point\\( ";

proptest! {
    #[test]
    fn changed_statements_are_answered(
        statement in any::<Index>(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        read(&changed(statement.get(statements()), &changes));
    }

    #[test]
    fn soups_of_words_are_answered(words in prop::collection::vec(SOUP, 0..80)) {
        read(&words.concat());
    }

    #[test]
    fn any_characters_are_answered(text in "\\PC{0,120}|[ -~\n]{0,120}") {
        read(&text);
    }

    /// Opened again and again, closed or not.
    #[test]
    fn nesting_is_answered(
        open in prop::collection::vec(
            "\\(|\\[|case when |not |- |~|select \\(|array<|struct<a |struct\\(|f\\(|\\(\\(select |with\\(a as |a in \\(|exists \\(select |from \\(select |cast\\(|if |begin |loop |\\(from t \\|> where |x -> |case a when 1 then |interval |over \\(order by |with a as \\(select |a\\.f\\(|from a join |select \\* from unnest\\(|replace\\(",
            1..3,
        ),
        depth in 1usize..600,
        close in "|\\)|\\]|>| end| from t",
        is_closed in any::<bool>(),
    ) {
        let mut text = format!("select {}", open.concat().repeat(depth));
        text.push('1');
        if is_closed {
            text.push_str(&close.repeat(depth));
        }
        read(&text);
    }
}

/// A chain of operators is read in a loop, and its tree is as deep as it is long.
#[test]
fn chains_in_chains_are_answered() {
    for (open, link) in [
        ("(", " - 1"),
        ("(", " and true"),
        ("((", " || 'x'"),
        ("[", "[0]"),
        ("(", ".a"),
        ("(", ".upper()"),
        ("(select 1 ", " union all select 1"),
        ("(select * from (select 1 ", " union all select 1"),
        ("not (", " or b"),
        ("case ", " = 1"),
        ("f(", " + 1"),
    ] {
        for (depth, length) in [(1, 2_900), (50, 60), (50, 2_900)] {
            let mut text = format!("select {}1", open.repeat(depth));
            for _ in 0..depth {
                text.push_str(&link.repeat(length));
                let signs = open.chars().rev().filter_map(|c| match c {
                    '(' => Some(')'),
                    '[' => Some(']'),
                    _ => None,
                });
                text.extend(signs);
            }
            read(&text);
        }
    }
}

#[test]
fn what_once_broke_something_is_answered() {
    let folder = format!("{}/tests/cases/googlesql_fuzz", env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the folder of cases") {
        let text = fs::read(entry.expect("a case").path()).expect("the case can be read");
        read(&String::from_utf8_lossy(&text));
        count += 1;
    }
    assert!(count > 0, "no cases");
}
