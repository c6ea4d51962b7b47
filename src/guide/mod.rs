//! The reference for users, topic by topic: what the README leaves out. Texts only; `vpcsim help TOPIC` shows them.

pub mod rules;

macro_rules! topics {
    ($($name:ident, $about:literal;)*) => {
        $(
            #[doc = include_str!(concat!(stringify!($name), ".md"))]
            pub mod $name {}
        )*

        /// Every topic, in the order to read them.
        pub const TOPICS: &[Topic] = &[$(Topic {
            name: stringify!($name),
            about: $about,
            text: include_str!(concat!(stringify!($name), ".md")),
        },)*];
    };
}

/// Something to look up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    /// One word.
    pub name: &'static str,
    /// A line for a list of topics.
    pub about: &'static str,
    /// The text, in Markdown.
    pub text: &'static str,
}

topics! {
    language, "scenarios by example: what a file can say";
    traffic, "daily curves and measured rates";
    tables, "CSV files and how they are read";
    scale, "scenarios with a million hosts, routing tables with 512,000 routes";
    billing, "bills, price books, measured samples";
    reports, "what the words in reports mean, files, exit codes";
    speed, "how fast, and on which roads packets are carried";
    limits, "what is modelled, and what is not";
}
