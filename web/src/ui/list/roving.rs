//! Arrow-key navigation in lists and grids.

/// The item that `key` moves to from `at`, of `count` items in `columns`; `None` for other keys.
///
/// A list wraps around; a grid stops at its ends, and continues from one line to the next.
pub fn step(key: &str, at: Option<usize>, count: usize, columns: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    let list = columns <= 1;
    let next = match (key, at) {
        ("Home", _) | ("ArrowDown" | "ArrowRight", None) => 0,
        ("End", _) | ("ArrowUp" | "ArrowLeft", None) => last,
        ("ArrowDown", Some(at)) if list => (at + 1) % count,
        ("ArrowUp", Some(at)) if list => at.checked_sub(1).unwrap_or(last),
        ("ArrowRight", Some(at)) if !list => (at + 1).min(last),
        ("ArrowLeft", Some(at)) if !list => at.saturating_sub(1),
        ("ArrowDown", Some(at)) if at + columns <= last => at + columns,
        // The last line may be shorter than the one above it.
        ("ArrowDown", Some(at)) if at / columns < last / columns => last,
        ("ArrowUp", Some(at)) => at.checked_sub(columns).unwrap_or(at),
        ("ArrowDown", Some(at)) => at,
        _ => return None,
    };
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_wraps_around() {
        assert_eq!(step("ArrowDown", Some(2), 3, 1), Some(0));
        assert_eq!(step("ArrowUp", Some(0), 3, 1), Some(2));
        assert_eq!(step("Home", Some(2), 3, 1), Some(0));
        assert_eq!(step("End", None, 3, 1), Some(2));
        assert_eq!(step("ArrowRight", Some(0), 3, 1), None);
    }

    #[test]
    fn an_empty_list_has_no_step() {
        assert_eq!(step("ArrowDown", None, 0, 1), None);
        assert_eq!(step("a", Some(0), 3, 1), None);
    }

    #[test]
    fn from_outside_an_arrow_moves_to_the_nearest_end() {
        assert_eq!(step("ArrowDown", None, 3, 1), Some(0));
        assert_eq!(step("ArrowUp", None, 3, 8), Some(2));
    }

    #[test]
    fn a_grid_stops_at_its_edges() {
        // 0 1 2
        // 3 4
        assert_eq!(step("ArrowRight", Some(2), 5, 3), Some(3));
        assert_eq!(step("ArrowRight", Some(4), 5, 3), Some(4));
        assert_eq!(step("ArrowLeft", Some(0), 5, 3), Some(0));
        assert_eq!(step("ArrowDown", Some(1), 5, 3), Some(4));
        assert_eq!(step("ArrowDown", Some(2), 5, 3), Some(4));
        assert_eq!(step("ArrowDown", Some(3), 5, 3), Some(3));
        assert_eq!(step("ArrowUp", Some(4), 5, 3), Some(1));
        assert_eq!(step("ArrowUp", Some(1), 5, 3), Some(1));
    }
}
