//! What holds the chapters to each other, and to the rules of writing.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::LazyLock;

use regex::{Regex, escape};
use scraper::{ElementRef, Html};
use toml::{Table, Value};

use crate::Problem;
use crate::code::{CRATE, named_chapter};
use crate::load::{Book, Page, select, text};
use crate::markdown::{Kind, blocks, regex, render};

/// SUMMARY.md, the chapters' own titles, the tables of chapters and the module
/// docs say the same.
pub fn chapter_table(book: &Book) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (_, chapter) in book.numbered() {
        let Some(page) = &chapter.page else { continue };
        let title = page.select("main h1").first().map(|it| text(*it));
        let title = title.unwrap_or_default();
        if title != chapter.title {
            let what = format!(
                "the title is \"{title}\" here, \"{}\" in SUMMARY.md",
                chapter.title
            );
            problems.push(page.at(1, what));
        }
    }
    for file in [Path::new("README.md"), &book.src().join("introduction.md")] {
        let html = render(&book.read(file).unwrap_or_default());
        let rows = select(html.root_element(), "tr");
        let rows: Vec<_> = rows.into_iter().filter_map(row).collect();
        let what = wrong_table(book, &rows).into_iter();
        problems.extend(what.map(|what| Problem::of(file, what)));
    }
    problems
}

/// Each chapter from 2 on steps through a program with gdb. What is typed is a
/// file beside the program, and what is seen then is shown by the chapter.
pub fn sessions(book: &Book) -> Vec<Problem> {
    let mut problems = Vec::new();
    let includes = |page: &Page, end: &str| {
        let includes = page.includes();
        includes.iter().any(|it| {
            it.path.to_string_lossy().replace('\\', "/").ends_with(end)
        })
    };
    for (number, chapter) in book.numbered().filter(|(it, _)| *it >= 2) {
        let Some(page) = &chapter.page else { continue };
        if !includes(page, ".gdb.txt") {
            let what = format!(
                "include a session with gdb: what is typed is in \
                 examples/{number:02}-name.gdb"
            );
            problems.push(page.at(1, what));
        }
    }
    for end in [".gdb", ".lldb"] {
        for (script, _) in book.files("examples", end) {
            let name = script.file_name().unwrap_or_default();
            let name = name.to_string_lossy();
            let session = format!("examples/tests/transcripts/{name}.txt");
            if !book.has(&session) {
                let what = format!("there is no {session} of it");
                problems.push(Problem::of(&script, what));
            }
            let number = name.split('-').next().and_then(|it| it.parse().ok());
            let chapter = number.and_then(|it| book.chapter(it));
            // A draft shows nothing yet.
            if chapter.is_some_and(|it| it.page.is_none()) {
                continue;
            }
            if !book.pages().any(|page| includes(page, &session)) {
                let what = format!("no chapter includes {session}");
                problems.push(Problem::of(&script, what));
            }
        }
    }
    problems
}

/// A row of a table of chapters.
struct Row {
    number: u32,
    title: String,
    modules: BTreeSet<String>,
}

/// None for the row of a part, or of another table.
fn row(row: ElementRef<'_>) -> Option<Row> {
    let cells = select(row, "td");
    let [number, title, modules, ..] = &cells[..] else {
        return None;
    };
    let modules = select(*modules, "code").into_iter();
    Some(Row {
        number: text(*number).parse().ok()?,
        title: text(*title),
        modules: modules.map(text).collect(),
    })
}

fn wrong_table(book: &Book, rows: &[Row]) -> Vec<String> {
    let has: Vec<_> = rows.iter().map(|row| row.number).collect();
    let should: Vec<_> = book.numbered().map(|(number, _)| number).collect();
    if has != should {
        return vec![format!(
            "the table of chapters (number, title, modules) has the chapters \
             {has:?} and not {should:?}"
        )];
    }
    let mut wrong = Vec::new();
    let modules = modules(book);
    for (row, (number, chapter)) in rows.iter().zip(book.numbered()) {
        let Row {
            title,
            modules: listed,
            ..
        } = row;
        if *title != chapter.title {
            wrong.push(format!(
                "chapter {number} is \"{title}\" here, \"{}\" in SUMMARY.md",
                chapter.title
            ));
        }
        let modules = modules.get(&number).cloned().unwrap_or_default();
        if *listed != modules {
            wrong.push(format!(
                "chapter {number} has {listed:?} here, {modules:?} in the \
                 module docs"
            ));
        }
    }
    wrong
}

/// The files of the crate by the chapter that their docs name.
fn modules(book: &Book) -> HashMap<u32, BTreeSet<String>> {
    let mut modules: HashMap<u32, BTreeSet<String>> = HashMap::new();
    for (file, source) in book.files(CRATE, ".rs") {
        if let (Ok(number), Ok(file)) =
            (named_chapter(&source), file.strip_prefix(CRATE))
        {
            let file = file.to_string_lossy().replace('\\', "/");
            modules.entry(number).or_default().insert(file);
        }
    }
    modules
}

/// Files carry the number of their chapter, each Markdown file is a chapter,
/// each program is compiled, and its chapter mentions it.
pub fn file_names(book: &Book) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, chapter) in book.numbered() {
        let Some(page) = &chapter.page else { continue };
        let name = format!("{number:02}-");
        if !file_name(&page.file).starts_with(&name) {
            let what = format!("chapter {number} is in {name}something.md");
            problems.push(Problem::of(&page.file, what));
        }
    }
    let known: HashSet<_> = book.pages().map(|page| &page.file).collect();
    for (file, _) in book.files(book.src(), ".md") {
        if !known.contains(&file) && !file.ends_with("SUMMARY.md") {
            problems.push(Problem::of(&file, "SUMMARY.md does not have it"));
        }
    }
    let programs = programs(book);
    let modules = book.read("examples/lib.rs").unwrap_or_default();
    for (file, _) in book.files("examples", ".rs") {
        let name = file_name(&file);
        let stem = name.trim_end_matches(".rs");
        let is_module = modules.contains(&format!("mod {stem};"));
        let is_cargos = ["build.rs", "lib.rs"].contains(&name.as_str());
        if file.parent() != Some(Path::new("examples")) || is_cargos {
            continue;
        } else if programs.contains(&name) {
            let what = unmentioned(book, stem);
            problems.extend(what.map(|what| Problem::of(&file, what)));
        } else if !is_module {
            let what = "make it an [[example]] in Cargo.toml, or a module: \
                        it is not compiled";
            problems.push(Problem::of(&file, what));
        }
    }
    problems
}

fn file_name(file: &Path) -> String {
    file.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn programs(book: &Book) -> HashSet<String> {
    let manifest = book.read("examples/Cargo.toml").unwrap_or_default();
    let manifest: Table = manifest.parse().unwrap_or_default();
    let examples = manifest.get("example").and_then(Value::as_array);
    let path = |it: &Value| Some(it.get("path")?.as_str()?.to_owned());
    examples.into_iter().flatten().filter_map(path).collect()
}

fn unmentioned(book: &Book, program: &str) -> Option<String> {
    let name = regex(&format!(r"\b{}([^\w-]|$)", escape(program)));
    let mentions = |page: &Page| {
        let main = page.select("main").pop().map(text);
        name.is_match(&main.unwrap_or_default())
    };
    let number = program.split('-').next().and_then(|it| it.parse().ok());
    let Some(number) = number else {
        // Such as a server, which programs of several chapters talk to.
        let is_mentioned = book.pages().any(mentions);
        return (!is_mentioned).then(|| "no chapter mentions it".into());
    };
    if !program.starts_with(&format!("{number:02}-")) {
        return Some(format!(
            "a program of chapter {number} is in {number:02}-something.rs"
        ));
    }
    let Some(chapter) = book.chapter(number) else {
        return Some(format!("there is no chapter {number}"));
    };
    // They have the answers to the exercises of all chapters.
    let answers = book.pages().find(|it| it.file.ends_with("answers.md"));
    let page = chapter.page.as_ref()?;
    (!mentions(page) && !answers.is_some_and(mentions))
        .then(|| format!("chapter {number} does not mention it"))
}

/// What is bold in a numbered chapter is a term of the glossary. A term is bold
/// once, where it is explained.
pub fn glossary(book: &Book) -> Vec<Problem> {
    let is_glossary = |page: &Page| page.file.ends_with("glossary.md");
    let terms: HashSet<String> = book
        .pages()
        .filter(|page| is_glossary(page))
        .flat_map(|page| page.select("main dt"))
        .map(|term| text(term).to_lowercase())
        .collect();
    let mut problems = Vec::new();
    let mut explained = HashMap::new();
    for chapter in &book.chapters {
        let page = chapter.page.iter().find(|page| !is_glossary(page));
        let Some(page) = page else { continue };
        for bold in page.select("main strong:not(table strong)") {
            let name = text(bold);
            let term = name.to_lowercase();
            let what = if terms.contains(&term) {
                let before = explained.insert(term, page.file.display());
                before.map(|file| format!("is bold before, in {file}"))
            } else {
                let is_emphasis = chapter.number.is_none();
                (!is_emphasis).then(|| "is not in the glossary".to_owned())
            };
            problems.extend(what.map(|what| {
                let what = format!("the bold \"{name}\" {what}");
                let first = name.split(' ').next().unwrap_or_default();
                page.near(&format!("**{first}"), what)
            }));
        }
    }
    problems
}

/// The text does not praise, and does not tell the reader that it is simple.
pub fn words(book: &Book) -> Vec<Problem> {
    static FILLER: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?xi)\b( simply | just(\s+as\b)? | eas(y|ily) | obviously
            | powerful(ly)? | seamless(ly)? | let['’]s\s+dive\s+in
            | it['’]s\s+important\s+to\s+note )\b",
        )
    });
    let pages = book
        .pages()
        .map(|it| (it.file.clone(), it.markdown.clone()));
    let mut problems = Vec::new();
    for (file, source) in pages.chain(book.files(book.src(), ".svg")) {
        for block in blocks(&source) {
            let prose = match block.kind {
                Kind::Code(_) => continue,
                Kind::Prose => block.text,
                Kind::Html => prose(&block.text),
            };
            for found in FILLER.captures_iter(&prose) {
                let before = &prose[..found.get_match().start()];
                let line = block.line + before.matches('\n').count();
                // "just as small" compares.
                if found.get(2).is_none() {
                    let word = found[0].replace('\n', " ");
                    let what = format!("leave out \"{word}\"");
                    problems.push(Problem::at(&file, line, what));
                }
            }
        }
    }
    problems
}

/// What a reader reads of some HTML.
fn prose(html: &str) -> String {
    let html = Html::parse_fragment(html);
    let is_code = |element: ElementRef<'_>| {
        matches!(element.value().name(), "code" | "kbd" | "pre")
    };
    html.root_element()
        .descendants()
        .filter(|node| {
            let around = node.parent().and_then(ElementRef::wrap);
            !around.is_some_and(is_code)
        })
        .filter_map(|node| node.value().as_text())
        .map(|text| &**text)
        .collect()
}
