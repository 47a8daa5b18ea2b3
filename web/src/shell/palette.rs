//! The palette: opens a room or a person by name, from the keyboard.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_shared::room::FindPeople;
use steadfast_shared::{Person, RoomId, RoomKind, UserId};

use crate::browser::folded::folded;
use crate::browser::pause::Pause;
use crate::language::locale::{Locale, words};
use crate::markup::view;
use crate::people::role::administers;
use crate::reactive::{Memo, RwSignal, effect, memo};
use crate::rooms::context::RoomsContext;
use crate::rooms::finder;
use crate::rooms::kind_mark::KindMark;
use crate::rooms::list::RoomLine;
use crate::rooms::phrases::NavigationPhrases;
use crate::ui::dialog::Dialog;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::list::roving;
use crate::ui::list::scroll::scroll_to_item;
use crate::ui::overlays::{Overlay, Overlays};
use crate::ui::phrases::UiPhrases;

/// Maximum number of options shown.
const OFFERED: usize = 12;

#[derive(Clone, Copy)]
struct PaletteState {
    typed: RwSignal<String>,
    /// The option that Enter takes.
    at: RwSignal<usize>,
    people: RwSignal<Vec<Person>>,
    options: Memo<Vec<PaletteOption>>,
    rooms: RoomsContext,
}

impl PaletteState {
    fn new() -> Self {
        let rooms = RoomsContext::here();
        let typed = RwSignal::new(String::new());
        let people = RwSignal::new(people_here(rooms));
        Self {
            typed,
            at: RwSignal::new(0),
            people,
            options: memo(move || people.with(|people| offers(rooms, &folded(&typed.get()), people))),
            rooms,
        }
    }

    fn search_people(self) {
        spawn_local(async move {
            let search = self.typed.get_untracked().trim().to_owned();
            // If the request fails, only people known here are found.
            let request = FindPeople { search, after: None };
            if let Ok(found) = self.rooms.chat.ask(request).await {
                let mut all = people_here(self.rooms);
                all.retain(|person| found.iter().all(|other| other.id != person.id));
                all.extend(found);
                self.people.try_set(all);
            }
        });
    }

    fn choose(self, index: usize) {
        let option = self.options.with_untracked(|options| options.get(index).cloned());
        if let Some(option) = option {
            option.take(self.rooms);
        }
    }

    fn key(self, event: &KeyboardEvent) {
        if event.is_composing() {
            return;
        }
        let name = event.key();
        let at = self.at.get_untracked();
        if name == "Enter" {
            event.prevent_default();
            self.choose(at);
        } else if matches!(name.as_str(), "ArrowDown" | "ArrowUp")
            && let Some(next) = roving::step(&name, Some(at), self.options.with_untracked(Vec::len), 1)
        {
            event.prevent_default();
            self.at.set(next);
        }
    }

    /// Keeps the option that Enter takes in view.
    fn follow(self) {
        effect(move || {
            let id = option_id(self.at.get());
            if let Some(option) = document().get_element_by_id(&id)
                && let Some(list) = option.parent_element()
            {
                scroll_to_item(&list, &option);
            }
        });
    }
}

fn people_here(rooms: RoomsContext) -> Vec<Person> {
    rooms.chat.read(|session| {
        let people = session.people().here().iter();
        people.map(|presence| presence.person.clone()).collect()
    })
}

/// Finds rooms and people while typing; the arrow keys select, Enter opens.
#[component]
pub(crate) fn Palette() -> impl IntoView {
    let locale = Locale::here();
    let overlays = Overlays::here();
    let palette = PaletteState::new();
    let options = palette.options;
    palette.follow();
    let pause = Pause::new();
    let active = move || options.with(|options| (!options.is_empty()).then(|| option_id(palette.at.get())));
    let list = move || {
        let options = options.get().into_iter().enumerate();
        options
            .map(|(index, option)| view! { <OptionLine palette index option /> })
            .collect_view()
    };
    let close = Callback::new(move |()| overlays.close(Overlay::Palette));
    view! {
        <Dialog title=words(move || NavigationPhrases::of(locale.language()).go_to.to_owned()) testid="palette" on_close=close>
            <input
                type="text"
                class="field"
                data-testid="palette-input"
                role="combobox"
                autocomplete="off"
                spellcheck="false"
                autofocus=true
                aria-expanded="true"
                aria-controls="palette-offers"
                aria-activedescendant=active
                aria-label=locale.says(|l| NavigationPhrases::of(l).find_anything)
                placeholder=locale.says(|l| NavigationPhrases::of(l).find_anything)
                on:input=move |event| {
                    palette.typed.set(event_target_value(&event));
                    palette.at.set(0);
                    pause.then(move || palette.search_people());
                }
                on:keydown=move |event| palette.key(&event)
            />
            <ul class="offers" id="palette-offers" role="listbox" aria-label=locale.says(|l| NavigationPhrases::of(l).go_to)>
                {list}
            </ul>
            <p class="offers-none" role="status">
                {move || options.with(Vec::is_empty).then(|| NavigationPhrases::of(locale.language()).nothing_found)}
            </p>
        </Dialog>
    }
}

#[component]
fn OptionLine(palette: PaletteState, index: usize, option: PaletteOption) -> impl IntoView {
    let at = palette.at;
    view! {
        <li
            class="offer"
            id=option_id(index)
            role="option"
            data-testid="palette-offer"
            aria-selected=move || (at.get() == index).to_string()
            on:click=move |_| palette.choose(index)
            on:pointermove=move |_| {
                if at.get_untracked() != index {
                    at.set(index);
                }
            }
        >
            {option.mark()}
            <span class="offer-name">{option.title}</span>
        </li>
    }
}

/// A room or a person that can be opened.
#[derive(Clone, PartialEq)]
struct PaletteOption {
    title: String,
    kind: RoomKind,
    archived: bool,
    way: PaletteTarget,
}

#[derive(Clone, Copy, PartialEq)]
enum PaletteTarget {
    Room(RoomId),
    Person(UserId),
    Administration,
}

impl PaletteOption {
    fn mark(&self) -> AnyView {
        match self.way {
            PaletteTarget::Administration => {
                view! { <span class="kind"><Icon shape=IconShape::Shield /></span> }.into_any()
            }
            _ => view! { <KindMark kind=self.kind archived=self.archived /> }.into_any(),
        }
    }

    fn take(self, rooms: RoomsContext) {
        match self.way {
            PaletteTarget::Room(room) => rooms.open(room),
            PaletteTarget::Administration => rooms.overlays.open(Overlay::Administration(None)),
            PaletteTarget::Person(person) => spawn_local(async move {
                if let Err(error) = rooms.write_to(vec![person]).await {
                    rooms.overlays.close(Overlay::Palette);
                    rooms.toasts.toast_words(rooms.chat.why(&error));
                }
            }),
        }
    }
}

/// The options, best match first; equal matches keep their list's order. People follow rooms, and a
/// person with an existing conversation appears only as that room.
fn offers(rooms: RoomsContext, typed: &str, found: &[Person]) -> Vec<PaletteOption> {
    let lines = rooms.room_lines();
    let me = rooms
        .chat
        .on_connection(|session| session.account().me().map(|me| me.id));
    let strangers = found.iter().filter(|person| {
        let is_listed = |line: &RoomLine| line.partner().is_some_and(|partner| partner.id == person.id);
        Some(person.id) != me && !lines.iter().any(is_listed)
    });
    let people = strangers.map(|person| PaletteOption {
        title: person.name.clone(),
        kind: RoomKind::Direct,
        archived: false,
        way: PaletteTarget::Person(person.id),
    });
    let room_options = lines.iter().map(|line| PaletteOption {
        title: line.title.clone(),
        kind: line.kind,
        archived: line.archived,
        way: PaletteTarget::Room(line.id),
    });
    let administers = administers(rooms.chat.on_connection(|session| session.account().role()));
    let administration = administers.then(|| PaletteOption {
        title: UiPhrases::of(rooms.locale.language()).administration.to_owned(),
        kind: RoomKind::Private,
        archived: false,
        way: PaletteTarget::Administration,
    });
    let mut offers: Vec<(finder::Match, PaletteOption)> = room_options
        .chain(people)
        .chain(administration)
        .filter_map(|offer| Some((finder::find(typed, &folded(&offer.title))?, offer)))
        .collect();
    if !typed.is_empty() {
        offers.sort_by_key(|(answers, _)| std::cmp::Reverse(*answers));
    }
    offers.into_iter().map(|(_, offer)| offer).take(OFFERED).collect()
}

fn option_id(index: usize) -> String {
    format!("palette-offer-{index}")
}
