//! A list whose items keep their elements for as long as they are in it.
//!
//! Leptos' `For` puts every element into the document again when items come before it, so that the browser lays all of them out. Here
//! an element is put in once, unless the order of the items itself changes.

use std::any::Any;

use leptos::prelude::*;
use leptos::tachys::reactive_graph::{OwnedView, OwnedViewState};
use leptos::tachys::renderer::Rndr;
use leptos::tachys::renderer::types::Placeholder;
use leptos::tachys::view::any_view::AnyViewState;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

use super::build::rendered_in_the_browser;

type ItemState = OwnedViewState<AnyViewState>;

/// Shows each item of a list. An item is known again by its key, which no other item of the list has.
#[component]
pub(crate) fn Each<T, K, V>(
    list: impl Fn() -> Vec<T> + Send + 'static,
    key: fn(&T) -> K,
    children: impl Fn(T) -> V + Clone + Send + 'static,
) -> impl IntoView
where
    T: Clone + 'static,
    K: PartialEq + 'static,
    V: IntoView + 'static,
{
    // What an item makes lives as long as the item.
    let parent = Owner::current().unwrap_or_default();
    super::computed(move || {
        let items = list();
        let keys: Vec<K> = items.iter().map(key).collect();
        let (parent, children) = (parent.clone(), children.clone());
        List(SendWrapper::new(ListItems {
            keys: Box::new(keys),
            count: items.len(),
            places: places::<K>,
            view: Box::new(move |at| {
                let item = items.get(at).cloned();
                let owner = parent.with(Owner::new);
                let view = owner.with(|| item.map(|item| children(item).into_any()).into_any());
                OwnedView::new_with_owner(view, owner)
            }),
        }))
    })
}

/// The items as they are to be.
struct List(SendWrapper<ListItems>);

struct ListItems {
    /// A `Vec` of keys.
    keys: Box<dyn Any>,
    count: usize,
    places: fn(&dyn Any, &dyn Any) -> Vec<Option<usize>>,
    view: Box<dyn Fn(usize) -> OwnedView<AnyView>>,
}

/// The items in the document.
struct ListState {
    keys: Box<dyn Any>,
    items: Vec<ItemState>,
    end: Placeholder,
}

/// Where each key was in the former list.
fn places<K: PartialEq + 'static>(former: &dyn Any, keys: &dyn Any) -> Vec<Option<usize>> {
    // A list of other keys may have been here.
    let former: &[K] = former.downcast_ref::<Vec<K>>().map_or(&[], Vec::as_slice);
    let keys: &[K] = keys.downcast_ref::<Vec<K>>().map_or(&[], Vec::as_slice);
    let mut from = 0;
    let place = |key: &K| {
        // Most items are after the one that they were after: the search goes on there, and around.
        let mut around = (from..former.len()).chain(0..from);
        let place = around.find(|&at| former.get(at) == Some(key));
        from = place.map_or(from, |at| at + 1);
        place
    };
    keys.iter().map(place).collect()
}

impl Render for List {
    type State = ListState;

    fn build(self) -> ListState {
        let ListItems {
            keys, count, view, ..
        } = self.0.take();
        ListState {
            keys,
            items: (0..count).map(|at| view(at).build()).collect(),
            end: Rndr::create_placeholder(),
        }
    }

    fn rebuild(self, state: &mut ListState) {
        let ListItems {
            keys,
            count,
            places,
            view,
        } = self.0.take();
        let places = places(&*state.keys, &*keys);
        let mut former: Vec<_> = std::mem::take(&mut state.items).into_iter().map(Some).collect();
        let mut kept: Vec<_> = places
            .iter()
            .map(|place| former.get_mut((*place)?)?.take())
            .collect();
        for mut gone in former.drain(..).flatten() {
            gone.unmount();
        }
        let stays = staying(&places, &kept);
        let build = |at: usize| {
            kept.get_mut(at)
                .and_then(Option::take)
                .unwrap_or_else(|| view(at).build())
        };
        state.keys = keys;
        state.items = (0..count).map(build).collect();
        state.put_in(&stays);
    }
}

/// Which items stay where they are: those that were kept, and were before each one that stays after them.
fn staying(places: &[Option<usize>], kept: &[Option<ItemState>]) -> Vec<bool> {
    let mut stays = vec![false; places.len()];
    let mut next = usize::MAX;
    for ((stays, place), kept) in stays.iter_mut().zip(places).zip(kept).rev() {
        if let Some(place) = place.filter(|&place| kept.is_some() && place < next) {
            next = place;
            *stays = true;
        }
    }
    stays
}

impl ListState {
    /// Puts all items but those that stay into the document, if the list is in it.
    fn put_in(&mut self, stays: &[bool]) {
        let parent = Rndr::get_parent(&self.end).and_then(|parent| parent.dyn_into::<Element>().ok());
        let Some(parent) = parent else { return };
        for at in (0..self.items.len()).rev() {
            let (before, after) = self.items.split_at_mut(at + 1);
            if let Some(item) = before.last_mut()
                && stays.get(at) != Some(&true)
                && !after.iter().any(|next| next.insert_before_this(item))
            {
                item.mount(&parent, Some(&self.end));
            }
        }
    }
}

impl Mountable for ListState {
    fn unmount(&mut self) {
        for item in &mut self.items {
            item.unmount();
        }
        self.end.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        for item in &mut self.items {
            item.mount(parent, marker);
        }
        self.end.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.items.iter().any(|item| item.insert_before_this(child)) || self.end.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.items.iter().flat_map(Mountable::elements).collect()
    }
}

rendered_in_the_browser!(List, ListState);
