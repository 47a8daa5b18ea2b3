//! By which rules a database compares names and reactions, and which names keep their keys when the rules change.

use std::collections::HashSet;

use crate::store::nickname::NameKey;

/// By which rules reactions are one emoji each, in one form: those of Unicode 17.
pub(in crate::store) const EMOJI_RULES: &str = "1/17";

/// Whether a database follows older rules than these. Never the newer ones: while nodes are replaced one by one, an older
/// program must not turn the keys back.
pub(in crate::store) fn is_behind(known: Option<&str>, rules: &str) -> bool {
    let numbers = |rules: &str| -> Vec<u64> {
        rules
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|number| number.parse().ok())
            .collect()
    };
    known.is_none_or(|known| numbers(known) < numbers(rules))
}

/// Keys that some name has already.
#[derive(Default)]
pub(in crate::store) struct TakenNames {
    names: HashSet<String>,
    looks: HashSet<String>,
    shapes: HashSet<String>,
}

impl TakenNames {
    /// Takes a name's keys, unless one of them is taken.
    pub(in crate::store) fn take(&mut self, key: &NameKey) -> bool {
        let taken = self.names.contains(&key.name)
            || self.looks.contains(&key.look)
            || self.shapes.contains(&key.shape);
        if !taken {
            self.names.insert(key.name.clone());
            self.looks.insert(key.look.clone());
            self.shapes.insert(key.shape.clone());
        }
        !taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_go_forward_only() {
        let rules = "2/(16, 0, 0)/(17, 0, 0)/(17, 0, 0)";
        assert!(is_behind(None, rules));
        assert!(is_behind(Some("1/(16, 0, 0)/(17, 0, 0)/(17, 0, 0)"), rules));
        assert!(is_behind(Some("2/(9, 0, 0)/(17, 0, 0)/(17, 0, 0)"), rules));
        for kept in [rules, "2/(16, 0, 1)/(17, 0, 0)/(17, 0, 0)", "10/(16, 0, 0)"] {
            assert!(!is_behind(Some(kept), rules), "{kept}");
        }
    }
}
