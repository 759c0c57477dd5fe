//! The checks that hold the book to the code.
//!
//! Each is a function from a [`Book`] to the [`Problem`]s that it finds.
//! `book.rs` applies them to the book, `broken.rs` to small books that are
//! wrong on purpose: a check that finds nothing there would be no check.

mod chapters;
mod code;
mod load;
mod markdown;
mod pages;
mod published;

use std::fmt;
use std::path::Path;

pub use chapters::{chapter_table, file_names, glossary, sessions, words};
pub use code::{captions, includes, no_typed_code, shown};
pub use load::Book;
pub use pages::{builds, figures, links, structure};
pub use published::{IDS, ids, theme, with_new_ids};

/// Something that is wrong with the book.
#[derive(Debug)]
pub struct Problem {
    place: String,
    what: String,
}

impl Problem {
    fn of(file: impl AsRef<Path>, what: impl Into<String>) -> Problem {
        let place = file.as_ref().display().to_string();
        let what = what.into();
        Problem { place, what }
    }

    fn at(
        file: impl AsRef<Path>,
        line: usize,
        what: impl Into<String>,
    ) -> Problem {
        let mut problem = Problem::of(file, what);
        problem.place += &format!(":{line}");
        problem
    }

    /// For what is found after rendering, when lines are forgotten: at the
    /// first line of the source that has `needle`, if one has.
    fn near(
        file: impl AsRef<Path>,
        source: &str,
        needle: &str,
        what: impl Into<String>,
    ) -> Problem {
        match source.lines().position(|line| line.contains(needle)) {
            Some(index) => Problem::at(file, index + 1, what),
            None => Problem::of(file, what),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Looks for one kind of problem.
pub type Check = fn(&Book) -> Vec<Problem>;

/// All checks, by name.
pub const CHECKS: [(&str, Check); 15] = [
    ("builds", builds),
    ("includes", includes),
    ("shown", shown),
    ("no_typed_code", no_typed_code),
    ("captions", captions),
    ("links", links),
    ("figures", figures),
    ("chapter_table", chapter_table),
    ("file_names", file_names),
    ("sessions", sessions),
    ("glossary", glossary),
    ("words", words),
    ("structure", structure),
    ("ids", ids),
    ("theme", theme),
];
