//! What a person decides about this device and about themselves.

mod appearance;

use leptos::prelude::*;

use self::appearance::Appearance;
use super::dialog::Dialog;
use crate::state::{Opened, Page, words};

/// What a person decides about this device and about themselves.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    let page = Page::here();
    let close = Callback::new(move |()| page.around.close(Opened::Settings));
    let change = move |_| {
        page.around.close(Opened::Settings);
        page.change_person();
    };
    view! {
        <Dialog title=words(move || page.t().settings.title.to_owned()) testid="settings-dialog" on_close=close>
            <Appearance />
            <section class="setting">
                <h3>{page.says(|t| t.person)}</h3>
                <button type="button" class="button" data-testid="use-another" on:click=change>
                    {page.says(|t| t.change_person)}
                </button>
            </section>
        </Dialog>
    }
}
