//! The text that `web/src/markup` builds elements of.

/// Steps, separated by a zero character; the first character of each says what it does.
#[derive(Default)]
pub(crate) struct TemplateText(String);

impl TemplateText {
    /// `<div`: an element begins; `~path`: an element of SVG begins.
    pub(crate) fn open(&mut self, tag: &str, svg: bool) {
        self.step(if svg { '~' } else { '<' }, tag);
    }

    /// `>`: the element ends.
    pub(crate) fn close(&mut self) {
        self.step('>', "");
    }

    /// `=class`, and a step that is the value: an attribute that never changes.
    pub(crate) fn attribute(&mut self, name: &str, value: &str) {
        self.step('=', name);
        self.0.push('\0');
        self.0.push_str(value);
    }

    /// `"text`.
    pub(crate) fn text(&mut self, text: &str) {
        self.step('"', text);
    }

    /// A hole: `@class` for an attribute, `.checked` for a property, `!click` for a listener, `&` for
    /// a reference to the element, `?` for a child.
    pub(crate) fn hole(&mut self, kind: char, name: &str) {
        self.step(kind, name);
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }

    fn step(&mut self, kind: char, name: &str) {
        if !self.0.is_empty() {
            self.0.push('\0');
        }
        self.0.push(kind);
        self.0.push_str(name);
    }
}
