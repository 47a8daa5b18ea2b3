//! A message's text as elements.

use leptos::prelude::*;
use steadfast_shared::{Person, UserId};

use crate::connection::context::ChatContext;
use crate::language::locale::Locale;
use crate::markdown::{Inline, Label, ListItem, MarkdownBlock};
use crate::markup::view;
use crate::people::phrases::PeoplePhrases;
use crate::ui::clipboard;
use crate::ui::icon::{Icon, IconShape};
use crate::ui::phrases::UiPhrases;
use crate::ui::toast::Toasts;

/// A message's text as elements of the page, never as HTML that a person typed.
#[component]
pub(crate) fn Prose(
    blocks: Vec<MarkdownBlock>,
    /// The people mentioned in it.
    mentioned: Vec<Person>,
) -> impl IntoView {
    let (chat, locale) = (ChatContext::here(), Locale::here());
    let me = chat.read(|session| session.account().me().map(|me| me.id));
    let renderer = ProseRenderer {
        locale,
        me,
        mentioned,
    };
    view! { <div class="row-text prose" data-testid="row-text">{renderer.blocks(blocks)}</div> }
}

struct ProseRenderer {
    locale: Locale,
    me: Option<UserId>,
    mentioned: Vec<Person>,
}

impl ProseRenderer {
    fn blocks(&self, blocks: Vec<MarkdownBlock>) -> Vec<AnyView> {
        blocks.into_iter().map(|block| self.block(block)).collect()
    }

    fn block(&self, block: MarkdownBlock) -> AnyView {
        match block {
            MarkdownBlock::Prose(inlines) => view! { <p>{self.inlines(inlines)}</p> }.into_any(),
            MarkdownBlock::Code { language, text } => view! { <Code language text /> }.into_any(),
            MarkdownBlock::Quote(blocks) => {
                view! { <blockquote>{self.blocks(blocks)}</blockquote> }.into_any()
            }
            MarkdownBlock::List { label, items } => {
                let wide = items
                    .iter()
                    .any(|item| item.number >= Some(100))
                    .then_some("true");
                let items: Vec<_> = items.into_iter().map(|item| self.item(item)).collect();
                match label {
                    Label::Dot => view! { <ol data-wide=wide>{items}</ol> }.into_any(),
                    Label::Parenthesis => {
                        view! { <ol class="in-parentheses" data-wide=wide>{items}</ol> }.into_any()
                    }
                    Label::Dash | Label::Asterisk | Label::Plus => view! { <ul>{items}</ul> }.into_any(),
                }
            }
        }
    }

    fn item(&self, ListItem { number, blocks }: ListItem) -> AnyView {
        let number = number.map(|number| number.to_string());
        view! { <li value=number>{self.blocks(blocks)}</li> }.into_any()
    }

    fn inlines(&self, inlines: Vec<Inline>) -> Vec<AnyView> {
        inlines.into_iter().map(|inline| self.inline(inline)).collect()
    }

    fn inline(&self, inline: Inline) -> AnyView {
        match inline {
            Inline::Text(text) => text.into_any(),
            Inline::Code(text) => view! { <code>{text}</code> }.into_any(),
            Inline::Strong(inner) => view! { <strong>{self.inlines(inner)}</strong> }.into_any(),
            Inline::Emphasis(inner) => view! { <em>{self.inlines(inner)}</em> }.into_any(),
            Inline::Struck(inner) => view! { <s>{self.inlines(inner)}</s> }.into_any(),
            Inline::Link { to, words } => {
                // A link's text may claim anything; the tooltip shows the true address.
                let title = to.clone();
                view! {
                    <a href=to title=title target="_blank" rel="noopener noreferrer nofollow">
                        {self.inlines(words)}
                    </a>
                }
                .into_any()
            }
            Inline::Mention(user) => self.mention(user),
        }
    }

    fn mention(&self, user: UserId) -> AnyView {
        let locale = self.locale;
        let mine = (Some(user) == self.me).then_some("true");
        let person = self.mentioned.iter().find(|person| person.id == user);
        let name = person.map(|person| person.name.clone());
        let name = move || {
            name.clone()
                .unwrap_or_else(|| PeoplePhrases::of(locale.language()).somebody.to_owned())
        };
        view! { <span class="mention" data-testid="mention" data-mine=mine>"@"{name}</span> }.into_any()
    }
}

/// Code in a box of its own: as wide as its lines, and scrolled if the page is narrower.
#[component]
fn Code(language: String, text: String) -> impl IntoView {
    let locale = Locale::here();
    let toasts = Toasts::here();
    let copied = text.clone();
    let language = (!language.is_empty()).then(|| view! { <span class="code-language">{language}</span> });
    view! {
        <div class="code">
            <pre tabindex="0" role="group" aria-label=locale.says(|l| UiPhrases::of(l).code)>
                <code>{text}</code>
            </pre>
            <div class="code-tools">
                {language}
                <button
                    type="button"
                    class="button button-quiet button-small button-icon"
                    data-testid="copy-code"
                    title=locale.says(|l| UiPhrases::of(l).copy_code)
                    aria-label=locale.says(|l| UiPhrases::of(l).copy_code)
                    on:click=move |_| clipboard::copy(toasts, copied.clone())
                >
                    <Icon shape=IconShape::Copy />
                </button>
            </div>
        </div>
    }
}
