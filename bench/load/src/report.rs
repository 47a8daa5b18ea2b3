//! Medians over the rounds, their ratios, and how far the rounds lie apart.

use std::collections::HashMap;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::host::Peer;
use crate::scenario::{AGAIN, DELIVERED, Figures, Scenario};

/// Above this spread, of the lowest round to the highest, a figure is marked as noisy.
const NOISY: f64 = 1.5;

pub(crate) struct Report {
    rounds: HashMap<(Scenario, Peer), Vec<Figures>>,
    order: Vec<(Scenario, Peer)>,
    failed: Vec<(Scenario, Peer, String)>,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self {
            rounds: HashMap::new(),
            order: Vec::new(),
            failed: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, scenario: Scenario, peer: Peer, figures: Figures) {
        let key = (scenario, peer);
        if !self.order.contains(&key) {
            self.order.push(key);
        }
        self.rounds.entry(key).or_default().push(figures);
    }

    /// A round that could not be played to its end.
    pub(crate) fn fail(&mut self, scenario: Scenario, peer: Peer, error: &anyhow::Error) {
        eprintln!("{scenario}, {peer}: {error:#}");
        self.failed.push((scenario, peer, format!("{error:#}")));
    }

    /// Where this project's server failed, or lost or doubled something.
    pub(crate) fn faults(&self) -> Vec<String> {
        let failed = self.failed.iter().filter(|(_, peer, _)| peer.is_ours());
        let failed = failed.map(|(scenario, peer, error)| format!("{scenario}: {peer} failed: {error}"));
        let ours = self.order.iter().filter(|(_, peer)| peer.is_ours());
        let broken = ours.flat_map(|(scenario, peer)| {
            let below = self.values(*scenario, *peer, DELIVERED).into_iter();
            let below = below.filter(|share| *share < 100.0);
            let below = below.map(move |share| format!("{scenario}: {peer} delivered {share:.3} %"));
            let again = self.values(*scenario, *peer, AGAIN).into_iter();
            let again = again.filter(|texts| *texts > 0.0);
            below.chain(again.map(move |texts| format!("{scenario}: {peer} showed {texts} texts again")))
        });
        failed.chain(broken).collect()
    }

    /// A table of one scenario: a line per figure, a column per peer, and the ratio of the first peer to each.
    pub(crate) fn table(&self, scenario: Scenario, peers: &[Peer]) -> String {
        let mut table = format!("\n### {scenario}\n\n| |");
        for peer in peers {
            let _infallible = write!(table, " {peer} |");
        }
        table.push_str("\n|---|");
        table.push_str(&"---|".repeat(peers.len()));
        // Some have figures that the others do not.
        let mut names: Vec<&str> = Vec::new();
        for figures in peers
            .iter()
            .filter_map(|peer| self.rounds.get(&(scenario, *peer))?.first())
        {
            let further = figures.iter().map(|(name, _)| *name);
            let further: Vec<_> = further.filter(|name| !names.contains(name)).collect();
            names.extend(further);
        }
        for name in names {
            let _infallible = write!(table, "\n| {name} |");
            let ours = peers
                .first()
                .map(|peer| self.values(scenario, *peer, name))
                .unwrap_or_default();
            for (at, peer) in peers.iter().enumerate() {
                let values = self.values(scenario, *peer, name);
                if values.is_empty() {
                    table.push_str(" |");
                    continue;
                }
                let (low, high) = ends(&values);
                let noisy = if low > 0.0 && high / low > NOISY {
                    " noisy"
                } else {
                    ""
                };
                let _infallible = write!(
                    table,
                    " {:.2} ({low:.2} … {high:.2}){noisy}",
                    median(values.clone())
                );
                if at > 0 && !ours.is_empty() {
                    let ratios: Vec<f64> = ours
                        .iter()
                        .zip(&values)
                        .map(|(ours, theirs)| ours / theirs)
                        .collect();
                    let _infallible = write!(table, ", **{:.2}×**", median(ratios));
                }
                table.push_str(" |");
            }
        }
        table.push('\n');
        for (_, peer, error) in self.failed.iter().filter(|(of, _, _)| *of == scenario) {
            let _infallible = writeln!(table, "\n{peer} failed: {error}");
        }
        table
    }

    /// Every round of everything.
    pub(crate) fn json(&self) -> Value {
        let of = |figures: &Figures| {
            figures
                .iter()
                .map(|(name, value)| ((*name).to_owned(), json!(value)))
                .collect()
        };
        let rows = self.order.iter().map(|key| {
            let rounds: Vec<Value> = self.rounds[key]
                .iter()
                .map(|figures| Value::Object(of(figures)))
                .collect();
            json!({ "scenario": key.0.to_string(), "peer": key.1.to_string(), "rounds": rounds })
        });
        let failed = self.failed.iter().map(|(scenario, peer, error)| {
            json!({ "scenario": scenario.to_string(), "peer": peer.to_string(), "error": error })
        });
        Value::Array(rows.chain(failed).collect())
    }

    fn values(&self, scenario: Scenario, peer: Peer, name: &str) -> Vec<f64> {
        let rounds = self
            .rounds
            .get(&(scenario, peer))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let of = |figures: &Figures| {
            figures
                .iter()
                .find(|(of, _)| *of == name)
                .map(|(_, value)| *value)
        };
        rounds.iter().filter_map(of).collect()
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        even if even % 2 == 0 => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}

fn ends(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn a_table_compares_the_first_peer_with_the_others() {
        let mut report = Report::new();
        for (ours, theirs) in [(1.0, 4.0), (2.0, 4.0), (3.0, 4.0)] {
            report.add(Scenario::Idle, Peer::Steadfast, vec![("KiB", ours)]);
            report.add(Scenario::Idle, Peer::Floor, vec![("KiB", theirs)]);
        }
        let table = report.table(Scenario::Idle, &[Peer::Steadfast, Peer::Floor]);
        assert!(
            table.contains("| KiB | 2.00 (1.00 … 3.00) noisy | 4.00 (4.00 … 4.00), **0.50×** |"),
            "{table}"
        );
    }

    #[test]
    fn less_than_everything_is_a_fault_of_ours_alone() {
        let mut report = Report::new();
        report.add(
            Scenario::Jitter,
            Peer::Steadfast,
            vec![(DELIVERED, 100.0), (AGAIN, 0.0)],
        );
        report.add(
            Scenario::Jitter,
            Peer::Sqlite3,
            vec![(DELIVERED, 98.0), (AGAIN, 3.0)],
        );
        assert!(report.faults().is_empty());
        report.add(
            Scenario::Jitter,
            Peer::Steadfast,
            vec![(DELIVERED, 99.5), (AGAIN, 1.0)],
        );
        assert_eq!(report.faults().len(), 2, "{:?}", report.faults());
    }
}
