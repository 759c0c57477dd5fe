//! What holds the book to what mdBook and its readers expect of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::Problem;
use crate::load::{Book, Page};
use crate::markdown::regex;

/// The ids that links from elsewhere may lead to, one a line.
pub const IDS: &str = "book/tests/ids.txt";

/// No id that was once in [`IDS`] disappears.
pub fn ids(book: &Book) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, line) in book.read(IDS).unwrap_or_default().lines().enumerate()
    {
        let (address, id) = line.split_once('#').unwrap_or((line, ""));
        let page = book.pages().find(|it| it.address == Path::new(address));
        let what = match page {
            Some(page) if id.is_empty() || all_ids(page).contains(id) => None,
            Some(_) => Some(format!(
                "`{line}` was published and is gone: give that place \
                 <a id=\"{id}\"></a>"
            )),
            // A page of mdBook's that leads on to another.
            None if book.output.contains(Path::new(address)) => None,
            None => Some(format!(
                "the page of `{line}` was published and is gone: add it to \
                 [output.html.redirect]"
            )),
        };
        problems.extend(what.map(|what| Problem::at(IDS, index + 1, what)));
    }
    problems
}

fn all_ids(page: &Page) -> BTreeSet<&str> {
    let elements = page.select("main [id]").into_iter();
    elements.filter_map(|element| element.attr("id")).collect()
}

/// What [`IDS`] should have: all that it has, and those of today's pages,
/// headings and terms.
pub fn with_new_ids(book: &Book) -> String {
    let listed = book.read(IDS).unwrap_or_default();
    let mut lines: BTreeSet<_> = listed.lines().map(str::to_owned).collect();
    for page in book.pages() {
        let address = page.address.to_string_lossy().replace('\\', "/");
        let named = "main :is(h1, h2, h3, h4, h5, h6, dt, a)[id]";
        for element in page.select(named) {
            let id = element.attr("id").unwrap_or_default();
            lines.insert(format!("{address}#{id}"));
        }
        lines.insert(address);
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

/// The templates of ours are of the mdBook that the checks are built with and
/// the README names, and the version in them is the workspace's.
pub fn theme(book: &Book) -> Vec<Problem> {
    let lock = table(book, "Cargo.lock");
    let packages = lock.get("package").and_then(Value::as_array);
    let mdbook = packages
        .into_iter()
        .flatten()
        .find(|it| it["name"].as_str() == Some("mdbook-driver"))
        .and_then(|it| it["version"].as_str())
        .unwrap_or_default();
    let manifest = table(book, "Cargo.toml");
    let ours = manifest
        .get("workspace")
        .and_then(|it| it.get("package")?.get("version")?.as_str())
        .unwrap_or_default();
    let html = book.config.html_config().unwrap_or_default();
    let dir = html.theme.unwrap_or_else(|| PathBuf::from("theme"));

    let template = "mdBook's template of that version may differ: compare, \
                    and change this";
    let places = [
        (dir.join("index.hbs"), r"mdBook (\S+)'s", mdbook, template),
        (
            dir.join("toc.html.hbs"),
            r"mdBook (\S+)'s",
            mdbook,
            template,
        ),
        (
            PathBuf::from("README.md"),
            r"mdbook --version (\S+)",
            mdbook,
            "let readers have what is tested",
        ),
        (
            dir.join("index.hbs"),
            r", version ([^,\s]+)",
            ours,
            "that is what the manifest has",
        ),
    ];
    let mut problems = Vec::new();
    for (file, pattern, version, why) in places {
        let text = book.read(&file).unwrap_or_default();
        for found in regex(pattern).captures_iter(&text) {
            if &found[1] != version {
                let what = format!("`{}` is not {version}: {why}", &found[0]);
                problems.push(Problem::near(&file, &text, &found[0], what));
            }
        }
    }
    problems
}

fn table(book: &Book, file: &str) -> Table {
    let text = book.read(file).unwrap_or_default();
    text.parse().unwrap_or_default()
}
