//! localStorage as [`KeyValue`], and the values that a tab keeps for itself in sessionStorage.

use web_sys::Storage;

use crate::browser::base_path::here;
use crate::storage::key_value::KeyValue;

/// This tab's name across a reload. Removed while the tab is open: a duplicated tab needs a name of
/// its own.
const TAB: &str = "steadfast.tab";

/// The name to show after a sign-out that reloaded the tab.
const GOODBYE: &str = "steadfast.goodbye";

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

/// Takes the name this tab had before a reload.
pub fn take_tab() -> Option<String> {
    take(TAB)
}

/// Stores the tab's name for after a reload.
pub fn leave_tab(name: &str) {
    if let Some(session) = session() {
        let _ = session.set_item(&here().scoped(TAB), name);
    }
}

/// Takes the name stored before a sign-out reloaded the tab.
pub fn take_goodbye() -> Option<String> {
    take(GOODBYE)
}

/// Stores the name of the person who was signed out, or an empty one if they signed out themselves.
pub fn leave_goodbye(name: &str) {
    if let Some(session) = session() {
        let _ = session.set_item(&here().scoped(GOODBYE), name);
    }
}

/// Whether the browser reports that it keeps cookies for this page.
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
