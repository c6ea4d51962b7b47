//! `vpcsim man`: the manual, one page with a section for each subcommand, from the declared arguments.

use super::args::Args;
use super::exit::Exit;
use super::output;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use std::io::{self, Write};

/// Options common to all subcommands, shown only once on the page.
const COMMON: [&str; 3] = ["help", "quiet", "verbose"];

/// Prints the page.
pub(super) fn man() -> Exit {
    let mut page = Vec::new();
    match write_page(&mut page) {
        Ok(()) => output::stdout(&String::from_utf8_lossy(&page)),
        failed => output::verdict(failed),
    }
}

fn write_page(page: &mut Vec<u8>) -> io::Result<()> {
    let mut program = Args::command().disable_help_subcommand(true);
    program.build();
    let man = Man::new(program.clone());
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    write_subcommands(&program, page)
}

/// A section for each subcommand that does something itself.
fn write_subcommands(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    for inner in command.get_subcommands() {
        if inner.has_subcommands() {
            write_subcommands(inner, page)?;
        } else {
            write_subcommand(inner, page)?;
        }
    }
    Ok(())
}

fn write_subcommand(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let common = |command: Command, name: &&str| command.mut_arg(name, |arg| arg.hide(true));
    let man = Man::new(COMMON.iter().fold(command.clone(), common));
    writeln!(page, ".SH \"{}\"", command.get_bin_name().unwrap_or(command.get_name()).to_uppercase())?;
    for part in [Man::render_synopsis_section, Man::render_description_section, Man::render_options_section] {
        let mut section = Vec::new();
        part(&man, &mut section)?;
        // The parts share one heading.
        let text = String::from_utf8_lossy(&section);
        for line in text.lines() {
            writeln!(page, "{}", if line.starts_with(".SH") { ".PP" } else { line })?;
        }
    }
    Ok(())
}
