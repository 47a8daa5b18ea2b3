//! The settings match their documentation.

use std::fs;
use std::path::Path;

use clap::{Arg, Args, Command};
use steadfast_server::config::Config;

/// The rows of a document's settings tables: flag, variable, default.
fn rows(document: &str) -> Vec<[String; 3]> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = fs::read_to_string(root.join(document)).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `--"));
    rows.map(|row| {
        let mut cells = row.split('|').skip(1).map(|cell| cell.trim().replace('`', ""));
        [(); 3].map(|()| cells.next().unwrap())
    })
    .collect()
}

/// The same, from the program.
pub(crate) fn settings() -> Vec<[String; 3]> {
    let mut command = Config::augment_args(Command::new("steadfast"));
    command.build();
    let shown = |arg: &&Arg| !["help", "version"].contains(&arg.get_id().as_str());
    command
        .get_arguments()
        .filter(shown)
        .map(|arg| {
            let default = match arg.get_default_values() {
                [] => "none".to_owned(),
                [off] if off == "false" => "off".to_owned(),
                values => values[0].to_string_lossy().into_owned(),
            };
            let variable = arg.get_env().unwrap().to_string_lossy().into_owned();
            [format!("--{}", arg.get_long().unwrap()), variable, default]
        })
        .collect()
}

#[test]
fn every_setting_is_documented_with_its_variable_and_its_default() {
    let documented = rows("docs/OPERATING.md");
    for setting in settings() {
        assert!(documented.contains(&setting), "{setting:?} of {documented:#?}");
    }
    assert_eq!(documented.len(), settings().len());
}

#[test]
fn the_readme_names_no_setting_that_is_not_there() {
    let settings = settings();
    let documented = rows("README.md");
    assert!(!documented.is_empty());
    for row in documented {
        assert!(settings.contains(&row), "{row:?}");
    }
}

#[test]
fn a_tests_server_has_the_limits_of_a_persons() {
    let matches = Config::augment_args(Command::new("steadfast")).get_matches_from(["steadfast"]);
    let parsed = <Config as clap::FromArgMatches>::from_arg_matches(&matches).unwrap();
    let built = Config::new("steadfast.db");
    assert_eq!(format!("{:?}", parsed.limits), format!("{:?}", built.limits));
}
