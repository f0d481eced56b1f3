//! The `elt` command: see the library for everything it does.

fn main() -> std::process::ExitCode {
    elt::cli::main()
}
