//! Statements that change more than their own script.

use super::{
    ast::{ScriptKind, Statement, StatementKind},
    parse,
};

/// A script without the statements that write to what outlives it: blanks stand in their places, so
/// that what is left keeps its lines and columns. As it is where it cannot be read: nothing of such a
/// script runs.
pub fn without_lasting_statements(script: &str) -> String {
    let mut text = script.to_owned();
    for statement in parse::statements(script).unwrap_or_default() {
        if !lasts(&statement) {
            continue;
        }
        let range = statement.span.start as usize..statement.span.end as usize;
        let Some(written) = script.get(range.clone()) else { continue };
        let blank = |byte: u8| if byte == b'\n' { '\n' } else { ' ' };
        text.replace_range(range, &written.bytes().map(blank).collect::<String>());
    }
    text
}

fn lasts(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::Query(_) | StatementKind::Assert(..) => false,
        StatementKind::CreateTable(table) => !table.create.temporary,
        StatementKind::CreateFunction(function) => !function.create.temporary,
        StatementKind::Script(script) => {
            !matches!(**script, ScriptKind::Declare { .. } | ScriptKind::Set { .. })
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::without_lasting_statements;

    #[test]
    fn only_what_ends_with_the_script_is_left() {
        let script = "declare n int64 default 2;
insert into shop.log (moment)
values (current_timestamp()); set n = 3;
create temp function doubled(x int64) as (x * n);
create temp table few as select 1 as id;
create table shop.kept as select 1 as id;
call shop.clean();
select doubled(n);
";
        insta::assert_snapshot!(without_lasting_statements(script).replace(' ', "·"), @r"
    declare·n·int64·default·2;
    ·····························
    ····························;·set·n·=·3;
    create·temp·function·doubled(x·int64)·as·(x·*·n);
    create·temp·table·few·as·select·1·as·id;
    ········································;
    ·················;
    select·doubled(n);
    ");
    }

    #[test]
    fn a_script_that_cannot_be_read_is_left_as_it_is() {
        let script = "insert shop.log values (1); selec 1";
        assert_eq!(without_lasting_statements(script), script);
    }
}
