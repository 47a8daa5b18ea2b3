//! The next room up or down the list.

/// The next of `count` items from `at` that `fits`, wrapping around; `None` if none fits.
pub fn neighbour(count: usize, at: Option<usize>, down: bool, fits: impl Fn(usize) -> bool) -> Option<usize> {
    let start = match (at, down) {
        (Some(at), _) => at,
        (None, true) => count.checked_sub(1)?,
        (None, false) => 0,
    };
    (1..=count)
        .map(|steps| {
            if down {
                (start + steps) % count
            } else {
                (start + count - steps) % count
            }
        })
        .find(|&index| Some(index) != at && fits(index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_wrap_around_and_skip_items_that_do_not_fit() {
        let all = |_| true;
        assert_eq!(neighbour(3, Some(2), true, all), Some(0));
        assert_eq!(neighbour(3, Some(0), false, all), Some(2));
        assert_eq!(neighbour(3, None, true, all), Some(0));
        assert_eq!(neighbour(4, Some(0), true, |index| index == 3), Some(3));
        assert_eq!(neighbour(4, Some(0), true, |index| index == 0), None);
        assert_eq!(neighbour(0, None, true, all), None);
        assert_eq!(neighbour(1, Some(0), true, all), None);
    }
}
