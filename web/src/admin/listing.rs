//! A list from the server, loaded page by page.

use leptos::prelude::*;
use leptos::task::spawn_local;
use steadfast_shared::admin::{AuditLine, ConnectionInfo, HeldAddress, PeopleQuery, SignIn};
use steadfast_shared::{UserId, limit};

use crate::admin::api;
use crate::admin::record::AdminRecord;
use crate::browser::http::HttpError;
use crate::connection::context::ChatContext;
use crate::language::locale::Locale;
use crate::reactive::{RwSignal, StoredValue};

/// The source of a list.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum ListSource {
    People(PeopleQuery),
    Connections,
    SignIns(Option<UserId>),
    Rooms(String),
    Addresses,
    Audit(Option<UserId>),
}

impl ListSource {
    async fn page(
        &self,
        locale: Locale,
        chat: ChatContext,
        before: Option<String>,
    ) -> Result<Vec<AdminRecord>, HttpError> {
        let l = untrack(|| locale.language());
        Ok(match self {
            Self::People(latest) => records(&api::people(latest, before).await?, |info| {
                AdminRecord::of_person(info, l)
            }),
            Self::Connections => records(&api::list::<ConnectionInfo>(api::CONNECTIONS).await?, |info| {
                AdminRecord::of_connection(info, l)
            }),
            Self::SignIns(person) => records(
                &api::log::<SignIn>(api::SIGN_INS, *person, before).await?,
                |line| AdminRecord::of_sign_in(line, l),
            ),
            Self::Rooms(search) => {
                let role = chat.read(|session| session.account().role());
                records(&api::rooms(search, before).await?, |room| {
                    AdminRecord::of_room(room, role, l)
                })
            }
            Self::Addresses => records(&api::list::<HeldAddress>(api::ADDRESSES).await?, |listed| {
                AdminRecord::of_address(listed, l)
            }),
            Self::Audit(person) => records(
                &api::log::<AuditLine>(api::AUDIT, *person, before).await?,
                |line| AdminRecord::of_audit(line, l),
            ),
        })
    }

    /// Whether the list has several pages.
    fn has_pages(&self) -> bool {
        !matches!(self, Self::Connections | Self::Addresses)
    }
}

fn records<T>(found: &[T], record: impl Fn(&T) -> AdminRecord) -> Vec<AdminRecord> {
    found.iter().map(record).collect()
}

/// A list, as far as it is loaded.
#[derive(Clone, Copy)]
pub(super) struct Listing {
    locale: Locale,
    chat: ChatContext,
    pub(super) records: RwSignal<Vec<AdminRecord>>,
    /// Whether a response is pending.
    pub(super) loading: RwSignal<bool>,
    /// Why the last request failed.
    pub(super) trouble: RwSignal<Option<String>>,
    /// Whether the server has more.
    pub(super) more: RwSignal<bool>,
    latest: StoredValue<u32>,
}

impl Listing {
    pub(super) fn new() -> Self {
        Self {
            locale: Locale::here(),
            chat: ChatContext::here(),
            records: RwSignal::new(Vec::new()),
            loading: RwSignal::new(false),
            trouble: RwSignal::new(None),
            more: RwSignal::new(false),
            latest: StoredValue::new(0),
        }
    }

    /// Loads a list from its beginning.
    pub(super) fn load(self, source: ListSource) {
        self.load_page(source, None);
    }

    /// Loads the next page.
    pub(super) fn load_more(self, source: ListSource) {
        let last = self
            .records
            .with_untracked(|records| records.last().map(|record| record.key.clone()));
        self.load_page(source, last);
    }

    fn load_page(self, source: ListSource, before: Option<String>) {
        let number = self.latest.get_value() + 1;
        self.latest.set_value(number);
        self.loading.set(true);
        spawn_local(async move {
            let is_next_page = before.is_some();
            let answer = source.page(self.locale, self.chat, before).await;
            // A response to an earlier request is stale.
            if self.latest.try_get_value() != Some(number) {
                return;
            }
            self.loading.set(false);
            match answer {
                Ok(found) => {
                    self.trouble.set(None);
                    self.more
                        .set(source.has_pages() && found.len() >= limit::ADMIN_LISTED);
                    self.records.update(|records| {
                        if !is_next_page {
                            records.clear();
                        }
                        // New lines may have moved a line from one page to the next.
                        for record in found {
                            if records.iter().all(|listed| listed.key != record.key) {
                                records.push(record);
                            }
                        }
                    });
                }
                Err(error) => self
                    .trouble
                    .set(Some(untrack(|| api::why(&error, self.locale.language())))),
            }
        });
    }
}
