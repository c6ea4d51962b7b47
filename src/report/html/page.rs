//! The frame of every page: head, policy, style, script, and the documents inside. It knows no subject.

use crate::report::format::markup::markup;
use crate::units::escaped;
use std::fmt::Write;
use xxhash_rust::xxh3::xxh3_128;

/// What every page says of itself first.
const MADE: &str = "<!doctype html>\n<!-- A page written by vpcsim -->\n";

const STYLE: &str = include_str!("page.css");
/// In the order in which they build on each other.
const SCRIPT: [&str; 9] = [
    include_str!("script/format.js"),
    include_str!("script/dom.js"),
    include_str!("script/table.js"),
    include_str!("script/scale.js"),
    include_str!("script/plot.js"),
    include_str!("script/time.js"),
    include_str!("script/run.js"),
    include_str!("script/bill.js"),
    include_str!("script/start.js"),
];

/// A page before it is written.
pub struct Frame<'a> {
    /// Of the window.
    pub title: &'a str,
    /// Markup of the answer, at the top.
    pub answer: String,
    /// Markup of the sections that need no script and come before those that it draws.
    pub sections: String,
    /// The report in plain text, for those without script and for copying.
    pub text: &'a str,
    /// The documents, by the name under which the script finds them.
    pub documents: Vec<(&'static str, String)>,
}

impl Frame<'_> {
    /// The page.
    pub fn page(&self) -> String {
        let mut page = String::from(MADE);
        let key = self.key();
        let title = text(self.title);
        // Writing to a String cannot fail.
        let _ = write!(
            page,
            "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'nonce-{key}'; \
             script-src 'nonce-{key}'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{title}</title>\n<style nonce=\"{key}\">\n{STYLE}</style>\n</head>\n<body>\n"
        );
        page += &self.body();
        for (name, document) in &self.documents {
            let _ = writeln!(page, "<script type=\"application/json\" id=\"{name}\">{document}</script>");
        }
        let _ = write!(page, "<script nonce=\"{key}\">\n\"use strict\";\n(() => {{\n");
        SCRIPT.iter().for_each(|part| page += part);
        page += "})();\n</script>\n</body>\n</html>\n";
        page
    }

    fn body(&self) -> String {
        let Frame { answer, sections, text, .. } = self;
        let (text, version) = (lines(text), env!("CARGO_PKG_VERSION"));
        format!(
            "<a class=\"skip\" href=\"#main\">Skip to the report</a>\n<header class=\"answer\">\n{answer}</header>\n\
             <div id=\"tools\"></div>\n<main id=\"main\">\n\
             <noscript><p class=\"note\">Tables and charts are drawn by a script, which does not run here. The report \
             as text, below, has the numbers.</p></noscript>\n{sections}<div id=\"drawn\"></div>\n\
             <section id=\"text\" aria-labelledby=\"text-title\">\n<h2 id=\"text-title\">As text</h2>\n<details>\n\
             <summary>The report as vpcsim prints it</summary>\n\
             <pre tabindex=\"0\" role=\"region\" aria-label=\"The report as text\">{text}</pre>\n</details>\n\
             </section>\n</main>\n<footer><p>Made by vpcsim {version}. This page asks nobody for \
             anything.</p></footer>\n"
        )
    }

    /// Only our own style and script may run: they have this key, which depends on everything in the page, so that no
    /// name in a scenario can know it.
    fn key(&self) -> String {
        let documents = self.documents.iter().map(|(_, document)| document.as_str());
        let all: Vec<&str> = [&self.answer, &self.sections, self.text].into_iter().chain(documents).collect();
        format!("{:032x}", xxh3_128(all.concat().as_bytes()))
    }
}

/// Whether a file that begins with `text` is a page.
pub fn begins(text: &str) -> bool {
    text.starts_with(MADE)
}

/// A text as markup: nothing in it is markup, and nothing in it steers.
pub fn text(plain: &str) -> String {
    markup(&escaped(plain))
}

/// The same for a text of several lines.
pub fn lines(plain: &str) -> String {
    plain.lines().map(|line| text(line) + "\n").collect()
}
