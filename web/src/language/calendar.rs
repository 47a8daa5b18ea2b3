//! Dates, times and ids by this device's clock, time zone and language (`Intl.DateTimeFormat`; the
//! page carries no tables).

use std::cell::RefCell;
use std::time::Duration;

use js_sys::{Array, Date, Intl, Object, Reflect};
use steadfast_shared::{EntryId, Millis, RoomId};
use uuid::Uuid;
use wasm_bindgen::JsValue;

use crate::language::phrases::LanguagePhrases;
use crate::language::{Day, Language, span};

pub(crate) fn now() -> Millis {
    millis(Date::now())
}

/// A new entry's id, from the current time.
pub(crate) fn new_entry_id() -> EntryId {
    EntryId(Uuid::now_v7())
}

/// A new room's id, from the current time.
pub(crate) fn new_room_id() -> RoomId {
    RoomId(Uuid::now_v7())
}

/// The calendar day of a time, in this device's time zone.
pub(crate) fn day_of(at: Millis) -> Day {
    let date = date(at);
    // Years, months and days never collide in it; a `Day` promises no more.
    Day::try_from(date.get_full_year() * 512 + date.get_month() * 32 + date.get_date()).unwrap_or_default()
}

/// When a day begins in this time zone, given a date field's value: `2026-11-21`.
pub(crate) fn start_of_day(date: &str) -> Option<Millis> {
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let date = Date::new_with_year_month_day(
        year.parse().ok()?,
        month.parse::<i32>().ok()? - 1,
        day.parse().ok()?,
    );
    (date.get_time() > 0.0).then(|| millis(date.get_time()))
}

/// Today, in the format of a date field.
pub(crate) fn date_of_today() -> String {
    let date = Date::new_0();
    format!(
        "{}-{:02}-{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date()
    )
}

pub(crate) fn yesterday() -> Day {
    let date = Date::new_0();
    date.set_date(date.get_date().wrapping_sub(1));
    day_of(millis(date.get_time()))
}

/// `10:24`, in the language's format.
pub(crate) fn time(at: Millis, language: Language) -> String {
    format(DateStyle::Time, at, language)
}

/// The time for the narrow margin of a row: without the day period (AM or PM).
pub(crate) fn short_time(at: Millis, language: Language) -> String {
    let parts = with_format(DateStyle::Time, language, |format| {
        format.format_to_parts(&date(at))
    });
    let part = |part: &JsValue, name: &str| Reflect::get(part, &name.into()).ok()?.as_string();
    let short: String = parts
        .iter()
        .filter(|one| part(one, "type").as_deref() != Some("dayPeriod"))
        .filter_map(|one| part(&one, "value"))
        .collect();
    short.trim().to_owned()
}

/// How long until the day is over in this time zone.
pub(crate) fn until_tomorrow() -> Duration {
    let now = Date::new_0();
    let (year, month, day) = (now.get_full_year(), now.get_month(), now.get_date());
    #[expect(clippy::cast_possible_wrap, reason = "a month and a day")]
    let tomorrow = Date::new_with_year_month_day(year, month as i32, day as i32 + 1);
    Duration::from_millis((tomorrow.get_time() - now.get_time()).max(0.0) as u64)
}

/// Today, yesterday, or the weekday and date.
pub(crate) fn day_title(at: Millis, language: Language) -> String {
    let day = day_of(at);
    if day == day_of(now()) {
        LanguagePhrases::of(language).today.to_owned()
    } else if day == yesterday() {
        LanguagePhrases::of(language).yesterday.to_owned()
    } else if date(at).get_full_year() == Date::new_0().get_full_year() {
        format(DateStyle::Day, at, language)
    } else {
        format(DateStyle::DayAndYear, at, language)
    }
}

/// Full date and time, for a tooltip.
pub(crate) fn moment(at: Millis, language: Language) -> String {
    format(DateStyle::Moment, at, language)
}

/// A relative time in the language's words: `3 minutes ago`.
pub(crate) fn from_now(at: Millis, language: Language) -> String {
    let (count, unit) = span::apart(now(), at);
    let options = Object::new();
    let _ = Reflect::set(&options, &"numeric".into(), &"auto".into());
    let format = Intl::RelativeTimeFormat::new(&locales(language), &options);
    #[expect(clippy::cast_precision_loss, reason = "a few at most")]
    let count = count as f64;
    format.format(count, unit).into()
}

/// The machine-readable format of a `<time>` element.
pub(crate) fn iso(at: Millis) -> String {
    date(at).to_iso_string().into()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum DateStyle {
    Time,
    Day,
    DayAndYear,
    Moment,
}

impl DateStyle {
    fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Time => &[("hour", "numeric"), ("minute", "2-digit")],
            Self::Day => &[("weekday", "long"), ("month", "long"), ("day", "numeric")],
            Self::DayAndYear => &[
                ("weekday", "long"),
                ("year", "numeric"),
                ("month", "long"),
                ("day", "numeric"),
            ],
            Self::Moment => &[("dateStyle", "full"), ("timeStyle", "medium")],
        }
    }
}

thread_local! {
    /// Cached formats: creating one costs more than a hundred uses.
    static FORMATS: RefCell<Vec<(DateStyle, Language, Intl::DateTimeFormat)>> = const { RefCell::new(Vec::new()) };
}

fn format(shape: DateStyle, at: Millis, language: Language) -> String {
    let format = with_format(shape, language, Intl::DateTimeFormat::format);
    format
        .call1(&JsValue::UNDEFINED, &date(at))
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

fn with_format<T>(shape: DateStyle, language: Language, read: impl FnOnce(&Intl::DateTimeFormat) -> T) -> T {
    FORMATS.with_borrow_mut(|formats| {
        if let Some((.., made)) = formats.iter().find(|(s, l, _)| *s == shape && *l == language) {
            return read(made);
        }
        let options = Object::new();
        for (name, value) in shape.options() {
            let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
        }
        let made = Intl::DateTimeFormat::new(&locales(language), &options);
        let result = read(&made);
        formats.push((shape, language, made));
        result
    })
}

/// Prefers the browser's own variant of the language: `en-GB` writes times differently from
/// `en-US`.
fn locales(language: Language) -> Array {
    let mine = crate::language::of_browser::of_browser().find(|tag| Language::of_tag(tag) == Some(language));
    mine.into_iter()
        .chain([language.tag().to_owned()])
        .map(JsValue::from)
        .collect()
}

/// The last millisecond of a JavaScript `Date`. To format a later one throws.
const LAST_MOMENT: Millis = 8_640_000_000_000_000;

fn date(at: Millis) -> Date {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds stay below 2^53")]
    Date::new(&(at.min(LAST_MOMENT) as f64).into())
}

fn millis(time: f64) -> Millis {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a time after 1970, below 2^53"
    )]
    let millis = time as Millis;
    millis
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn a_time_that_is_no_date_is_shown_as_the_last_one() {
        assert_eq!(iso(Millis::MAX), "+275760-09-13T00:00:00.000Z");
        for language in Language::ALL {
            assert_eq!(moment(Millis::MAX, language), moment(LAST_MOMENT, language));
            assert!(moment(Millis::MAX, language).contains("275760"));
        }
    }
}
