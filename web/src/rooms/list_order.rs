//! Keeps a list's order while a person is about to press one of its items.

/// The list to show while a person is about to press an item: the items `shown` keep their places,
/// even removed ones; their content comes from `wanted`; new items go last.
pub fn keep_order<T: Clone, K: PartialEq>(shown: &[T], wanted: &[T], key: impl Fn(&T) -> K) -> Vec<T> {
    let find = |list: &[T], item: &T| list.iter().find(|other| key(other) == key(item)).cloned();
    let kept = shown
        .iter()
        .map(|item| find(wanted, item).unwrap_or_else(|| item.clone()));
    let added = wanted.iter().filter(|item| find(shown, item).is_none());
    kept.chain(added.cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held_order(shown: &[(u8, char)], wanted: &[(u8, char)]) -> Vec<(u8, char)> {
        keep_order(shown, wanted, |item| item.0)
    }

    #[test]
    fn fault_f21_nothing_moves_whatever_is_said_in_which_room() {
        let shown = [(1, 'a'), (2, 'b'), (3, 'c')];
        let wanted = [(3, 'C'), (1, 'a'), (2, 'B')];
        assert_eq!(held_order(&shown, &wanted), [(1, 'a'), (2, 'B'), (3, 'C')]);
    }

    #[test]
    fn fault_f21_what_goes_leaves_no_gap_to_slip_into() {
        assert_eq!(
            held_order(&[(1, 'a'), (2, 'b')], &[(2, 'b')]),
            [(1, 'a'), (2, 'b')]
        );
    }

    #[test]
    fn new_items_go_last() {
        assert_eq!(
            held_order(&[(1, 'a')], &[(9, 'n'), (1, 'a')]),
            [(1, 'a'), (9, 'n')]
        );
        assert_eq!(held_order(&[], &[(9, 'n'), (1, 'a')]), [(9, 'n'), (1, 'a')]);
    }
}
