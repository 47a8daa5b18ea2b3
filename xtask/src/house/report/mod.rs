//! `cargo xtask house --report`: measures how easy the source is to read, for comparison over time.
//!
//! It expects rustfmt's format: a block ends at the line that closes it at its own indentation.

mod circles;
mod code;
#[cfg(test)]
mod kept;
mod sizes;
mod walk;
mod words;

use std::process::ExitCode;

use clap::Args;

use code::Code;

/// The folders of the shipped crates.
const SHIPPED: [&str; 6] = ["shared", "socketio-client", "client", "lab", "server", "web"];

/// The options of `house`.
#[derive(Args)]
pub(crate) struct Options {
    /// Print the measures (the rules are tests: `cargo test -p xtask`)
    #[arg(long, required = true)]
    report: bool,
    /// List the counted names, too
    #[arg(long)]
    names: bool,
}

/// One measure: a number, its target, and what it counts.
struct Measure {
    name: &'static str,
    value: String,
    target: &'static str,
    names: Vec<String>,
}

impl Measure {
    fn new(name: &'static str, value: &dyn ToString, target: &'static str, names: Vec<String>) -> Self {
        Self {
            name,
            value: value.to_string(),
            target,
            names,
        }
    }

    /// A measure whose value is the number of its names.
    fn counted(name: &'static str, target: &'static str, names: Vec<String>) -> Self {
        Self::new(name, &names.len(), target, names)
    }
}

/// Prints the measures.
pub(crate) fn house(options: &Options) -> anyhow::Result<ExitCode> {
    let code = Code::read()?;
    println!(
        "{:18}{:>7}{:>9}{:>10}{:>9}",
        "crate", "files", "lines", "comments", "tests"
    );
    for row in code.sizes() {
        println!("{row}");
    }
    println!("\n{:48}{:>9}  target", "measure", "today");
    let measures = [
        walk::measures()?,
        sizes::measures(&code),
        words::measures(&code),
        circles::measures(&code),
    ];
    for measure in measures.into_iter().flatten() {
        println!("{:48}{:>9}  {}", measure.name, measure.value, measure.target);
        if options.names {
            measure.names.iter().for_each(|name| println!("    {name}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}
