//! Copies each program that uses minimio, and writes `mio` for `minimio` in its
//! `use` lines. The copies are modules of the test `programs`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut modules = String::new();
    let mut table = String::new();
    for path in programs()? {
        println!("cargo::rerun-if-changed={}", path.display());
        let Some(copy) = on_mio(&fs::read_to_string(&path)?) else {
            continue;
        };
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let file = out.join(path.file_name().unwrap_or_default());
        fs::write(&file, copy)?;
        let module = format!("program_{}", name.replace('-', "_"));
        writeln!(modules, "#[path = {file:?}]\nmod {module};").unwrap();
        writeln!(table, "    ({name:?}, {module}::run_on_mio),").unwrap();
    }
    let table = format!("const PROGRAMS: &[Program] = &[\n{table}];\n");
    fs::write(out.join("programs.rs"), modules + &table)
}

/// The files of `examples` whose names begin with the number of a chapter.
fn programs() -> io::Result<Vec<PathBuf>> {
    println!("cargo::rerun-if-changed=build.rs");
    // The manifest has a line for each program, so that a new one is seen.
    println!("cargo::rerun-if-changed=../Cargo.toml");
    let mut paths = Vec::new();
    for file in fs::read_dir(Path::new(".."))? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(|c: char| c.is_ascii_digit())
            && name.ends_with(".rs")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

// ANCHOR: on_mio
/// The program with other `use` lines, and with a function that its parent may
/// call at the end. `None` if it does not use minimio.
fn on_mio(program: &str) -> Option<String> {
    let mut copy = String::new();
    let mut uses_minimio = false;
    for line in program.lines() {
        let indent = line.len() - line.trim_start().len();
        if let Some(path) = line.trim_start().strip_prefix("use minimio::") {
            uses_minimio = true;
            copy += &line[..indent];
            copy += "use mio::";
            copy += path;
        } else {
            copy += line;
        }
        copy += "\n";
    }
    copy += "\npub fn run_on_mio() -> std::process::ExitCode {\n    \
             std::process::Termination::report(main())\n}\n";
    uses_minimio.then_some(copy)
}
// ANCHOR_END: on_mio
