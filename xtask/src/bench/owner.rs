//! Finds the crate that a function belongs to, by its name.

/// Crates whose generic functions belong to their type argument: `drop_in_place::<X>` is X's.
const STANDARD: [&str; 4] = ["core", "alloc", "std", "hashbrown"];

/// The crate a function belongs to: the first crate in its name, except that a standard generic belongs to its type
/// argument.
///
/// For the standard library the module is included. Inlining moves code between functions before this sees it, so the answer
/// is approximate.
pub(super) fn owner(name: &str) -> &str {
    let mut standard = None;
    for path in paths(name) {
        let krate = path.split("::").next().unwrap_or(path);
        if !STANDARD.contains(&krate) {
            return krate;
        }
        standard = standard.or(Some(module(path)));
    }
    standard.unwrap_or("glue and intrinsics")
}

/// The paths in a name, each beginning with its crate, in order.
fn paths(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'))
        .filter(|path| path.contains("::") && path.starts_with(|c: char| c.is_ascii_lowercase() || c == '_'))
}

/// `alloc::collections::btree` of `alloc::collections::btree::map::BTreeMap`; for other paths one level.
fn module(path: &str) -> &str {
    let levels = if path.contains("::collections::") { 3 } else { 2 };
    let end = path.match_indices("::").nth(levels - 1);
    end.map_or(path, |(end, _)| &path[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_belongs_to_the_crate_that_made_it() {
        let cases = [
            ("serde_json::de::from_str", "serde_json"),
            (
                "<socketio_anywhere::protocol::Event as core::clone::Clone>::clone",
                "socketio_anywhere",
            ),
            (
                "core::ptr::drop_in_place<alloc::vec::Vec<serde_json::value::Value>>",
                "serde_json",
            ),
            ("alloc::raw_vec::RawVec<T,A>::grow_one", "alloc::raw_vec"),
            (
                "alloc::collections::btree::map::BTreeMap<K,V,A>::insert",
                "alloc::collections::btree",
            ),
            ("dlmalloc::dlmalloc::Dlmalloc<A>::malloc", "dlmalloc"),
            ("<&mut W as core::fmt::Write>::write_fmt", "core::fmt"),
            ("memcpy", "glue and intrinsics"),
        ];
        for (name, krate) in cases {
            assert_eq!(owner(name), krate, "{name}");
        }
    }
}
