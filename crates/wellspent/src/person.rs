//! One person's timeline across agencies, each item with the agency that holds it.
//!
//! We show nothing but what the purpose covers. What else is held is not even counted: that some agency knows a person can say
//! more than any of its rows.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::bail;
use base::day::{Day, day};
use linkage::identity::{self, IdentityEvent, IdentityEventKind};
use linkage::joined::timeline::{TimelineItem, items};
use linkage::persons::Member;
use linkage::purpose::PurposeRefusal;
use outcomes::QueryDates;
use records::batch::Name;
use records::files::gated::basic_rules;
pub use report::person::Timeline;

use crate::access_log::{self, Access};
use crate::agencies::{self, Agencies};
use crate::error::Error;
use crate::person_ids::{self, AskedPerson};

/// Whose timeline is shown, and to whom.
#[derive(Clone, Debug)]
pub struct PersonRequest {
    /// The id in the table of persons.
    pub id: String,
    /// The folder of several agencies.
    pub records: PathBuf,
    pub access: Access,
    /// Only what these agencies hold; all that the purpose covers where none is named.
    pub agencies: Vec<String>,
    pub days: QueryDates,
}

/// The timeline of one person. The access log gets a row first.
///
/// # Errors
/// The purpose does not cover it, or the folder cannot be read.
pub fn person(request: &PersonRequest) -> Result<Timeline, Error> {
    let mut agencies = agencies::open(&request.records, &request.access.purpose, request.days)?;
    request.agencies.iter().try_for_each(|agency| agencies.purpose.agency(agency)).map_err(anyhow::Error::from)?;
    let person = known_person(&agencies, request)?;
    access_log::note(&request.records, &request.access, "person", &[&person])?;
    Ok(timeline(request, &mut agencies, &person)?)
}

/// The id under which the person is known on the day, if an agency that the purpose covers holds a record.
fn known_person(agencies: &Agencies, request: &PersonRequest) -> anyhow::Result<String> {
    let id = &request.id;
    let held = |person: &&str| agencies.members.iter().any(|member| member.person == *person);
    // An id that the table of persons had before comes before an agency's own id of the same letters, which may be somebody else's.
    let lives_on = identity::lives_on(&agencies.history, id, day(request.days.known_at())).filter(held);
    if let Some(person) = lives_on.filter(|_| !held(&id.as_str())) {
        return Ok(person.to_owned());
    }
    match person_ids::asked(&agencies.members, id) {
        AskedPerson::One(person) => return Ok(person.to_owned()),
        AskedPerson::Several(ids) => bail!(PurposeRefusal {
            what: format!("{id} is the id of different people: {}", ids.join(", ")),
            hint: "name the agency as well, as above".into(),
        }),
        AskedPerson::Nobody => {}
    }
    lives_on.map(str::to_owned).ok_or_else(|| {
        let what = format!("no agency that the purpose `{}` covers holds a person with this id", request.access.purpose);
        let hint = "check the id: it may be that of the table of persons, an agency's own, or AGENCY/ID. A purpose that covers more \
                    agencies may know the person";
        PurposeRefusal { what, hint: hint.into() }.into()
    })
}

fn timeline(request: &PersonRequest, agencies: &mut Agencies, person: &str) -> anyhow::Result<Timeline> {
    let wanted = |member: &&Member| request.agencies.is_empty() || request.agencies.contains(&member.key.agency);
    let own: Vec<Member> = agencies.members.iter().filter(|member| member.person == person).filter(wanted).cloned().collect();
    let names: BTreeSet<&str> = own.iter().map(|member| member.key.agency.as_str()).collect();
    let mut found: Vec<TimelineItem> = Vec::new();
    for agency in &names {
        let here = own.iter().filter(|member| member.key.agency == *agency);
        let ids: BTreeSet<Name<'_>> = here.map(|member| Name::of(&member.key.id)).collect();
        agencies.note_others(agency, &|purpose, table| purpose.touches(table))?;
        agencies.each(agency, &|purpose, table| purpose.touches(table), &|_| basic_rules(true), &mut |purpose, _, batch| {
            items(&mut found, agency, &batch, &ids, purpose, request.days.days());
            Ok(())
        })?;
    }
    found.sort();
    let records = |name: &&str| {
        let here = own.iter().filter(|member| member.key.agency == **name).count();
        ((*name).to_owned(), here)
    };
    Ok(Timeline {
        asked: request.id.clone(),
        person: person.to_owned(),
        days: request.days,
        purpose: agencies.purpose.clone(),
        id_changes: id_changes(agencies, person, day(request.days.known_at())),
        records: names.iter().map(records).collect(),
        quality: own.iter().map(|member| member.quality).fold(1.0, f64::min),
        items: found,
        notes: agencies.left_out().into_iter().collect(),
    })
}

/// How the id of a person changed up to a day. An id that only agencies outside the purpose ever held is left out: it would show
/// that one of them knows the person.
fn id_changes(agencies: &Agencies, person: &str, known_at: Day) -> Vec<(Day, String)> {
    let covered = |event: &IdentityEvent<'_>| agencies.purpose.agency(event.key.agency).is_ok();
    let seen: BTreeSet<&str> = agencies.history.events().filter(covered).map(|event| event.person).collect();
    let of_person = |event: &IdentityEvent<'_>| {
        let ids = [event.person, event.other];
        event.day <= known_at && ids.contains(&person) && ids.iter().all(|id| id.is_empty() || seen.contains(id))
    };
    let in_words = |event: IdentityEvent<'_>| {
        let what = match event.kind {
            IdentityEventKind::Created => format!("{} begins", event.person),
            IdentityEventKind::Merged => format!("{} became part of {}", event.other, event.person),
            IdentityEventKind::Split => format!("{} was split from {}", event.person, event.other),
            IdentityEventKind::Joined | IdentityEventKind::Left => return None,
        };
        Some((event.day, what))
    };
    agencies.history.events().filter(of_person).filter_map(in_words).collect()
}
