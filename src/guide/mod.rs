//! The user reference, topic by topic, beyond the README. Texts only; `vpcsim help TOPIC` shows them.

pub mod rules;

macro_rules! topics {
    ($($name:ident, $about:literal;)*) => {
        $(
            #[doc = include_str!(concat!(stringify!($name), ".md"))]
            pub mod $name {}
        )*

        /// Every topic, in reading order.
        pub const TOPICS: &[Topic] = &[$(Topic {
            name: stringify!($name),
            about: $about,
            text: include_str!(concat!(stringify!($name), ".md")),
        },)*];
    };
}

/// A topic to look up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    /// Its name, one word.
    pub name: &'static str,
    /// Its line in the list of topics.
    pub about: &'static str,
    /// Its text, in Markdown.
    pub text: &'static str,
}

topics! {
    language, "scenarios by example: what a file can say";
    traffic, "daily curves and measured rates";
    tcp, "TCP connections: keys, what is counted, what limits them";
    why, "who reaches whom, why not, and what mends it: matrix, explain, reach, diff";
    codes, "every way in which a packet ends, with its exact condition";
    tables, "CSV files and how they are read";
    scale, "scenarios with a million hosts, routing tables with 512,000 routes";
    billing, "bills, price books, measured samples";
    captures, "pcapng files of a run: where, which packets, what is said of each";
    logs, "flow logs: who sent how much to whom, as AWS and CCN write it";
    metrics, "metrics of a run: OpenMetrics text, live for Prometheus, a dashboard";
    page, "runs and bills as pages for browsers: charts over time, tables, search";
    notebooks, "series and delays for pandas and its kind: CSV, Parquet, HdrHistogram";
    folders, "everything a run leaves, in one folder, and showing it again";
    reports, "what the words in reports mean, files, exit codes";
    sweep, "many runs of one file: ranges of keys, the highest lossless rate, service tests";
    speed, "how fast, and on which roads packets are carried";
    lint, "every finding of lint, and when exactly it is found";
    lab, "a network in the browser, for one or for a class: watch, break, mend, go back";
    lessons, "scenarios with goals: how to learn by them, what is checked, how to write one";
    limits, "what is modelled, and what is not";
}
