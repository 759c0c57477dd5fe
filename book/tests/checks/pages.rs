//! What holds the rendered pages together.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use scraper::{ElementRef, Html};

use crate::Problem;
use crate::load::{Book, Page, join, select, text};
use crate::markdown::{regex, render};

/// The parts about what happens inside, which nobody sees without a figure.
const DRAWN_PARTS: RangeInclusive<usize> = 1..=3;
const WIDEST_FIGURE: f64 = 750.0;

/// mdBook has nothing to complain about, and is set up as the book needs it.
pub fn builds(book: &Book) -> Vec<Problem> {
    static LEFT: LazyLock<Regex> = LazyLock::new(|| regex(r"\{\{#[^}<]*"));
    let build = &book.config.build;
    let html = book.config.html_config().unwrap_or_default();
    let build_dir = join(Path::new(""), &build.build_dir);
    let log = format!("mdBook warns:\n{}", book.log.trim_end());
    let rules = [
        (book.log.is_empty(), log.as_str()),
        (
            !build.create_missing,
            "set create-missing = false: a misspelt name makes a new chapter",
        ),
        (
            !build_dir.starts_with(book.src())
                && !book.src().starts_with(&build_dir),
            "keep build-dir and src apart: mdBook deletes the sources",
        ),
        (
            !html.playground.runnable,
            "set runnable = false in [output.html.playground]: it sends what \
             the reader runs to another host",
        ),
    ];
    let broken = rules.into_iter().filter(|(is_kept, _)| !is_kept);
    let mut problems: Vec<_> = broken
        .map(|(_, what)| Problem::of("book.toml", what))
        .collect();
    for page in book.pages() {
        for left in LEFT.find_iter(&page.html.html()) {
            let what = "mdBook leaves this {{# as it is";
            problems.push(page.near(left.as_str(), what));
        }
        for include in page.includes() {
            let dirs = build.extra_watch_dirs.iter().map(|it| it.as_path());
            let path = &include.path;
            if !dirs.chain([book.src()]).any(|dir| path.starts_with(dir)) {
                let what = format!(
                    "{} is in none of the extra-watch-dirs of book.toml: \
                     `mdbook serve` misses its changes",
                    path.display()
                );
                problems.push(page.at(include.line, what));
            }
        }
    }
    problems
}

/// Each link leads to a page, each fragment to one element. Nothing is loaded
/// from another host.
pub fn links(book: &Book) -> Vec<Problem> {
    // Of the chapters, with what mdBook puts around them. Not looked at:
    // print.html and index.html, which have the chapters once more; toc.html,
    // which is the sidebar of each; 404.html, which is shown at any address and
    // so has its links from the root of the host.
    let ids: HashMap<&Path, Vec<&str>> = book
        .pages()
        .map(|page| (page.address.as_path(), ids(&page.html)))
        .collect();
    let mut problems = Vec::new();
    for page in book.pages() {
        let mut seen = HashSet::new();
        for element in page.select("[href], [src]") {
            let link = element.attr("href").or(element.attr("src"));
            let link = link.unwrap_or_default();
            // mdBook shows each image twice.
            if !seen.insert((element.value().name(), link)) {
                continue;
            }
            if let Some(what) = wrong_link(book, &ids, page, element, link) {
                let what = format!("the link `{link}` {what}");
                let typed = link.replace(".html", ".md");
                let is_typed = page.markdown.contains(&typed);
                let needle = if is_typed { &typed } else { link };
                problems.push(page.near(needle, what));
            }
        }
        let mut seen = HashSet::new();
        for id in ids[page.address.as_path()].iter() {
            if !seen.insert(id) {
                let what = format!("more than one element has the id `{id}`");
                problems.push(page.near(&format!("\"{id}\""), what));
            }
        }
    }
    let readme = render(&book.read("README.md").unwrap_or_default());
    for element in select(readme.root_element(), "[href], [src]") {
        let link = element.attr("href").or(element.attr("src"));
        let link = link.unwrap_or_default();
        let file = link.split('#').next().unwrap_or_default();
        if !link.starts_with("https:") && !book.has(file) {
            let what = format!("the link `{link}` leads to no file");
            problems.push(Problem::of("README.md", what));
        }
    }
    problems
}

fn ids(html: &Html) -> Vec<&str> {
    let elements = select(html.root_element(), "[id]").into_iter();
    elements.filter_map(|element| element.attr("id")).collect()
}

fn wrong_link(
    book: &Book,
    ids: &HashMap<&Path, Vec<&str>>,
    page: &Page,
    element: ElementRef<'_>,
    link: &str,
) -> Option<&'static str> {
    static HOST: LazyLock<Regex> = LazyLock::new(|| regex(r"^([\w+.-]+:|//)"));
    let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
    let target = match path {
        "" => page.address.clone(),
        _ => join(page.address.parent()?, path),
    };
    if HOST.is_match(link) && element.value().name() != "a" {
        Some("loads from another host: keep a copy in the book")
    } else if HOST.is_match(link) {
        (!link.starts_with("https:")).then_some("is not https")
    } else if link.starts_with('/') {
        Some("breaks when the book is not at the root of its host")
    } else if !book.output.contains(&target) {
        Some("leads to no file of the rendered book: a draft, or a source?")
    } else if !fragment.is_empty() {
        let is_there =
            ids.get(&*target).is_some_and(|it| it.contains(&fragment));
        (!is_there).then_some("has a fragment that is no id of that page")
    } else {
        None
    }
}

/// Drawings are files of their own, can be read in each theme, on a phone and
/// by a screen reader, and are explained.
pub fn figures(book: &Book) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut used = HashSet::new();
    for chapter in &book.chapters {
        let Some(page) = &chapter.page else { continue };
        let includes = page.includes().into_iter().map(|it| it.path);
        let files: Vec<_> = includes
            .filter(|path| path.extension().is_some_and(|it| it == "svg"))
            .collect();
        let has_to =
            chapter.number.is_some() && DRAWN_PARTS.contains(&chapter.part);
        if has_to && files.is_empty() {
            problems
                .push(Problem::of(&page.file, "add a figure to the chapter"));
        }
        // But for those that mdBook draws.
        let drawings =
            page.select("main svg:not(.blockquote-tag-title svg, .fa-svg svg)");
        if drawings.len() > files.len() {
            let what = "put each <svg> into a file of its own, and include it";
            problems.push(page.near("<svg", what));
        }
        for drawing in drawings.into_iter().filter(|it| !is_explained(*it)) {
            let title = select(drawing, "title").pop().map(text);
            let what = format!(
                "put the drawing \"{}\" into a <figure> with a <figcaption>",
                title.unwrap_or_default()
            );
            problems.push(Problem::of(&page.file, what));
        }
        used.extend(files);
    }
    for (file, svg) in book.files(book.src(), ".svg") {
        problems.extend(drawn(&file, &svg));
        if !used.contains(&file) {
            problems.push(Problem::of(&file, "no chapter includes this file"));
        }
    }
    problems
}

fn is_explained(drawing: ElementRef<'_>) -> bool {
    let around = drawing.ancestors().filter_map(ElementRef::wrap);
    around
        .filter(|element| element.value().name() == "figure")
        .flat_map(|figure| select(figure, ":scope > figcaption"))
        .any(|caption| !text(caption).is_empty())
}

/// What is wrong with a drawing.
fn drawn(file: &Path, source: &str) -> Vec<Problem> {
    static REFERENCE: LazyLock<Regex> =
        LazyLock::new(|| regex(r##"(?:url\(|href=")#([\w-]+)"##));
    // As a browser does it, for it is part of a page.
    let html = Html::parse_fragment(source);
    let all = select(html.root_element(), "svg, svg *");
    let Some(svg) = all.first() else {
        return vec![Problem::of(file, "there is no <svg> in here")];
    };
    let title = select(*svg, "title").into_iter().next();
    let label = svg.attr("aria-labelledby").unwrap_or_default();
    let labels: Vec<_> = label.split_whitespace().collect();
    let title_id = title.and_then(|it| it.attr("id")).unwrap_or_default();
    let view_box = svg.attr("viewBox").unwrap_or_default();
    let sides: Vec<f64> =
        view_box.split_whitespace().flat_map(str::parse).collect();
    let width = svg.attr("width").map(|it| it.parse().unwrap_or(f64::MAX));
    let mut widths = sides.get(2).copied().into_iter().chain(width);
    let rules = [
        (svg.attr("role") == Some("img"), "give it role=\"img\""),
        (
            title.is_some_and(|it| !text(it).is_empty()),
            "give it a <title> that says what it shows",
        ),
        (
            labels.contains(&title_id),
            "let aria-labelledby name the id of the <title>",
        ),
        (sides.len() == 4, "give it a viewBox of four numbers"),
        (
            widths.all(|width| width <= WIDEST_FIGURE),
            "make it at most 750 wide, in viewBox and in width",
        ),
        (
            source.lines().all(|line| !line.trim().is_empty()),
            "remove the blank lines: Markdown ends the drawing there",
        ),
        (
            all.iter().all(|it| it.value().name() != "style"),
            "use book.css, not <style>: it changes the whole page",
        ),
    ];
    let broken = rules.into_iter().filter(|(is_kept, _)| !is_kept);
    let mut problems: Vec<_> =
        broken.map(|(_, what)| Problem::of(file, what)).collect();

    let mut near = |needle: &str, what| {
        problems.push(Problem::near(file, source, needle, what));
    };
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let ids = ids(&html);
    for id in ids.iter().filter(|id| !id.starts_with(&format!("{stem}-"))) {
        let what = format!("let the id `{id}` start with `{stem}-`");
        near(&format!("\"{id}\""), what);
    }
    let used = REFERENCE.captures_iter(source);
    let used = used.map(|found| found.extract::<1>().1[0]);
    for id in used.chain(labels).filter(|id| !ids.contains(id)) {
        near(id, format!("there is no id `{id}` in here"));
    }
    for (name, value) in all.iter().flat_map(|it| it.value().attrs()) {
        if is_fixed(name, value) {
            let what = format!(
                "`{name}=\"{value}\"` does not change with the theme: use \
                 none, currentColor, var(--name) or a class"
            );
            near(&format!("\"{value}\""), what);
        }
    }
    problems
}

fn is_fixed(attribute: &str, value: &str) -> bool {
    static COLOUR: LazyLock<Regex> =
        LazyLock::new(|| regex(r"^(none|currentColor|var\(--[\w-]+\))$"));
    match attribute {
        "color" | "fill" | "stroke" | "stop-color" | "flood-color" => {
            !COLOUR.is_match(value)
        }
        _ => attribute == "style",
    }
}

/// A page can be read without its looks: one title, headings in steps, something
/// to open what is folded with, and nothing that Markdown would have changed.
pub fn structure(book: &Book) -> Vec<Problem> {
    static SIGNS: LazyLock<Regex> =
        LazyLock::new(|| regex(r"\*[^* ][^*]*\*|`[^`]+`|\]\(|\w'\w"));
    let mut problems = Vec::new();
    for page in book.pages() {
        let mut above = 0;
        for heading in page.select("main :is(h1, h2, h3, h4, h5, h6)") {
            let name = text(heading);
            let level = heading.value().name()[1..].parse().unwrap_or(0);
            // The link to itself is mdBook's.
            let has_link = !select(heading, "a:not(.header)").is_empty();
            let rules = [
                (level > 1 || above == 0, "is a second title: add a #"),
                (level <= above + 1, "skips a level: remove a #"),
                (!has_link, "has a link: the sidebar would not show it"),
            ];
            above = level;
            for (_, what) in rules.into_iter().filter(|(is_kept, _)| !is_kept) {
                let what = format!("the heading \"{name}\" {what}");
                problems.push(page.near(&name, what));
            }
        }
        if above == 0 {
            problems.push(Problem::of(&page.file, "add a # Title"));
        }
        for details in page.select("main details") {
            let mut summaries = select(details, ":scope > summary").into_iter();
            if summaries.all(|it| text(it).is_empty()) {
                let what = "give each <details> a <summary> to open it with";
                problems.push(page.near("<details", what));
            }
        }
        for element in page.select("main :is(figcaption, summary, text, tspan)")
        {
            let signs =
                element.children().filter_map(|it| it.value().as_text());
            for found in signs.filter_map(|it| SIGNS.find(it)) {
                let sign = found.as_str();
                let what =
                    format!("`{sign}` is shown as it is: use a tag, or ’");
                problems.push(page.near(sign, what));
            }
        }
    }
    problems
}
