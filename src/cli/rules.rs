//! `vpcsim rules`: the rules that reports and complaints cite. The texts are in the guide.

use super::args::RulesArgs;
use super::exit::Exit;
use super::output;
use crate::guide::rules::{find, rules};
use crate::report;

/// Lists all rules, or explains those named.
pub(super) fn explain(args: &RulesArgs) -> Exit {
    if args.numbers.is_empty() {
        let lines = rules().map(|rule| format!("{:5} {}\n", rule.number, rule.title));
        return output::stdout(&lines.collect::<String>());
    }
    let mut texts = Vec::new();
    for cited in &args.numbers {
        match find(cited) {
            Some(rule) => texts.push(rule.text),
            None => {
                output::talk(&format!(
                    "vpcsim: there is no rule `{cited}`: they are numbered S1 to S52 (vpcsim rules)"
                ));
                return Exit::CannotDo;
            }
        }
    }
    let page = output::page(false);
    output::report(&report::markdown(&texts.join("\n\n"), &page), &page)
}
