//! What is being written, where it is not simply a message.

use leptos::prelude::*;

use super::{Icon, Shape};
use crate::markdown;
use crate::state::{Page, Writing};

/// What is replied to, or that something is being edited; with a way out.
#[component]
pub(crate) fn ComposerBar() -> impl IntoView {
    let page = Page::here();
    move || {
        page.writing.get().map(|writing| {
            let (mode, said) = match writing {
                Writing::Reply { author, text, .. } => {
                    let text = markdown::plain(&text, |user| {
                        page.name_of(user).unwrap_or_else(|| page.t().somebody.to_owned())
                    });
                    ("reply", Some((author, text)))
                }
                Writing::Edit { .. } | Writing::Again { .. } => ("edit", None),
            };
            let shape = if said.is_some() { Shape::Reply } else { Shape::Edit };
            let (author, text) = said.unzip();
            let title = move || match &author {
                Some(author) => (page.t().messages.replying)(author),
                None => page.t().edit_message.to_owned(),
            };
            view! {
                <div class="composer-bar" data-testid="composer-bar" data-mode=mode>
                    <Icon shape />
                    <p class="composer-bar-words">
                        <span class="composer-bar-title">{title}</span>
                        {text.map(|text| view! { <span class="composer-bar-text">{text}</span> })}
                    </p>
                    <button
                        type="button"
                        class="button button-quiet button-small"
                        data-testid=if mode == "edit" { "cancel-edit" } else { "cancel-reply" }
                        on:click=move |_| {
                            page.writing.set(None);
                            page.focus_composer();
                        }
                    >
                        {page.says(|t| t.cancel)}
                    </button>
                </div>
            }
        })
    }
}
