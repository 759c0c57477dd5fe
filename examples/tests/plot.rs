//! Draws the measured figures of chapter 1 from the session that the book
//! shows, so that both have the same numbers.
//!
//! `SNAPSHOTS=overwrite cargo test -p examples --test plot` draws them anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use snapbox::data::DataFormat;
use snapbox::{Assert, Data, IntoData};

/// A line of the session, with times in microseconds.
#[derive(Clone, Copy)]
struct Row {
    watched: u32,
    ready: u32,
    select: Option<f64>,
    poll: f64,
    epoll: f64,
}

fn rows() -> Vec<Row> {
    let path = folder("tests/transcripts/01-select-poll.linux.txt");
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<Row> {
    let words = line.split_whitespace().filter(|&word| word != "µs");
    let words: [&str; 5] = words.collect::<Vec<_>>().try_into().ok()?;
    Some(Row {
        watched: words[0].parse().ok()?,
        ready: words[1].parse().ok()?,
        select: words[2].parse().ok(),
        poll: words[3].parse().ok()?,
        epoll: words[4].parse().ok()?,
    })
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Both axes are logarithmic: a factor of ten is as long anywhere.
struct Plot {
    svg: String,
    first: f64,
    decades_of_x: f64,
}

const LEFT: f64 = 48.0;
const RIGHT: f64 = 216.0;
const TOP: f64 = 32.0;
const BOTTOM: f64 = 208.0;
/// In microseconds. The highest is 10,000.
const LOWEST: f64 = 0.1;
const DECADES_OF_Y: f64 = 5.0;

impl Plot {
    fn new(name: &str, title: &str, desc: &str) -> Plot {
        let svg = format!(
            r#"<svg viewBox="0 0 240 252" role="img" aria-labelledby="{name}-title {name}-desc" xmlns="http://www.w3.org/2000/svg" class="fig">
  <!-- drawn by examples/tests/plot.rs -->
  <title id="{name}-title">{title}</title>
  <desc id="{name}-desc">{desc}</desc>
"#
        );
        Plot {
            svg,
            first: 1.0,
            decades_of_x: 3.0,
        }
    }

    fn line(&mut self, line: &str) {
        writeln!(self.svg, "  {line}").unwrap();
    }

    fn x(&self, value: f64) -> f64 {
        let decades = (value / self.first).log10();
        LEFT + decades / self.decades_of_x * (RIGHT - LEFT)
    }

    fn y(&self, time: f64) -> f64 {
        let decades = (time / LOWEST).log10();
        BOTTOM - decades / DECADES_OF_Y * (BOTTOM - TOP)
    }

    fn axes(&mut self, heading: &str, first: f64, name_of_x: &str) {
        self.first = first;
        self.line(r#"<text x="4" y="16">µs</text>"#);
        let middle = (LEFT + RIGHT) / 2.0;
        self.line(&format!(
            r#"<text class="mid" x="{middle}" y="16">{heading}</text>"#
        ));
        let mut guides = String::new();
        for decade in 0..=3 {
            let value = first * 10_f64.powi(decade);
            let (x, bottom) = (self.x(value), BOTTOM + 16.0);
            if decade > 0 {
                write!(guides, "M{x:.1} {TOP}V{BOTTOM}").unwrap();
            }
            self.line(&format!(
                r#"<text class="mid" x="{x:.1}" y="{bottom}">{}</text>"#,
                grouped(value)
            ));
        }
        for decade in 0..=5 {
            let value = LOWEST * 10_f64.powi(decade);
            let y = self.y(value);
            if decade > 0 {
                write!(guides, "M{LEFT} {y:.1}H{RIGHT}").unwrap();
            }
            let baseline = y + 4.0;
            let text = grouped(value);
            self.line(&format!(
                r#"<text class="end" x="42" y="{baseline:.1}">{text}</text>"#
            ));
        }
        self.line(&format!(r#"<path class="guide" d="{guides}"/>"#));
        self.line(&format!(
            r#"<path class="axis" d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}"/>"#
        ));
        self.line(&format!(
            r#"<text class="mid name" x="{middle}" y="244">{name_of_x}</text>"#
        ));
    }

    fn series(
        &mut self,
        line: &str,
        mark: &str,
        radius: f64,
        points: &[(u32, f64)],
    ) {
        let mut path = String::new();
        let mut marks = Vec::new();
        for &(value, time) in points {
            let (x, y) = (self.x(value.into()), self.y(time));
            let step = if path.is_empty() { 'M' } else { 'L' };
            write!(path, "{step}{x:.1} {y:.1}").unwrap();
            marks.push(format!(
                r#"<circle class="{mark}" cx="{x:.1}" cy="{y:.1}" r="{radius}"/>"#
            ));
        }
        self.line(&format!(r#"<path class="{line}" d="{path}"/>"#));
        for mark in marks {
            self.line(&mark);
        }
    }

    /// What a line is, at one of its points.
    fn label(
        &mut self,
        (value, time): (u32, f64),
        (right, down): (f64, f64),
        anchor: &str,
        text: &str,
    ) {
        let (x, y) = (self.x(value.into()) + right, self.y(time) + down);
        self.line(&format!(
            r#"<text class="name over{anchor}" x="{x:.1}" y="{y:.1}">{text}</text>"#
        ));
    }

    fn compare(mut self, file: &str) {
        self.svg.push_str("</svg>\n");
        let path = folder("../book/src/figures").join(file);
        let drawn = Data::read_from(&path, Some(DataFormat::Text)).raw();
        let assert = Assert::new().action_env("SNAPSHOTS");
        assert.eq(self.svg.into_data(), drawn);
    }
}

/// 10,000 for ten thousand.
fn grouped(value: f64) -> String {
    if value < 1.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    match digits.len() {
        0..=3 => digits,
        length => {
            format!("{},{}", &digits[..length - 3], &digits[length - 3..])
        }
    }
}

fn three_lines(plot: &mut Plot, rows: &[Row], x: fn(&Row) -> u32) {
    let points = |time: fn(&Row) -> Option<f64>| -> Vec<(u32, f64)> {
        let point = |row| Some((x(row), time(row)?));
        rows.iter().filter_map(point).collect()
    };
    plot.series("call", "thread", 4.5, &points(|row| row.select));
    plot.series("step", "dot", 2.5, &points(|row| Some(row.poll)));
    plot.series("step new", "dot new", 2.5, &points(|row| Some(row.epoll)));
}

#[test]
fn a_wait_on_more_and_more_sockets() {
    let all = rows();
    let end = all.iter().position(|row| row.watched == 10_000).unwrap();
    let rows = &all[..=end];
    let (first, last) = (rows[0], rows[end]);
    let at = |watched| rows.iter().find(|row| row.watched == watched).unwrap();

    let desc = format!(
        "Both scales are logarithmic. With one socket ready among 10, a poll \
         takes {} µs, among 10,000 it takes {} µs; its line rises all the \
         way. That of select lies on it, and ends at 1,000 sockets with {} µs. \
         That of epoll is flat: {} µs among 10, {} µs among 10,000.",
        first.poll,
        last.poll,
        at(1_000).select.unwrap(),
        first.epoll,
        last.epoll
    );
    let title = "The time of a wait, by the number of sockets watched";
    let mut plot = Plot::new("01-cost-1", title, &desc);
    plot.axes("One is ready", 10.0, "watched");
    three_lines(&mut plot, rows, |row| row.watched);
    let select = (100, at(100).select.unwrap());
    plot.label(select, (-8.0, -6.0), " end", "select");
    plot.label((3_000, at(3_000).poll), (-10.0, -4.0), " end", "poll");
    plot.label((300, at(300).epoll), (0.0, -10.0), " mid", "epoll");
    plot.compare("01-cost-1.svg");
}

#[test]
fn a_wait_that_finds_more_and_more_of_them_ready() {
    let all = rows();
    let end = all.iter().position(|row| row.watched == 10_000).unwrap();
    let rows = &all[end + 1..];
    let (first, last) = (rows[0], rows[rows.len() - 1]);
    assert!(rows.iter().all(|row| row.watched == 1_000));
    let at = |ready| rows.iter().find(|row| row.ready == ready).unwrap();

    let desc = format!(
        "The same scales. Of 1,000 sockets, one is ready: a poll takes {} µs, \
         a wait of epoll {} µs. All are ready: {} µs and {} µs. The lines of \
         poll and select are flat, and fall at the end, where that of epoll, \
         which rises all the way, crosses them.",
        first.poll, first.epoll, last.poll, last.epoll
    );
    let title = "The time of a wait, by the number of sockets that are ready";
    let mut plot = Plot::new("01-cost-2", title, &desc);
    plot.axes("1,000 are watched", 1.0, "ready");
    three_lines(&mut plot, rows, |row| row.ready);
    plot.label((10, at(10).poll), (0.0, -10.0), " mid", "poll, select");
    plot.label((30, at(30).epoll), (8.0, 12.0), "", "epoll");
    plot.compare("01-cost-2.svg");
}
