//! To a room or a person by name, from the keyboard.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use steadfast_shared::{RoomId, RoomKind};

use super::KindMark;
use super::dialog::Dialog;
use crate::finder;
use crate::roving;
use crate::state::{Opened, Page, RoomLine, folded, words};

/// Most things offered at once.
const OFFERED: usize = 12;

/// Finds rooms and people as one types; the arrow keys choose, Enter goes there.
#[component]
pub(crate) fn Palette() -> impl IntoView {
    let page = Page::here();
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let offers = Memo::new(move |_| offers(page, &folded(&typed.get())));
    let choose = move |index: usize| {
        if let Some(offer) = offers.with_untracked(|offers| offers.get(index).cloned()) {
            offer.take(page);
        }
    };
    let key = move |event: KeyboardEvent| {
        if event.is_composing() {
            return;
        }
        let name = event.key();
        if name == "Enter" {
            event.prevent_default();
            choose(at.get_untracked());
        } else if matches!(name.as_str(), "ArrowDown" | "ArrowUp")
            && let Some(next) = roving::step(
                &name,
                Some(at.get_untracked()),
                offers.with_untracked(Vec::len),
                1,
            )
        {
            event.prevent_default();
            at.set(next);
        }
    };
    let close = Callback::new(move |()| page.around.close(Opened::Palette));
    view! {
        <Dialog title=words(move || page.t().navigation.go_to.to_owned()) testid="palette" on_close=close>
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
                aria-activedescendant=move || offers.with(|offers| (!offers.is_empty()).then(|| option_id(at.get())))
                aria-label=page.says(|t| t.navigation.find_anything)
                placeholder=page.says(|t| t.navigation.find_anything)
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    at.set(0);
                }
                on:keydown=key
            />
            <ul class="offers" id="palette-offers" role="listbox" aria-label=page.says(|t| t.navigation.go_to)>
                {move || {
                    offers
                        .get()
                        .into_iter()
                        .enumerate()
                        .map(|(index, offer)| {
                            view! {
                                <li
                                    class="offer"
                                    id=option_id(index)
                                    role="option"
                                    data-testid="palette-offer"
                                    aria-selected=move || (at.get() == index).to_string()
                                    on:click=move |_| choose(index)
                                    on:pointermove=move |_| {
                                        if at.get_untracked() != index {
                                            at.set(index);
                                        }
                                    }
                                >
                                    <KindMark kind=offer.kind />
                                    <span class="offer-name">{offer.title}</span>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
            <p class="offers-none" role="status">
                {move || offers.with(Vec::is_empty).then(|| page.t().navigation.nothing_found)}
            </p>
        </Dialog>
    }
}

/// Something one can go to.
#[derive(Clone, PartialEq)]
struct Offer {
    title: String,
    kind: RoomKind,
    room: RoomId,
}

impl Offer {
    fn take(self, page: Page) {
        page.open(self.room);
    }
}

/// What answers best comes first; of equals, what lists have first.
fn offers(page: Page, typed: &str) -> Vec<Offer> {
    let mut found: Vec<(finder::Match, RoomLine)> = page
        .room_lines()
        .into_iter()
        .filter_map(|line| Some((finder::find(typed, &folded(&line.title))?, line)))
        .collect();
    if !typed.is_empty() {
        found.sort_by_key(|(answers, _)| std::cmp::Reverse(*answers));
    }
    let rooms = found.into_iter().map(|(_, line)| Offer {
        title: line.title,
        kind: line.kind,
        room: line.id,
    });
    rooms.take(OFFERED).collect()
}

fn option_id(index: usize) -> String {
    format!("palette-offer-{index}")
}
