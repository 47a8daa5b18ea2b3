//! What stands between two rows: a new day, and where the new messages begin.

use leptos::prelude::*;

use crate::language::calendar;
use crate::page::Page;
use crate::timeline::phrases::TimelinePhrases;
use crate::timeline::rows::RowModel;

/// What stands before a row: the day it opens, and the line above the first new message.
#[component]
pub(crate) fn Separator(row: RowModel) -> impl IntoView {
    let page = Page::here();
    let RowModel { shown, place, .. } = row;
    let at = Memo::new(move |_| shown.with(|row| row.at));
    let stands = Memo::new(move |_| {
        let place = place.get();
        (place.day.is_some(), place.news)
    });
    move || {
        let (day, news) = stands.get();
        let day = day.then(|| {
            view! {
                <div class="day" role="listitem">
                    {move || {
                        page.today.track();
                        calendar::day_title(at.get(), page.language())
                    }}
                </div>
            }
        });
        let news = news.then(|| {
            view! {
                <div class="news-line" role="listitem" data-testid="new-line">
                    {page.says(|l| TimelinePhrases::of(l).news)}
                </div>
            }
        });
        (day, news)
    }
}
