//! The editor's list of programs is made from the manifest and from the sessions
//! of the debugger: one entry for each program, which builds it first, and names
//! the functions at which the book stops.
//!
//! After a change, `SNAPSHOTS=overwrite cargo test -p examples --test vscode`
//! writes `.vscode/launch.json` anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use snapbox::assert::Action;
use snapbox::{Assert, Data, IntoData};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(file: &str) -> String {
    fs::read_to_string(workspace().join(file)).unwrap_or_default()
}

/// The names of the programs, sorted: by chapter.
fn programs() -> Vec<String> {
    let manifest: toml::Table = read("examples/Cargo.toml").parse().unwrap();
    let examples = manifest["example"].as_array().unwrap();
    let names = examples.iter().filter_map(|it| it["name"].as_str());
    let mut names: Vec<String> = names.map(String::from).collect();
    names.sort();
    names
}

/// The functions at which the session of this program stops.
fn breakpoints(name: &str) -> Vec<String> {
    let session = read(&format!("examples/{name}.gdb"));
    let lines = session.lines();
    let places = lines.filter_map(|it| it.strip_prefix("break "));
    // Without `if` and `thread`.
    let mut names: Vec<String> = places
        .filter_map(|it| it.split(' ').next())
        .map(String::from)
        .collect();
    names.dedup();
    names
}

fn launch() -> String {
    let mut text = String::from(
        "// Made by examples/tests/vscode.rs, which says how. Entries named\n\
         // \"NAME (Windows)\" are for the C/C++ extension and a program of the\n\
         // MSVC toolchain, all others for CodeLLDB.\n\
         {\n  \"version\": \"0.2.0\",\n  \"configurations\": [",
    );
    let mut first = true;
    for name in programs() {
        let chapter = name.split('-').next().unwrap();
        let group = match chapter.parse::<u32>() {
            Ok(_) => format!("chapter {chapter}"),
            Err(_) => "0 servers".into(),
        };
        let source = read(&format!("examples/{name}.rs"));
        let needs = ["mod linux {", "has_kqueue", "mod unix {"];
        let not_windows = needs.iter().any(|it| source.contains(it));
        for windows in [false, true] {
            if windows && not_windows {
                continue;
            }
            text += if first { "\n" } else { ",\n" };
            first = false;
            entry(&mut text, &name, &group, windows);
        }
    }
    text += "\n  ]\n}\n";
    text
}

fn entry(text: &mut String, name: &str, group: &str, windows: bool) {
    let places = breakpoints(name);
    if !places.is_empty() && !windows {
        *text += "    // Stop at:\n";
        for place in places {
            writeln!(text, "    //   {place}").unwrap();
        }
    }
    let (title, kind) = match windows {
        false => (name.to_owned(), "lldb"),
        true => (format!("{name} (Windows)"), "cppvsdbg"),
    };
    writeln!(text, "    {{").unwrap();
    writeln!(text, "      \"name\": \"{title}\",").unwrap();
    writeln!(text, "      \"type\": \"{kind}\",").unwrap();
    writeln!(text, "      \"request\": \"launch\",").unwrap();
    if windows {
        let program = format!("target/debug/examples/{name}.exe");
        writeln!(text, "      \"preLaunchTask\": \"build the programs\",")
            .unwrap();
        writeln!(
            text,
            "      \"program\": \"${{workspaceFolder}}/{program}\","
        )
        .unwrap();
    } else {
        writeln!(
            text,
            "      \"cargo\": {{ \"args\": [\"build\", \"--example={name}\", \
             \"--package=examples\"] }},"
        )
        .unwrap();
        writeln!(
            text,
            "      \"initCommands\": [\"command script import \
             ${{workspaceFolder}}/minimio/debugger/minimio.py\"],"
        )
        .unwrap();
    }
    writeln!(text, "      \"args\": [],").unwrap();
    writeln!(text, "      \"cwd\": \"${{workspaceFolder}}\",").unwrap();
    let order = if windows { 2 } else { 1 };
    writeln!(
        text,
        "      \"presentation\": {{ \"group\": \"{group}\", \"order\": {order} }}"
    )
    .unwrap();
    *text += "    }";
}

#[test]
fn the_editor_lists_each_program() {
    let path = workspace().join(".vscode/launch.json");
    let actual = launch();
    let expected = read(".vscode/launch.json");
    let same = Assert::new().try_eq(
        Some(&path.display()),
        actual.as_str().into_data().raw(),
        Data::text(expected).raw(),
    );
    match (same, Action::with_env_var("SNAPSHOTS")) {
        (Ok(()), _) => {}
        (Err(_), Some(Action::Overwrite)) => fs::write(path, actual).unwrap(),
        (Err(difference), _) => panic!("{difference}"),
    }
}

fn json(file: &str) -> serde_json::Value {
    let text = read(file);
    let is_comment = |it: &&str| it.trim_start().starts_with("//");
    let lines = text.lines().filter(|it| !is_comment(it));
    let text = lines.collect::<Vec<_>>().join("\n");
    serde_json::from_str(&text).unwrap_or_else(|it| panic!("{file}: {it}"))
}

/// Each file of the editor is JSON with comments at the beginning of lines, and
/// what is built before a program exists.
#[test]
fn what_the_entries_name_exists() {
    let launch = json(".vscode/launch.json");
    let tasks = json(".vscode/tasks.json");
    let extensions = json(".vscode/extensions.json");
    json(".devcontainer/devcontainer.json");

    let label = |it: &serde_json::Value| it["label"].as_str().map(String::from);
    let tasks = tasks["tasks"].as_array().unwrap();
    let labels: Vec<String> = tasks.iter().filter_map(label).collect();
    for entry in launch["configurations"].as_array().unwrap() {
        if let Some(task) = entry.get("preLaunchTask") {
            let task = task.as_str().unwrap();
            assert!(labels.iter().any(|it| it == task), "no task {task}");
        }
    }
    let extensions = extensions["recommendations"].as_array().unwrap();
    let has = |name| extensions.iter().any(|it| it.as_str() == Some(name));
    // Whose `lldb` and `cppvsdbg` are.
    assert!(has("vadimcn.vscode-lldb") && has("ms-vscode.cpptools"));
}
