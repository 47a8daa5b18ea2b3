//! The nickname page.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_shared::{Nickname, TextError};

use crate::components::{Brand, Field, LanguageSwitch, Notice};
use crate::sign_in::SignInError;
use crate::state::{Page, Welcome, words};

/// What stands in the way of a nickname.
#[derive(Clone, PartialEq, Eq)]
enum Trouble {
    Text(TextError),
    Taken(String),
    Refused(String),
    Unreachable,
}

impl Trouble {
    fn words(&self, page: Page) -> String {
        match self {
            Self::Text(error) => (page.t().nickname_refused)(*error),
            Self::Taken(name) => (page.t().nickname_taken)(name),
            Self::Refused(why) => (page.t().server_refused)(why),
            Self::Unreachable => page.t().server_unreachable.to_owned(),
        }
    }
}

/// Asks for a nickname, with the reason where there is one.
#[component]
pub(super) fn NicknamePage(welcome: Welcome) -> impl IntoView {
    let page = Page::here();
    let input = NodeRef::<html::Input>::new();
    let joining = RwSignal::new(false);
    let coming_back = welcome == Welcome::Change;
    let trouble = RwSignal::new(match welcome {
        Welcome::First | Welcome::Change => None,
        Welcome::Taken(name) => Some(Trouble::Taken(name)),
        Welcome::Refused(why) => Some(Trouble::Refused(why)),
    });
    Effect::new(move || {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(field) = input.get_untracked() else {
            return;
        };
        if joining.get_untracked() {
            return;
        }
        let nickname = match Nickname::parse(&field.value()) {
            Ok(nickname) => nickname,
            Err(error) => {
                trouble.set(Some(Trouble::Text(error)));
                let _ = field.focus();
                return;
            }
        };
        joining.set(true);
        trouble.set(None);
        spawn_local(async move {
            let name = nickname.as_str().to_owned();
            // Entering shows the room, and this page's signals are gone then.
            let Err(error) = page.join(nickname).await else {
                return;
            };
            joining.set(false);
            trouble.set(Some(match error {
                SignInError::NicknameTaken => Trouble::Taken(name),
                SignInError::Refused(error) => Trouble::Refused(error.message),
                SignInError::Unreachable => Trouble::Unreachable,
            }));
            let _ = field.focus();
        });
    };
    view! {
        <main class="welcome">
            <div class="welcome-card">
                <div class="welcome-top">
                    <Brand />
                    <LanguageSwitch />
                </div>
                <h1>{page.says(|t| t.welcome)}</h1>
                <p class="welcome-lead">{page.says(|t| t.promise)}</p>
                <form class="welcome-form" on:submit=submit novalidate>
                    <Field
                        id="nickname"
                        label=words(move || page.t().nickname.to_owned())
                        input
                        hint=words(move || page.t().nickname_hint.to_owned())
                        trouble=Signal::derive(move || trouble.get().map(|trouble| trouble.words(page)))
                        autocomplete="nickname"
                        capitals="words"
                    />
                    <button type="submit" class="button button-strong" data-testid="join" disabled=joining>
                        {move || if joining.get() { page.t().joining } else { page.t().join }}
                    </button>
                    {coming_back
                        .then(|| {
                            view! {
                                <button
                                    type="button"
                                    class="button button-quiet"
                                    data-testid="go-back"
                                    on:click=move |_| page.go_back()
                                >
                                    {page.says(|t| t.go_back)}
                                </button>
                            }
                        })}
                </form>
                <Notice />
            </div>
        </main>
    }
}
