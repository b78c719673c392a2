//! XML, with nothing in it that XML has no way to say.

use crate::clean::{clean, clean_lines};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// A document that is being written; its elements are closed in turn.
pub(crate) struct Xml(Writer<Vec<u8>>);

/// Attributes: names and values.
pub(crate) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Xml {
    pub(crate) fn new() -> Self {
        let mut xml = Self(Writer::new_with_indent(Vec::new(), b' ', 2));
        xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml
    }

    /// An element with others in it.
    pub(crate) fn element(&mut self, name: &str, attributes: Attributes<'_>, content: impl FnOnce(&mut Self)) {
        self.event(Event::Start(start(name, attributes)));
        content(self);
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// An element with nothing in it.
    pub(crate) fn empty(&mut self, name: &str, attributes: Attributes<'_>) {
        self.event(Event::Empty(start(name, attributes)));
    }

    /// An element with text in it.
    pub(crate) fn text(&mut self, name: &str, attributes: Attributes<'_>, text: &str) {
        self.element(name, attributes, |xml| xml.event(Event::Text(BytesText::new(&sayable(text)))));
    }

    /// The document, with a line end.
    pub(crate) fn done(self) -> String {
        let mut text = String::from_utf8_lossy(&self.0.into_inner()).into_owned();
        text.push('\n');
        text
    }

    fn event(&mut self, event: Event<'_>) {
        // Written to memory: there is nothing to fail.
        let written = self.0.write_event(event);
        debug_assert!(written.is_ok(), "internal error: {written:?}");
    }
}

fn start<'a>(name: &'a str, attributes: Attributes<'_>) -> BytesStart<'a> {
    let mut element = BytesStart::new(name);
    for (name, value) in attributes {
        element.push_attribute((*name, characters(&clean(value)).as_str()));
    }
    element
}

/// Lines in which control characters are visible.
fn sayable(text: &str) -> String {
    characters(&clean_lines(text, ""))
}

/// Two code points that XML forbids, and that are no characters, are replaced.
fn characters(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_can_be_said() {
        let mut xml = Xml::new();
        xml.element("a", &[("b", "<\"'&>\x1b\n\u{ffff}")], |xml| xml.text("c", &[], "]]> <&\x08\u{fffe}\nnext"));
        assert_eq!(
            xml.done(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a b=\"&lt;&quot;&apos;&amp;&gt;\u{241b} \u{fffd}\">\n  \
             <c>]]&gt; &lt;&amp;\u{2408}\u{fffd}\nnext</c>\n</a>\n"
        );
    }
}
