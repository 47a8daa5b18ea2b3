//! Where a person says who they are.

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_shared::http::NewSession;
use steadfast_shared::{ErrorCode, Nickname, Passphrase, PassphraseError, TextError};

use crate::account::api;
use crate::account::context::AccountContext;
use crate::account::leaving::Left;
use crate::account::notice::Notice;
use crate::account::phrases::{AccountPhrases, JoinPhrases, OwnerLinkPhrases, SignOutPhrases};
use crate::account::start::{JoinError, Welcome};
use crate::browser::http::HttpError;
use crate::connection::refusal_phrases::RefusalPhrases;
use crate::language::locale::{Locale, words};
use crate::language::switch::LanguageSwitch;
use crate::ui::brand::Brand;
use crate::ui::dialog::Dialog;
use crate::ui::field::Field;
use crate::ui::icon::{Icon, Shape};
use crate::ui::phrases::UiPhrases;
use crate::ui::toast::Toasts;

/// Why one cannot join.
#[derive(Clone, PartialEq, Eq)]
enum JoinTrouble {
    Nickname(TextError),
    Passphrase(PassphraseError),
    Taken(String),
    WrongPassphrase,
    NoInvitation,
    NoOwnerLink,
    KeptOut(ErrorCode),
    Refused(String),
    Unreachable,
    NoCookies,
}

/// Which field a trouble stands below.
#[derive(Clone, Copy, PartialEq, Eq)]
enum JoinField {
    Nickname,
    Passphrase,
    Invitation,
}

impl JoinTrouble {
    fn of(error: JoinError, name: &str) -> Self {
        match error {
            JoinError::NoCookies => Self::NoCookies,
            JoinError::Http(HttpError::Unreachable) => Self::Unreachable,
            JoinError::Http(HttpError::Refused(error)) => match error.code {
                ErrorCode::NicknameTaken => Self::Taken(name.to_owned()),
                ErrorCode::WrongPassphrase => Self::WrongPassphrase,
                ErrorCode::InviteRequired => Self::NoInvitation,
                ErrorCode::InvalidCode => Self::NoOwnerLink,
                code @ (ErrorCode::Banned | ErrorCode::Deactivated) => Self::KeptOut(code),
                _ => Self::Refused(error.message),
            },
        }
    }

    fn place(&self) -> JoinField {
        match self {
            Self::Passphrase(_) | Self::WrongPassphrase => JoinField::Passphrase,
            Self::NoInvitation => JoinField::Invitation,
            Self::Nickname(_)
            | Self::Taken(_)
            | Self::Refused(_)
            | Self::Unreachable
            | Self::NoCookies
            | Self::NoOwnerLink
            | Self::KeptOut(_) => JoinField::Nickname,
        }
    }

    fn words(&self, locale: Locale) -> String {
        let language = locale.language();
        match self {
            Self::Nickname(error) => (JoinPhrases::of(language).nickname_refused)(*error),
            Self::Passphrase(error) => (AccountPhrases::of(language).passphrase_refused)(*error),
            Self::Taken(name) => (JoinPhrases::of(language).nickname_taken)(name),
            Self::WrongPassphrase => {
                (RefusalPhrases::of(language).rejected)(ErrorCode::WrongPassphrase).to_owned()
            }
            Self::NoInvitation => JoinPhrases::of(language).no_good_invitation.to_owned(),
            Self::NoOwnerLink => OwnerLinkPhrases::of(language).no_good_link.to_owned(),
            Self::KeptOut(ErrorCode::Deactivated) => JoinPhrases::of(language).closed_join.to_owned(),
            Self::KeptOut(_) => JoinPhrases::of(language).banned_join.to_owned(),
            Self::Refused(why) => (RefusalPhrases::of(language).server_refused)(why),
            Self::Unreachable => RefusalPhrases::of(language).server_unreachable.to_owned(),
            Self::NoCookies => JoinPhrases::of(language).no_cookies.to_owned(),
        }
    }
}

/// Asks who a person is: a nickname; its passphrase, where it is taken; an invitation, where one is needed.
#[component]
pub(crate) fn NicknamePage(welcome: Welcome) -> impl IntoView {
    let locale = Locale::here();
    let toasts = Toasts::here();
    let account = AccountContext::here();
    let (nickname, passphrase, invitation) = (
        NodeRef::<html::Input>::new(),
        NodeRef::<html::Input>::new(),
        NodeRef::<html::Input>::new(),
    );
    let joining = RwSignal::new(false);
    let coming_back = welcome == Welcome::Change;
    let signed_out = matches!(welcome, Welcome::SignedOut(_));
    let was = match welcome {
        Welcome::SignedOut(name) => name,
        Welcome::First | Welcome::Change => String::new(),
    };
    let owner_code = RwSignal::new(account.owner_code.get_value());
    let unowned = RwSignal::new(false);
    // Asked for once it can help: a nickname that is free needs none.
    let asks_passphrase = RwSignal::new(!was.is_empty());
    let code = account.invitation.get_value();
    let asks_invitation = RwSignal::new(code.is_some());
    let trouble = RwSignal::new(None::<JoinTrouble>);
    // Who asks to join where words of others are left on the device, until their fate is decided.
    let undecided = RwSignal::new(None::<NewSession>);
    Effect::new(move || {
        if let Some(input) = nickname.get() {
            let _ = input.focus();
        }
    });
    spawn_local(async move {
        if let Ok(registration) = api::registration().await {
            if registration.closed {
                asks_invitation.try_set(true);
            }
            unowned.try_set(registration.unowned);
        }
    });

    let join = move |asked: NewSession| {
        joining.set(true);
        trouble.set(None);
        spawn_local(async move {
            // Entering shows the room, and this page's signals are gone then.
            let Err(error) = account.join(&asked).await else {
                if asked.owner_code.is_some() {
                    account.owner_code.set_value(None);
                    toasts.toast(|l| OwnerLinkPhrases::of(l).claimed);
                }
                return;
            };
            joining.try_set(false);
            let found = JoinTrouble::of(error, asked.nickname.as_str());
            match found {
                JoinTrouble::Taken(_) | JoinTrouble::WrongPassphrase => asks_passphrase.set(true),
                // Whether the nickname is taken is not told: whoever has it signs in with its passphrase.
                JoinTrouble::NoInvitation => {
                    asks_invitation.set(true);
                    asks_passphrase.set(true);
                }
                // Not again: without it they come in as everybody does.
                JoinTrouble::NoOwnerLink => {
                    account.owner_code.set_value(None);
                    owner_code.set(None);
                }
                _ => {}
            }
            let place = found.place();
            trouble.set(Some(found));
            focus(match place {
                JoinField::Nickname => nickname,
                JoinField::Passphrase => passphrase,
                JoinField::Invitation => invitation,
            });
        });
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let value = |input: NodeRef<html::Input>| input.get_untracked().map(|input| input.value());
        if joining.get_untracked() {
            return;
        }
        let asked = asked(
            &value(nickname).unwrap_or_default(),
            &value(passphrase).unwrap_or_default(),
            &value(invitation).unwrap_or_default(),
        );
        let asked = match asked {
            Ok(asked) => NewSession {
                owner_code: owner_code.get_untracked(),
                ..asked
            },
            Err(found) => {
                let field = if found.place() == JoinField::Passphrase {
                    passphrase
                } else {
                    nickname
                };
                trouble.set(Some(found));
                focus(field);
                return;
            }
        };
        if untrack(|| account.words_of_others(asked.nickname.as_str())).is_empty() {
            join(asked);
        } else {
            undecided.set(Some(asked));
        }
    };
    let trouble_at = move |place: JoinField| {
        Signal::derive(move || {
            trouble.with(|trouble| {
                let trouble = trouble.as_ref().filter(|trouble| trouble.place() == place);
                trouble.map(|trouble| trouble.words(locale))
            })
        })
    };
    let code = code.unwrap_or_default();
    view! {
        <main class="welcome">
            <div class="welcome-card">
                <div class="welcome-top">
                    <Brand />
                    <LanguageSwitch />
                </div>
                <h1>{locale.says(|l| JoinPhrases::of(l).welcome)}</h1>
                <p class="welcome-lead">{locale.says(|l| JoinPhrases::of(l).promise)}</p>
                <p class="notice notice-calm" data-testid="owner-lead" hidden=move || owner_code.with(Option::is_none)>
                    <Icon shape=Shape::Shield />
                    <span>{locale.says(|l| OwnerLinkPhrases::of(l).claim_first_join)}</span>
                </p>
                <p
                    class="notice notice-calm"
                    role="status"
                    data-testid="no-owner"
                    hidden=move || !unowned.get() || owner_code.with(Option::is_some)
                >
                    <Icon shape=Shape::Shield />
                    <span>{locale.says(|l| OwnerLinkPhrases::of(l).no_owner)}</span>
                </p>
                {signed_out
                    .then(|| {
                        view! {
                            <p class="welcome-lead" role="status" data-testid="signed-out">
                                {locale.says(|l| SignOutPhrases::of(l).you_are_signed_out)}
                            </p>
                        }
                    })}
                <p
                    class="notice"
                    role="status"
                    data-testid="sign-out-overdue"
                    hidden=move || !account.overdue.get()
                >
                    <Icon shape=Shape::Alert />
                    <span>{locale.says(|l| SignOutPhrases::of(l).sign_out_overdue)}</span>
                </p>
                {(!coming_back).then(|| view! { <LeftWords /> })}
                <form class="welcome-form" on:submit=submit novalidate>
                    <Field
                        id="nickname"
                        label=words(move || JoinPhrases::of(locale.language()).nickname.to_owned())
                        input=nickname
                        start=was
                        hint=words(move || JoinPhrases::of(locale.language()).nickname_hint.to_owned())
                        trouble=trouble_at(JoinField::Nickname)
                        autocomplete="username"
                        capitals="words"
                    />
                    <div hidden=move || !asks_passphrase.get()>
                        <Field
                            id="passphrase"
                            label=words(move || AccountPhrases::of(locale.language()).passphrase.to_owned())
                            input=passphrase
                            hint=words(move || JoinPhrases::of(locale.language()).passphrase_if_yours.to_owned())
                            trouble=trouble_at(JoinField::Passphrase)
                            kind="password"
                            autocomplete="current-password"
                            capitals="none"
                        />
                    </div>
                    <div hidden=move || !asks_invitation.get()>
                        <Field
                            id="invitation"
                            label=words(move || JoinPhrases::of(locale.language()).invitation.to_owned())
                            input=invitation
                            start=code
                            hint=words(move || JoinPhrases::of(locale.language()).invitation_needed.to_owned())
                            trouble=trouble_at(JoinField::Invitation)
                            capitals="none"
                        />
                    </div>
                    <button type="submit" class="button button-strong" data-testid="join" disabled=joining>
                        {move || if joining.get() { JoinPhrases::of(locale.language()).joining } else { JoinPhrases::of(locale.language()).join }}
                    </button>
                    <button
                        type="button"
                        class="button button-quiet"
                        data-testid="have-passphrase"
                        hidden=move || asks_passphrase.get()
                        on:click=move |_| {
                            asks_passphrase.set(true);
                            // Once it is shown.
                            request_animation_frame(move || focus(passphrase));
                        }
                    >
                        {locale.says(|l| JoinPhrases::of(l).have_passphrase)}
                    </button>
                    {coming_back
                        .then(|| {
                            view! {
                                <button
                                    type="button"
                                    class="button button-quiet"
                                    data-testid="go-back"
                                    on:click=move |_| account.go_back()
                                >
                                    {locale.says(|l| JoinPhrases::of(l).go_back)}
                                </button>
                            }
                        })}
                </form>
                <Notice />
            </div>
            {move || {
                undecided
                    .get()
                    .map(|asked| {
                        let name = asked.nickname.as_str().to_owned();
                        let close = Callback::new(move |()| undecided.set(None));
                        let go_on = Callback::new(move |()| {
                            undecided.set(None);
                            join(asked.clone());
                        });
                        view! { <DeleteLeft left=Signal::derive(move || account.words_of_others(&name)) joins=true on_close=close on_delete=go_on /> }
                    })
            }}
        </main>
    }
}

/// Unsent words that are left on the device, by whoever was signed in.
#[component]
fn LeftWords() -> impl IntoView {
    let locale = Locale::here();
    let account = AccountContext::here();
    let left = Memo::new(move |_| account.unsent_words());
    let asks = RwSignal::new(false);
    let delete = Callback::new(move |()| {
        asks.set(false);
        spawn_local(account.discard_left());
    });
    move || {
        let left_now = left.get();
        (!left_now.is_empty()).then(|| {
            let said = move || {
                let unsent = (SignOutPhrases::of(locale.language()).unsent)(left_now.messages, left_now.drafts);
                (SignOutPhrases::of(locale.language()).left)(&left_now.by.join(", "), &unsent)
            };
            view! {
                <div class="notice notice-ask" role="status" data-testid="left-words">
                    <Icon shape=Shape::Alert />
                    <span>{words(said)}</span>
                    <button
                        type="button"
                        class="button button-small"
                        data-testid="delete-left"
                        on:click=move |_| asks.set(true)
                    >
                        {locale.says(|l| SignOutPhrases::of(l).delete_left)}
                    </button>
                </div>
                {move || {
                    asks.get()
                        .then(|| {
                            let close = Callback::new(move |()| asks.set(false));
                            view! { <DeleteLeft left=left.into() joins=false on_close=close on_delete=delete /> }
                        })
                }}
            }
        })
    }
}

/// Asks before words of somebody who is not signed in any more are erased.
#[component]
fn DeleteLeft(
    left: Signal<Left>,
    /// Whether somebody else joins then.
    joins: bool,
    on_close: Callback<()>,
    on_delete: Callback<()>,
) -> impl IntoView {
    let locale = Locale::here();
    let means = move || {
        let left = left.get();
        let unsent = (SignOutPhrases::of(locale.language()).unsent)(left.messages, left.drafts);
        let by = format!("{unsent} ({})", left.by.join(", "));
        (SignOutPhrases::of(locale.language()).delete_left_means)(&by)
    };
    let way = if joins {
        locale.says(|l| SignOutPhrases::of(l).delete_and_join)
    } else {
        locale.says(|l| SignOutPhrases::of(l).delete_left)
    };
    view! {
        <Dialog
            title=words(move || SignOutPhrases::of(locale.language()).delete_left_question.to_owned())
            testid="delete-left-question"
            brief=true
            on_close
        >
            <p>{words(means)}</p>
            <div class="dialog-ways">
                <button type="button" class="button" data-testid="keep-left" autofocus on:click=move |_| on_close.run(())>
                    {locale.says(|l| UiPhrases::of(l).cancel)}
                </button>
                <button
                    type="button"
                    class="button button-grave"
                    data-testid="delete-left-confirm"
                    on:click=move |_| on_delete.run(())
                >
                    {way}
                </button>
            </div>
        </Dialog>
    }
}

/// The request to the server, or the fault found before it.
fn asked(nickname: &str, passphrase: &str, invitation: &str) -> Result<NewSession, JoinTrouble> {
    let mut asked = NewSession::new(Nickname::parse(nickname).map_err(JoinTrouble::Nickname)?);
    if !passphrase.is_empty() {
        asked.passphrase = Some(Passphrase::parse(passphrase).map_err(JoinTrouble::Passphrase)?);
    }
    // A whole link will do.
    let code = invitation.rsplit('#').next().unwrap_or_default().trim();
    asked.invite = (!code.is_empty()).then(|| code.to_owned());
    Ok(asked)
}

fn focus(field: NodeRef<html::Input>) {
    if let Some(field) = field.get_untracked() {
        let _ = field.focus();
    }
}
