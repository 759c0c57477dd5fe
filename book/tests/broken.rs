//! Each check finds what it is for: small books, each with one thing wrong.

use std::fs;

use book::{Book, CHECKS};
use tempfile::TempDir;

const TOML: &str = "book.toml";
const SUMMARY: &str = "book/src/SUMMARY.md";
const INTRODUCTION: &str = "book/src/introduction.md";
const CHAPTER: &str = "book/src/01-tokens.md";
const FIGURE: &str = "book/src/figures/queue.svg";
const COPY: &str = "book/src/figures/copy.svg";
const TOKEN: &str = "minimio/src/token.rs";
const PROGRAM: &str = "examples/01-tokens.rs";

/// An include in the chapter.
const DOCS: &str = "{{#include ../../minimio/src/token.rs:docs}}\n";
const INCLUDE: &str = "{{#include figures/queue.svg}}";
/// The figure of the chapter.
const DRAWING: &str = "<figure>
{{#include figures/queue.svg}}
<figcaption>Who holds what</figcaption>
</figure>
";

/// A book that passes all checks: its files, each below its name. The theme
/// is for speed: mdBook's own takes more time than all else.
const SOUND: &str = r##"
=== book.toml
[book]
title = "A small book"
src = "book/src"
[build]
build-dir = "target/book"
create-missing = false
extra-watch-dirs = ["minimio/src", "examples"]
[output.html]
hash-files = false
[output.html.playground]
runnable = false

=== theme/index.hbs
{{!-- mdBook 0.5.4's --}}
<html lang="en"><title>{{ title }}</title><main>{{{ content }}}</main>
<footer>A small book, version 1.2.3, {{ title }}</footer></html>

=== theme/fonts/fonts.css
/* none */

=== Cargo.toml
[workspace.package]
version = "1.2.3"

=== Cargo.lock
[[package]]
name = "mdbook-driver"
version = "0.5.4"

=== book/tests/ids.txt
01-tokens.html#what-comes-back
glossary.html
glossary.html#token

=== README.md
Read it: `cargo install mdbook --version 0.5.4 --locked`.

| # | Chapter | Modules |
|---|---------|---------|
| 1 | [Tokens](book/src/01-tokens.md) | `token.rs` |
| 2 | Queues | `lib.rs` |

=== book/src/SUMMARY.md
[Introduction](introduction.md)

# An API

- [Tokens](01-tokens.md)
- [Queues]()

---

[Glossary](glossary.md)

=== book/src/introduction.md
# Introduction

```sh
cargo install mdbook
```

|   | Chapter | Modules |
|---|---------|---------|
| **I** | **An API** | |
| 1 | [Tokens](01-tokens.md#what-comes-back) | `token.rs` |
| 2 | Queues | `lib.rs` |

=== book/src/01-tokens.md
# Tokens

A **token** is just as small as a [name](glossary.md#token)
([manual](https://example.org)). One is called `just`.

<figure>
{{#include figures/queue.svg}}
<figcaption>Who holds what</figcaption>
</figure>

## What comes back

<figure class="listing">
<figcaption><code>minimio/src/token.rs</code></figcaption>

```rust,ignore
{{#include ../../minimio/src/token.rs:docs}}
{{#include ../../minimio/src/token.rs:token}}
```

</figure>

> [!NOTE]
> Run it.

<figure class="listing">
<figcaption><code>examples/01-tokens.rs</code>,
in <code>fn main</code></figcaption>

```rust,ignore
{{#include ../../examples/01-tokens.rs}}
```

</figure>

```console
{{#include ../../examples/01-tokens.txt}}
```

<details>
<summary>A hint</summary>
Look again.
</details>

=== book/src/figures/queue.svg
<svg viewBox="0 0 200 100" role="img" aria-labelledby="queue-title">
<title id="queue-title">A queue between a process and the kernel</title>
<path id="queue-arrow" d="M0 0h9" stroke="var(--fg)" fill="none"/>
<use href="#queue-arrow"/>
</svg>

=== book/src/glossary.md
# Glossary

Token
: A name.

=== minimio/src/lib.rs
//! A queue. This file is of chapter 2.

mod token;

=== minimio/src/token.rs
// ANCHOR: docs
//! Which source it is
//! (chapter 1).
// ANCHOR_END: docs

// ANCHOR: token
/// A name.
pub struct Token(pub usize);
// ANCHOR_END: token

=== examples/Cargo.toml
[[example]]
name = "01-tokens"
path = "01-tokens.rs"

[[example]]
name = "02-queues"
path = "02-queues.rs"

=== examples/lib.rs
//! Shared.

=== examples/01-tokens.rs
fn main() {
    println!("7");
}

=== examples/02-queues.rs
fn main() {}

=== examples/01-tokens.txt
$ cargo run --example 01-tokens
7
"##;

struct Broken(TempDir);

fn sound() -> Broken {
    let book = Broken(tempfile::tempdir().unwrap());
    for file in SOUND.split("\n=== ").skip(1) {
        let (file, text) = file.split_once('\n').unwrap();
        book.write(file, text);
    }
    book
}

/// A listing as a chapter has it.
fn listing(file: &str, part: &str) -> String {
    format!(
        "<figure class=\"listing\">\n\
         <figcaption><code>{file}</code></figcaption>\n\n\
         ```rust,ignore\n{{{{#include ../../{file}{part}}}}}\n```\n\n\
         </figure>\n"
    )
}

impl Broken {
    fn write(&self, file: &str, text: &str) {
        let file = self.0.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.path().join(file)).unwrap_or_default()
    }

    /// With `new` where the file has `old`.
    fn with(self, file: &str, old: &str, new: &str) -> Broken {
        let text = self.read(file);
        assert!(text.contains(old), "{old} is not in {file}");
        self.write(file, &text.replacen(old, new, 1));
        self
    }

    /// With more at the end of the file, or a new file.
    fn and(self, file: &str, more: &str) -> Broken {
        let text = self.read(file);
        let gap = if text.is_empty() { "" } else { "\n" };
        self.write(file, &(text + gap + more));
        self
    }

    fn remove(self, file: &str) -> Broken {
        fs::remove_file(self.0.path().join(file)).unwrap();
        self
    }

    /// What all checks find.
    fn problems(&self) -> String {
        let book = match Book::open(self.0.path()) {
            Ok(book) => book,
            Err(error) => return error,
        };
        let mut found = Vec::new();
        for (name, check) in CHECKS {
            let problems = check(&book);
            found.extend(problems.iter().map(|it| format!("{name}: {it}")));
        }
        // Paths look as on Unix.
        found.join("\n").replace('\\', "/")
    }
}

#[test]
fn sound_book_has_no_problem() {
    assert_eq!(sound().problems(), "");
}

// What the system says then is not the same everywhere.
#[test]
fn chapter_missing() {
    let draft = "[Queues]()";
    let found = sound().with(SUMMARY, draft, "[Queues](02.md)").problems();
    assert!(
        found.starts_with("failed to read chapter `02.md`"),
        "{found}"
    );
}

// Here two checks are meant to speak up: without the first, mdBook would leave
// a mark on the page and be content.
#[test]
fn include_of_no_file() {
    let found = sound().and(CHAPTER, "{{#include none.txt}}\n").problems();
    let warning = "builds: book.toml: mdBook warns:\nERROR Error updating \
                   \"{{#include none.txt}}\"";
    let others = "\
        builds: book/src/01-tokens.md:45: mdBook leaves this {{# as it is\n\
        includes: book/src/01-tokens.md:45: there is no book/src/none.txt to \
        include";
    assert!(found.starts_with(warning), "{found}");
    assert!(found.ends_with(others), "{found}");
}

/// One test for each: what is changed in the sound book, and what is found.
macro_rules! broken {
    ($(
        $name:ident: $($change:ident($($with:expr),+)).+ => $found:expr;
    )+) => {$(
        #[test]
        fn $name() {
            let book = sound()$(.$change($($with),+))+;
            assert_eq!(book.problems(), $found);
        }
    )+};
}

// Other checks speak up too about so short a chapter.
#[test]
fn chapter_without_a_session() {
    let found = sound()
        .with(SUMMARY, "[Queues]()", "[Queues](02-queues.md)")
        .and("book/src/02-queues.md", "# Queues\n")
        .problems();
    let what = "sessions: book/src/02-queues.md:1: include a session with \
                gdb: what is typed is in examples/02-name.gdb";
    assert!(found.lines().any(|it| it == what), "{found}");
}

broken! {
    chapter_nested:
        with(SUMMARY, "- [Queues]()", "  - [Queues]()")
        => "SUMMARY.md: do not nest `Queues`: chapters are numbered 1, 2, 3";

    // builds
    warning_of_mdbook:
        and(CHAPTER, "<div>\n\nText.\n")
        => "builds: book.toml: mdBook warns:\n WARN unclosed HTML tag \
            `<div>` found in `01-tokens.md`";
    include_not_understood:
        and(CHAPTER, "Here: `{{#include}}`.\n")
        => "builds: book/src/01-tokens.md:7: mdBook leaves this {{# as it is";
    chapters_are_created:
        with(TOML, "create-missing = false", "create-missing = true")
        => "builds: book.toml: set create-missing = false: a misspelt name \
            makes a new chapter";
    sources_in_build_dir:
        with(TOML, "target/book", "./book")
        => "builds: book.toml: keep build-dir and src apart: mdBook deletes \
            the sources";
    build_dir_in_sources:
        with(TOML, "target/book", "book/src/out")
        => "builds: book.toml: keep build-dir and src apart: mdBook deletes \
            the sources";
    build_dir_not_set:
        with(TOML, "build-dir = \"target/book\"", "")
        => "builds: book.toml: keep build-dir and src apart: mdBook deletes \
            the sources";
    code_sent_to_another_host:
        with(TOML, "runnable = false", "runnable = true")
        => "builds: book.toml: set runnable = false in \
            [output.html.playground]: it sends what the reader runs to \
            another host";
    include_not_watched:
        with(TOML, ", \"examples\"", "")
        => "builds: book/src/01-tokens.md:31: examples/01-tokens.rs is in \
            none of the extra-watch-dirs of book.toml: `mdbook serve` \
            misses its changes\nbuilds: book/src/01-tokens.md:37: \
            examples/01-tokens.txt is in none of the extra-watch-dirs of \
            book.toml: `mdbook serve` misses its changes";

    // includes
    include_of_no_anchor:
        and(CHAPTER, &listing(TOKEN, ":none"))
        => "includes: book/src/01-tokens.md:49: minimio/src/token.rs has no \
            anchor `none`";
    include_of_lines:
        and(CHAPTER, &listing(TOKEN, ":2:3"))
        => "includes: book/src/01-tokens.md:49: line numbers drift: include \
            an anchor of minimio/src/token.rs instead";
    include_of_first_lines:
        and(CHAPTER, &listing(TOKEN, "::3"))
        => "includes: book/src/01-tokens.md:49: line numbers drift: include \
            an anchor of minimio/src/token.rs instead";
    include_with_hidden_lines:
        and(CHAPTER, "{{#rustdoc_include ../../examples/01-tokens.txt}}\n")
        => "includes: book/src/01-tokens.md:45: use #include, not \
            #rustdoc_include";
    include_that_shows_marks:
        and(CHAPTER, &listing(TOKEN, ""))
        => "includes: book/src/01-tokens.md:49: the ANCHOR lines of \
            minimio/src/token.rs would show: include anchors";
    anchor_without_end:
        with(TOKEN, "// ANCHOR_END: token\n", "")
        => "includes: book/src/01-tokens.md:18: minimio/src/token.rs has \
            only one of ANCHOR and ANCHOR_END for the anchor `token`";
    anchor_twice:
        and(TOKEN, "// ANCHOR: docs\n// ANCHOR_END: docs\n")
        => "includes: book/src/01-tokens.md:17: minimio/src/token.rs has \
            more than one anchor `docs`";
    anchor_ends_before_it_starts:
        and(PROGRAM, "// ANCHOR_END: a\n// x\n// ANCHOR: a\n")
        .with(CHAPTER, "01-tokens.rs}}", "01-tokens.rs:a}}")
        => "includes: book/src/01-tokens.md:31: examples/01-tokens.rs has \
            an ANCHOR_END before the ANCHOR of `a`";
    anchor_empty:
        and(PROGRAM, "// ANCHOR: a\n\n// ANCHOR_END: a\n")
        .with(CHAPTER, "01-tokens.rs}}", "01-tokens.rs:a}}")
        => "includes: book/src/01-tokens.md:31: examples/01-tokens.rs has \
            nothing in the anchor `a`";
    anchor_not_included:
        and("examples/lib.rs", "// ANCHOR: a\n// x\n// ANCHOR_END: a\n")
        => "includes: examples/lib.rs:3: no chapter includes anchor `a`";

    // shown
    lines_not_shown:
        with(TOKEN, "/// A name.\n", "")
        .with(TOKEN, "// ANCHOR: token", "/// 1\n\n/// 2\n// ANCHOR: token")
        => "shown: minimio/src/token.rs:6: book/src/01-tokens.md does not \
            show the lines 6 to 8: include them in a listing of this chapter";
    lines_shown_by_another_chapter:
        with(CHAPTER, DOCS, "")
        .and(INTRODUCTION, &listing(TOKEN, ":docs"))
        => "shown: minimio/src/token.rs:2: book/src/01-tokens.md does not \
            show the lines 2 to 3: include them in a listing of this chapter";
    lines_shown_in_a_comment:
        with(CHAPTER, DOCS, "")
        .and(CHAPTER, &format!("<!--\n{DOCS}-->\n"))
        => "shown: minimio/src/token.rs:2: book/src/01-tokens.md does not \
            show the lines 2 to 3: include them in a listing of this chapter";
    module_names_no_chapter:
        and("minimio/src/poll.rs", "//! It polls.\n")
        => "shown: minimio/src/poll.rs: let the module docs name its \
            chapter: (chapter 4)";
    module_names_two_chapters:
        and("minimio/src/poll.rs", "//! Poll (chapter 1), of chapter 2.\n")
        => "shown: minimio/src/poll.rs: the module docs name more than one \
            chapter";
    module_names_a_chapter_that_is_not_there:
        and("minimio/src/poll.rs", "//! It polls (chapter 7).\n")
        => "shown: minimio/src/poll.rs: SUMMARY.md has no chapter 7";
    module_is_not_rust:
        and("minimio/src/poll.rs", "//! It polls (chapter 2).\nfn\n")
        => "shown: minimio/src/poll.rs: this is not Rust: unexpected end of \
            input, expected identifier";
    listing_too_long:
        with(PROGRAM, "}\n", &("\n".repeat(23) + "}\n"))
        => "shown: book/src/01-tokens.md:30: this listing has 26 lines, \
            more than 25: split it, and show it in steps";

    // no_typed_code
    rust_typed:
        with(CHAPTER, DOCS, &(DOCS.to_owned() + "let x = 1;\n"))
        => "no_typed_code: book/src/01-tokens.md:16: this `rust` is typed \
            by hand: include a tested file";
    rust_not_ignored:
        with(CHAPTER, "```rust,ignore", "```rust")
        => "no_typed_code: book/src/01-tokens.md:16: fence a listing as \
            `rust,ignore`";
    rust_under_another_name:
        and(CHAPTER, &format!("```text\n{DOCS}```\n"))
        => "no_typed_code: book/src/01-tokens.md:45: fence a listing as \
            `rust,ignore`";
    rust_typed_under_another_name:
        and(CHAPTER, "```c\nlet mut x = 1;\n```\n")
        => "no_typed_code: book/src/01-tokens.md:45: this is Rust typed by \
            hand";
    code_without_language:
        and(CHAPTER, "```\nx\n```\n")
        => "no_typed_code: book/src/01-tokens.md:45: say in which language \
            this is: `console` for a session";
    code_indented:
        and(CHAPTER, "    x\n")
        => "no_typed_code: book/src/01-tokens.md:45: say in which language \
            this is: `console` for a session";
    code_in_raw_html:
        and(CHAPTER, "<pre>x</pre>\n")
        => "no_typed_code: book/src/01-tokens.md:45: a raw <pre> is not \
            checked: use a fenced block";
    session_typed:
        and(CHAPTER, "```console\n$ ls\n```\n")
        => "no_typed_code: book/src/01-tokens.md:45: this `console` is \
            typed by hand: include a tested file";
    session_typed_under_another_name:
        and(CHAPTER, "```ini\n$ ls\n```\n")
        => "no_typed_code: book/src/01-tokens.md:45: this is a session \
            typed by hand";
    output_of_a_debugger:
        and(CHAPTER, "```gdb\n(gdb) print 1\n$1 = 1\n```\n")
        => "no_typed_code: book/src/01-tokens.md:45: `$1 = 1` has no `(gdb) \
            ` before it: a session is a `console` that includes a tested \
            file";
    output_among_commands:
        and(CHAPTER, "```sh\ncargo run\n\nlistening\n```\n")
        => "no_typed_code: book/src/01-tokens.md:45: `listening` is none of \
            the COMMANDS that a `sh` block may have: a session is a \
            `console` that includes a tested file";

    // captions
    listing_without_caption:
        and(CHAPTER, &format!("```rust,ignore\n{DOCS}```\n"))
        => "captions: book/src/01-tokens.md:45: put this listing into a \
            <figure class=\"listing\">, right after its <figcaption>";
    listing_after_its_figure:
        with(CHAPTER, "</figcaption>\n\n```", "</figcaption></figure>\n\n```")
        .with(CHAPTER, "```\n\n</figure>", "```\n\n<p>There.</p>")
        => "captions: book/src/01-tokens.md:16: put this listing into a \
            <figure class=\"listing\">, right after its <figcaption>";
    listing_before_the_end_of_its_figure:
        with(CHAPTER, "```\n\n</figure>", "```\n\n<p>There.</p></figure>")
        => "captions: book/src/01-tokens.md:16: put this listing into a \
            <figure class=\"listing\">, right after its <figcaption>";
    caption_without_file:
        with(CHAPTER, "<code>minimio/src/token.rs</code>", "A token")
        => "captions: book/src/01-tokens.md:16: let the caption name the \
            file, in <code>";
    caption_of_another_file:
        with(CHAPTER, "<code>minimio/src/token.rs", "<code>minimio/src/lib.rs")
        => "captions: book/src/01-tokens.md:16: the caption says \
            minimio/src/lib.rs, but this is minimio/src/token.rs";
    caption_of_another_item:
        with(CHAPTER, "fn main</code>", "fn other</code>")
        => "captions: book/src/01-tokens.md:30: the caption says `fn \
            other`, which is not in examples/01-tokens.rs";
    listing_whose_beginning_is_hidden:
        with(CHAPTER, "\"listing\"", "\"listing program\"")
        => "captions: book/src/01-tokens.md:16: leave out the class \
            `program`, which hides the beginning of `//! Which source it is`";

    // links
    link_to_a_draft:
        and(CHAPTER, "[Queues](02-queues.md)\n")
        => "links: book/src/01-tokens.md:45: the link `02-queues.html` \
            leads to no file of the rendered book: a draft, or a source?";
    link_to_the_sources:
        and(CHAPTER, "[The crate](../../minimio/src/lib.rs)\n")
        => "links: book/src/01-tokens.md:45: the link \
            `../../minimio/src/lib.rs` leads to no file of the rendered \
            book: a draft, or a source?";
    link_to_no_fragment:
        with(CHAPTER, "#token)", "#tokens)")
        => "links: book/src/01-tokens.md:3: the link `glossary.html#tokens` \
            has a fragment that is no id of that page";
    link_from_the_root:
        and(CHAPTER, "[Glossary](/glossary.html)\n")
        => "links: book/src/01-tokens.md:45: the link `/glossary.html` \
            breaks when the book is not at the root of its host";
    link_not_https:
        with(CHAPTER, "https://", "http://")
        => "links: book/src/01-tokens.md:4: the link `http://example.org` \
            is not https";
    image_from_another_host:
        and(CHAPTER, "![A queue](https://example.org/queue.png)\n")
        => "links: book/src/01-tokens.md:45: the link \
            `https://example.org/queue.png` loads from another host: keep a \
            copy in the book";
    link_of_the_readme:
        and("README.md", "[The book](book/src/02-queues.md)\n")
        => "links: README.md: the link `book/src/02-queues.md` leads to no \
            file";
    id_twice:
        and(CHAPTER, "<p id=\"a\">1</p>\n<p id=\"a\">2</p>\n")
        => "links: book/src/01-tokens.md:45: more than one element has the \
            id `a`";

    // figures
    chapter_without_figure:
        with(CHAPTER, DRAWING, "").and(INTRODUCTION, DRAWING)
        => "figures: book/src/01-tokens.md: add a figure to the chapter";
    drawing_not_included:
        with(CHAPTER, "queue.svg", "copy.svg")
        .and(COPY, &sound().read(FIGURE).replace("queue-", "copy-"))
        => "figures: book/src/figures/queue.svg: no chapter includes this \
            file";
    drawing_typed:
        and(CHAPTER, &DRAWING.replace(INCLUDE, "<svg></svg>"))
        => "figures: book/src/01-tokens.md:46: put each <svg> into a file \
            of its own, and include it";
    drawing_without_caption:
        with(CHAPTER, "<figcaption>Who holds what", "<figcaption>")
        => "figures: book/src/01-tokens.md: put the drawing \"A queue \
            between a process and the kernel\" into a <figure> with a \
            <figcaption>";
    drawing_without_svg:
        with(FIGURE, "<svg", "<g").with(FIGURE, "</svg>", "</g>")
        => "figures: book/src/figures/queue.svg: there is no <svg> in here";
    drawing_without_role:
        with(FIGURE, " role=\"img\"", "")
        => "figures: book/src/figures/queue.svg: give it role=\"img\"";
    drawing_without_title:
        with(FIGURE, ">A queue between a process and the kernel<", "><")
        => "figures: book/src/figures/queue.svg: give it a <title> that \
            says what it shows";
    drawing_without_label:
        with(FIGURE, "aria-labelledby=\"queue-title\"", "")
        => "figures: book/src/figures/queue.svg: let aria-labelledby name \
            the id of the <title>";
    drawing_with_a_common_id:
        with(FIGURE, "id=\"queue-arrow\"", "id=\"arrow\"")
        .with(FIGURE, "#queue-arrow", "#arrow")
        => "figures: book/src/figures/queue.svg:3: let the id `arrow` start \
            with `queue-`";
    drawing_with_a_lost_label:
        with(FIGURE, "=\"queue-title\"", "=\"queue-title queue-text\"")
        => "figures: book/src/figures/queue.svg:1: there is no id \
            `queue-text` in here";
    drawing_with_a_lost_reference:
        with(FIGURE, "fill=\"none\"", "mask=\"url(#queue-mask)\"")
        => "figures: book/src/figures/queue.svg:3: there is no id \
            `queue-mask` in here";
    drawing_with_a_fixed_colour:
        with(FIGURE, "var(--fg)", "#333")
        => "figures: book/src/figures/queue.svg:3: `stroke=\"#333\"` does \
            not change with the theme: use none, currentColor, var(--name) \
            or a class";
    drawing_with_a_fixed_colour_around_all:
        with(FIGURE, "<svg ", "<svg fill=\"black\" ")
        => "figures: book/src/figures/queue.svg:1: `fill=\"black\"` does \
            not change with the theme: use none, currentColor, var(--name) \
            or a class";
    drawing_with_a_style_attribute:
        with(FIGURE, "fill=\"none\"", "style=\"fill: red\"")
        => "figures: book/src/figures/queue.svg:3: `style=\"fill: red\"` \
            does not change with the theme: use none, currentColor, \
            var(--name) or a class";
    drawing_with_a_style_sheet:
        with(FIGURE, "<use", "<style>path { fill: red }</style>\n<use")
        => "figures: book/src/figures/queue.svg: use book.css, not <style>: \
            it changes the whole page";
    drawing_without_view_box:
        with(FIGURE, "viewBox=\"0 0 200 100\" ", "")
        => "figures: book/src/figures/queue.svg: give it a viewBox of four \
            numbers";
    drawing_too_wide:
        with(FIGURE, "0 0 200 100", "0 0 800 100")
        => "figures: book/src/figures/queue.svg: make it at most 750 wide, \
            in viewBox and in width";
    drawing_stretched:
        with(FIGURE, "<svg ", "<svg width=\"800\" ")
        => "figures: book/src/figures/queue.svg: make it at most 750 wide, \
            in viewBox and in width";
    drawing_with_a_blank_line:
        with(FIGURE, "<use", "\n<use")
        => "figures: book/src/figures/queue.svg: remove the blank lines: \
            Markdown ends the drawing there";

    // chapter_table
    title_differs_in_chapter:
        with(CHAPTER, "# Tokens", "# A token")
        => "chapter_table: book/src/01-tokens.md:1: the title is \"A \
            token\" here, \"Tokens\" in SUMMARY.md";
    title_differs_in_table:
        with("README.md", "| Queues |", "| Queue |")
        => "chapter_table: README.md: chapter 2 is \"Queue\" here, \
            \"Queues\" in SUMMARY.md";
    modules_differ:
        with(INTRODUCTION, "`lib.rs`", "`lib.rs`, `poll.rs`")
        => "chapter_table: book/src/introduction.md: chapter 2 has \
            {\"lib.rs\", \"poll.rs\"} here, {\"lib.rs\"} in the module docs";
    table_without_a_chapter:
        with("README.md", "| 2 | Queues | `lib.rs` |\n", "")
        => "chapter_table: README.md: the table of chapters (number, title, \
            modules) has the chapters [1] and not [1, 2]";
    table_with_another_chapter:
        with("README.md", "`lib.rs` |\n", "`lib.rs` |\n| 3 | More | |\n")
        => "chapter_table: README.md: the table of chapters (number, title, \
            modules) has the chapters [1, 2, 3] and not [1, 2]";

    // file_names
    chapter_with_another_number:
        with(SUMMARY, "[Tokens](01-tokens.md)", "[Tokens](1-tokens.md)")
        .and("book/src/1-tokens.md", &sound().read(CHAPTER))
        .with(INTRODUCTION, "01-tokens", "1-tokens")
        .with("README.md", "01-tokens", "1-tokens")
        .remove(CHAPTER)
        .remove("book/tests/ids.txt")
        => "file_names: book/src/1-tokens.md: chapter 1 is in \
            01-something.md";
    markdown_that_is_no_chapter:
        and("book/src/03-sockets.md", "# Sockets\n")
        => "file_names: book/src/03-sockets.md: SUMMARY.md does not have it";
    program_not_compiled:
        and("examples/01-more.rs", "fn main() {}\n")
        => "file_names: examples/01-more.rs: make it an [[example]] in \
            Cargo.toml, or a module: it is not compiled";
    program_not_mentioned:
        and("examples/01-token.rs", "fn main() {}\n")
        .and("examples/Cargo.toml", "[[example]]\npath = \"01-token.rs\"\n")
        => "file_names: examples/01-token.rs: chapter 1 does not mention it";
    program_without_number_not_mentioned:
        and("examples/server.rs", "fn main() {}\n")
        .and("examples/Cargo.toml", "[[example]]\npath = \"server.rs\"\n")
        => "file_names: examples/server.rs: no chapter mentions it";
    program_of_no_chapter:
        and("examples/03-more.rs", "fn main() {}\n")
        .and("examples/Cargo.toml", "[[example]]\npath = \"03-more.rs\"\n")
        => "file_names: examples/03-more.rs: there is no chapter 3";
    program_with_another_form_of_number:
        and("examples/2-more.rs", "fn main() {}\n")
        .and("examples/Cargo.toml", "[[example]]\npath = \"2-more.rs\"\n")
        => "file_names: examples/2-more.rs: a program of chapter 2 is in \
            02-something.rs";

    // sessions
    commands_without_a_session:
        and("examples/01-tokens.gdb", "run\n")
        => "sessions: examples/01-tokens.gdb: there is no \
            examples/tests/transcripts/01-tokens.gdb.txt of it\n\
            sessions: examples/01-tokens.gdb: no chapter includes \
            examples/tests/transcripts/01-tokens.gdb.txt";
    session_not_shown:
        and("examples/01-tokens.lldb", "run\n")
        .and("examples/tests/transcripts/01-tokens.lldb.txt", "$ lldb\n")
        => "sessions: examples/01-tokens.lldb: no chapter includes \
            examples/tests/transcripts/01-tokens.lldb.txt";

    // glossary
    bold_that_is_no_term:
        and(CHAPTER, "A **name**.\n")
        => "glossary: book/src/01-tokens.md:45: the bold \"name\" is not in \
            the glossary";
    bold_twice:
        and(INTRODUCTION, "**Emphasis** is free, a **Token** is not.\n")
        => "glossary: book/src/01-tokens.md:3: the bold \"token\" is bold \
            before, in book/src/introduction.md";

    // words
    filler:
        and(CHAPTER, "It is\nSimply so.\n")
        => "words: book/src/01-tokens.md:46: leave out \"Simply\"";
    filler_over_two_lines:
        and(CHAPTER, "> And it’s important\n> to note\n")
        => "words: book/src/01-tokens.md:45: leave out \"it’s important to \
            note\"";
    filler_in_raw_html:
        with(CHAPTER, "A hint", "An easy hint")
        => "words: book/src/01-tokens.md:41: leave out \"easy\"";
    filler_after_raw_html:
        with(CHAPTER, "Look again.", "Just look.")
        => "words: book/src/01-tokens.md:42: leave out \"Just\"";
    filler_in_a_drawing:
        with(FIGURE, "A queue", "Just a queue")
        => "words: book/src/figures/queue.svg:2: leave out \"Just\"";

    // structure
    second_title:
        and(CHAPTER, "# More\n")
        => "structure: book/src/01-tokens.md:45: the heading \"More\" is a \
            second title: add a #";
    no_title:
        with("book/src/glossary.md", "# Glossary\n", "")
        => "structure: book/src/glossary.md: add a # Title";
    level_skipped:
        and(CHAPTER, "#### Deep\n")
        => "structure: book/src/01-tokens.md:45: the heading \"Deep\" skips \
            a level: remove a #";
    heading_with_a_link:
        and(CHAPTER, "## [There](glossary.md)\n")
        => "structure: book/src/01-tokens.md:45: the heading \"There\" has \
            a link: the sidebar would not show it";
    details_without_summary:
        with(CHAPTER, "<summary>A hint</summary>\n", "")
        => "structure: book/src/01-tokens.md:40: give each <details> a \
            <summary> to open it with";
    markdown_in_a_tag:
        with(CHAPTER, "<figcaption>Who holds what", "<figcaption>*Who* holds what")
        => "structure: book/src/01-tokens.md:8: `*Who*` is shown as it is: \
            use a tag, or ’";
    straight_apostrophe_in_a_tag:
        with(CHAPTER, "<figcaption>Who holds what", "<figcaption>The kernel's")
        => "structure: book/src/01-tokens.md:8: `l's` is shown as it is: \
            use a tag, or ’";

    // ids
    id_gone:
        with(CHAPTER, "## What comes back", "## What returns")
        .with(INTRODUCTION, "#what-comes-back", "#what-returns")
        => "ids: book/tests/ids.txt:1: `01-tokens.html#what-comes-back` was \
            published and is gone: give that place \
            <a id=\"what-comes-back\"></a>";
    page_gone:
        with("book/tests/ids.txt", "glossary.html\n", "words.html\n")
        => "ids: book/tests/ids.txt:2: the page of `words.html` was \
            published and is gone: add it to [output.html.redirect]";

    // theme
    template_of_another_mdbook:
        with("theme/index.hbs", "mdBook 0.5.4", "mdBook 0.5.3")
        => "theme: theme/index.hbs:1: `mdBook 0.5.3's` is not 0.5.4: \
            mdBook's template of that version may differ: compare, and \
            change this";
    mdbook_newer_than_the_template:
        with("Cargo.lock", "0.5.4", "0.6.0")
        .with("README.md", "0.5.4", "0.6.0")
        => "theme: theme/index.hbs:1: `mdBook 0.5.4's` is not 0.6.0: \
            mdBook's template of that version may differ: compare, and \
            change this";
    readers_get_another_mdbook:
        with("README.md", "0.5.4", "0.4.9")
        => "theme: README.md:1: `mdbook --version 0.4.9` is not 0.5.4: let \
            readers have what is tested";
    another_version_in_the_foot:
        with("Cargo.toml", "1.2.3", "1.2.4")
        => "theme: theme/index.hbs:3: `, version 1.2.3` is not 1.2.4: that \
            is what the manifest has";
}
