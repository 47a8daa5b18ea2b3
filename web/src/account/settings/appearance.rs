//! The language and theme of this device.

use leptos::prelude::*;

use crate::account::phrases::SettingsPhrases;
use crate::language::locale::Locale;
use crate::language::{Language, Phrase};
use crate::markup::view;
use crate::storage::preferences::Theme;
use crate::ui::appearance::Appearance;

#[component]
pub(crate) fn Appearance() -> impl IntoView {
    let locale = Locale::here();
    let appearance = Appearance::here();
    let languages = Language::ALL.into_iter().map(|language| {
        view! {
            <label class="segment" lang=language.tag()>
                <input
                    type="radio"
                    name="language"
                    data-testid=format!("language-{}", language.tag())
                    prop:checked=move || locale.language() == language
                    on:change=move |_| locale.set_language(language)
                />
                <span>{language.own_name()}</span>
            </label>
        }
    });
    let themes = Theme::ALL.into_iter().map(|theme| {
        view! {
            <label class="segment">
                <input
                    type="radio"
                    name="theme"
                    data-testid=format!("theme-{}", theme.name())
                    prop:checked=move || appearance.theme.get() == theme
                    on:change=move |_| appearance.set_theme(theme)
                />
                <span>{locale.says(words_of(theme))}</span>
            </label>
        }
    });
    view! {
        <section class="setting">
            <fieldset class="segments">
                <legend>{locale.says(|l| SettingsPhrases::of(l).language)}</legend>
                {languages.collect_view()}
            </fieldset>
            <fieldset class="segments">
                <legend>{locale.says(|l| SettingsPhrases::of(l).theme)}</legend>
                {themes.collect_view()}
            </fieldset>
        </section>
    }
}

fn words_of(theme: Theme) -> Phrase {
    match theme {
        Theme::System => |l| SettingsPhrases::of(l).theme_system,
        Theme::Light => |l| SettingsPhrases::of(l).theme_light,
        Theme::Dark => |l| SettingsPhrases::of(l).theme_dark,
    }
}
