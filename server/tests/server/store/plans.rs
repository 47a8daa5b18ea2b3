//! Query plans: no frequent statement scans a table.

use std::fs;
use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, Row};

use super::{Fixture, behind_its_back};
use crate::support::postgres::Database;

/// Tables with one row, or with a hundred at most.
const SMALL: [&str; 2] = ["epoch", "invites"];

/// Intended scans, by the beginning of their statements, with the reason.
const MEANT: [(&str, &str); 15] = [
    ("select id, head from rooms", "all heads, after a failure"),
    (
        "delete from tries where key in",
        "those beyond what is kept, by their index",
    ),
    (
        "select id, name from (",
        "people are found by any part of their nickname: of so many, in the order of names",
    ),
    (
        "select id, name from users order by created_at",
        "once per version of Unicode",
    ),
    (
        "update users set name_key = char(0)",
        "once per version of Unicode",
    ),
    ("update rooms set name_said = null", "once per version of Unicode"),
    (
        "select id, name, topic, kind = 'public'",
        "once per version of Unicode",
    ),
    (
        "select id, name from former_names order by",
        "once per version of Unicode",
    ),
    ("select emoji from reactions", "once per version of Unicode"),
    (
        "insert into reactions (room, message, emoji, user, seq, since)\n                 select",
        "once per version of Unicode",
    ),
    ("update reactions set since", "once per version of Unicode"),
    ("delete from reactions where emoji", "once per version of Unicode"),
    (
        "select id, name, topic, archived,",
        "public rooms are found by any part of their name",
    ),
    (
        "insert into users",
        "whether there is any; and what refers to them, only where something refers to nobody",
    ),
    (
        "insert into members (user, room, read, seen, joined_at)\n         select unhex(line ->> 0), rooms.id, rooms.head",
        "at a group of sign-ups",
    ),
];

/// Files whose statements may scan: at startup, within a bound, and on an operator's request.
const OF_OPERATORS: [&str; 3] = ["check.rs", "copy.rs", "inspect.rs"];

/// The folders with statements for both databases; operators use those of the last.
const SHARED: [&str; 5] = ["append", "log", "people", "rooms", "admin"];

#[derive(Clone, Copy)]
enum Dialect {
    Sqlite,
    Postgres,
}

fn files_of(folder: &str) -> impl Iterator<Item = PathBuf> {
    entries_of(&store().join(folder))
        .into_iter()
        .filter(|file| file.is_file())
}

fn store() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store")
}

fn entries_of(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// The files with statements for one database alone: they, or a folder they are in, bear its name.
fn own_files_of(database: &str) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![store()]);
    while let Some(folder) = folders.pop() {
        for entry in entries_of(&folder) {
            if entry.is_dir() {
                folders.push(entry);
            } else if !entry.ends_with("tests.rs") {
                files.push(entry);
            }
        }
    }
    let root = store();
    files.retain(|file| {
        let path = file.strip_prefix(&root).unwrap().with_extension("");
        path.components().any(|part| part.as_os_str() == database)
    });
    files
}

/// Every frequent statement of the SQLite store.
fn statements() -> Vec<String> {
    let own = own_files_of("sqlite")
        .into_iter()
        .filter(|file| !OF_OPERATORS.iter().any(|name| file.ends_with(name)));
    let shared = SHARED[..4].iter().flat_map(|folder| files_of(folder));
    // One call may run several.
    let each = |all: &String| {
        all.split(';')
            .map(|one| one.trim().to_owned())
            .collect::<Vec<_>>()
    };
    own.flat_map(|file| statements_of(&file).iter().flat_map(each).collect::<Vec<_>>())
        .chain(shared.flat_map(|file| shared_statements_of(&file, Dialect::Sqlite)))
        .collect()
}

/// Every statement that a file has for both databases, in one of their dialects.
fn shared_statements_of(file: &Path, dialect: Dialect) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    // The calls of a file's macro complete its beginning.
    let (text, begun) = match text.split_once("macro_rules! seen") {
        None => (text, String::new()),
        Some((before, rest)) => {
            let (begun, rest) = rest.split_once("$($condition)+").unwrap();
            let (_, begun) = begun.split_once("sql!(").unwrap();
            (format!("{before}{rest}"), in_dialect(begun, dialect))
        }
    };
    let calls = text.split("sql!(").skip(1).map(|call| in_dialect(call, dialect));
    let seen = text.split("seen!(").skip(1);
    calls
        .chain(seen.map(|call| begun.clone() + &in_dialect(call, dialect)))
        .collect()
}

/// The text between the parentheses of `sql!`, as the macro assembles it for this dialect.
fn in_dialect(call: &str, dialect: Dialect) -> String {
    let mut statement = String::new();
    let mut rest = call.trim_start();
    loop {
        if let Some(literal) = rest.strip_prefix('"') {
            let (text, after) = literal.split_once('"').unwrap();
            statement.push_str(text);
            rest = after.trim_start();
        } else if let Some(word) = rest.strip_prefix('[') {
            let (word, after) = word.split_once(']').unwrap();
            let mut parts = word.split('"');
            let name = parts.next().unwrap().trim();
            let values: Vec<&str> = parts.step_by(2).filter(|value| !value.is_empty()).collect();
            statement.push_str(&match (name, dialect) {
                ("any", Dialect::Sqlite) => format!("in (select unhex(value) from json_each({}))", values[0]),
                ("any", Dialect::Postgres) => format!("= any({})", values[0]),
                ("position", Dialect::Sqlite) => format!("instr({}, {})", values[0], values[1]),
                ("position", Dialect::Postgres) => format!("strpos({}, {})", values[0], values[1]),
                ("by_name", Dialect::Sqlite) => format!("{} collate nocase", values[0]),
                ("by_name", Dialect::Postgres) => format!("lower({})", values[0]),
                ("lines", Dialect::Sqlite) => {
                    format!(
                        "(select value as line, key as place from json_each({})) as lines",
                        values[0]
                    )
                }
                ("lines", Dialect::Postgres) => {
                    format!(
                        "jsonb_array_elements({}::jsonb) with ordinality as lines (line, place)",
                        values[0]
                    )
                }
                ("line_id" | "line_bytes", Dialect::Sqlite) => format!("unhex(line ->> {})", values[0]),
                ("line_id", Dialect::Postgres) => format!("(line ->> {})::uuid", values[0]),
                ("line_bytes", Dialect::Postgres) => format!("decode(line ->> {}, 'hex')", values[0]),
                ("line_number", Dialect::Sqlite) => format!("line ->> {}", values[0]),
                ("line_number", Dialect::Postgres) => format!("(line ->> {})::bigint", values[0]),
                ("only_sqlite", Dialect::Sqlite) | ("only_postgres", Dialect::Postgres) => {
                    values[0].to_owned()
                }
                ("only_sqlite", Dialect::Postgres) | ("only_postgres", Dialect::Sqlite) => String::new(),
                _ => panic!("[{word}] is not a word of sql!"),
            });
            rest = after.trim_start();
        } else {
            let end = rest
                .find(|letter: char| !letter.is_alphanumeric())
                .unwrap_or(rest.len());
            statement.push_str(match (&rest[..end], dialect) {
                ("person", Dialect::Sqlite) => "user",
                ("greatest", Dialect::Sqlite) => "max",
                ("least", Dialect::Sqlite) => "min",
                ("person", Dialect::Postgres) => "person",
                ("greatest", Dialect::Postgres) => "greatest",
                ("least", Dialect::Postgres) => "least",
                // The closing parenthesis, or the rest of a macro's call.
                _ => return statement,
            });
            rest = rest[end..].trim_start();
        }
    }
}

/// Every statement in one file, with those of macros assembled.
fn statements_of(file: &Path) -> Vec<String> {
    let mut statements = Vec::new();
    let text = with_quotes_hidden(&fs::read_to_string(file).unwrap());
    let literals: Vec<&str> = text.split('"').skip(1).step_by(2).collect();
    let begun = literals.iter().find(|literal| {
        ["where", "and"]
            .iter()
            .any(|end| literal.trim_end().ends_with(end))
    });
    for (literal, before) in literals.iter().zip(text.split('"').step_by(2)) {
        // The kinds of entries are words too.
        let verb = literal.split_once(' ').map_or("", |(verb, _)| verb);
        if let Some(begun) = begun
            && before.trim_end().ends_with("seen!(")
        {
            statements.push(format!("{begun}{literal}"));
        } else if ["select", "insert", "update", "delete", "with"].contains(&verb) && begun != Some(literal) {
            statements.push((*literal).to_owned());
        }
    }
    let shown = statements.iter().map(|statement| statement.replace(HIDDEN, "\""));
    shown.collect()
}

/// Replaces a quotation mark within a raw literal.
const HIDDEN: char = '\u{1}';

/// A source text with raw literals turned into plain ones, and the quotation marks in them hidden.
fn with_quotes_hidden(text: &str) -> String {
    let mut parts = text.split("r#\"");
    let mut hidden = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (literal, rest) = part.split_once("\"#").unwrap();
        hidden.push('"');
        hidden.extend(
            literal
                .chars()
                .map(|letter| if letter == '"' { HIDDEN } else { letter }),
        );
        hidden.push('"');
        hidden.push_str(rest);
    }
    hidden
}

/// Prepares every statement, so that a rare one fails in a test rather than in use.
#[tokio::test]
async fn postgres_understands_every_statement_of_its_store() {
    let shared = SHARED.iter().flat_map(|folder| files_of(folder));
    let statements: Vec<String> = own_files_of("postgres")
        .into_iter()
        .flat_map(|file| statements_of(&file))
        .chain(shared.flat_map(|file| shared_statements_of(&file, Dialect::Postgres)))
        .collect();
    assert!(statements.len() > 150, "{} found", statements.len());
    let database = Database::new().await;
    let mut connection = database.connect().await;
    let mut wrong = Vec::new();
    for statement in statements {
        let prepare = format!("prepare tried as {statement}; deallocate tried");
        if let Err(error) = sqlx::raw_sql(AssertSqlSafe(prepare))
            .execute(&mut connection)
            .await
        {
            wrong.push(format!("{error}: {statement}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn sqlite_understands_what_operators_ask() {
    let fixture = Fixture::sqlite().await;
    let mut connection = behind_its_back(fixture.path()).await;
    let statements: Vec<String> = files_of("admin")
        .flat_map(|file| shared_statements_of(&file, Dialect::Sqlite))
        .collect();
    assert!(statements.len() > 30, "{} found", statements.len());
    for statement in statements {
        let plan = sqlx::query(AssertSqlSafe(format!("explain {statement}")));
        let done = plan.fetch_all(&mut connection).await;
        done.unwrap_or_else(|error| panic!("{error}: {statement}"));
    }
}

#[tokio::test]
async fn nothing_that_is_asked_often_walks_through_a_table() {
    let fixture = Fixture::sqlite().await;
    let mut connection = behind_its_back(fixture.path()).await;
    let statements = statements();
    assert!(statements.len() > 60, "{} found", statements.len());
    let mut walks = Vec::new();
    for statement in statements {
        let plan = sqlx::query(AssertSqlSafe(format!("explain query plan {statement}")))
            .fetch_all(&mut connection)
            .await
            .unwrap_or_else(|error| panic!("{error}: {statement}"));
        for step in plan {
            let step: String = step.get("detail");
            if step.contains("VIRTUAL TABLE") {
                continue;
            }
            let walked = step
                .strip_prefix("SCAN ")
                .map(|what| what.split(' ').next().unwrap_or_default());
            let walk = walked.is_some_and(|table| {
                // Subqueries and lists from parameters are virtual tables.
                !table.starts_with('(') && table != "CONSTANT" && !SMALL.contains(&table)
            });
            if walk && !MEANT.iter().any(|(begin, _)| statement.starts_with(begin)) {
                walks.push(format!("{step}: {statement}"));
            }
        }
    }
    assert!(walks.is_empty(), "{}", walks.join("\n"));
}

#[test]
fn every_meant_walk_is_of_a_statement_there_is() {
    let statements = statements();
    for (begin, why) in MEANT {
        assert!(
            statements.iter().any(|statement| statement.starts_with(begin)),
            "{begin} ({why})"
        );
    }
}
