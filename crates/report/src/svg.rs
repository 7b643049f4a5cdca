//! Charts drawn as SVG: axes with units, lines, bands and marks. No series is told from another by colour alone; each has
//! its own dash or shape of mark. Titles and legends are left to the page, where they can wrap.

use super::markup::escape;

/// Size of a drawing and where its plot lies; the page scales it to the width that it has.
const WIDTH: f64 = 600.0;
const LEFT: f64 = 74.0;
const RIGHT: f64 = 584.0;
const TOP: f64 = 38.0;
/// Room under the plot for the title of the x axis, and for each line of the words at its ticks.
const UNDER: f64 = 38.0;
const LINE: f64 = 20.0;

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
    /// "none" for a whole line.
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

/// Ends a little beyond the values, on a step of the ticks where that is near.
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

/// A drawing with two axes.
#[derive(Debug)]
pub struct Chart {
    id: String,
    title: String,
    what: String,
    x: Axis,
    y: Axis,
    bottom: f64,
    body: String,
    over: String,
}

impl Chart {
    /// `what` says in words what the drawing shows, for who cannot see it.
    pub fn new(id: &str, title: &str, what: &str, x: Axis, y: Axis) -> Chart {
        Chart {
            id: id.to_owned(),
            title: title.to_owned(),
            what: what.to_owned(),
            x,
            y,
            bottom: 320.0,
            body: String::new(),
            over: String::new(),
        }
    }

    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (LEFT + self.x.part(x) * (RIGHT - LEFT), self.bottom - self.y.part(y) * (self.bottom - TOP))
    }

    fn path(&self, points: &[(f64, f64)]) -> String {
        let places = points.iter().map(|&(x, y)| self.at(x, y));
        places.enumerate().map(|(at, (x, y))| format!("{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" })).collect()
    }

    /// The area between a lower and an upper line.
    pub fn band(&mut self, low: &[(f64, f64)], high: &[(f64, f64)], colour: &str) {
        let around: Vec<(f64, f64)> = low.iter().copied().chain(high.iter().rev().copied()).collect();
        self.body += &format!("<path d=\"{}Z\" fill=\"{colour}\" fill-opacity=\"0.16\"/>", self.path(&around));
    }

    /// A column of a histogram, from nought.
    pub fn column(&mut self, from: f64, to: f64, height: f64, colour: &str) {
        let ((left, bottom), (right, top)) = (self.at(from, 0.0), self.at(to, height));
        self.body += &format!(
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{colour}\"/>",
            (right - left - 1.0).max(0.5),
            bottom - top
        );
    }

    /// A series as a line, as marks, or both.
    pub fn series(&mut self, series: &Series, points: &[(f64, f64)]) {
        if series.line {
            let (colour, dash) = (series.colour, series.dash);
            self.body += &format!(
                "<path d=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.5\" stroke-dasharray=\"{dash}\"/>",
                self.path(points)
            );
        }
        if let Some(shape) = series.shape {
            let size = if series.line { 4.5 } else { 7.5 };
            let inside =
                |&&(x, y): &&(f64, f64)| (-0.001..=1.001).contains(&self.x.part(x)) && (-0.001..=1.001).contains(&self.y.part(y));
            for &(x, y) in points.iter().filter(inside) {
                let (x, y) = self.at(x, y);
                self.over += &mark(shape, x, y, size, series.colour);
            }
        }
    }

    /// One small mark, as it is where a series has a line.
    pub fn small_mark(&mut self, series: &Series, place: (f64, f64)) {
        let (x, y) = self.at(place.0, place.1);
        self.over += &series.shape.map_or(String::new(), |shape| mark(shape, x, y, 4.5, series.colour));
    }

    /// A line across at one value of y, with words on it.
    pub fn level(&mut self, y: f64, words: &str) {
        let (_, place) = self.at(self.x.from, y);
        self.body += &format!("<line class=\"guide\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{place:.1}\" y2=\"{place:.1}\"/>");
        self.over += &format!(
            "<text class=\"note\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            RIGHT - 4.0,
            place - 5.0,
            escape(words)
        );
    }

    /// A line up at one value of x, with words at its top.
    pub fn upright(&mut self, x: f64, words: &str) {
        let (place, _) = self.at(x, self.y.from);
        let (anchor, shift) = if self.x.part(x) > 0.6 { ("end", -5.0) } else { ("start", 5.0) };
        self.body += &format!("<line class=\"guide\" x1=\"{place:.1}\" x2=\"{place:.1}\" y1=\"{TOP}\" y2=\"{}\"/>", self.bottom);
        self.over += &format!(
            "<text class=\"note\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            place + shift,
            TOP + 15.0,
            escape(words)
        );
    }

    /// A shaded strip between two values of y, with words in it: for what has no place on the scale.
    pub fn strip(&mut self, low: f64, high: f64, words: &str) {
        let ((_, bottom), (_, top)) = (self.at(self.x.from, low), self.at(self.x.from, high));
        self.body += &format!(
            "<rect class=\"strip\" x=\"{LEFT}\" y=\"{top:.1}\" width=\"{}\" height=\"{:.1}\"/><text class=\"note\" x=\"{}\" y=\"{:.1}\">{}</text>",
            RIGHT - LEFT,
            bottom - top,
            LEFT + 8.0,
            top + 16.0,
            escape(words)
        );
    }

    /// The drawing.
    pub fn draw(self) -> String {
        let lines = self.x.ticks.iter().map(|(_, words)| words.split(", ").count()).max().unwrap_or(1);
        let height = self.bottom + UNDER + LINE * lines as f64;
        let mut axes = String::new();
        for (value, words) in &self.y.ticks {
            let (_, y) = self.at(self.x.from, *value);
            axes += &format!("<line class=\"grid\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>");
            axes += &format!("<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", LEFT - 8.0, y + 4.5, escape(words));
        }
        for (value, words) in &self.x.ticks {
            let (x, _) = self.at(*value, self.y.from);
            axes += &format!(
                "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{}\" y2=\"{}\"/>",
                self.bottom,
                self.bottom + 5.0
            );
            axes += &tick_words(x, self.bottom + 20.0, words);
        }
        axes += &format!("<line class=\"axis\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{0}\" y2=\"{0}\"/>", self.bottom);
        axes += &format!("<text class=\"title\" x=\"2\" y=\"18\">{}</text>", escape(&self.y.title));
        axes += &format!(
            "<text class=\"title\" x=\"{RIGHT}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            height - 8.0,
            escape(&self.x.title)
        );
        let clip = format!(
            "<clipPath id=\"{0}-plot\"><rect x=\"{LEFT}\" y=\"{TOP}\" width=\"{1}\" height=\"{2}\"/></clipPath>",
            self.id,
            RIGHT - LEFT,
            self.bottom - TOP
        );
        let inner = format!("{clip}{axes}<g clip-path=\"url(#{}-plot)\">{}</g>{}", self.id, self.body, self.over);
        framed(&self.id, &self.title, &self.what, height, &inner)
    }
}

/// A tick's words, each part between commas on a line of its own; at the ends of the axis they stay inside the drawing.
fn tick_words(x: f64, y: f64, words: &str) -> String {
    let anchor = match x {
        x if x > RIGHT - 24.0 => "end",
        x if x < LEFT + 12.0 && words.len() > 8 => "start",
        _ => "middle",
    };
    let lines = words
        .split(", ")
        .enumerate()
        .map(|(at, line)| format!("<tspan x=\"{x:.1}\" y=\"{:.1}\">{}</tspan>", y + LINE * at as f64, escape(line)));
    format!("<text text-anchor=\"{anchor}\">{}</text>", lines.collect::<String>())
}

/// Rows of marks along one scale, a row to a group of people: easier to compare than bars, and room for long names.
pub fn rows(id: &str, title: &str, what: &str, axis: &Axis, series: &[Series], rows: &[(String, Vec<Option<f64>>)]) -> String {
    let exact = |value: &Option<f64>| value.map(|value| [value; 3]);
    let rows: Vec<(String, Vec<Ranged>)> =
        rows.iter().map(|(name, values)| (name.clone(), values.iter().map(exact).collect())).collect();
    ranged_rows(id, title, what, axis, series, &rows)
}

/// A bar between two values, with words at its end.
pub struct Bar {
    pub from: f64,
    pub to: f64,
    pub colour: &'static str,
    pub words: String,
}

/// Bars along one scale, a row to each with its name at the left; a row without a bar is a heading. `guides` are values of the
/// scale with a line and words.
pub fn bars(id: &str, title: &str, what: &str, axis: &Axis, guides: &[(f64, &str)], rows: &[(String, Option<Bar>)]) -> String {
    const ROW: f64 = 23.0;
    const START: f64 = 252.0;
    const LONGEST: usize = 36;
    let place = |value: f64| START + axis.part(value).clamp(0.0, 1.0) * (RIGHT - START);
    let top = if guides.is_empty() { 6.0 } else { 26.0 };
    let bottom = top + ROW * rows.len() as f64;
    let (mut inner, mut over) = (String::new(), String::new());
    for (value, words) in &axis.ticks {
        let x = place(*value);
        let class = if *value == 0.0 { "axis" } else { "grid" };
        inner += &format!("<line class=\"{class}\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top}\" y2=\"{bottom:.1}\"/>");
        inner += &format!("<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>", bottom + 18.0, escape(words));
    }
    for (value, words) in guides {
        let x = place(*value);
        let anchor = if axis.part(*value) > 0.5 { "end" } else { "start" };
        inner += &format!("<line class=\"guide\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{bottom:.1}\"/>", top - 6.0);
        over += &format!("<text class=\"note\" x=\"{x:.1}\" y=\"14\" text-anchor=\"{anchor}\">{}</text>", escape(words));
    }
    for (at, (name, bar)) in rows.iter().enumerate() {
        let y = top + ROW * at as f64;
        let Some(bar) = bar else {
            inner += &format!("<text class=\"row\" x=\"2\" y=\"{:.1}\">{}</text>", y + 16.0, escape(name));
            continue;
        };
        let cut = name.chars().count() > LONGEST;
        let short: String = if cut { name.chars().take(LONGEST - 1).chain(['…']).collect() } else { name.clone() };
        inner += &format!(
            "<text class=\"side\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            START - 10.0,
            y + 16.0,
            escape(&short)
        );
        let (left, right) = (place(bar.from.min(bar.to)), place(bar.from.max(bar.to)));
        inner += &format!(
            "<rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{}\"/>",
            y + 4.0,
            (right - left).max(1.5),
            ROW - 8.0,
            bar.colour
        );
        // Words stand right of the bar, and left of it where there is no room.
        let (x, anchor) = if right > RIGHT - 48.0 { (left - 5.0, "end") } else { (right + 5.0, "start") };
        over += &format!(
            "<text class=\"note\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            y + 16.0,
            escape(&bar.words)
        );
    }
    let unit = format!(
        "<text class=\"title\" x=\"{RIGHT}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
        bottom + 40.0,
        escape(&axis.title)
    );
    framed(id, title, what, bottom + 48.0, &(inner + &over + &unit))
}

/// A value with the ends of its interval.
pub type Ranged = Option<[f64; 3]>;

/// The same with an interval around each mark; marks of one row then stand a little apart.
pub fn ranged_rows(id: &str, title: &str, what: &str, axis: &Axis, series: &[Series], rows: &[(String, Vec<Ranged>)]) -> String {
    const ROW: f64 = 54.0;
    const START: f64 = 12.0;
    let place = |value: f64| START + axis.part(value) * (RIGHT - START);
    let bottom = 8.0 + ROW * rows.len() as f64;
    let mut inner = String::new();
    for (value, words) in &axis.ticks {
        let x = place(*value);
        inner += &format!("<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"4\" y2=\"{bottom:.1}\"/>");
        let anchor = match x {
            x if x < START + 12.0 => "start",
            x if x > RIGHT - 12.0 => "end",
            _ => "middle",
        };
        inner += &format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            x.max(2.0),
            bottom + 18.0,
            escape(words)
        );
    }
    for (at, (name, values)) in rows.iter().enumerate() {
        let y = 8.0 + ROW * at as f64 + 38.0;
        inner += &format!("<text class=\"row\" x=\"2\" y=\"{:.1}\">{}</text>", y - 19.0, escape(name));
        inner += &format!("<line class=\"axis\" x1=\"{START}\" x2=\"{RIGHT}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>");
        for (number, (series, value)) in series.iter().zip(values).enumerate() {
            let (Some(shape), Some([value, low, high])) = (series.shape, *value) else { continue };
            let wide = high > low;
            let y = if wide { y - 6.0 + 12.0 * number as f64 } else { y };
            if wide {
                let (low, high) = (place(low), place(high));
                inner += &format!(
                    "<line x1=\"{low:.1}\" x2=\"{high:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"{}\" stroke-width=\"2.5\"/>",
                    series.colour
                );
            }
            inner += &mark(shape, place(value), y, 7.5, series.colour);
        }
    }
    inner += &format!(
        "<text class=\"title\" x=\"{RIGHT}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
        bottom + 42.0,
        escape(&axis.title)
    );
    framed(id, title, what, bottom + 50.0, &inner)
}

fn framed(id: &str, title: &str, what: &str, height: f64, inner: &str) -> String {
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>{inner}</svg>\n",
        escape(title),
        escape(what)
    )
}

/// A mark, edged in white so that it stands off lines and other marks.
fn mark(shape: Shape, x: f64, y: f64, size: f64, colour: &str) -> String {
    let polygon = |points: &[(f64, f64)], size: f64, paint: &str| {
        let points: Vec<String> = points.iter().map(|(dx, dy)| format!("{:.1},{:.1}", x + dx * size, y + dy * size)).collect();
        format!("<polygon points=\"{}\" {paint}/>", points.join(" "))
    };
    const SQUARE: [(f64, f64); 4] = [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)];
    const KITE: [(f64, f64); 4] = [(0.0, -1.2), (1.0, 0.0), (0.0, 1.2), (-1.0, 0.0)];
    let full = format!("fill=\"{colour}\" stroke=\"#fff\" stroke-width=\"1.2\"");
    let outline = format!("fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.4\"");
    let wide = 1.25 * size;
    match shape {
        Shape::Circle => format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{size}\" {full}/>"),
        Shape::Square => polygon(&SQUARE, size, &full),
        Shape::Triangle => polygon(&[(0.0, -1.15), (1.1, 0.85), (-1.1, 0.85)], size, &full),
        Shape::Diamond => polygon(&KITE, 0.85 * size, &full),
        Shape::Ring => format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\" {outline}/>", 1.1 * size),
        Shape::Frame => polygon(&SQUARE, wide, &outline),
        Shape::Kite => polygon(&KITE, 1.4 * size, &outline),
    }
}

/// A series' key for a legend.
pub fn key(series: &Series) -> String {
    let line = match series.line {
        true => format!(
            "<line x1=\"1\" x2=\"37\" y1=\"9\" y2=\"9\" stroke=\"{}\" stroke-width=\"2.5\" stroke-dasharray=\"{}\"/>",
            series.colour, series.dash
        ),
        false => String::new(),
    };
    let shape = series.shape.map_or(String::new(), |shape| mark(shape, 19.0, 9.0, 5.2, series.colour));
    format!("<svg class=\"key\" viewBox=\"0 0 38 18\" aria-hidden=\"true\">{line}{shape}</svg>")
}

/// The key of a band.
pub fn band_key(colour: &str) -> String {
    format!(
        "<svg class=\"key\" viewBox=\"0 0 38 18\" aria-hidden=\"true\"><rect x=\"1\" y=\"2\" width=\"36\" height=\"14\" fill=\"{colour}\" fill-opacity=\"0.25\"/></svg>"
    )
}
