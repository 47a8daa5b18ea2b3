//! Explains a world that breaks a rule.

use crate::check::Broken;
use crate::run::{WorldOutcome, run};
use crate::script::Script;
use crate::shrink::shrink;

/// The most lines of a trace to print: the last ones.
const LINES: usize = 120;

/// The shortest script found that breaks the same rule, in words.
pub(crate) fn explain(whole: &Script, broken: &Broken) -> String {
    let short = shrink(whole, broken.rule);
    let WorldOutcome { broken, words, .. } = run(&short, true);
    let cut = words.len().saturating_sub(LINES);
    let mut text = format!(
        "The shortest script found: {} of {} acts; {} devices, {} nodes; {:?}\n",
        short.acts.len(),
        whole.acts.len(),
        short.shape.devices.len(),
        short.shape.nodes,
        short.weather
    );
    if cut > 0 {
        text += &format!("… {cut} earlier lines\n");
    }
    for line in &words[cut..] {
        text += line;
        text.push('\n');
    }
    if let Some(broken) = broken {
        text += &format!("\n{broken}\n");
    }
    text
}
