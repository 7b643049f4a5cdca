//! The ids by which somebody may be asked for where several agencies are joined: the id of the table of persons, an agency's own id, or
//! the agency and its id, as in `harbour/HT-0001`.

use std::collections::BTreeSet;

use linkage::persons::Member;

/// Who is meant by an id.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum AskedPerson<'a> {
    /// One person, by the id of the table of persons.
    One(&'a str),
    /// Agencies use the id for different people: each as `agency/id`, in order.
    Several(Vec<String>),
    Nobody,
}

/// Looks an id up among the records that the purpose covers. The id of the table of persons goes before those of agencies.
pub(crate) fn asked<'a>(members: &'a [Member], id: &str) -> AskedPerson<'a> {
    if let Some(member) = members.iter().find(|member| member.person == id) {
        return AskedPerson::One(&member.person);
    }
    let own = |member: &&Member| member.key.id == id || in_full(member) == id;
    let found: Vec<&Member> = members.iter().filter(own).collect();
    let persons: BTreeSet<&str> = found.iter().map(|member| member.person.as_str()).collect();
    match persons.into_iter().collect::<Vec<_>>()[..] {
        [] => AskedPerson::Nobody,
        [one] => AskedPerson::One(one),
        _ => AskedPerson::Several(found.into_iter().map(in_full).collect::<BTreeSet<_>>().into_iter().collect()),
    }
}

fn in_full(member: &Member) -> String {
    format!("{}/{}", member.key.agency, member.key.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use linkage::identity::RecordKey;

    #[test]
    fn an_id_of_an_agency_finds_the_person() {
        let member = |agency: &str, id: &str, person: &str| Member {
            key: RecordKey { agency: agency.to_owned(), id: id.to_owned() },
            person: person.to_owned(),
            quality: 1.0,
        };
        let members = [
            member("harbour", "HT/1", "p1"),
            member("payroll", "7", "p1"),
            member("police", "7", "p2"),
            member("police", "p1", "p3"),
        ];
        for (id, person) in [("p1", "p1"), ("HT/1", "p1"), ("harbour/HT/1", "p1"), ("payroll/7", "p1"), ("police/p1", "p3")] {
            assert_eq!(asked(&members, id), AskedPerson::One(person), "{id}");
        }
        assert_eq!(asked(&members, "7"), AskedPerson::Several(vec!["payroll/7".into(), "police/7".into()]));
        assert_eq!(asked(&members, "HT/2"), AskedPerson::Nobody);
    }
}
