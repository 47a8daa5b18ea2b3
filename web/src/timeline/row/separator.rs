//! Separators between rows: a new day, and the line above the first unread message.

use leptos::prelude::*;

use crate::language::calendar;
use crate::language::locale::Locale;
use crate::language::today::TodayContext;
use crate::markup::{computed, view};
use crate::reactive::memo;
use crate::timeline::phrases::TimelinePhrases;
use crate::timeline::rows::RowModel;

/// The separator before a row: its day, and the line above the first unread message.
#[component]
pub(crate) fn Separator(row: RowModel) -> impl IntoView {
    let locale = Locale::here();
    let today = TodayContext::here();
    let RowModel { view, place, .. } = row;
    // A line that is made again is announced again.
    let shown = memo(move || {
        let place = place.get().place;
        (place.day.is_some(), place.news)
    });
    computed(move || {
        let (day, news) = shown.get();
        let day = day.then(|| {
            let row = view.clone();
            view! {
                <div class="day" role="listitem">
                    {move || {
                        today.day.track();
                        calendar::day_title(row.with(|row| row.at), locale.language())
                    }}
                </div>
            }
        });
        let news = news.then(|| {
            view! {
                <div class="news-line" role="listitem" data-testid="new-line">
                    {locale.says(|l| TimelinePhrases::of(l).news)}
                </div>
            }
        });
        (day, news)
    })
}
