//! The `elt` command: see the library for everything it does.

/// Many threads allocate at once here, and the system's allocator grows a thread's heap page by page.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    elt::cli::main()
}
