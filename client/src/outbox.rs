//! What is typed and not yet acknowledged, in order.
