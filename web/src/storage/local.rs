//! localStorage as [`KeyValue`], and the few words a tab leaves for itself in sessionStorage.

use web_sys::Storage;

use crate::browser::base_path::here;
use crate::storage::key_value::KeyValue;

/// This tab's name, where it was loaded anew. Taken away while the tab lives: a duplicated tab is another one.
const TAB: &str = "steadfast.tab";

/// Why the tab was loaded anew after a person was signed out.
const FAREWELL: &str = "steadfast.farewell";

#[derive(Clone, Copy, Debug)]
pub struct LocalTexts;

impl KeyValue for LocalTexts {
    fn get(&self, key: &str) -> Option<String> {
        local()?.get_item(&here().scoped(key)).ok()?
    }

    fn set(&mut self, key: &str, text: &str) -> bool {
        local().is_some_and(|local| local.set_item(&here().scoped(key), text).is_ok())
    }

    fn remove(&mut self, key: &str) {
        if let Some(local) = local() {
            let _ = local.remove_item(&here().scoped(key));
        }
    }

    fn keys(&self) -> Vec<String> {
        let Some(local) = local() else { return Vec::new() };
        let count = local.length().unwrap_or_default();
        let all = (0..count).filter_map(|at| local.key(at).ok()?);
        let here = here();
        all.filter_map(|key| here.unscoped(&key).map(str::to_owned))
            .collect()
    }
}

/// The name this tab had before it was loaded anew.
pub fn take_tab() -> Option<String> {
    take(TAB)
}

/// Leaves the tab's name for when it is loaded anew.
pub fn leave_tab(name: &str) {
    if let Some(session) = session() {
        let _ = session.set_item(&here().scoped(TAB), name);
    }
}

/// The farewell left before the tab was loaded anew.
pub fn take_farewell() -> Option<String> {
    take(FAREWELL)
}

/// Leaves a farewell: the name of whoever was signed out, or nothing where they wanted it.
pub fn leave_farewell(name: &str) {
    if let Some(session) = session() {
        let _ = session.set_item(&here().scoped(FAREWELL), name);
    }
}

/// Whether the browser says that it keeps cookies for this page.
pub fn cookies_are_kept() -> bool {
    let navigator = web_sys::window().map(|window| window.navigator());
    let enabled =
        navigator.and_then(|navigator| js_sys::Reflect::get(&navigator, &"cookieEnabled".into()).ok());
    enabled.and_then(|enabled| enabled.as_bool()).unwrap_or(true)
}

fn take(key: &str) -> Option<String> {
    let (session, key) = (session()?, here().scoped(key));
    let text = session.get_item(&key).ok()??;
    let _ = session.remove_item(&key);
    Some(text)
}

fn session() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}

pub(crate) fn local() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}
