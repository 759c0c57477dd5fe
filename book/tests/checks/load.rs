//! The book as the checks see it: loaded and rendered by mdBook itself.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Seek};
use std::path::{self, Component, Path, PathBuf};
use std::sync::Arc;

use mdbook_driver::MDBook;
use mdbook_driver::book::{BookItem, Chapter as Item};
use mdbook_driver::config::Config;
use mdbook_driver::errors::{Error, Result};
use scraper::{ElementRef, Html, Selector};
use tracing::Level;
use walkdir::{DirEntry, WalkDir};

use crate::Problem;

/// A book, its sources and its pages. Paths are relative to its root.
pub struct Book {
    root: PathBuf,
    pub(crate) config: Config,
    /// In the order of SUMMARY.md, drafts too.
    pub(crate) chapters: Vec<Chapter>,
    /// The files that mdBook wrote, relative to the build directory.
    pub(crate) output: BTreeSet<PathBuf>,
    /// What mdBook warned about.
    pub(crate) log: String,
}

pub(crate) struct Chapter {
    pub(crate) title: String,
    pub(crate) number: Option<u32>,
    /// 1 for the chapters below the first part title.
    pub(crate) part: usize,
    /// None for a draft.
    pub(crate) page: Option<Page>,
}

pub(crate) struct Page {
    pub(crate) file: PathBuf,
    /// Where it is in the output.
    pub(crate) address: PathBuf,
    pub(crate) markdown: String,
    pub(crate) html: Html,
}

impl Book {
    /// Loads and renders the book whose book.toml is in `root`.
    ///
    /// # Errors
    ///
    /// If there is no such book, or mdBook cannot render it.
    pub fn open(root: &Path) -> Result<Book, String> {
        load(root).map_err(|error| format!("{error:#}"))
    }

    pub(crate) fn src(&self) -> &Path {
        &self.config.book.src
    }

    pub(crate) fn pages(&self) -> impl Iterator<Item = &Page> {
        self.chapters.iter().filter_map(|it| it.page.as_ref())
    }

    pub(crate) fn numbered(&self) -> impl Iterator<Item = (u32, &Chapter)> {
        self.chapters.iter().filter_map(|it| Some((it.number?, it)))
    }

    pub(crate) fn chapter(&self, number: u32) -> Option<&Chapter> {
        self.chapters.iter().find(|it| it.number == Some(number))
    }

    pub(crate) fn read(&self, file: impl AsRef<Path>) -> io::Result<String> {
        fs::read_to_string(self.root.join(file))
    }

    pub(crate) fn has(&self, file: impl AsRef<Path>) -> bool {
        self.root.join(file).exists()
    }

    /// The text files below `dir` whose names end in `end`, sorted.
    pub(crate) fn files(
        &self,
        dir: impl AsRef<Path>,
        end: &str,
    ) -> Vec<(PathBuf, String)> {
        files(&self.root.join(dir))
            .filter(|file| file.to_string_lossy().ends_with(end))
            .filter_map(|file| {
                let text = fs::read_to_string(&file).ok()?;
                Some((file.strip_prefix(&self.root).ok()?.into(), text))
            })
            .collect()
    }
}

impl Page {
    pub(crate) fn select(&self, selector: &str) -> Vec<ElementRef<'_>> {
        select(self.html.root_element(), selector)
    }

    pub(crate) fn at(&self, line: usize, what: impl Into<String>) -> Problem {
        Problem::at(&self.file, line, what)
    }

    pub(crate) fn near(
        &self,
        needle: &str,
        what: impl Into<String>,
    ) -> Problem {
        Problem::near(&self.file, &self.markdown, needle, what)
    }
}

/// What `selector` selects within `element`.
pub(crate) fn select<'a>(
    element: ElementRef<'a>,
    selector: &str,
) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(selector).expect("a selector of ours");
    element.select(&selector).collect()
}

/// The text of `element`, on one line.
pub(crate) fn text(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `path` as seen from `dir`, without `.`, and without `..` where that can be.
pub(crate) fn join(dir: &Path, path: impl AsRef<Path>) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in dir.join(path).components() {
        let is_done = match part {
            Component::CurDir => true,
            Component::ParentDir => normal.pop(),
            _ => false,
        };
        if !is_done {
            normal.push(part);
        }
    }
    normal
}

fn files(dir: &Path) -> impl Iterator<Item = PathBuf> {
    WalkDir::new(dir)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(DirEntry::into_path)
}

fn load(root: &Path) -> Result<Book> {
    let root = path::absolute(root)?;
    let config = Config::from_disk(root.join("book.toml"))?;
    let dir = tempfile::tempdir()?;
    let (book, log) = render(&root, config.clone(), dir.path())?;

    let mut chapters = Vec::new();
    let mut part = 0;
    for item in book.iter() {
        match item {
            BookItem::PartTitle(_) => part += 1,
            BookItem::Chapter(item) => chapters.push(Chapter {
                title: item.name.clone(),
                number: number(item)?,
                part,
                page: page(item, &config.book.src, dir.path())?,
            }),
            _ => {}
        }
    }
    let output = files(dir.path());
    let output = output.map(|file| Ok(file.strip_prefix(&dir)?.into()));
    Ok(Book {
        chapters,
        output: output.collect::<Result<_>>()?,
        log: log.replace(&format!("{}/", root.display()), ""),
        root,
        config,
    })
}

/// What `mdbook build` does, but into `dir`. Gives its warnings too: mdBook
/// goes on, and ends well, when an included file is missing.
fn render(
    root: &Path,
    mut config: Config,
    dir: &Path,
) -> Result<(MDBook, String)> {
    config.build.build_dir = dir.into();
    // A check does not write into the sources.
    config.build.create_missing = false;
    // This build of mdBook has no search, and would warn about that.
    if let Some(mut html) = config.html_config() {
        html.search = None;
        config.set("output.html", html)?;
    }
    let log = Arc::new(tempfile::tempfile()?);
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(Level::WARN)
        .with_writer(Arc::clone(&log))
        .with_target(false)
        .without_time()
        .finish();
    let book = tracing::subscriber::with_default(subscriber, || {
        let book = MDBook::load_with_config(root, config)?;
        book.build()?;
        Ok::<_, Error>(book)
    })?;
    (&*log).rewind()?;
    Ok((book, io::read_to_string(&*log)?))
}

fn number(item: &Item) -> Result<Option<u32>> {
    match item.number.as_deref().map(Vec::as_slice) {
        None => Ok(None),
        Some([number]) => Ok(Some(*number)),
        Some(_) => Err(Error::msg(format!(
            "SUMMARY.md: do not nest `{}`: chapters are numbered 1, 2, 3",
            item.name
        ))),
    }
}

fn page(item: &Item, src: &Path, dir: &Path) -> Result<Option<Page>> {
    let Some(path) = &item.path else {
        return Ok(None);
    };
    let address = path.with_extension("html");
    let html = fs::read_to_string(dir.join(&address))?;
    Ok(Some(Page {
        file: src.join(path),
        address,
        markdown: item.content.clone(),
        html: Html::parse_document(&html),
    }))
}
