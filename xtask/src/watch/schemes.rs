//! The schemes of the test bed, written beside the records: what is paid differs, what happens to people does not.

use std::fmt::Write as _;
use std::path::Path;

use super::calendar::MONTHS;
use super::conduct::Conduct;
use super::practice::points_beside_the_gate;
use super::watched_scheme::WatchedScheme;
use super::world::{SEGMENTS, World, area_name, provider_name};

/// Writes the scheme of a world into a folder that is there.
pub(crate) fn write_scheme(world: &World, folder: &Path) -> std::io::Result<()> {
    std::fs::write(folder.join("scheme.toml"), scheme_text(world))?;
    let segments: String = SEGMENTS.iter().map(|segment| format!("{segment}\n")).collect();
    std::fs::write(folder.join("segments.csv"), format!("segment\n{segments}"))?;
    std::fs::write(folder.join("areas.csv"), areas(world))?;
    std::fs::write(folder.join("people.csv"), people(world))
}

/// People planned in one cohort, by area and contract year.
fn people(world: &World) -> String {
    let mut out = "area,year,people\n".to_owned();
    for area in 0..=world.shared_area() {
        for year in 0..MONTHS / 12 {
            let planned: f64 = (12 * year..12 * year + 12).map(|month| world.planned_starts(area, month)).sum();
            let name = area_name(area, world.setting.providers);
            let _ = writeln!(out, "{name},{},{}", year + 1, (planned / 4.0).round().max(1.0));
        }
    }
    out
}

/// The baselines of each area, from its past.
fn areas(world: &World) -> String {
    let setting = &world.setting;
    let mut out = "area,baseline\n".to_owned();
    for area in 0..=world.shared_area() {
        let own = area == setting.watched_provider();
        let mut baseline = world.reoffend(area, None);
        match setting.planting.filter(|_| own) {
            Some(planting) if planting.conduct == Conduct::BaselineInflation => baseline *= 1.0 + 0.1 * planting.times(),
            Some(planting) if planting.conduct == Conduct::PaidForNoise => {
                baseline = world.reoffend(area, Some(area)) + GATE_POINTS / 100.0 - points_beside_the_gate(planting.size);
            }
            _ => {}
        }
        let _ = writeln!(out, "{},{:.2} %", area_name(area, setting.providers), 100.0 * baseline);
    }
    out
}

/// Percentage points by which results must be better.
const GATE_POINTS: f64 = 3.0;

fn scheme_text(world: &World) -> String {
    let setting = &world.setting;
    let scheme = setting.scheme;
    let mut out = format!(
        "scheme = \"Test bed: {}\"\npayer = \"the commissioner\"\nprovider = \"provider\"\ncurrency = \"GBP\"\n\
         rounding = \"nearest penny, half up\"\nmonth_end = \"last day of month\"\nintake = \"{}\"\nareas = \"areas.csv\"\n\
         segments = \"segments.csv\"\npriced_for = \"each provider\"\nfrom = \"assumption: a made-up contract\"\n\n\
         [contract]\nstarts = 2024-04-01\nends = 2027-03-31\n\n\
         [cohorts]\nstarts = 2024-04-01\nends = 2027-03-31\nevery = \"3 months\"\n\
         people = {{ table = \"people.csv\", column = \"people\" }}\n\n",
        scheme.name(),
        scheme.intake()
    );
    for provider in 0..setting.providers {
        let _ = writeln!(
            out,
            "[providers.{}]\nareas = [\"{}\", \"shared\"]\n",
            toml_key(&provider_name(provider)),
            area_name(provider, setting.providers)
        );
    }
    out + &outcomes(scheme) + pay(scheme)
}

fn toml_key(name: &str) -> String {
    format!("\"{name}\"")
}

fn outcomes(scheme: WatchedScheme) -> String {
    let reoffending = match scheme {
        WatchedScheme::Live => "baseline = { comparison_people_each = 1 }\n",
        WatchedScheme::SupervisionRatchet => "baseline = { table = \"areas.csv\", column = \"baseline\" }\nratchet = \"100 %\"\n",
        WatchedScheme::Supervision | WatchedScheme::SupervisionGate => {
            "baseline = { table = \"areas.csv\", column = \"baseline\" }\n"
        }
        _ => "",
    };
    let job = match scheme {
        WatchedScheme::Live => "baseline = { comparison_people_each = 1 }\n",
        WatchedScheme::Work => "baseline = \"30 %\"\nreported_by = \"provider\"\n",
        _ => "",
    };
    let exceptions = match scheme {
        WatchedScheme::Work => {
            "\n[outcome.job.exceptions]\nevents = \"withdrawn\"\ngood_result = \"counts\"\nreported_by = \"provider\"\n"
        }
        _ => "",
    };
    let admitted = match scheme {
        WatchedScheme::LiveBefore => "baseline = { same_people_before = \"12 months\" }\n",
        _ => "",
    };
    format!(
        "[outcome.reoffending]\nmeasure = \"people who reoffend within 12 months\"\nkind = \"binary\"\nbetter = \"fewer\"\n\
         window = \"12 months\"\n{reoffending}\n[outcome.reoffending.measured]\nrule = \"any within\"\nevents = \"offence\"\n\n\
         [outcome.offences]\nmeasure = \"offences within 12 months\"\nkind = \"frequency\"\nof = \"reoffending\"\nbetter = \"fewer\"\n\
         window = \"12 months\"\n\n[outcome.offences.measured]\nrule = \"count within\"\nevents = \"offence\"\neach = \"event\"\n\n\
         [outcome.job]\nmeasure = \"people with 13 weeks in work within 9 months\"\nkind = \"binary\"\nbetter = \"more\"\n\
         window = \"9 months\"\n{job}\n[outcome.job.measured]\nrule = \"sustained\"\nspells = \"job\"\ndays = \"91 days\"\n\
         counted = \"cumulative\"\n{exceptions}\n\
         [outcome.weeks]\nmeasure = \"weeks in work in the first 12 months\"\nkind = \"amount\"\nunit = \"weeks\"\nmost = 53\n\
         better = \"more\"\nwindow = \"12 months\"\n\n[outcome.weeks.measured]\nrule = \"sum within\"\nevents = \"worked\"\n\
         adds_up = \"units\"\n\n\
         [outcome.half_year]\nmeasure = \"people with 26 weeks in work within 12 months\"\nkind = \"binary\"\nbetter = \"more\"\n\
         window = \"12 months\"\n\n[outcome.half_year.measured]\nrule = \"reaches\"\noutcome = \"weeks\"\nlevel = 26\n\n\
         [outcome.home]\nmeasure = \"people with a home of their own within 6 months\"\nkind = \"binary\"\nbetter = \"more\"\n\
         window = \"6 months\"\n\n[outcome.home.measured]\nrule = \"any within\"\nevents = \"home\"\n\n\
         [outcome.admitted]\nmeasure = \"people admitted to hospital within 12 months\"\nkind = \"binary\"\nbetter = \"fewer\"\n\
         window = \"12 months\"\n{admitted}\n[outcome.admitted.measured]\nrule = \"any within\"\nevents = \"admission\"\n\n"
    )
}

/// What each scheme pays.
fn pay(scheme: WatchedScheme) -> &'static str {
    match scheme {
        WatchedScheme::Supervision | WatchedScheme::SupervisionRatchet => {
            "[pay.start]\nclause = \"attachment fee\"\nprice = \"£600\"\n\n\
             [pay.reoffending]\nclause = \"tariff\"\noutcome = \"reoffending\"\nper = \"person\"\nreward = \"£4,000\"\n\
             deduction = \"£4,000\"\nmeasured_over = \"each cohort\"\n\n\
             [pay.liability]\nclause = \"floor\"\nleast = \"-£500,000\"\nmeasured_over = \"each year\"\n"
        }
        WatchedScheme::SupervisionGate => {
            "[pay.start]\nclause = \"attachment fee\"\nprice = \"£600\"\n\n\
             [pay.reoffending]\nclause = \"tariff\"\noutcome = \"reoffending\"\nper = \"person\"\nreward = \"£4,000\"\n\
             gate = { improves_by_more_than = \"3 percentage points\" }\nmeasured_over = \"each cohort\"\n"
        }
        WatchedScheme::Work => {
            "[pay.start]\nclause = \"attachment fee\"\nprice = \"£400\"\n\n\
             [pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = \"£1,800\"\n\n\
             [pay.half_year]\nclause = \"outcome payment\"\noutcome = \"half_year\"\nprice = \"£1,200\"\n\n\
             [pay.award]\nclause = \"award\"\nstandards = [{ outcome = \"half_year\", reaches = \"25 %\" }]\n\
             pays = [\"£0\", \"£5,000\"]\nmeasured_over = \"each cohort\"\n\n\
             [pay.audit]\nclause = \"audit\"\noutcome = \"job\"\nchecks = \"10 %\"\npenalty = \"£6,000\"\n"
        }
        WatchedScheme::Live => {
            "[pay.start]\nclause = \"attachment fee\"\nprice = \"£400\"\n\n\
             [pay.job]\nclause = \"tariff\"\noutcome = \"job\"\nper = \"person\"\nreward = \"£5,000\"\ndeduction = \"£5,000\"\n\
             measured_over = \"each year\"\n\n\
             [pay.reoffending]\nclause = \"tariff\"\noutcome = \"reoffending\"\nper = \"person\"\nreward = \"£4,000\"\n\
             deduction = \"£4,000\"\nmeasured_over = \"each year\"\n\n\
             [pay.liability]\nclause = \"floor\"\nleast = \"-£500,000\"\nmeasured_over = \"each year\"\n"
        }
        WatchedScheme::LiveBefore => {
            "[pay.start]\nclause = \"attachment fee\"\nprice = \"£400\"\n\n\
             [pay.admitted]\nclause = \"tariff\"\noutcome = \"admitted\"\nper = \"person\"\nreward = \"£3,000\"\n\
             deduction = \"£3,000\"\nmeasured_over = \"each year\"\n\n\
             [pay.liability]\nclause = \"floor\"\nleast = \"-£500,000\"\nmeasured_over = \"each year\"\n"
        }
    }
}

impl World {
    /// The share of people of an area who reoffend in 12 months with a provider, or without help.
    fn reoffend(&self, area: usize, provider: Option<usize>) -> f64 {
        let harder = self.share_harder(area, 0);
        let effect = provider.map_or(0.0, |provider| self.providers[provider].effect);
        super::person::reoffend(self.area_odds[area], effect, harder)
    }
}
