//! Scrolls an item of a list into view.

use web_sys::Element;

/// Scrolls a list, and nothing around it, just far enough to show the whole item.
pub(crate) fn scroll_to_item(list: &Element, item: &Element) {
    let (item, area) = (item.get_bounding_client_rect(), list.get_bounding_client_rect());
    #[expect(clippy::cast_possible_truncation, reason = "pixels")]
    let off = if item.top() < area.top() {
        (item.top() - area.top()).floor() as i32
    } else if item.bottom() > area.bottom() {
        (item.bottom() - area.bottom()).ceil() as i32
    } else {
        0
    };
    if off != 0 {
        list.set_scroll_top(list.scroll_top() + off);
    }
}
