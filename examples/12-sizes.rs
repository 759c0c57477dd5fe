//! Chapter 12: how large minimio and mio are, in lines of code.
//!
//! Neither blank lines nor comments count.
//!
//! ```sh
//! cargo run --example 12-sizes
//! ```

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// What only mio has, by a part of the names of its files.
const ONLY_IN_MIO: [(&str, &[&str]); 3] = [
    ("Unix sockets", &["/uds/"]),
    ("pipes", &["sys/unix/pipe.rs", "named_pipe.rs"]),
    (
        "other systems",
        &[
            "event_ports.rs",
            "selector/poll.rs",
            "registered_io_source.rs",
            "single_threaded.rs",
            "sys/shell/",
            "wasip1/",
        ],
    ),
];

fn main() -> io::Result<()> {
    let minimio = count(&Path::new(HERE).join("../minimio/src"))?;
    let mio = count(&folder_of_mio()?.join("src"))?;

    row("", "minimio", "mio");
    line("all", &minimio, &mio, |_| true);
    for (name, parts) in ONLY_IN_MIO {
        line(name, &minimio, &mio, |file| is_of(file, parts));
    }
    line("the rest", &minimio, &mio, |file| {
        !ONLY_IN_MIO.iter().any(|(_, parts)| is_of(file, parts))
    });
    Ok(())
}

fn is_of(file: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| file.contains(part))
}

fn line(
    name: &str,
    minimio: &[(String, usize)],
    mio: &[(String, usize)],
    is_counted: impl Fn(&str) -> bool,
) {
    let sum = |files: &[(String, usize)]| {
        let counted = files.iter().filter(|(file, _)| is_counted(file));
        counted.map(|(_, lines)| lines).sum::<usize>().to_string()
    };
    row(name, &sum(minimio), &sum(mio));
}

fn row(name: &str, minimio: &str, mio: &str) {
    println!("{name:14} {minimio:>8} {mio:>8}");
}

/// The files under a folder, and how many lines of code each has.
fn count(folder: &Path) -> io::Result<Vec<(String, usize)>> {
    let mut counts = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            counts.extend(count(&path)?);
        } else {
            let text = fs::read_to_string(&path)?;
            let lines = text.lines().map(str::trim);
            let is_code = |it: &&str| !it.is_empty() && !it.starts_with("//");
            let name = path.to_string_lossy().replace('\\', "/");
            counts.push((name, lines.filter(is_code).count()));
        }
    }
    Ok(counts)
}

/// Where cargo keeps the source of the mio that this package depends on.
fn folder_of_mio() -> io::Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let answer = Command::new(cargo)
        .current_dir(HERE)
        .args(["metadata", "--format-version=1", "--locked"])
        // What other systems need may not have been downloaded.
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .output()?;
    let answer = String::from_utf8_lossy(&answer.stdout);
    let is_mios = |folder: &&Path| {
        let name = folder.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with("mio-1.")
    };
    // Each package has a "manifest_path".
    let mut manifests = answer.split('"').filter_map(|it| {
        let path = Path::new(it);
        path.ends_with("Cargo.toml").then(|| path.parent())?
    });
    let folder = manifests.find(is_mios).map(Path::to_owned);
    folder.ok_or_else(|| io::Error::other("cargo does not know where mio is"))
}
