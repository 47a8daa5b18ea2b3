//! Places a small surface beside the element that opened it.

/// Distance between a surface and the view's edges (`MARGIN`) or its element (`GAP`), in pixels.
const MARGIN: f64 = 8.0;
const GAP: f64 = 4.0;

/// A rectangle in the view, in pixels from its upper left corner.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Area {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
}

/// The upper left corner for a surface of this size: below `anchor` and aligned with its right
/// edge; above if there is more room; always inside the view.
pub fn beside(anchor: Area, (width, height): (f64, f64), view: (f64, f64)) -> (f64, f64) {
    let below = anchor.top + anchor.height + GAP;
    let above = anchor.top - GAP - height;
    let fits_below = below + height + MARGIN <= view.1;
    let fits_above = above >= MARGIN;
    let roomier_above = anchor.top > view.1 - anchor.top - anchor.height;
    let top = if fits_below || (!fits_above && !roomier_above) {
        below
    } else {
        above
    };
    let left = anchor.left + anchor.width - width;
    (within(left, width, view.0), within(top, height, view.1))
}

fn within(at: f64, size: f64, view: f64) -> f64 {
    at.min(view - size - MARGIN).max(MARGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: (f64, f64) = (1000.0, 800.0);

    fn button(left: f64, top: f64) -> Area {
        Area {
            left,
            top,
            width: 32.0,
            height: 32.0,
        }
    }

    #[test]
    fn a_surface_is_placed_below_aligned_with_the_right_edge() {
        assert_eq!(beside(button(500.0, 100.0), (200.0, 300.0), VIEW), (332.0, 136.0));
    }

    #[test]
    fn near_the_lower_edge_it_is_placed_above() {
        assert_eq!(beside(button(500.0, 700.0), (200.0, 300.0), VIEW), (332.0, 396.0));
    }

    #[test]
    fn near_the_left_edge_it_is_moved_into_the_view() {
        let (left, _) = beside(button(0.0, 100.0), (200.0, 300.0), VIEW);
        assert_eq!(left, MARGIN);
    }

    #[test]
    fn a_surface_that_fits_nowhere_starts_inside_the_view() {
        assert_eq!(
            beside(button(500.0, 390.0), (2000.0, 900.0), VIEW),
            (MARGIN, MARGIN)
        );
    }
}
