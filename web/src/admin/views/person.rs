//! A person's details, and the actions on them.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_shared::Millis;
use steadfast_shared::admin::{AccountState, PersonDetail};
use steadfast_shared::http::DeviceInfo;
use steadfast_shared::{Person, Power, Role};

use crate::admin::api;
use crate::admin::phrases::{
    AdminPersonPhrases, AdminPhrases, AdminTerms, ExclusionPhrases, LimitPhrases, PersonLabels, RecordLabels,
    RolePhrases,
};
use crate::admin::place::{AdminPlace, AdminTrail, Question};
use crate::admin::record::{AdminRecord, Badge, Fact, FactValue, marks};
use crate::admin::section::Section;
use crate::admin::views::Heading;
use crate::admin::views::records::{Facts, Records, marked};
use crate::connection::context::ChatContext;
use crate::language::locale::{Locale, words};
use crate::language::{Language, Phrase};
use crate::markup::view;
use crate::people::avatar::Avatar;
use crate::reactive::{RwSignal, Signal};
use crate::ui::phrases::UiPhrases;

#[component]
pub(super) fn PersonPlace(person: Person) -> impl IntoView {
    let locale = Locale::here();
    let detail = RwSignal::new(None::<PersonDetail>);
    let trouble = RwSignal::new(None::<String>);
    let Person { id, name } = person;
    spawn_local(async move {
        match api::person(id).await {
            Ok(found) => {
                detail.try_set(Some(found));
            }
            Err(error) => {
                trouble.try_set(Some(untrack(|| api::why(&error, locale.language()))));
            }
        }
    });
    let status = move || match (detail.with(Option::is_some), trouble.get()) {
        (true, _) => None,
        (false, None) => Some(AdminPhrases::of(locale.language()).loading.to_owned()),
        (false, trouble) => trouble,
    };
    view! {
        <section class="admin-person" data-testid="admin-person">
            <Heading title=Signal::stored(name) />
            <p class="offers-none" role="status">{status}</p>
            {move || detail.get().map(|detail| view! { <Detail detail /> })}
        </section>
    }
}

#[component]
fn Detail(detail: PersonDetail) -> impl IntoView {
    let locale = Locale::here();
    let trail = AdminTrail::here();
    let language = untrack(|| locale.language());
    let info = detail.info.clone();
    let person = info.person.clone();
    let connections = detail
        .connections
        .iter()
        .map(|it| AdminRecord::of_connection(it, language));
    let sign_ins = detail
        .sign_ins
        .iter()
        .map(|it| AdminRecord::of_sign_in(it, language));
    let (connections, sign_ins) = (connections.collect(), sign_ins.collect());
    let devices = detail
        .devices_list
        .iter()
        .map(|device| device_line(device, language));
    let devices = devices.collect_view();
    let further = move |section: Section, says: Phrase, testid: &'static str| {
        let person = person.clone();
        view! {
            <button
                type="button"
                class="button button-small"
                data-testid=testid
                on:click=move |_| trail.go(AdminPlace::List(section, Some(person.clone())))
            >
                {locale.says(says)}
            </button>
        }
    };
    let marks = marks(info.role, info.state, info.availability);
    view! {
        <p class="record-lead">
            <Avatar person=info.person.clone() />
            {marks.into_iter().map(|mark: Badge| marked(locale, mark)).collect_view()}
        </p>
        <Facts facts=facts(&detail, language) />
        <Acts detail=detail.clone() />
        <Part title=|l| AdminPersonPhrases::of(l).devices><ul class="entries">{devices}</ul></Part>
        <Part title=|l| AdminPersonPhrases::of(l).connections><Records records=Signal::stored(connections) /></Part>
        <Part title=|l| AdminPersonPhrases::of(l).newest_sign_ins><Records records=Signal::stored(sign_ins) /></Part>
        <div class="admin-acts">
            {further(Section::SignIns, |l| AdminPersonPhrases::of(l).every_sign_in, "person-sign-ins")}
            {further(Section::Audit, |l| AdminPersonPhrases::of(l).audit_about, "person-audit")}
        </div>
    }
}

fn device_line(device: &DeviceInfo, language: Language) -> impl IntoView + use<> {
    view! {
        <li class="entry">
            <span class="entry-name">{device.name.clone()}</span>
            <span class="entry-about">
                {PersonLabels::of(language).last_seen} " " <super::when::When at=device.last_seen_at />
            </span>
        </li>
    }
}

#[component]
fn Part(title: Phrase, children: Children) -> impl IntoView {
    let locale = Locale::here();
    view! {
        <div class="admin-part">
            <h4>{locale.says(title)}</h4>
            {children()}
        </div>
    }
}

fn say(label: &'static str, words: String) -> Fact {
    Fact {
        label,
        value: FactValue::Words(words),
    }
}

fn time(label: &'static str, at: Millis) -> Fact {
    Fact {
        label,
        value: FactValue::Time(at),
    }
}

fn exclusion_facts(detail: &PersonDetail, language: Language) -> Vec<Fact> {
    let label = PersonLabels::of(language);
    let record = RecordLabels::of(language);
    let mut facts = Vec::new();
    if let Some(exclusion) = &detail.info.exclusion {
        facts.push(time(label.since, exclusion.since));
        facts.push(match exclusion.until {
            Some(until) => time(label.until, until),
            None => say(label.until, label.until_let_in.to_owned()),
        });
        facts.push(match &exclusion.by {
            Some(by) => Fact {
                label: record.by,
                value: FactValue::Person(by.clone()),
            },
            None => say(
                record.by,
                (AdminTerms::of(language).via)(steadfast_shared::admin::Via::CommandLine).to_owned(),
            ),
        });
        if !exclusion.reason.is_empty() {
            facts.push(say(label.reason, exclusion.reason.clone()));
        }
    }
    facts
}

fn facts(detail: &PersonDetail, language: Language) -> Vec<Fact> {
    let label = PersonLabels::of(language);
    let info = &detail.info;
    let mut facts = exclusion_facts(detail, language);
    facts.push(time(label.signed_up, info.created_at));
    facts.push(match info.last_seen_at {
        Some(at) => time(label.last_seen, at),
        None => say(label.last_seen, label.never.to_owned()),
    });
    facts.push(say(
        label.passphrase,
        if info.has_passphrase {
            UiPhrases::of(language).yes
        } else {
            UiPhrases::of(language).no
        }
        .to_owned(),
    ));
    facts.push(say(label.rooms, detail.rooms.to_string()));
    facts.push(say(label.messages_written, detail.messages_written.to_string()));
    facts.push(say(
        label.their_messages,
        (AdminTerms::of(language).messages_are)(info.messages).to_owned(),
    ));
    for limit in &detail.limits {
        facts.push(say(
            (AdminTerms::of(language).limit)(limit.limit),
            limit.value.to_string(),
        ));
    }
    facts
}

/// An action on a person: the button and the question it asks.
struct PersonAct {
    says: Phrase,
    testid: &'static str,
    /// Whether it shuts the person out.
    grave: bool,
    question: Question,
}

impl PersonAct {
    fn new(says: Phrase, testid: &'static str, question: Question) -> Self {
        let grave = false;
        Self {
            says,
            testid,
            grave,
            question,
        }
    }

    fn grave(self) -> Self {
        Self { grave: true, ..self }
    }
}

/// The actions on a person that this role may take.
fn acts_on(detail: PersonDetail, role: Role, outranks: bool) -> Vec<PersonAct> {
    let info = detail.info;
    let person = info.person;
    let mut acts = Vec::new();
    if outranks && role.may(Power::ExcludePeople) {
        acts.push(if info.state == AccountState::Active {
            let question = Question::Exclude(person.clone());
            PersonAct::new(|l| ExclusionPhrases::of(l).exclude, "act-exclude", question).grave()
        } else {
            let question = Question::Readmit(person.clone());
            PersonAct::new(|l| ExclusionPhrases::of(l).readmit, "act-readmit", question)
        });
        if info.devices > 0 {
            let question = Question::SignOut(person.clone(), info.has_passphrase);
            let says: Phrase = |l| AdminPersonPhrases::of(l).sign_out;
            acts.push(PersonAct::new(says, "act-sign-out", question).grave());
        }
    }
    if outranks && role.may(Power::HideMessages) {
        let question = Question::Messages(person.clone(), info.messages);
        let says: Phrase = |l| AdminPersonPhrases::of(l).messages;
        acts.push(PersonAct::new(says, "act-messages", question));
    }
    if role.may(Power::SetRoles) {
        let question = Question::Role(person.clone(), info.role);
        let says: Phrase = |l| RolePhrases::of(l).change_role;
        acts.push(PersonAct::new(says, "act-role", question));
    }
    if role.may(Power::SetLimits) {
        let question = Question::Limits(person, detail.limits);
        acts.push(PersonAct::new(
            |l| LimitPhrases::of(l).limits,
            "act-limits",
            question,
        ));
    }
    acts
}

/// The buttons of those actions.
#[component]
fn Acts(detail: PersonDetail) -> impl IntoView {
    let locale = Locale::here();
    let chat = ChatContext::here();
    let trail = AdminTrail::here();
    let role = chat.read(|session| session.account().role());
    let me = chat.read(|session| session.account().me().map(|me| me.id));
    let is_me = me == Some(detail.info.person.id);
    let outranks = role.outranks(detail.info.role) && !is_me;
    let only_looks = !outranks && !is_me && role < Role::Owner;
    let buttons = acts_on(detail, role, outranks).into_iter().map(|act| {
        let PersonAct {
            says,
            testid,
            grave,
            question,
        } = act;
        view! {
            <button
                type="button"
                class="button"
                data-testid=testid
                data-grave=grave.then_some("true")
                on:click=move |_| trail.go(AdminPlace::Question(question.clone()))
            >
                {locale.says(says)}
            </button>
        }
    });
    view! {
        <div class="admin-acts" data-testid="acts">{buttons.collect_view()}</div>
        <p class="labelled-hint" hidden=!only_looks>{words(move || AdminPersonPhrases::of(locale.language()).you_cannot.to_owned())}</p>
    }
}
