//! Writes a world as a folder: the scheme, and the tables of records that agencies and providers would have supplied by the last day
//! of the contract.

use std::fmt::Write as _;
use std::path::Path;

use base::day::{Day, date};

use super::altered::{Claim, alter, paid_weeks};
use super::calendar::{last_day, month_begins};
use super::keyed::{Keyed, Topic};
use super::people::{Arrival, arrivals};
use super::person::{EventKind, Life, Who};
use super::schemes::write_scheme;
use super::world::{SEGMENTS, World, area_name, provider_name};

/// Where the scheme and the records of a world are.
pub(crate) const SCHEME: &str = "scheme";
pub(crate) const RECORDS: &str = "records";

/// Days after which every agency has written down what happened.
const SLOWEST_AGENCY: i32 = 31;
/// Years of events before the contract that the agencies supply.
const EARLIER_MONTHS: i32 = 36;

/// The tables while they are written.
#[derive(Default)]
struct RecordTables {
    people: String,
    starts: String,
    events: String,
    spells: String,
    contacts: String,
    claims: String,
    feedback: String,
    rows: [usize; 6],
}

/// Writes the world into a folder that is there and empty.
pub(crate) fn write_folder(world: &World, folder: &Path) -> std::io::Result<()> {
    let (scheme, records) = (folder.join(SCHEME), folder.join(RECORDS));
    std::fs::create_dir_all(&scheme)?;
    std::fs::create_dir_all(&records)?;
    write_scheme(world, &scheme)?;
    let mut tables = RecordTables::default();
    for (number, arrival) in arrivals(world).iter().enumerate() {
        let mut life = Life::of(world, &arrival.who, &arrival.practice);
        let claim = alter(world, &arrival.who, &arrival.practice, &mut life);
        tables.add(world, number + 1, arrival, &life, claim);
    }
    let write = |name: &str, header: &str, rows: &str| std::fs::write(records.join(name), format!("{header}\n{rows}"));
    write("people.csv", "person,known", &tables.people)?;
    let providers: String = (0..world.setting.providers).map(provider_name).map(|name| format!("{name},{name}\n")).collect();
    write("providers.csv", "provider,name", &providers)?;
    write("starts.csv", "start,person,provider,began,area,segment,ended,group,known", &tables.starts)?;
    write("events.csv", "event,person,kind,date,class,amount,known", &tables.events)?;
    write("spells.csv", "spell,person,kind,from,to,known", &tables.spells)?;
    write("contacts.csv", "contact,person,provider,date,hours,known", &tables.contacts)?;
    write("feedback.csv", "feedback,provider,date,person,score,known", &tables.feedback)?;
    write("coverage.csv", "table,kind,since,until", &coverage())?;
    if world.setting.scheme.has_claims() {
        write("claims.csv", "claim,provider,person,outcome,date,checked,found,known", &tables.claims)?;
    }
    Ok(())
}

/// How far the agencies' records reach.
fn coverage() -> String {
    let since = date(month_begins(0) - EARLIER_MONTHS * 31);
    let until = date(last_day() - SLOWEST_AGENCY);
    format!("events,,{since},{until}\nspells,,{since},{until}\n")
}

impl RecordTables {
    fn id(&mut self, table: usize) -> usize {
        self.rows[table] += 1;
        self.rows[table]
    }

    fn add(&mut self, world: &World, number: usize, arrival: &Arrival, life: &Life, claim: Option<Claim>) {
        let who = &arrival.who;
        let mut keyed = Keyed::new(world.setting.seed, who.key, Topic::Recording);
        let is_watched = who.provider == Some(world.setting.watched_provider());
        let later = world.setting.honest.later_by(is_watched);
        let provider_lag =
            |keyed: &mut Keyed| keyed.between(0, 4) + if later > 0 { keyed.between(later - 10, later + 10) } else { 0 };
        let first_known = arrival.referred.unwrap_or(who.began);
        let _ = writeln!(self.people, "p{number},{}", date(first_known));
        if let (Some(day), Some(provider)) = (arrival.referred, who.provider) {
            let (id, known) = (self.id(1), day + keyed.between(0, 2));
            if known <= last_day() {
                let (day, known, name) = (date(day), date(known), provider_name(provider));
                let _ = writeln!(self.events, "e{id},p{number},referral,{day},{name},,{known}");
            }
        }
        let ended = self.add_start(world, number, who, life, provider_lag(&mut keyed));
        self.add_facts(world, number, life, &mut keyed);
        let Some(provider) = who.provider.filter(|_| who.is_started) else { return };
        let name = provider_name(provider);
        for (day, hours) in life.contacts.iter().filter(|(day, _)| *day < ended) {
            let known = day + provider_lag(&mut keyed);
            if known <= last_day() {
                let id = self.id(3);
                let (day, known, whole, part) = (date(*day), date(known), hours / 100, hours % 100);
                let _ = writeln!(self.contacts, "c{id},p{number},{name},{day},{whole}.{part:02},{known}");
            }
        }
        if let Some((day, score)) = life.feedback {
            let known = day + provider_lag(&mut keyed);
            if known <= last_day() {
                let id = self.id(5);
                let (day, known, whole, part) = (date(day), date(known), score / 10, score % 10);
                let _ = writeln!(self.feedback, "f{id},{name},{day},p{number},{whole}.{part},{known}");
            }
        }
        if let Some(claim) = claim {
            self.add_claim(number, &name, claim, 3 + provider_lag(&mut keyed));
        }
    }

    /// Gives the first day after the service ended.
    fn add_start(&mut self, world: &World, number: usize, who: &Who, life: &Life, lag: i32) -> Day {
        let setting = &world.setting;
        let known = who.began + lag;
        let mut keyed = Keyed::new(setting.seed, who.key, Topic::Person);
        let _ = keyed.unit();
        let withdrawn = life.events.iter().find(|(kind, _)| *kind == EventKind::Withdrawn).map(|(_, day)| *day);
        let ended = withdrawn.unwrap_or(who.began + 182 + keyed.between(-20, 20));
        if !who.is_started || known > last_day() {
            return ended;
        }
        let id = self.id(0);
        let (provider, group) = match who.provider {
            Some(provider) => (provider_name(provider), "served"),
            None => ("nobody".to_owned(), "comparison"),
        };
        let area = area_name(who.area, setting.providers);
        let left = if who.provider.is_some() && ended <= last_day() { date(ended).to_string() } else { String::new() };
        let (began, known, segment) = (date(who.began), date(known), SEGMENTS[who.segment]);
        let _ = writeln!(self.starts, "s{id},p{number},{provider},{began},{area},{segment},{left},{group},{known}");
        ended
    }

    /// What agencies other than the provider wrote down.
    fn add_facts(&mut self, world: &World, number: usize, life: &Life, keyed: &mut Keyed) {
        let earliest = month_begins(0) - EARLIER_MONTHS * 31;
        for (kind, day) in &life.events {
            let (lag, is_recorded) = (agency_lag(keyed), world.is_recorded(keyed, *kind, *day));
            if is_recorded && day + lag <= last_day() && *day >= earliest {
                let id = self.id(1);
                let (name, day, known) = (kind.name(), date(*day), date(day + lag));
                let _ = writeln!(self.events, "e{id},p{number},{name},{day},,,{known}");
            }
        }
        for job in [life.earlier_job, life.job].into_iter().flatten() {
            let known = job.from + agency_lag(keyed);
            if known <= last_day() && job.from >= earliest {
                let id = self.id(2);
                // An agency learns of an end as it learns of anything else.
                let to = if job.to <= last_day() - SLOWEST_AGENCY { date(job.to).to_string() } else { String::new() };
                let _ = writeln!(self.spells, "j{id},p{number},job,{},{to},{}", date(job.from), date(known));
            }
        }
        for (day, weeks) in life.job.into_iter().flat_map(paid_weeks) {
            let known = day + agency_lag(keyed);
            if known <= last_day() {
                let id = self.id(1);
                let (day, known, whole, part) = (date(day), date(known), weeks / 100, weeks % 100);
                let _ = writeln!(self.events, "e{id},p{number},worked,{day},,{whole}.{part:02},{known}");
            }
        }
    }

    fn add_claim(&mut self, number: usize, provider: &str, claim: Claim, lag: i32) {
        let known = claim.day + lag;
        if known > last_day() {
            return;
        }
        let id = self.id(4);
        let audit = claim.checked.filter(|day| *day <= last_day());
        let (checked, found) = audit.map_or((String::new(), ""), |day| (date(day).to_string(), found_true(claim)));
        let (day, known) = (date(claim.day), date(known));
        let _ = writeln!(self.claims, "k{id},{provider},p{number},job,{day},{checked},{found},{known}");
    }
}

fn found_true(claim: Claim) -> &'static str {
    if claim.is_true { "true" } else { "false" }
}

/// Days until an agency has written down what happened.
fn agency_lag(keyed: &mut Keyed) -> i32 {
    (keyed.exponential(8.0) as i32).min(SLOWEST_AGENCY - 1)
}
