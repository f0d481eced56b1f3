//! Lets every binary of this package (the program, its tests) find `libduckdb` where it was
//! linked, without `LD_LIBRARY_PATH`, and says what to do when the library is not there.
//!
//! `.cargo/config.toml` points `DUCKDB_LIB_DIR` at the folder `script/fetch-libduckdb` fills; a
//! variable set in the environment wins. Where it is not set at all (an installation from outside
//! the checkout), the linker's own search path decides. With the feature `bundled` DuckDB is
//! inside the binary and there is nothing to find.

use std::env;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=DUCKDB_LIB_DIR");
    if env::var_os("CARGO_FEATURE_BUNDLED").is_some() {
        return;
    }
    let system = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if let Some(folder) = env::var_os("DUCKDB_LIB_DIR").map(PathBuf::from) {
        let library = folder.join(library_name(&system));
        println!("cargo::rerun-if-changed={}", library.display());
        if !library.is_file() {
            explain_missing(&library);
            return;
        }
        if system != "windows" {
            let folder = folder.canonicalize().unwrap_or(folder);
            println!("cargo::rustc-link-arg=-Wl,-rpath,{}", folder.display());
        }
    }
    // An unpacked release keeps the library beside the program or in `lib`.
    let origin = match system.as_str() {
        "windows" => return,
        "macos" => "@loader_path",
        _ => "$ORIGIN",
    };
    println!("cargo::rustc-link-arg=-Wl,-rpath,{origin}");
    println!("cargo::rustc-link-arg=-Wl,-rpath,{origin}/../lib");
}

fn library_name(system: &str) -> &'static str {
    match system {
        "windows" => "duckdb.lib",
        "macos" => "libduckdb.dylib",
        _ => "libduckdb.so",
    }
}

fn explain_missing(library: &Path) {
    println!("cargo::error=`{}` does not exist: DuckDB cannot be linked", library.display());
    println!("cargo::error=run `script/fetch-libduckdb` once, it fetches the pinned library");
    println!(
        "cargo::error=or point `DUCKDB_LIB_DIR` at a folder that holds libduckdb 1.5.6, \
         or compile DuckDB from source (about 46 CPU minutes): \
         `cargo build --release --features bundled`"
    );
}
