//! The book passes each check.

use std::path::Path;
use std::sync::{LazyLock, Mutex};
use std::{env, fs};

use book::{Book, Check, Problem};

/// Rendered once, for all checks.
static BOOK: LazyLock<Result<Mutex<Book>, String>> = LazyLock::new(|| {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    Book::open(package.parent().unwrap_or(package)).map(Mutex::new)
});

fn passes(check: Check) {
    let problems = match &*BOOK {
        Ok(book) => check(&book.lock().unwrap()),
        Err(error) => panic!("{error}"),
    };
    let lines: Vec<_> = problems.iter().map(Problem::to_string).collect();
    assert!(
        lines.is_empty(),
        "{} to fix\n{}\n",
        lines.len(),
        lines.join("\n")
    );
}

macro_rules! checks {
    ($($name:ident)+) => {$(
        #[test]
        fn $name() {
            passes(book::$name);
        }
    )+};
}

checks! {
    builds
    includes
    shown
    no_typed_code
    captions
    links
    figures
    chapter_table
    file_names
    sessions
    glossary
    words
    structure
    ids
    theme
}

/// With `SNAPSHOTS=overwrite`, the headings that are new are listed. None is ever
/// taken off the list.
#[test]
fn new_ids() {
    if env::var("SNAPSHOTS").is_ok_and(|it| it == "overwrite") {
        let book = BOOK.as_ref().unwrap().lock().unwrap();
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let list = package.parent().unwrap().join(book::IDS);
        fs::write(list, book::with_new_ids(&book)).unwrap();
    }
}
