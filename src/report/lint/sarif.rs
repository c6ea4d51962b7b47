//! Findings as SARIF 2.1.0 (OASIS), which code hosts show beside the lines of a file. Every lint is a rule of the tool,
//! whether it was found or not. A fix is part of the message: SARIF's own fixes replace text, and these do not.

use super::model::Remark;
use crate::diagnose::Severity;
use crate::diagnose::lint::{LIST, Lint};
use crate::report::format::json::pretty;
use serde_sarif::sarif::{
    ArtifactLocation, Location, Message, MultiformatMessageString, PhysicalLocation, Region, ReportingConfiguration,
    ReportingDescriptor, Result, ResultLevel, Run, SCHEMA_URL, Sarif, Tool, ToolComponent,
};

/// All findings as an indented SARIF document that ends in a newline.
pub fn sarif(findings: &[Remark]) -> String {
    let driver = ToolComponent::builder()
        .name("vpcsim")
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(LIST.iter().map(rule).collect::<Vec<_>>())
        .build();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .column_kind("unicodeCodePoints")
        .results(findings.iter().map(result).collect::<Vec<_>>())
        .build();
    pretty(&Sarif::builder().schema(SCHEMA_URL).version("2.1.0").runs(vec![run]).build())
}

fn rule(lint: &Lint) -> ReportingDescriptor {
    let said = |text: &str| MultiformatMessageString::builder().text(text).build();
    let help = format!("Rules {} of VPC peering (vpcsim rules); all lints: vpcsim help lint.", lint.rules);
    ReportingDescriptor::builder()
        .id(lint.code)
        .short_description(said(lint.condition))
        .full_description(said(lint.condition))
        .help(said(&help))
        .default_configuration(ReportingConfiguration::builder().level(level(lint.worst).to_string()).build())
        .build()
}

fn result(remark: &Remark) -> Result {
    let fix = remark.fix.as_ref().map_or(String::new(), |fix| format!("\n\n{fix}"));
    let message = Message::builder().text(format!("{}{fix}", remark.message)).build();
    let mut result = Result::builder()
        .rule_id(remark.code.as_str())
        .level(level(remark.severity))
        .message(message)
        .locations(vec![Location::builder().physical_location(place(remark)).build()])
        .build();
    let index = LIST.iter().position(|lint| lint.code == remark.code);
    result.rule_index = index.and_then(|index| i64::try_from(index).ok());
    result
}

fn place(remark: &Remark) -> PhysicalLocation {
    let file = ArtifactLocation::builder().uri(uri(&remark.file)).build();
    let mut place = PhysicalLocation::builder().artifact_location(file).build();
    let number = |from_one: usize| i64::try_from(from_one).unwrap_or(i64::MAX);
    place.region = remark
        .line
        .zip(remark.column)
        .map(|(line, column)| Region::builder().start_line(number(line)).start_column(number(column)).build());
    place
}

const fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Error => ResultLevel::Error,
        Severity::Warning => ResultLevel::Warning,
        Severity::Info => ResultLevel::Note,
    }
}

/// A path as a URI reference (RFC 3986).
fn uri(path: &str) -> String {
    let written = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    path.bytes().map(written).collect()
}
