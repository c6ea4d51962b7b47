//! A Python that has certain modules, where there is one: that of the environment, or that of the system, for which
//! packages of the system are.

use crate::program::bare;
use std::process::Stdio;

/// The first that can import these; where there is none, it says that this part is skipped.
pub fn with(modules: &str) -> Option<&'static str> {
    let has_all = |python: &&str| {
        let mut command = bare(python);
        command.args(["-c", &format!("import {modules}")]).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let found = ["python3", "/usr/bin/python3"].into_iter().find(has_all);
    if found.is_none() {
        println!("skipped: no python3 has {modules}");
    }
    found
}
