//! What holds the listings to the code.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;
use scraper::Html;

use crate::Problem;
use crate::load::{Book, Page, select, text};
use crate::markdown::{Block, Include, Kind, Part, regex};

pub(crate) const CRATE: &str = "minimio/src";
const LONGEST_LISTING: usize = 25;

/// What a reader may be asked to type.
const COMMANDS: [&str; 20] = [
    ".ci/debugger",
    ".ci/wine/gdb",
    ".ci/wine/run",
    "apt",
    "brew",
    "cargo",
    "cd",
    "curl",
    "echo",
    "export",
    "gdb",
    "git",
    "lldb",
    "mdbook",
    "pkg",
    "rust-gdb",
    "rust-lldb",
    "rustup",
    "strace",
    "sudo",
];

/// Each include resolves to a file, and to one anchor in it that is not empty.
/// Each anchor is included somewhere.
pub fn includes(book: &Book) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut used = HashSet::new();
    for page in book.pages() {
        for include in page.includes() {
            let what = wrong_include(book, &include);
            problems.extend(what.map(|it| page.at(include.line, it)));
            if let Part::Anchor(name) = include.part {
                used.insert((include.path, name));
            }
        }
    }
    // Nothing is included from elsewhere: `builds` sees to that.
    let watched = &book.config.build.extra_watch_dirs;
    let dirs = watched.iter().map(PathBuf::as_path).chain([book.src()]);
    for (file, text) in dirs.flat_map(|dir| book.files(dir, "")) {
        for mark in marks(&text) {
            let what = format!("no chapter includes anchor `{}`", mark.name);
            // Once for both of its marks.
            if used.insert((file.clone(), mark.name)) {
                problems.push(Problem::at(&file, mark.line, what));
            }
        }
    }
    problems
}

fn wrong_include(book: &Book, include: &Include) -> Option<String> {
    if include.directive != "include" {
        return Some(format!("use #include, not #{}", include.directive));
    }
    let file = include.path.display();
    let Ok(text) = book.read(&include.path) else {
        return Some(format!("there is no {file} to include"));
    };
    match &include.part {
        Part::Lines => Some(format!(
            "line numbers drift: include an anchor of {file} instead"
        )),
        Part::Whole => (!marks(&text).is_empty()).then(|| {
            format!("the ANCHOR lines of {file} would show: include anchors")
        }),
        Part::Anchor(name) => wrong_anchor(&text, name)
            .map(|what| format!("{file} has {what} `{name}`")),
    }
}

fn wrong_anchor(text: &str, name: &str) -> Option<&'static str> {
    let mut marks = marks(text);
    marks.retain(|mark| mark.name == name);
    match &marks[..] {
        [start, end] if !start.is_end && end.is_end => {
            let between = text.lines().take(end.line - 1).skip(start.line);
            let is_empty = between.clone().all(|it| it.trim().is_empty());
            is_empty.then_some("nothing in the anchor")
        }
        [] => Some("no anchor"),
        [_] => Some("only one of ANCHOR and ANCHOR_END for the anchor"),
        [end, start] if end.is_end && !start.is_end => {
            Some("an ANCHOR_END before the ANCHOR of")
        }
        _ => Some("more than one anchor"),
    }
}

struct Mark {
    line: usize,
    is_end: bool,
    name: String,
}

/// The lines that mdBook takes for starts and ends of anchors.
fn marks(text: &str) -> Vec<Mark> {
    static MARK: LazyLock<Regex> =
        LazyLock::new(|| regex(r"ANCHOR(_END)?:\s*([\w-]+)"));
    let mark = |(line, text)| {
        let found = MARK.captures(text)?;
        let is_end = found.get(1).is_some();
        let name = found[2].to_owned();
        Some(Mark { line, is_end, name })
    };
    (1..).zip(text.lines()).filter_map(mark).collect()
}

/// The numbers of the lines that an include shows.
fn chosen(text: &str, part: &Part) -> Vec<usize> {
    let marks = marks(text);
    let lines = match part {
        Part::Whole => 0..usize::MAX,
        Part::Lines => return Vec::new(),
        Part::Anchor(name) => {
            let mut own = marks.iter().filter(|mark| mark.name == *name);
            match (own.next(), own.next()) {
                (Some(start), Some(end)) => start.line..end.line,
                (Some(start), None) => start.line..usize::MAX,
                _ => return Vec::new(),
            }
        }
    };
    let is_mark = |line| marks.iter().any(|mark| mark.line == line);
    (1..=text.lines().count())
        .filter(|line| lines.contains(line) && !is_mark(*line))
        .collect()
}

/// Each file of the crate names its chapter, and that chapter shows each line
/// of it. No listing is longer than a reader can hold in mind.
pub fn shown(book: &Book) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (file, text) in book.files(CRATE, ".rs") {
        match named_chapter(&text).map(|it| (it, book.chapter(it))) {
            Err(what) => problems.push(Problem::of(&file, what)),
            Ok((number, None)) => {
                let what = format!("SUMMARY.md has no chapter {number}");
                problems.push(Problem::of(&file, what));
            }
            Ok((_, Some(chapter))) => {
                let page = chapter.page.iter();
                problems.extend(page.flat_map(|it| unshown(&file, &text, it)));
            }
        }
    }
    for page in book.pages() {
        for block in page.blocks() {
            let includes = block.listing(page).unwrap_or_default();
            let length = |include: &Include| {
                let text = book.read(&include.path).unwrap_or_default();
                chosen(&text, &include.part).len()
            };
            let lines: usize = includes.iter().map(length).sum();
            if lines > LONGEST_LISTING {
                let what = format!(
                    "this listing has {lines} lines, more than \
                     {LONGEST_LISTING}: split it, and show it in steps"
                );
                problems.push(page.at(block.line, what));
            }
        }
    }
    problems
}

/// The chapter that a file's module docs name, as in "(chapter 4)" or "this
/// file is of chapter 4".
pub(crate) fn named_chapter(text: &str) -> Result<u32, String> {
    static NAMED: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?:\(|\bof\s+)chapter\s+(\d+)\b"));
    let file = syn::parse_file(text)
        .map_err(|error| format!("this is not Rust: {error}"))?;
    let mut docs = String::new();
    for attribute in &file.attrs {
        if let syn::Meta::NameValue(it) = &attribute.meta
            && it.path.is_ident("doc")
            && let syn::Expr::Lit(it) = &it.value
            && let syn::Lit::Str(it) = &it.lit
        {
            docs += &(it.value() + "\n");
        }
    }
    let named: Vec<_> = NAMED.captures_iter(&docs).collect();
    match &named[..] {
        [one] => one[1]
            .parse()
            .map_err(|_| "there is no such chapter".into()),
        [] => Err("let the module docs name its chapter: (chapter 4)".into()),
        _ => Err("the module docs name more than one chapter".into()),
    }
}

fn unshown(file: &Path, text: &str, page: &Page) -> Vec<Problem> {
    let blocks = page.blocks();
    let listings = blocks.iter().filter_map(|block| block.listing(page));
    let shown: HashSet<usize> = listings
        .flatten()
        .filter(|include| include.path == file)
        .flat_map(|include| chosen(text, &include.part))
        .collect();
    // As they would stand in one anchor.
    let mut gaps: Vec<(usize, usize)> = Vec::new();
    let mut in_gap = false;
    let lines: Vec<_> = text.lines().collect();
    for line in chosen(text, &Part::Whole) {
        if shown.contains(&line) {
            in_gap = false;
        } else if !lines[line - 1].trim().is_empty() {
            match gaps.last_mut() {
                Some((_, last)) if in_gap => *last = line,
                _ => gaps.push((line, line)),
            }
            in_gap = true;
        }
    }
    let problem = |(first, last)| {
        let page = page.file.display();
        let what = format!(
            "{page} does not show the lines {first} to {last}: include them \
             in a listing of this chapter"
        );
        Problem::at(file, first, what)
    };
    gaps.into_iter().map(problem).collect()
}

/// Code and terminal output come from files that are tested.
pub fn no_typed_code(book: &Book) -> Vec<Problem> {
    let mut problems = Vec::new();
    for page in book.pages() {
        for block in page.blocks() {
            let what = typed(&block);
            problems.extend(what.map(|it| page.at(block.line, it)));
        }
    }
    problems
}

fn typed(block: &Block) -> Option<String> {
    static INCLUDES: LazyLock<Regex> =
        LazyLock::new(|| regex(r"^(\{\{#include [^}]*\}\}\s*)+$"));
    static RUST_FILE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"\{\{#include [^}]*\.rs\b"));
    static RUST: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"\bfn \w+|\blet mut |\bunsafe \{|\bimpl\b.*\{|\buse \w+::")
    });
    let text = &block.text;
    if block.kind == Kind::Html && text.contains("<pre") {
        return Some("a raw <pre> is not checked: use a fenced block".into());
    }
    let language = block.language()?;
    let is_rust =
        ["rust", "rs"].contains(&language) || RUST_FILE.is_match(text);
    let what = match language {
        "" => "say in which language this is: `console` for a session".into(),
        _ if is_rust && block.kind != Kind::Code("rust,ignore".into()) => {
            "fence a listing as `rust,ignore`".into()
        }
        _ if INCLUDES.is_match(text) => return None,
        "rust" | "console" | "text" => {
            format!("this `{language}` is typed by hand: include a tested file")
        }
        "sh" => {
            let mut words =
                text.lines().filter_map(|it| it.split_whitespace().next());
            let word = words.find(|word| !COMMANDS.contains(word))?;
            format!(
                "`{word}` is none of the COMMANDS that a `sh` block may have: \
                 a session is a `console` that includes a tested file"
            )
        }
        "gdb" | "lldb" => {
            let prompt = format!("({language}) ");
            let line = text.lines().find(|it| !it.starts_with(&prompt))?;
            format!(
                "`{line}` has no `{prompt}` before it: a session is a \
                 `console` that includes a tested file"
            )
        }
        _ if RUST.is_match(text) => "this is Rust typed by hand".into(),
        _ if text.lines().any(|line| line.starts_with("$ ")) => {
            "this is a session typed by hand".into()
        }
        _ => return None,
    };
    Some(what)
}

/// Each listing says which file it is from, and where in the file it is.
pub fn captions(book: &Book) -> Vec<Problem> {
    let mut problems = Vec::new();
    for page in book.pages() {
        let blocks = page.blocks();
        for (index, block) in blocks.iter().enumerate() {
            let Some(includes) = block.listing(page) else {
                continue;
            };
            let before = index.checked_sub(1).and_then(|it| blocks.get(it));
            let what = match caption(before, blocks.get(index + 1)) {
                Some(names) => wrong_caption(book, &names, &includes),
                None => Some(
                    "put this listing into a <figure class=\"listing\">, \
                     right after its <figcaption>"
                        .into(),
                ),
            };
            let what = what.or_else(|| cut(book, before?, &includes));
            problems.extend(what.map(|it| page.at(block.line, it)));
        }
    }
    problems
}

/// The page shows a listing of the class `program` without its first four
/// columns, so there must be nothing in them.
fn cut(book: &Book, before: &Block, includes: &[Include]) -> Option<String> {
    let start = Html::parse_fragment(&before.text);
    select(start.root_element(), "figure.program").pop()?;
    includes.iter().find_map(|include| {
        let text = book.read(&include.path).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        let shown = chosen(&text, &include.part).into_iter();
        let mut shown = shown.map(|line| lines[line - 1]);
        let line =
            shown.find(|it| !it.is_empty() && !it.starts_with("    "))?;
        Some(format!(
            "leave out the class `program`, which hides the beginning of \
             `{line}`"
        ))
    })
}

/// What is code in the caption of the listing between these blocks.
fn caption(
    before: Option<&Block>,
    after: Option<&Block>,
) -> Option<Vec<String>> {
    let is_html = |block: &&Block| block.kind == Kind::Html;
    let start = Html::parse_fragment(&before.filter(is_html)?.text);
    let captions = "figure.listing:last-child > figcaption:only-child";
    let caption = select(start.root_element(), captions).pop()?;
    let end = after.filter(is_html)?.text.trim_start();
    end.starts_with("</figure>")
        .then(|| select(caption, "code").into_iter().map(text).collect())
}

fn wrong_caption(
    book: &Book,
    names: &[String],
    includes: &[Include],
) -> Option<String> {
    let [file, items @ ..] = names else {
        return Some("let the caption name the file, in <code>".into());
    };
    if let Some(other) = includes.iter().find(|it| it.path != Path::new(file)) {
        let other = other.path.display();
        return Some(format!("the caption says {file}, but this is {other}"));
    }
    let source = book.read(file).unwrap_or_default();
    let item = items.iter().find(|item| !source.contains(*item))?;
    Some(format!("the caption says `{item}`, which is not in {file}"))
}
