//! Charts drawn as SVG: axes with units, lines, bands, bars and marks. No series is told from another by colour alone: each has
//! its own dash or shape of mark.
//!
//! Each chart is drawn twice, for a wide and for a narrow window, and the page shows the one that fits: text has the size of the
//! page's own in both. Labels lie outside the plot, so that none covers a line, a mark or another label; what is inside the plot
//! is named in the legend.

use maud::{Markup, Render, html};

/// The width of a drawing, in which a letter of a label is 13.5 high.
#[derive(Clone, Copy, Debug)]
struct Canvas {
    width: f64,
    /// For the style, and for ids.
    name: &'static str,
}

const WIDE: Canvas = Canvas { width: 640.0, name: "wide" };
const NARROW: Canvas = Canvas { width: 350.0, name: "narrow" };

/// From one line of a label to the next.
const LINE: f64 = 18.0;
/// The room between two labels.
const GAP: f64 = 8.0;
/// Bold letters are wider.
const BOLD: f64 = 1.12;

/// A length in the drawing, in tenths.
struct Px(f64);

impl Render for Px {
    fn render_to(&self, out: &mut String) {
        use std::fmt::Write as _;
        let _ = write!(out, "{:.1}", self.0);
    }
}

/// The shape of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Circle,
    Square,
    Triangle,
    Diamond,
    /// Outlines, larger than the full shapes, so that one around another shows both.
    Ring,
    Frame,
    Kite,
}

/// How a series is drawn.
#[derive(Clone, Debug)]
pub struct Series {
    pub name: String,
    pub colour: &'static str,
    /// "none" for a solid line.
    pub dash: &'static str,
    pub shape: Option<Shape>,
    pub line: bool,
}

/// Colours that people with any colour vision can tell apart, and that stand out from white (Okabe and Ito).
pub const BLUE: &str = "#0072b2";
pub const RED: &str = "#c44e00";
pub const GREEN: &str = "#00795a";
pub const PURPLE: &str = "#8f3f71";
pub const GREY: &str = "#4a4a4a";

/// One axis: its title with the unit, its ends (the first at the left or below), and its ticks.
#[derive(Clone, Debug)]
pub struct Axis {
    pub title: String,
    pub from: f64,
    pub to: f64,
    pub logarithmic: bool,
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// An even axis with round ticks, each written by `words`.
    pub fn even(title: &str, from: f64, to: f64, most: usize, words: impl Fn(f64) -> String) -> Axis {
        let ticks = round_ticks(from.min(to), from.max(to), most).into_iter().map(|at| (at, words(at))).collect();
        Axis { title: title.to_owned(), from, to, logarithmic: false, ticks }
    }

    /// An even axis in pounds, in one unit throughout.
    pub fn pounds(title: &str, from: f64, to: f64, most: usize) -> Axis {
        let size = from.abs().max(to.abs());
        let (unit, suffix) = match size {
            _ if size >= 1e9 => (1e9, "bn"),
            _ if size >= 1e6 => (1e6, "m"),
            _ if size >= 1e4 => (1e3, "k"),
            _ => (1.0, ""),
        };
        let ticks = round_ticks(from.min(to), from.max(to), most);
        let step = ticks.windows(2).next().map_or(1.0, |pair| (pair[1] - pair[0]) / unit);
        let digits = (-(step.log10() + 1e-9).floor()).clamp(0.0, 3.0) as usize;
        let words = |at: f64| {
            if at.abs() < 1e-9 * size {
                return "£0".to_owned();
            }
            let sign = if at < 0.0 { "-" } else { "" };
            let figure = if suffix.is_empty() && digits == 0 {
                super::words::count(at.abs())
            } else {
                format!("{:.digits$}", at.abs() / unit)
            };
            format!("{sign}£{figure}{suffix}")
        };
        Axis {
            title: title.to_owned(),
            from,
            to,
            logarithmic: false,
            ticks: ticks.into_iter().map(|at| (at, words(at))).collect(),
        }
    }

    /// How far along the axis a value lies, from 0 to 1.
    fn part(&self, value: f64) -> f64 {
        let scale = |value: f64| if self.logarithmic { value.max(1e-9).log10() } else { value };
        (scale(value) - scale(self.from)) / (scale(self.to) - scale(self.from))
    }

    /// Whether a value lies on the axis.
    fn holds(&self, value: f64) -> bool {
        (-0.001..=1.001).contains(&self.part(value))
    }
}

/// Multiples of 1, 2 or 5 times a power of ten within the ends, at most so many.
pub fn round_ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let span = (high - low).max(1e-12);
    let rough = span / most.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|by| by * power).find(|step| *step >= rough * 0.999).unwrap_or(10.0 * power);
    let first = (low / step - 1e-6).ceil() as i64;
    let last = (high / step + 1e-6).floor() as i64;
    (first..=last).map(|at| at as f64 * step).collect()
}

/// Ends a little beyond the values.
pub fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > high {
        return (0.0, 1.0);
    }
    let span = (high - low).max(0.02 * high.abs()).max(1e-6);
    (low - 0.06 * span, high + 0.08 * span)
}

/// How wide a label is at most: what its letters take in DejaVu Sans, than which few fonts are wider.
fn width(words: &str) -> f64 {
    let letter = |letter: char| match letter {
        'i' | 'j' | 'l' | 'I' | 't' | 'f' | 'r' | '.' | ',' | ':' | ';' | '\'' | '(' | ')' | '|' | '/' | '-' => 5.6,
        ' ' => 4.4,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '+' | '…' => 13.5,
        letter if letter.is_ascii_uppercase() => 10.2,
        letter if letter.is_ascii() => 8.6,
        // Accented letters are no wider, letters of other scripts are.
        letter if letter < '\u{250}' => 9.5,
        _ => 14.0,
    };
    words.chars().map(letter).sum()
}

/// Words in lines that fit into a width. A word that is wider is broken.
fn wrapped(words: &str, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + width(" ") + width(word) <= room => *line = format!("{line} {word}"),
            _ => lines.push(String::new()),
        }
        let Some(line) = lines.last_mut().filter(|line| line.is_empty()) else { continue };
        let mut piece = std::mem::take(line);
        lines.pop();
        for letter in word.chars() {
            if !piece.is_empty() && width(&piece) + width(letter.encode_utf8(&mut [0; 4])) > room {
                lines.push(std::mem::take(&mut piece));
            }
            piece.push(letter);
        }
        lines.push(piece);
    }
    lines
}

/// Lines of words under each other, from the height of the first line down.
fn lines(class: &str, anchor: &str, x: f64, y: f64, lines: &[String]) -> Markup {
    html! {
        text class=[(!class.is_empty()).then_some(class)] text-anchor=(anchor) {
            @for (at, line) in lines.iter().enumerate() { tspan x=(Px(x)) y=(Px(y + LINE * at as f64)) { (line) } }
        }
    }
}

/// Where a label at `x` must be held so that it stays between two places, and how far it then reaches.
fn anchored(x: f64, wide: f64, low: f64, high: f64) -> (&'static str, f64, f64) {
    match x {
        x if x + wide / 2.0 > high => ("end", x - wide, x),
        x if x - wide / 2.0 < low => ("start", x, x + wide),
        x => ("middle", x - wide / 2.0, x + wide / 2.0),
    }
}

/// The ticks of an axis across whose labels do not touch: all of them, every second, every third and so on. Each with its place,
/// the lines of its label and where it is held.
fn across(axis: &Axis, from: f64, to: f64, canvas: Canvas) -> Vec<(f64, Vec<String>, &'static str)> {
    let labels = axis.ticks.iter().filter(|(value, _)| axis.holds(*value)).map(|(value, words)| {
        let x = from + axis.part(*value) * (to - from);
        let lines: Vec<String> = words.split(", ").map(str::to_owned).collect();
        let wide = lines.iter().map(|line| width(line)).fold(0.0, f64::max);
        (x, lines, anchored(x, wide, 0.0, canvas.width))
    });
    let labels: Vec<_> = labels.collect();
    let every = (1..=labels.len()).find(|every| {
        let kept: Vec<_> = labels.iter().step_by(*every).collect();
        kept.windows(2).all(|pair| {
            let ((_, _, (_, left, right)), (_, _, (_, other_left, other_right))) = (pair[0], pair[1]);
            // An axis may run from right to left.
            right + GAP <= *other_left || other_right + GAP <= *left
        })
    });
    labels.into_iter().step_by(every.unwrap_or(1)).map(|(x, lines, (anchor, ..))| (x, lines, anchor)).collect()
}

/// Both drawings of a chart. `what` says in words what it shows, for those who cannot see it; `draw` gives the height and the
/// content.
fn drawn(id: &str, title: &str, what: &str, draw: impl Fn(Canvas) -> (f64, Markup)) -> Markup {
    html! {
        @for canvas in [WIDE, NARROW] {
            @let (height, inner) = draw(canvas);
            @let own = format!("drawing-{id}-{}", canvas.name);
            svg class={ "drawing " (canvas.name) } viewBox={ "0 0 " (canvas.width) " " (height.ceil()) } role="img"
                aria-labelledby={ (own) "-title " (own) "-words" } {
                title #{ (own) "-title" } { (title) }
                desc #{ (own) "-words" } { (what) }
                (inner)
            }
        }
    }
}

/// Something in the plot of a chart.
#[derive(Debug)]
enum Layer {
    /// The area between a lower and an upper line, as the line around it.
    Band(Vec<(f64, f64)>, &'static str),
    Column {
        from: f64,
        to: f64,
        height: f64,
        colour: &'static str,
    },
    Line(Vec<(f64, f64)>, Series),
    Mark {
        place: (f64, f64),
        shape: Shape,
        size: f64,
        colour: &'static str,
    },
    Level(f64),
    Upright(f64, String),
    Strip(f64, f64),
}

/// A drawing with two axes.
#[derive(Debug)]
pub struct Chart {
    id: String,
    title: String,
    what: String,
    x: Axis,
    y: Axis,
    layers: Vec<Layer>,
}

/// Where the plot of a chart lies in its drawing.
struct Plot<'a> {
    x: &'a Axis,
    y: &'a Axis,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

impl Plot<'_> {
    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.left + self.x.part(x) * (self.right - self.left), self.bottom - self.y.part(y) * (self.bottom - self.top))
    }

    fn path(&self, points: &[(f64, f64)]) -> String {
        let places = points.iter().map(|point| self.at(*point));
        places.enumerate().map(|(at, (x, y))| format!("{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" })).collect()
    }

    /// What lies under the marks.
    fn under(&self, layer: &Layer) -> Markup {
        match layer {
            Layer::Band(around, colour) => html! { path d={ (self.path(around)) "Z" } fill=(colour) fill-opacity="0.16" {} },
            Layer::Column { from, to, height, colour } => {
                let ((left, bottom), (right, top)) = (self.at((*from, 0.0)), self.at((*to, *height)));
                rectangle("", (left, top), ((right - left - 1.0).max(0.5), bottom - top), colour)
            }
            Layer::Line(points, Series { colour, dash, .. }) => html! {
                path d=(self.path(points)) fill="none" stroke=(colour) stroke-width="2.5" stroke-dasharray=(dash) {}
            },
            Layer::Level(y) => {
                let (_, y) = self.at((self.x.from, *y));
                straight("guide", (self.left, y), (self.right, y))
            }
            Layer::Upright(x, _) => {
                let (x, _) = self.at((*x, self.y.from));
                straight("guide", (x, self.top), (x, self.bottom))
            }
            Layer::Strip(low, high) => {
                let ((left, bottom), (right, top)) = (self.at((self.x.from, *low)), self.at((self.x.to, *high)));
                rectangle("strip", (left, top), (right - left, bottom - top), "")
            }
            Layer::Mark { .. } => html! {},
        }
    }

    /// Marks, which may reach a little over the edge of the plot.
    fn over(&self, layer: &Layer) -> Markup {
        match layer {
            Layer::Mark { place, shape, size, colour } => mark(*shape, self.at(*place), *size, colour),
            _ => html! {},
        }
    }
}

impl Chart {
    /// `what` says in words what the drawing shows, for those who cannot see it.
    pub fn new(id: &str, title: &str, what: &str, x: Axis, y: Axis) -> Chart {
        Chart { id: id.to_owned(), title: title.to_owned(), what: what.to_owned(), x, y, layers: Vec::new() }
    }

    /// The area between a lower and an upper line.
    pub fn band(&mut self, low: &[(f64, f64)], high: &[(f64, f64)], colour: &'static str) {
        self.layers.push(Layer::Band(low.iter().copied().chain(high.iter().rev().copied()).collect(), colour));
    }

    /// A column of a histogram, from zero.
    pub fn column(&mut self, from: f64, to: f64, height: f64, colour: &'static str) {
        self.layers.push(Layer::Column { from, to, height, colour });
    }

    /// A series as a line, as marks, or both.
    pub fn series(&mut self, series: &Series, points: &[(f64, f64)]) {
        if series.line {
            self.layers.push(Layer::Line(points.to_vec(), series.clone()));
        }
        let size = if series.line { 4.5 } else { 7.5 };
        for place in points {
            self.mark(series, *place, size);
        }
    }

    /// One small mark, of the size that a series with a line has.
    pub fn small_mark(&mut self, series: &Series, place: (f64, f64)) {
        self.mark(series, place, 4.5);
    }

    fn mark(&mut self, series: &Series, place: (f64, f64), size: f64) {
        let Some(shape) = series.shape else { return };
        if self.x.holds(place.0) && self.y.holds(place.1) {
            self.layers.push(Layer::Mark { place, shape, size, colour: series.colour });
        }
    }

    /// A line across at one value of y; the legend names it.
    pub fn level(&mut self, y: f64) {
        self.layers.push(Layer::Level(y));
    }

    /// A line up at one value of x, with words above the plot.
    pub fn upright(&mut self, x: f64, words: &str) {
        self.layers.push(Layer::Upright(x, words.to_owned()));
    }

    /// A shaded strip between two values of y, for what has no place on the scale; the legend names it.
    pub fn strip(&mut self, low: f64, high: f64) {
        self.layers.push(Layer::Strip(low, high));
    }

    /// The drawing.
    pub fn draw(&self) -> Markup {
        drawn(&self.id, &self.title, &self.what, |canvas| self.on(canvas))
    }

    fn on(&self, canvas: Canvas) -> (f64, Markup) {
        let named = self.layers.iter().filter_map(|layer| match layer {
            Layer::Upright(x, words) => Some((*x, words)),
            _ => None,
        });
        let named: Vec<_> = named.collect();
        let (above, below) = (wrapped(&self.y.title, canvas.width), wrapped(&self.x.title, canvas.width));
        let marked = if named.is_empty() { 0.0 } else { LINE + 4.0 };
        let top = LINE * above.len() as f64 + 10.0 + marked;
        let left = self.y.ticks.iter().map(|(_, words)| width(words)).fold(24.0, f64::max) + 12.0;
        let (right, bottom) = (canvas.width - 10.0, top + 280.0);
        let plot = Plot { x: &self.x, y: &self.y, left, right, top, bottom };
        let ticks = across(&self.x, left, right, canvas);
        let deep = LINE * ticks.iter().map(|(_, lines, _)| lines.len()).max().unwrap_or(1) as f64;
        let height = bottom + 6.0 + deep + 8.0 + LINE * below.len() as f64 + 4.0;
        let clip = format!("drawing-{}-{}-plot", self.id, canvas.name);
        let inner = html! {
            clipPath #(clip) { (rectangle("", (left, top), (right - left, bottom - top), "#000")) }
            (lines("title", "start", 0.0, 14.0, &above))
            @for (value, words) in &self.y.ticks {
                @let (_, y) = plot.at((self.x.from, *value));
                (straight("grid", (left, y), (right, y)))
                text text-anchor="end" x=(Px(left - 8.0)) y=(Px(y + 4.5)) { (words) }
            }
            @for (value, words) in named {
                @let (x, _) = plot.at((value, self.y.from));
                @let (anchor, ..) = anchored(x, width(words), left, canvas.width);
                text text-anchor=(anchor) x=(Px(x)) y=(Px(top - 10.0)) { (words) }
            }
            @for (x, words, anchor) in &ticks {
                (straight("axis", (*x, bottom), (*x, bottom + 5.0)))
                (lines("", anchor, *x, bottom + 20.0, words))
            }
            (straight("axis", (left, bottom), (right, bottom)))
            (lines("title", "end", right, bottom + 6.0 + deep + 8.0 + 12.0, &below))
            g clip-path={ "url(#" (clip) ")" } { @for layer in &self.layers { (plot.under(layer)) } }
            @for layer in &self.layers { (plot.over(layer)) }
        };
        (height, inner)
    }
}

fn straight(class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> Markup {
    html! { line class=(class) x1=(Px(x1)) x2=(Px(x2)) y1=(Px(y1)) y2=(Px(y2)) {} }
}

fn rectangle(class: &str, (x, y): (f64, f64), (wide, high): (f64, f64), colour: &str) -> Markup {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    html! { rect class=[given(class)] x=(Px(x)) y=(Px(y)) width=(Px(wide)) height=(Px(high)) fill=[given(colour)] {} }
}

/// Rows of marks along one scale, a row to a group of people: easier to compare than bars, and room for long names.
pub fn rows(id: &str, title: &str, what: &str, axis: &Axis, series: &[Series], rows: &[(String, Vec<Option<f64>>)]) -> Markup {
    let exact = |value: &Option<f64>| value.map(|value| [value; 3]);
    let rows: Vec<(String, Vec<ValueRange>)> =
        rows.iter().map(|(name, values)| (name.clone(), values.iter().map(exact).collect())).collect();
    ranged_rows(id, title, what, axis, series, &rows)
}

/// The foot of a chart of rows: the labels of the ticks and the title of the scale. Gives the height of the drawing too.
fn foot(axis: &Axis, ticks: &[(f64, Vec<String>, &'static str)], right: f64, bottom: f64, canvas: Canvas) -> (f64, Markup) {
    let below = wrapped(&axis.title, canvas.width);
    let inner = html! {
        @for (x, words, anchor) in ticks { (lines("", anchor, *x, bottom + 16.0, words)) }
        (lines("title", "end", right, bottom + 40.0, &below))
    };
    (bottom + 40.0 + LINE * (below.len() - 1) as f64 + 8.0, inner)
}

/// A bar between two values, with its figure at the right of the row.
pub struct Bar {
    pub from: f64,
    pub to: f64,
    pub colour: &'static str,
    pub words: String,
}

/// Bars along one scale, a row to each with its name; a row without a bar is a heading. `guide` is a value of the scale with a
/// line and words.
pub fn bars(
    id: &str,
    title: &str,
    what: &str,
    axis: &Axis,
    guide: Option<(f64, &str)>,
    rows: &[(String, Option<Bar>)],
) -> Markup {
    drawn(id, title, what, |canvas| bars_on(canvas, axis, guide, rows))
}

fn bars_on(canvas: Canvas, axis: &Axis, guide: Option<(f64, &str)>, rows: &[(String, Option<Bar>)]) -> (f64, Markup) {
    const BAR: f64 = 15.0;
    let figures = rows.iter().flat_map(|(_, bar)| bar).map(|bar| width(&bar.words)).fold(24.0, f64::max) + 10.0;
    // Names are at the left of the bars, or above them where there is no room.
    let beside = canvas.width > 500.0;
    let (left, right) = (if beside { 0.4 * canvas.width } else { 10.0 }, canvas.width - figures);
    let place = |value: f64| left + axis.part(value).clamp(0.0, 1.0) * (right - left);
    let ticks = across(axis, left, right, canvas);
    let top = if guide.is_some() { 24.0 } else { 4.0 };
    let mut y = top;
    let body = html! {
        @for (name, bar) in rows {
            @let words = wrapped(name, if beside && bar.is_some() { left - 12.0 } else { canvas.width / BOLD });
            @let tall = LINE * words.len() as f64;
            @match bar {
                None => {
                    (lines("row", "start", 0.0, y + 20.0, &words))
                    @let () = y += tall + 8.0;
                }
                Some(bar) => {
                    @let (from, to) = if beside { (y, y + tall.max(BAR) + 6.0) } else { (y + tall + 5.0, y + tall + BAR + 10.0) };
                    @let middle = (from + to) / 2.0;
                    @for (x, ..) in &ticks { (straight("grid", (*x, from), (*x, to))) }
                    @if axis.holds(0.0) { (straight("axis", (place(0.0), from), (place(0.0), to))) }
                    @if let Some((value, _)) = guide { (straight("guide", (place(value), from), (place(value), to))) }
                    @if beside {
                        (lines("", "end", left - 10.0, middle + 5.0 - LINE * (words.len() - 1) as f64 / 2.0, &words))
                    } @else {
                        (lines("", "start", 0.0, y + 17.0, &words))
                    }
                    @let (start, end) = (place(bar.from.min(bar.to)), place(bar.from.max(bar.to)));
                    (rectangle("", (start, middle - BAR / 2.0), ((end - start).max(1.5), BAR), bar.colour))
                    text text-anchor="end" x=(Px(canvas.width)) y=(Px(middle + 5.0)) { (bar.words) }
                    @let () = y = to;
                }
            }
        }
    };
    let (height, under) = foot(axis, &ticks, right, y + 2.0, canvas);
    let inner = html! {
        @if let Some((value, words)) = guide {
            @let (anchor, ..) = anchored(place(value), width(words), 0.0, canvas.width);
            text text-anchor=(anchor) x=(Px(place(value))) y="14" { (words) }
        }
        (body)
        (under)
    };
    (height, inner)
}

/// A value with the ends of its interval.
pub type ValueRange = Option<[f64; 3]>;

/// Rows of marks with an interval around each mark; marks of one row then lie a little apart.
pub fn ranged_rows(
    id: &str,
    title: &str,
    what: &str,
    axis: &Axis,
    series: &[Series],
    rows: &[(String, Vec<ValueRange>)],
) -> Markup {
    drawn(id, title, what, |canvas| ranged_rows_on(canvas, axis, series, rows))
}

fn ranged_rows_on(canvas: Canvas, axis: &Axis, series: &[Series], rows: &[(String, Vec<ValueRange>)]) -> (f64, Markup) {
    let (left, right) = (12.0, canvas.width - 12.0);
    let place = |value: f64| left + axis.part(value) * (right - left);
    let ticks = across(axis, left, right, canvas);
    // Marks with intervals lie one under the other.
    let apart = rows.iter().flat_map(|(_, values)| values).flatten().any(|[_, low, high]| high > low) && series.len() > 1;
    let step = if apart { 14.0 } else { 0.0 };
    let band = 24.0 + step * (series.len() - 1) as f64;
    let mut y = 0.0;
    let body = html! {
        @for (name, values) in rows {
            @let words = wrapped(name, canvas.width / BOLD);
            (lines("row", "start", 0.0, y + 16.0, &words))
            @let from = y + LINE * words.len() as f64 + 4.0;
            @let to = from + band;
            @for (x, ..) in &ticks { (straight("grid", (*x, from), (*x, to))) }
            (straight("axis", (left, (from + to) / 2.0), (right, (from + to) / 2.0)))
            @for (number, (series, value)) in series.iter().zip(values).enumerate() {
                @if let (Some(shape), Some([value, low, high])) = (series.shape, *value) {
                    @let height = from + 12.0 + step * number as f64;
                    @if high > low {
                        line x1=(Px(place(low))) x2=(Px(place(high))) y1=(Px(height)) y2=(Px(height)) stroke=(series.colour)
                            stroke-width="2.5" {}
                    }
                    (mark(shape, (place(value), height), 7.5, series.colour))
                }
            }
            @let () = y = to + 6.0;
        }
    };
    let (height, under) = foot(axis, &ticks, right, y - 4.0, canvas);
    (height, html! { (body) (under) })
}

/// A mark, edged in white so that it stands off lines and other marks.
fn mark(shape: Shape, (x, y): (f64, f64), size: f64, colour: &str) -> Markup {
    const SQUARE: [(f64, f64); 4] = [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)];
    const KITE: [(f64, f64); 4] = [(0.0, -1.2), (1.0, 0.0), (0.0, 1.2), (-1.0, 0.0)];
    const TRIANGLE: [(f64, f64); 3] = [(0.0, -1.15), (1.1, 0.85), (-1.1, 0.85)];
    let full = matches!(shape, Shape::Circle | Shape::Square | Shape::Triangle | Shape::Diamond);
    let (fill, stroke, wide) = if full { (colour, "#fff", "1.2") } else { ("none", colour, "2.4") };
    let (corners, size): (&[(f64, f64)], f64) = match shape {
        Shape::Circle => (&[], size),
        Shape::Ring => (&[], 1.1 * size),
        Shape::Square => (&SQUARE, size),
        Shape::Frame => (&SQUARE, 1.25 * size),
        Shape::Triangle => (&TRIANGLE, size),
        Shape::Diamond => (&KITE, 0.85 * size),
        Shape::Kite => (&KITE, 1.4 * size),
    };
    let points =
        corners.iter().map(|(dx, dy)| format!("{:.1},{:.1}", x + dx * size, y + dy * size)).collect::<Vec<_>>().join(" ");
    html! {
        @if corners.is_empty() {
            circle cx=(Px(x)) cy=(Px(y)) r=(Px(size)) fill=(fill) stroke=(stroke) stroke-width=(wide) {}
        } @else {
            polygon points=(points) fill=(fill) stroke=(stroke) stroke-width=(wide) {}
        }
    }
}

/// A small drawing for a legend.
fn key_of(inner: &Markup) -> Markup {
    html! { svg.key viewBox="0 0 38 18" aria-hidden="true" { (inner) } }
}

/// A series' key for a legend.
pub fn key(series: &Series) -> Markup {
    key_of(&html! {
        @if series.line {
            line x1="1" x2="37" y1="9" y2="9" stroke=(series.colour) stroke-width="2.5" stroke-dasharray=(series.dash) {}
        }
        @if let Some(shape) = series.shape { (mark(shape, (19.0, 9.0), 5.2, series.colour)) }
    })
}

/// The key of a band.
pub fn band_key(colour: &str) -> Markup {
    key_of(&html! { rect x="1" y="2" width="36" height="14" fill=(colour) fill-opacity="0.25" {} })
}

/// The key of a line across the plot.
pub fn level_key() -> Markup {
    key_of(&html! { line.guide x1="1" x2="37" y1="9" y2="9" {} })
}

/// The key of a strip.
pub fn strip_key() -> Markup {
    key_of(&html! { rect.strip x="1" y="2" width="36" height="14" {} })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_across_never_touch() {
        for canvas in [WIDE, NARROW] {
            for most in 2..14 {
                let axis = Axis::even("", -4000.0, 9000.0, most, |value| format!("£{value:.2} each"));
                let shown = across(&axis, 40.0, canvas.width - 10.0, canvas);
                assert!(!shown.is_empty());
                for pair in shown.windows(2) {
                    assert!(pair[1].0 - pair[0].0 > width(&pair[0].1[0]) / 2.0, "{canvas:?} {most}");
                }
            }
        }
    }

    #[test]
    fn words_are_wrapped_and_none_is_lost() {
        let words = "cost of help (what buys half of its effect), £ a person";
        let lines = wrapped(words, 200.0);
        assert!(lines.len() > 1 && lines.iter().all(|line| width(line) <= 200.0), "{lines:?}");
        assert_eq!(lines.join(" "), words);
        assert_eq!(wrapped("", 200.0), Vec::<String>::new());
        let long = "x".repeat(100);
        let lines = wrapped(&format!("a {long} b"), 200.0);
        assert!(lines.iter().all(|line| width(line) <= 200.0), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), format!("a{long}b"));
    }
}
