//! The versions of the rules by which a database compares names and reactions, and the keys names keep when the rules change.

use std::collections::HashSet;

use crate::store::nickname::NameKey;

/// The version of the rules that normalize reactions to one emoji: those of Unicode 17.
pub(in crate::store) const EMOJI_RULES: &str = "1/17";

/// Whether a database follows older rules than these. Newer rules never count as behind: during a rolling upgrade an older
/// version must not turn the keys back.
pub(in crate::store) fn is_behind(known: Option<&str>, rules: &str) -> bool {
    let numbers = |rules: &str| -> Vec<u64> {
        rules
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|number| number.parse().ok())
            .collect()
    };
    known.is_none_or(|known| numbers(known) < numbers(rules))
}

/// Keys that names already have.
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
