//! `cargo xtask test`: runs every check, part by part, and ends with one line of totals.

use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, ValueEnum};

use crate::step::{Stopwatch, Took};

mod count;
mod failures;
mod package;
mod part;

pub(crate) use count::Count;
use part::Part;

/// The options of `test`.
#[derive(Args)]
pub(crate) struct Options {
    /// Run only these parts [default: all]
    #[arg(value_enum, value_name = "PART")]
    parts: Vec<Part>,
    /// Arguments for the tool of the one named part, after `--`: `cargo xtask test e2e -- -g toggle`
    #[arg(last = true, value_name = "ARGS")]
    args: Vec<String>,
}

/// The result of a part.
struct Outcome {
    part: Part,
    count: Count,
    took: Took,
    /// Why it failed, if the count does not show it.
    trouble: Option<String>,
    /// What its tools printed of the tests that failed.
    failures: Vec<String>,
}

impl Outcome {
    fn failed(&self) -> bool {
        self.count.failed > 0
    }
}

/// Runs the parts; a failing one does not stop the others.
pub(crate) fn test(options: &Options) -> anyhow::Result<ExitCode> {
    let parts = match options.parts.as_slice() {
        [] => Part::value_variants().to_vec(),
        named => named.to_vec(),
    };
    if !options.args.is_empty() && parts.len() != 1 {
        bail!("arguments after `--` are for one part: name exactly one");
    }
    let outcomes: Vec<_> = parts.into_iter().map(|part| run(part, &options.args)).collect();
    Ok(report(&outcomes))
}

fn run(part: Part, args: &[String]) -> Outcome {
    println!("\n━━━ {}: {}", part.name(), part.description());
    let watch = Stopwatch::start();
    let (count, trouble) = match part.run(args) {
        Ok(count) if count.ran() == 0 => (Count::FAILURE, Some("nothing was tested".to_owned())),
        Ok(count) => (count, None),
        Err(error) => (Count::FAILURE, Some(format!("{error:#}"))),
    };
    let took = watch.elapsed();
    if let Some(trouble) = &trouble {
        println!("{}: {trouble}", part.name());
    }
    println!("━━━ {}: {count} in {took}", part.name());
    Outcome {
        part,
        count,
        took,
        trouble,
        failures: failures::take(),
    }
}

/// What failed, the table, the failing parts by name, and the last line.
fn report(outcomes: &[Outcome]) -> ExitCode {
    for Outcome { part, failures, .. } in outcomes {
        if !failures.is_empty() {
            println!("\n━━━ {}: what failed\n{}", part.name(), failures.join("\n"));
        }
    }
    println!(
        "\n{:8}{:>8}{:>8}{:>9}{:>14}",
        "part", "passed", "failed", "skipped", "time"
    );
    for Outcome {
        part,
        count,
        took,
        trouble,
        ..
    } in outcomes
    {
        let Count {
            passed,
            failed,
            skipped,
        } = count;
        let note = match trouble {
            Some(trouble) => format!("  FAILED: {}", trouble.lines().next().unwrap_or_default()),
            None if *failed > 0 => "  FAILED".to_owned(),
            None => String::new(),
        };
        println!(
            "{:8}{passed:>8}{failed:>8}{skipped:>9}{took:>14}{note}",
            part.name()
        );
    }
    let failed: Vec<_> = outcomes
        .iter()
        .filter(|it| it.failed())
        .map(|it| it.part.name())
        .collect();
    if !failed.is_empty() {
        println!(
            "\nfailed: {} (again: cargo xtask test {})",
            failed.join(", "),
            failed.join(" ")
        );
    }
    println!();
    println!("{}", outcomes.iter().map(|it| it.count).sum::<Count>());
    if failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
