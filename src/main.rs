//! The `vpcsim` command: calls [`vpcsim::cli`] and ends with its exit code. Nothing else.

use std::process::ExitCode;

#[global_allocator]
static MEMORY: vpcsim::cli::Memory = vpcsim::cli::Memory;

fn main() -> ExitCode {
    vpcsim::cli::main()
}
