//! The page that asks for a nickname.

use std::time::Duration;

use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_shared::http::{NewSession, Registration};
use steadfast_shared::{ErrorCode, Nickname, Passphrase, PassphraseError, TextError, WireError};

use crate::account::api;
use crate::account::context::AccountContext;
use crate::account::first_form::{self, Wants};
use crate::account::left_words::{DeleteLeft, LeftWords};
use crate::account::notice::Notice;
use crate::account::phrases::{AccountPhrases, JoinPhrases, OwnerLinkPhrases, SignOutPhrases};
use crate::account::start::{JoinError, Welcome};
use crate::browser::http::HttpError;
use crate::connection::closed_phrases::ClosedPhrases;
use crate::connection::refusal_phrases::RefusalPhrases;
use crate::language::Phrase;
use crate::language::locale::{Locale, words};
use crate::language::switch::LanguageSwitch;
use crate::markup::{computed, view};
use crate::reactive::{RwSignal, Signal, effect};
use crate::ui::brand::Brand;
use crate::ui::field::Field;
use crate::ui::icon::{Icon, IconShape};

/// How often a pressed button is looked at.
const PRESS_CHECK: Duration = Duration::from_millis(50);

/// Why a person could not join.
#[derive(Clone, PartialEq, Eq)]
enum JoinTrouble {
    Nickname(TextError),
    Passphrase(PassphraseError),
    Taken(String),
    WrongPassphrase,
    NoInvitation,
    NoOwnerLink,
    KeptOut(ErrorCode),
    TooManyDevices,
    Refused(WireError),
    Unreachable,
    NoCookies,
    /// The server takes no requests from pages of this address.
    WrongAddress,
}

/// The field an error is shown below.
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
                ErrorCode::TooLarge => Self::TooManyDevices,
                ErrorCode::Unauthorized => Self::WrongAddress,
                _ => Self::Refused(error),
            },
        }
    }

    fn place(&self) -> JoinField {
        match self {
            Self::Passphrase(_) | Self::WrongPassphrase => JoinField::Passphrase,
            Self::NoInvitation => JoinField::Invitation,
            Self::Nickname(_)
            | Self::Taken(_)
            | Self::TooManyDevices
            | Self::Refused(_)
            | Self::Unreachable
            | Self::NoCookies
            | Self::WrongAddress
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
            Self::TooManyDevices => AccountPhrases::of(language).too_many_devices.to_owned(),
            Self::Refused(error) => RefusalPhrases::why(language, error),
            Self::Unreachable => RefusalPhrases::of(language).server_unreachable.to_owned(),
            Self::NoCookies => JoinPhrases::of(language).no_cookies.to_owned(),
            Self::WrongAddress => ClosedPhrases::of(language).origin_refused.to_owned(),
        }
    }
}

#[derive(Clone, Copy)]
struct JoinForm {
    nickname: NodeRef<html::Input>,
    passphrase: NodeRef<html::Input>,
    invitation: NodeRef<html::Input>,
    /// Whether a response is pending.
    joining: RwSignal<bool>,
    owner_code: RwSignal<Option<String>>,
    /// Shown once it can help: a free nickname needs no passphrase.
    asks_passphrase: RwSignal<bool>,
    asks_invitation: RwSignal<bool>,
    /// Whether the server has no owner yet.
    unowned: RwSignal<bool>,
    trouble: RwSignal<Option<JoinTrouble>>,
    /// The request to join that waits for a decision about other people's unsent messages on this
    /// device.
    undecided: RwSignal<Option<NewSession>>,
    account: AccountContext,
    locale: Locale,
}

impl JoinForm {
    fn new(was_known: bool) -> Self {
        let account = AccountContext::here();
        Self {
            nickname: NodeRef::new(),
            passphrase: NodeRef::new(),
            invitation: NodeRef::new(),
            joining: RwSignal::new(false),
            owner_code: RwSignal::new(account.owner_code.get_value()),
            asks_passphrase: RwSignal::new(was_known),
            asks_invitation: RwSignal::new(account.invitation.with_value(Option::is_some)),
            unowned: RwSignal::new(false),
            trouble: RwSignal::new(None),
            undecided: RwSignal::new(None),
            account,
            locale: Locale::here(),
        }
    }

    /// Requests whether sign-up is open.
    fn load_registration(self) {
        spawn_local(async move {
            if let Ok(registration) = api::registration().await {
                when_released(move || self.show_registration(&registration));
            }
        });
    }

    fn show_registration(self, registration: &Registration) {
        // An owner link lets its bearer in.
        if registration.closed && self.owner_code.try_get_untracked() == Some(None) {
            self.asks_invitation.try_set(true);
        }
        self.unowned.try_set(registration.unowned);
    }

    fn field(self, field: JoinField) -> NodeRef<html::Input> {
        match field {
            JoinField::Nickname => self.nickname,
            JoinField::Passphrase => self.passphrase,
            JoinField::Invitation => self.invitation,
        }
    }

    /// Continues where the person left the boot form.
    fn resume(self, selection: Option<(u32, u32)>, wants: Option<Wants>) {
        let Some(input) = self.nickname.get() else { return };
        let _ = input.focus();
        if let Some((start, end)) = selection {
            let _ = input.set_selection_range(start, end);
        }
        match wants {
            Some(Wants::Join) => self.submit(),
            Some(Wants::Passphrase) => request_animation_frame(move || focus(self.passphrase)),
            None => {}
        }
    }

    fn submit(self) {
        if self.joining.get_untracked() {
            return;
        }
        let value = |input: NodeRef<html::Input>| {
            input
                .get_untracked()
                .map(|input| input.value())
                .unwrap_or_default()
        };
        let request = session_request(
            &value(self.nickname),
            &value(self.passphrase),
            &value(self.invitation),
        );
        match request {
            Ok(request) => {
                let request = NewSession {
                    owner_code: self.owner_code.get_untracked(),
                    ..request
                };
                if untrack(|| self.account.words_of_others(request.nickname.as_str())).is_empty() {
                    self.join(request);
                } else {
                    self.undecided.set(Some(request));
                }
            }
            Err(trouble) => self.show(trouble),
        }
    }

    fn join(self, request: NewSession) {
        self.joining.set(true);
        self.trouble.set(None);
        spawn_local(async move {
            let account = self.account;
            // Entering shows the room, which disposes of this page's signals.
            let Err(error) = account.join(&request).await else {
                if request.owner_code.is_some() {
                    account.owner_code.set_value(None);
                    account.toasts.toast(|l| OwnerLinkPhrases::of(l).claimed);
                }
                return;
            };
            self.joining.try_set(false);
            let trouble = JoinTrouble::of(error, request.nickname.as_str());
            match trouble {
                JoinTrouble::Taken(_) | JoinTrouble::WrongPassphrase => self.asks_passphrase.set(true),
                // The server does not reveal whether the nickname is taken: its owner signs in with
                // the passphrase.
                JoinTrouble::NoInvitation => {
                    self.asks_invitation.set(true);
                    self.asks_passphrase.set(true);
                }
                // The link works only once: without it they join like everyone else.
                JoinTrouble::NoOwnerLink => {
                    account.owner_code.set_value(None);
                    self.owner_code.set(None);
                }
                _ => {}
            }
            self.show(trouble);
        });
    }

    fn show(self, trouble: JoinTrouble) {
        let field = self.field(trouble.place());
        self.trouble.set(Some(trouble));
        focus(field);
    }

    /// The error of one field, in words.
    fn trouble_at(self, field: JoinField) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.trouble.with(|trouble| {
                let trouble = trouble.as_ref().filter(|trouble| trouble.place() == field);
                trouble.map(|trouble| trouble.words(self.locale))
            })
        })
    }
}

/// Asks for a nickname; for its passphrase if it is taken; for an invitation if one is needed.
#[component]
pub(crate) fn NicknamePage(welcome: Welcome) -> impl IntoView {
    let coming_back = welcome == Welcome::Change;
    let signed_out = matches!(welcome, Welcome::SignedOut(_));
    let former_name = match welcome {
        Welcome::SignedOut(name) => name,
        Welcome::First | Welcome::Change => String::new(),
    };
    let boot_form = first_form::take().unwrap_or_default();
    let form = JoinForm::new(!former_name.is_empty() || boot_form.wants == Some(Wants::Passphrase));
    let locale = form.locale;
    locale.take_up_choice();
    let start = if boot_form.nickname.is_empty() {
        former_name
    } else {
        boot_form.nickname
    };
    effect(move || form.resume(boot_form.selection, boot_form.wants));
    form.load_registration();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        form.submit();
    };
    view! {
        <main class="welcome">
            <div class="welcome-card">
                <div class="welcome-top">
                    <Brand />
                    <LanguageSwitch />
                </div>
                <h1>{locale.says(|l| JoinPhrases::of(l).welcome)}</h1>
                <p class="welcome-lead">{locale.says(|l| JoinPhrases::of(l).promise)}</p>
                <JoinNotices form signed_out />
                {(!coming_back).then(|| view! { <LeftWords /> })}
                <form class="welcome-form" on:submit=submit novalidate>
                    <JoinFields form start />
                    <JoinButtons form />
                    {coming_back.then(|| view! { <GoBack form /> })}
                </form>
                <Notice />
            </div>
            <Undecided form />
        </main>
    }
}

/// Back to the room, without another nickname.
#[component]
fn GoBack(form: JoinForm) -> impl IntoView {
    let (locale, account) = (form.locale, form.account);
    view! {
        <button type="button" class="button button-quiet" data-testid="go-back" on:click=move |_| account.go_back()>
            {locale.says(|l| JoinPhrases::of(l).go_back)}
        </button>
    }
}

/// Notices above the form, about ownership and sign-out.
#[component]
fn JoinNotices(form: JoinForm, signed_out: bool) -> impl IntoView {
    let JoinForm {
        owner_code,
        unowned,
        account,
        locale,
        ..
    } = form;
    view! {
        <p class="notice notice-calm" data-testid="owner-lead" hidden=move || owner_code.with(Option::is_none)>
            <Icon shape=IconShape::Shield />
            <span>{locale.says(|l| OwnerLinkPhrases::of(l).claim_first_join)}</span>
        </p>
        <p
            class="notice notice-calm"
            role="status"
            data-testid="no-owner"
            hidden=move || !unowned.get() || owner_code.with(Option::is_some)
        >
            <Icon shape=IconShape::Shield />
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
        <p class="notice" role="status" data-testid="sign-out-overdue" hidden=move || !account.overdue.get()>
            <Icon shape=IconShape::Alert />
            <span>{locale.says(|l| SignOutPhrases::of(l).sign_out_overdue)}</span>
        </p>
    }
}

/// The fields: a nickname, its passphrase, an invitation.
#[component]
fn JoinFields(form: JoinForm, start: String) -> impl IntoView {
    let JoinForm {
        passphrase,
        asks_passphrase,
        asks_invitation,
        locale,
        ..
    } = form;
    let code = form.account.invitation.get_value().unwrap_or_default();
    let says = move |phrase: Phrase| words(move || phrase(locale.language()).to_owned());
    view! {
        <Field
            id="nickname"
            label=says(|l| JoinPhrases::of(l).nickname)
            input=form.nickname
            start=start
            hint=says(|l| JoinPhrases::of(l).nickname_hint)
            trouble=form.trouble_at(JoinField::Nickname)
            autocomplete="username"
            capitals="words"
        />
        <div hidden=move || !asks_passphrase.get()>
            <Field
                id="passphrase"
                label=says(|l| AccountPhrases::of(l).passphrase)
                input=passphrase
                hint=says(|l| JoinPhrases::of(l).passphrase_if_yours)
                trouble=form.trouble_at(JoinField::Passphrase)
                kind="password"
                autocomplete="current-password"
                capitals="none"
            />
        </div>
        <div hidden=move || !asks_invitation.get()>
            <Field
                id="invitation"
                label=says(|l| JoinPhrases::of(l).invitation)
                input=form.invitation
                start=code
                hint=says(|l| JoinPhrases::of(l).invitation_needed)
                trouble=form.trouble_at(JoinField::Invitation)
                capitals="none"
            />
        </div>
    }
}

/// The form's buttons: to join, and to be asked for a passphrase.
#[component]
fn JoinButtons(form: JoinForm) -> impl IntoView {
    let JoinForm {
        passphrase,
        joining,
        asks_passphrase,
        locale,
        ..
    } = form;
    view! {
        <button type="submit" class="button button-strong" data-testid="join" disabled=joining>
            {move || {
                let phrases = JoinPhrases::of(locale.language());
                if joining.get() { phrases.joining } else { phrases.join }
            }}
        </button>
        <button
            type="button"
            class="button button-quiet"
            data-testid="have-passphrase"
            hidden=move || asks_passphrase.get()
            on:click=move |_| {
                asks_passphrase.set(true);
                // After it is shown.
                request_animation_frame(move || focus(passphrase));
            }
        >
            {locale.says(|l| JoinPhrases::of(l).have_passphrase)}
        </button>
    }
}

/// Asks about other people's unsent messages on the device before a person joins.
#[component]
fn Undecided(form: JoinForm) -> impl IntoView {
    computed(move || {
        form.undecided.get().map(|request| {
            let name = request.nickname.as_str().to_owned();
            let close = Callback::new(move |()| form.undecided.set(None));
            let delete_and_join = Callback::new(move |()| {
                form.undecided.set(None);
                form.join(request.clone());
            });
            let left = Signal::derive(move || form.account.words_of_others(&name));
            view! { <DeleteLeft left joins=true on_close=close on_delete=delete_and_join /> }
        })
    })
}

/// The request to the server, or the error found before sending it.
fn session_request(nickname: &str, passphrase: &str, invitation: &str) -> Result<NewSession, JoinTrouble> {
    let mut request = NewSession::new(Nickname::parse(nickname).map_err(JoinTrouble::Nickname)?);
    if !passphrase.is_empty() {
        request.passphrase = Some(Passphrase::parse(passphrase).map_err(JoinTrouble::Passphrase)?);
    }
    // A whole link is accepted, too.
    let code = invitation.rsplit('#').next().unwrap_or_default().trim();
    request.invite = (!code.is_empty()).then(|| code.to_owned());
    Ok(request)
}

/// Calls `then` once nothing in the form is pressed. A button that moves before it is released is not clicked.
fn when_released(then: impl FnOnce() + 'static) {
    let pressed = document().query_selector(".welcome-form :active");
    if pressed.is_ok_and(|pressed| pressed.is_some()) {
        set_timeout(move || when_released(then), PRESS_CHECK);
    } else {
        then();
    }
}

fn focus(field: NodeRef<html::Input>) {
    if let Some(field) = field.get_untracked() {
        let _ = field.focus();
    }
}
