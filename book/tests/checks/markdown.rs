//! Chapters, taken apart by the parser that mdBook uses.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use mdbook_markdown::pulldown_cmark::{
    CodeBlockKind, Event, Parser, Tag, TagEnd, html::push_html,
};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use regex::{Captures, Regex};
use scraper::Html;

use crate::load::{Page, join};

/// A regular expression of ours.
pub(crate) fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of ours")
}

pub(crate) struct Include {
    pub(crate) line: usize,
    /// `include`, if it is as it should be.
    pub(crate) directive: String,
    pub(crate) path: PathBuf,
    pub(crate) part: Part,
}

pub(crate) enum Part {
    Whole,
    Lines,
    Anchor(String),
}

/// A block that holds no other block.
pub(crate) struct Block {
    pub(crate) line: usize,
    pub(crate) kind: Kind,
    pub(crate) text: String,
}

#[derive(PartialEq)]
pub(crate) enum Kind {
    /// With what follows the opening fence.
    Code(String),
    Html,
    /// Each code span in it stands as a back-tick.
    Prose,
}

impl Page {
    pub(crate) fn includes(&self) -> Vec<Include> {
        includes(&self.markdown, 1, &self.file)
    }

    pub(crate) fn blocks(&self) -> Vec<Block> {
        blocks(&self.markdown)
    }
}

impl Block {
    /// What a listing includes, if this is one.
    pub(crate) fn listing(&self, page: &Page) -> Option<Vec<Include>> {
        matches!(self.language()?, "rust" | "rs")
            .then(|| includes(&self.text, self.line + 1, &page.file))
    }

    pub(crate) fn language(&self) -> Option<&str> {
        match &self.kind {
            Kind::Code(info) => info.split([',', ' ']).next(),
            _ => None,
        }
    }
}

/// The includes in `text`, which starts at line `first` of `file`.
///
/// mdBook looks for them before it parses Markdown, with such a pattern, which
/// it does not export.
fn includes(text: &str, first: usize, file: &Path) -> Vec<Include> {
    static INCLUDE: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"\{\{\s*#(\w+)\s+([^}\s:]+):?([^}\s:]*)[^}]*\}\}")
    });
    let dir = file.parent().unwrap_or(file);
    let include = |found: Captures<'_>| Include {
        line: first - 1 + line(text, found.get_match().start()),
        directive: found[1].to_owned(),
        path: join(dir, &found[2]),
        part: match &found[3] {
            "" if !found[0].contains(':') => Part::Whole,
            it if it.bytes().all(|it| it.is_ascii_digit()) => Part::Lines,
            it => Part::Anchor(it.to_owned()),
        },
    };
    INCLUDE.captures_iter(text).map(include).collect()
}

pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut is_open = false;
    for (event, range) in parse(markdown).into_offset_iter() {
        let text = match &event {
            Event::Text(text) | Event::Html(text) => Some(&**text),
            Event::Code(_) => Some("`"),
            Event::SoftBreak | Event::HardBreak => Some("\n"),
            _ => None,
        };
        let kind = match &event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                Some(Kind::Code(info.to_string()))
            }
            Event::Start(Tag::CodeBlock(_)) => Some(Kind::Code(String::new())),
            Event::Start(Tag::HtmlBlock) => Some(Kind::Html),
            _ => text.filter(|_| !is_open).map(|_| Kind::Prose),
        };
        is_open = kind.is_some() || is_open && !ends_block(&event);
        blocks.extend(kind.map(|kind| Block {
            line: line(markdown, range.start),
            kind,
            text: String::new(),
        }));
        if let (Some(text), Some(block)) = (text, blocks.last_mut()) {
            block.text.push_str(text);
        }
    }
    blocks
}

fn ends_block(event: &Event<'_>) -> bool {
    use TagEnd::{Emphasis, Image, Link, Strikethrough, Strong};
    let tag = match event {
        Event::Start(tag) => tag.to_end(),
        Event::End(tag) => *tag,
        _ => return false,
    };
    !matches!(tag, Emphasis | Image | Link | Strikethrough | Strong)
}

/// For files that are not in the book.
pub(crate) fn render(markdown: &str) -> Html {
    let mut html = String::new();
    push_html(&mut html, parse(markdown));
    Html::parse_fragment(&html)
}

fn parse(markdown: &str) -> Parser<'_> {
    let mut options = MarkdownOptions::default();
    // Text is compared as it was typed.
    options.smart_punctuation = false;
    new_cmark_parser(markdown, &options)
}

fn line(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}
