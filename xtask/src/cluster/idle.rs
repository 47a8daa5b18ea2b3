//! The cost of idle nodes to Postgres: processor time and transactions.

use std::{fs, path::Path, thread, time::Duration};

use anyhow::Context;

use super::{guard::Guard, nodes::Nodes, postgres::Postgres};
use crate::process;

/// The number of nodes that are measured at most.
const NODES: u8 = 3;

/// How long a node may take to become quiet after its start, and how long each number of nodes is measured.
const SETTLING: Duration = Duration::from_secs(8);
const MEASURED: Duration = Duration::from_secs(20);

/// Measures Postgres alone, and then beside one node, two and three. Prints one line for each.
pub(crate) fn idle_cost(binary: &Path) -> anyhow::Result<()> {
    let ticks = process::output("getconf", &["CLK_TCK"]).context("the system says no CLK_TCK")?;
    let ticks: f64 = ticks.parse().context("an unreadable CLK_TCK")?;
    for count in 0..=NODES {
        let guard = Guard::start()?;
        let postgres = Postgres::start(&guard)?;
        let args = ["--database", &postgres.url(), "--drain-seconds", "0"].map(String::from);
        let _nodes = Nodes::start(&guard, binary.to_owned(), count, args.into())?;
        thread::sleep(SETTLING);
        let before = Cost::of(&postgres)?;
        thread::sleep(MEASURED);
        let after = Cost::of(&postgres)?;
        let seconds = MEASURED.as_secs_f64();
        println!(
            "{count} nodes: {:.1} ms of Postgres' processor time and {:.1} transactions per second",
            (after.ticks - before.ticks) / ticks * 1_000.0 / seconds,
            (after.transactions - before.transactions) / seconds,
        );
    }
    Ok(())
}

/// Postgres' work since its start.
struct Cost {
    ticks: f64,
    transactions: f64,
}

impl Cost {
    fn of(postgres: &Postgres) -> anyhow::Result<Self> {
        let transactions = postgres.ask("select sum(xact_commit + xact_rollback) from pg_stat_database")?;
        Ok(Self {
            ticks: ticks_of(postgres.pid()?)?,
            transactions: transactions.parse().context("no number of transactions")?,
        })
    }
}

/// The processor time of a process, of its children, and of those of them that have ended.
fn ticks_of(pid: u32) -> anyhow::Result<f64> {
    let mut ticks = 0.0;
    for entry in fs::read_dir("/proc").context("only Linux tells the processor time in /proc")? {
        let Ok(stat) = fs::read_to_string(entry?.path().join("stat")) else {
            continue;
        };
        if let Some(found) = Stat::read(&stat) {
            if found.pid == pid {
                ticks += found.own + found.of_ended_children;
            } else if found.parent == pid {
                ticks += found.own;
            }
        }
    }
    Ok(ticks)
}

/// The fields of `/proc/PID/stat` that matter here.
#[derive(PartialEq, Debug)]
struct Stat {
    pid: u32,
    parent: u32,
    own: f64,
    of_ended_children: f64,
}

impl Stat {
    fn read(stat: &str) -> Option<Self> {
        // The name may contain spaces and parentheses.
        let (head, fields) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks = |nth: usize| fields.get(nth)?.parse::<f64>().ok();
        Some(Self {
            pid: head.split_whitespace().next()?.parse().ok()?,
            parent: fields.get(1)?.parse().ok()?,
            own: ticks(11)? + ticks(12)?,
            of_ended_children: ticks(13)? + ticks(14)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_read_whatever_its_name() {
        let line = "42 (post) gres: x) S 7 42 42 0 -1 4194560 900 0 0 0 15 5 3 2 20 0 1 0 77 1 1";
        let read = Stat {
            pid: 42,
            parent: 7,
            own: 20.0,
            of_ended_children: 5.0,
        };
        assert_eq!(Stat::read(line), Some(read));
        assert_eq!(Stat::read(""), None);
    }
}
