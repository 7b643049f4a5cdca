//! What happens to one person, from 30 months before the start to the day that is asked about.

use base::day::Day;

use super::calendar::{last_day, month_begins, month_of};
use super::honest::Honest;
use super::keyed::{Keyed, Topic};
use super::practice::{JOB_ODDS_OF_HELP, Practice, Surroundings};
use super::world::World;

/// The share of offences and of admissions that help prevents.
const OFFENCES_PREVENTED: f64 = 0.3;
const ADMISSIONS_PREVENTED: f64 = 0.1;

/// Times the odds of a home of one's own that help brings.
const HOME_ODDS_OF_HELP: f64 = 1.5;

/// Yearly rates by segment, and the shape of the gamma distribution of rates from person to person.
const OFFENCES: ([f64; 2], f64) = ([0.35, 0.9], 1.2);
const ADMISSIONS: ([f64; 2], f64) = ([0.25, 0.45], 1.5);

/// Chances by segment, without help: a job, a job in the past, a home.
const JOB: [f64; 2] = [0.55, 0.32];
const JOB_BEFORE: [f64; 2] = [0.7, 0.35];
const HOME: [f64; 2] = [0.35, 0.25];

/// Months of history before the start, and months in which help works.
const HISTORY: i32 = 30;
const HELPED: i32 = 12;
/// Days of a month of a person's own time.
const STEP: i32 = 30;

/// Who a person is and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Who {
    /// The key of everything that is drawn for the person.
    pub(crate) key: u64,
    pub(crate) segment: usize,
    pub(crate) area: usize,
    /// The provider the person was referred to; nobody for the comparison group.
    pub(crate) provider: Option<usize>,
    /// The first day: the index date. For a person who never starts, the day of the referral.
    pub(crate) began: Day,
    pub(crate) is_started: bool,
}

/// The kinds of event that are drawn at a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventKind {
    Offence,
    Admission,
    Home,
    Withdrawn,
}

impl EventKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            EventKind::Offence => "offence",
            EventKind::Admission => "admission",
            EventKind::Home => "home",
            EventKind::Withdrawn => "withdrawn",
        }
    }
}

/// A job: its first day, and the first day after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) from: Day,
    pub(crate) to: Day,
}

/// What happened to a person, in no order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Life {
    pub(crate) events: Vec<(EventKind, Day)>,
    /// The job after the start, if there is one.
    pub(crate) job: Option<Job>,
    pub(crate) earlier_job: Option<Job>,
    /// Each meeting: its day, and how long it took in hundredths of an hour.
    pub(crate) contacts: Vec<(Day, i32)>,
    /// The day of the feedback and the score in tenths.
    pub(crate) feedback: Option<(Day, i32)>,
}

impl Life {
    /// The life of one person, as a provider with this practice treats them.
    pub(crate) fn of(world: &World, who: &Who, practice: &Practice) -> Life {
        let around = Surroundings::of(&world.setting, who.area, month_of(who.began));
        let served = who.provider.filter(|_| who.is_started);
        let met = served.is_some() && !Keyed::new(world.setting.seed, who.key, Topic::Person).chance(practice.never_met);
        // Somebody who is never met cannot be helped.
        let effect = served.filter(|_| met).map_or(0.0, |provider| world.providers[provider].effect * practice.effect);
        let mut life = Life::default();
        life.add_offences_and_admissions(world, who, practice, around, effect);
        // Two of a kind on one day would be one row and its copy.
        life.events.sort_unstable_by_key(|(kind, day)| (*kind as u8, *day));
        life.events.dedup();
        life.add_jobs(world, who, around, effect);
        life.add_home(world, who, effect);
        if let Some(provider) = served.filter(|_| met) {
            life.add_contacts(world, who, provider);
        }
        if served.is_some() {
            life.add_feedback(world, who, practice);
        }
        life
    }

    fn add_offences_and_admissions(&mut self, world: &World, who: &Who, practice: &Practice, around: Surroundings, effect: f64) {
        let setting = &world.setting;
        let first = month_begins(0);
        let peak = if who.provider.is_some() { practice.peak } else { around.unserved_peak };
        let inflates = who.provider.is_some_and(|provider| world.inflates_before(provider));
        let kinds = [
            (EventKind::Offence, OFFENCES, OFFENCES_PREVENTED, around.offences, Topic::Offences),
            (EventKind::Admission, ADMISSIONS, ADMISSIONS_PREVENTED, 1.0, Topic::Admissions),
        ];
        for (kind, (rates, shape), prevented, factor, topic) in kinds {
            let mut keyed = Keyed::new(setting.seed, who.key, topic);
            let person = rates[who.segment] * keyed.gamma(shape) * world.area_odds[who.area] / 12.0;
            let mut step = -HISTORY;
            while who.began + step * STEP <= last_day() {
                let begins = who.began + step * STEP;
                let mut rate = person * setting.honest.season(month_of(begins), 0.25);
                match step {
                    // People are referred when something has happened.
                    -3..=-1 => rate *= 1.3 * peak,
                    -6..=-4 => rate *= peak,
                    0..HELPED => rate *= factor * (1.0 - (prevented * effect).min(0.95)),
                    _ => {}
                }
                let is_inflated = inflates && kind == EventKind::Offence;
                for _ in 0..keyed.poisson(rate) {
                    self.events.push((kind, begins + keyed.between(0, STEP - 1)));
                }
                let before_contract = (first - 183..first).contains(&(begins + STEP / 2));
                if let (true, true, Some(planting)) = (is_inflated, before_contract, setting.planting) {
                    for _ in 0..keyed.poisson(rate * 0.1 * planting.times()) {
                        self.events.push((kind, (begins + keyed.between(0, STEP - 1)).min(first - 1)));
                    }
                }
                step += 1;
            }
        }
    }

    fn add_jobs(&mut self, world: &World, who: &Who, around: Surroundings, effect: f64) {
        let mut keyed = Keyed::new(world.setting.seed, who.key, Topic::Job);
        let unserved = if who.provider.is_none() { around.unserved_job_odds } else { 1.0 };
        let odds = JOB[who.segment] / (1.0 - JOB[who.segment]) / world.area_odds[who.area]
            * around.job_odds
            * unserved
            * JOB_ODDS_OF_HELP.powf(effect);
        let (has_job, starts, lasts) = (keyed.chance(odds / (1.0 + odds)), keyed.gamma(2.0), keyed.exponential(1.0));
        if has_job {
            // Jobs begin at any time of the first year, most in the first months, and last ten months on average.
            let from = who.began + 5 + (75.0 * starts).min(330.0) as i32;
            self.job = Some(Job { from, to: from + 7 + (300.0 * lasts).min(2_000.0) as i32 });
        }
        let mut keyed = Keyed::new(world.setting.seed, who.key, Topic::Before);
        if keyed.chance(JOB_BEFORE[who.segment]) {
            let to = who.began - keyed.between(60, 1_100);
            self.earlier_job = Some(Job { from: to - keyed.between(30, 250), to });
        }
    }

    fn add_home(&mut self, world: &World, who: &Who, effect: f64) {
        let mut keyed = Keyed::new(world.setting.seed, who.key, Topic::Home);
        let odds = HOME[who.segment] / (1.0 - HOME[who.segment]) * HOME_ODDS_OF_HELP.powf(effect) / world.area_odds[who.area];
        if keyed.chance(odds / (1.0 + odds)) {
            self.events.push((EventKind::Home, who.began + keyed.between(10, 300)));
        }
    }

    fn add_contacts(&mut self, world: &World, who: &Who, provider: usize) {
        let mut keyed = Keyed::new(world.setting.seed, who.key, Topic::Contacts);
        let usual = [1.0, 1.4][who.segment] * world.providers[provider].contacts;
        for step in 0..6 {
            let day = who.began + step * STEP;
            let month = month_of(day);
            // What a provider does in a month it does with everybody it then serves.
            let now = Practice::of(&world.setting, provider, who.segment, month).contacts;
            let early = if step == 0 { 1.6 } else { 0.9 };
            for _ in 0..keyed.poisson(usual * early * now * world.setting.honest.season(month, 0.25)) {
                let met = day + keyed.between(1, STEP - 1);
                let hours = (100.0 * keyed.gamma(4.0)).round().max(10.0) as i32;
                if !world.setting.honest.is_shut(month_of(met)) {
                    self.contacts.push((met, hours));
                }
            }
        }
    }

    fn add_feedback(&mut self, world: &World, who: &Who, practice: &Practice) {
        let mut keyed = Keyed::new(world.setting.seed, who.key, Topic::Feedback);
        if keyed.chance(0.35) {
            let day = who.began + keyed.between(90, 200);
            let score = 7.2 + practice.feedback + 1.6 * keyed.normal();
            self.feedback = Some((day, (10.0 * score).round().clamp(0.0, 100.0) as i32));
        }
    }
}

/// The share of people who reoffend in 12 months, by the area's factor, the effect of help and the share of harder people.
pub(crate) fn reoffend(area: f64, effect: f64, harder: f64) -> f64 {
    let (rates, shape) = OFFENCES;
    let helped = area * (1.0 - (OFFENCES_PREVENTED * effect).min(0.95));
    let any = |segment: usize| 1.0 - (1.0 + rates[segment] * helped / shape).powf(-shape);
    (1.0 - harder) * any(0) + harder * any(1)
}

impl World {
    /// Whether the provider's people have more events written down before the contract begins.
    fn inflates_before(&self, provider: usize) -> bool {
        let setting = &self.setting;
        setting.planted(provider, 0).is_some_and(|planting| planting.conduct == super::conduct::Conduct::BaselineInflation)
    }

    /// Whether an offence of the day is written down at all.
    pub(crate) fn is_recorded(&self, keyed: &mut Keyed, kind: EventKind, day: Day) -> bool {
        let share = match (kind, self.setting.honest) {
            (EventKind::Offence, Honest::ChangeOfRecording) => self.setting.honest.offences_recorded(month_of(day)),
            _ => 1.0,
        };
        keyed.chance(share)
    }
}
