//! The tables that agencies hand over, as data: what is read, checked, published and documented all come from here.

/// One table: a file `NAME.csv` or `NAME.parquet`.
#[derive(Debug, PartialEq)]
pub struct Table {
    pub name: &'static str,
    /// What one row says.
    pub row: &'static str,
    /// Every value of the first column stands in one row only. Coverage has no such column.
    pub keyed: bool,
    pub columns: &'static [Column],
}

/// One column.
#[derive(Debug, PartialEq)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    /// Whether every row must have a value.
    pub required: bool,
    /// Whether a value may say who somebody is. Such values never go into a message, a log or an error.
    pub personal: bool,
    pub meaning: &'static str,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Names a row, a person or an organisation: text or a whole number.
    Id,
    /// Words: a kind of event, a name, what somebody said.
    Text,
    /// A day of the calendar, `2027-04-01`.
    Day,
    /// A decimal number with at most two digits after the point: pounds, hours, a score.
    Amount,
    /// A number from 0 to 1: a probability, a quality. Kept in millionths.
    Share,
    /// One of a closed set of words.
    Choice(&'static [&'static str]),
}

const fn column(name: &'static str, kind: Kind, required: bool, meaning: &'static str) -> Column {
    Column { name, kind, required, personal: false, meaning }
}

const fn personal(name: &'static str, kind: Kind, required: bool, meaning: &'static str) -> Column {
    Column { name, kind, required, personal: true, meaning }
}

const PERSON: Column = personal("person", Kind::Id, true, "the person, as in the table of people");
const ABOUT_PERSON: Column = personal("person", Kind::Id, false, "the person, where it concerns one");
const KNOWN: Column = column("known", Kind::Day, false, "the day it became known; empty: known from the day it happened");

/// Every table, in the order in which they are read: what others refer to comes first.
pub static TABLES: [Table; 13] = [
    Table {
        name: "people",
        row: "One person.",
        keyed: true,
        columns: &[
            personal("person", Kind::Id, true, "the person: the same in every table, and no name"),
            personal("forename", Kind::Text, false, "given names, for linking"),
            personal("surname", Kind::Text, false, "family name, for linking"),
            personal("born", Kind::Day, false, "date of birth"),
            personal("sex", Kind::Text, false, "as the agency records it"),
            personal("postcode", Kind::Text, false, "of the last known address, for linking"),
            personal("died", Kind::Day, false, "day of death; empty while the person lives"),
            personal(
                "removed",
                Kind::Day,
                false,
                "the day from which the person is out of sight for good: deported or emigrated",
            ),
            KNOWN,
        ],
    },
    Table {
        name: "providers",
        row: "An organisation that serves people, or could.",
        keyed: true,
        columns: &[
            column("provider", Kind::Id, true, "names the organisation, as the other tables do"),
            column("name", Kind::Text, false, "what it is called"),
            KNOWN,
        ],
    },
    Table {
        name: "starts",
        row: "One person begins with one provider: the index event, from which every window is counted.",
        keyed: true,
        columns: &[
            column("start", Kind::Id, true, "names the row"),
            PERSON,
            column("provider", Kind::Id, true, "who serves the person"),
            column("began", Kind::Day, true, "the first day: the index date"),
            column("area", Kind::Text, false, "the contract's area; needed when the scheme has several"),
            column("segment", Kind::Text, false, "the contract's segment; needed when the scheme has several"),
            column("ended", Kind::Day, false, "the first day on which the person is no longer served; empty while it goes on"),
            column(
                "group",
                Kind::Choice(&["served", "comparison"]),
                false,
                "comparison: nobody serves this person, who is measured to compare; empty: served",
            ),
            KNOWN,
        ],
    },
    Table {
        name: "events",
        row: "Something happened to a person on one day: an offence, a conviction, a test, a wage paid.",
        keyed: true,
        columns: &[
            column("event", Kind::Id, true, "names the row"),
            PERSON,
            column("kind", Kind::Text, true, "what it was: offence, conviction, job start …"),
            column("date", Kind::Day, true, "the day it happened"),
            column("class", Kind::Text, false, "a finer kind, by which outcomes may leave events out: breach, theft …"),
            column(
                "about",
                Kind::Id,
                false,
                "the event this one is about: of a conviction, the offence; of a job's end, its start",
            ),
            column(
                "settled",
                Kind::Day,
                false,
                "the day it was proven, when no row of its own says so: of an offence, the conviction",
            ),
            column("disposal", Kind::Id, false, "what settled it: offences dealt with together share one"),
            column("amount", Kind::Amount, false, "how much: pounds of a wage, units of anything"),
            KNOWN,
        ],
    },
    Table {
        name: "spells",
        row: "Something lasted: a job, a treatment, a tenancy, a time in custody.",
        keyed: true,
        columns: &[
            column("spell", Kind::Id, true, "names the row"),
            PERSON,
            column("kind", Kind::Text, true, "what it was: job, treatment, custody …"),
            column("from", Kind::Day, true, "the first day of it"),
            column("to", Kind::Day, false, "the first day no longer of it; empty while it goes on"),
            KNOWN,
        ],
    },
    Table {
        name: "contacts",
        row: "A provider and a person met.",
        keyed: true,
        columns: &[
            column("contact", Kind::Id, true, "names the row"),
            PERSON,
            column("provider", Kind::Id, true, "who met the person"),
            column("date", Kind::Day, true, "the day of it"),
            column("kind", Kind::Text, false, "what it was: meeting, call, group …"),
            column("hours", Kind::Amount, false, "how long it took"),
            KNOWN,
        ],
    },
    Table {
        name: "spend",
        row: "A department spent money.",
        keyed: true,
        columns: &[
            column("spend", Kind::Id, true, "names the row"),
            column("department", Kind::Id, true, "who spent it"),
            column("date", Kind::Day, true, "the day of it"),
            column("amount", Kind::Amount, true, "pounds; a refund is negative"),
            column("kind", Kind::Text, false, "what it was spent on"),
            ABOUT_PERSON,
            KNOWN,
        ],
    },
    Table {
        name: "claims",
        row: "A provider claims that a person reached an outcome.",
        keyed: true,
        columns: &[
            column("claim", Kind::Id, true, "names the row"),
            column("provider", Kind::Id, true, "who claims"),
            PERSON,
            column("outcome", Kind::Text, true, "the outcome, as the scheme names it"),
            column("date", Kind::Day, true, "the day on which it is said to have been reached"),
            column("amount", Kind::Amount, false, "pounds claimed"),
            column("checked", Kind::Day, false, "the day on which an audit looked at it; empty: not looked at"),
            column("found", Kind::Choice(&["true", "false"]), false, "what the audit found"),
            KNOWN,
        ],
    },
    Table {
        name: "feedback",
        row: "Somebody said how a service was for them.",
        keyed: true,
        columns: &[
            column("feedback", Kind::Id, true, "names the row"),
            column("provider", Kind::Id, true, "whose service it was"),
            column("date", Kind::Day, true, "the day it was said"),
            ABOUT_PERSON,
            column("score", Kind::Amount, false, "on the scale of the form"),
            personal("words", Kind::Text, false, "in the person's own words"),
            KNOWN,
        ],
    },
    Table {
        name: "lots",
        row: "One lot: a contract for one kind of service in one place, held by one provider.",
        keyed: true,
        columns: &[
            column("lot", Kind::Id, true, "names the row"),
            column("provider", Kind::Id, true, "who holds it: the prime provider"),
            column("kind", Kind::Text, false, "what it is for: accommodation, treatment …"),
            column("region", Kind::Text, false, "the larger place"),
            column("area", Kind::Text, false, "the smaller place, where it is not the whole region"),
            column("title", Kind::Text, false, "what it is called"),
            column("begins", Kind::Day, false, "the first day of it"),
            column("ends", Kind::Day, false, "the first day no longer of it; empty while no end is known"),
            KNOWN,
        ],
    },
    Table {
        name: "subcontracts",
        row: "A provider works in a lot that another holds.",
        keyed: true,
        columns: &[
            column("subcontract", Kind::Id, true, "names the row"),
            column("lot", Kind::Id, true, "the lot, as in the table of lots"),
            column("provider", Kind::Id, true, "who works in it: the subcontractor"),
            KNOWN,
        ],
    },
    Table {
        name: "invoices",
        row: "A line of an invoice, or of a plan for one: so many results at a price, without saying whose.",
        keyed: true,
        columns: &[
            column("invoice", Kind::Id, true, "names the line"),
            column("contract", Kind::Id, true, "the contract it is made under"),
            column("status", Kind::Choice(&["planned", "paid"]), true, "whether somebody expects the payment or it was made"),
            column(
                "plan",
                Kind::Id,
                false,
                "the plan that a planned line belongs to; a contract's plans take each other's place and are never added up",
            ),
            column("outcome", Kind::Text, false, "what is paid for"),
            column("period", Kind::Text, false, "when, as the contract writes it"),
            column("results", Kind::Amount, false, "how many"),
            column("price", Kind::Amount, false, "pounds for one"),
            column("amount", Kind::Amount, true, "pounds for the line"),
            KNOWN,
        ],
    },
    Table {
        name: "coverage",
        row: "How far the data reach: a kind of fact has been handed over up to a day. Without a row, the last day known of in the table.",
        keyed: false,
        columns: &[
            column("table", Kind::Choice(&["events", "spells"]), true, "the table"),
            column(
                "kind",
                Kind::Text,
                false,
                "the kind of event or spell; empty: every kind of the table that has no row of its own",
            ),
            column("until", Kind::Day, true, "the last day whose facts are complete"),
            column(
                "since",
                Kind::Day,
                false,
                "the first day whose facts are complete; needed where people are compared with what they did before they started",
            ),
            column("people", Kind::Id, false, "how many people were looked up; needed where the count is 0"),
            column(
                "count",
                Kind::Id,
                false,
                "how many rows of the kind there are for the people and days of this row, as the agency counted them; another number of rows is refused, and 0 says that there are none",
            ),
            column("said_by", Kind::Text, false, "who at the agency says so; needed where the count is 0"),
            column("said_on", Kind::Day, false, "the day on which it was said; needed where the count is 0"),
        ],
    },
];

/// The table of a name.
#[must_use]
pub fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

impl Table {
    /// The position of a column; a name that the table lacks is a mistake of the program.
    #[must_use]
    pub fn column(&self, name: &str) -> usize {
        let found = self.columns.iter().position(|column| column.name == name);
        found.unwrap_or_else(|| panic!("the table {} has no column {name}", self.name))
    }
}

impl Kind {
    /// What is expected of a value, with an example.
    #[must_use]
    pub fn expected(&self) -> String {
        match self {
            Kind::Id => "a name or a whole number".into(),
            Kind::Text => "text".into(),
            Kind::Day => "a day of the calendar, year first: 2027-04-01".into(),
            Kind::Amount => "a number with at most two digits after the point: 1234.50".into(),
            Kind::Share => "a number from 0 to 1: 0.975".into(),
            Kind::Choice(words) => format!("one of {}", words.join(", ")),
        }
    }
}
