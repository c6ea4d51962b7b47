//! The `vpcsim` command: hands over to [`vpcsim::cli`] and ends with its exit code. Nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    vpcsim::cli::main()
}
