//! Fields: what a column of the combined tables can hold, and what a missing value means.

/// The kind of value in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Forename,
    Surname,
    FullName,
    BirthDate,
    Sex,
    Postcode,
    AddressPart,
    NationalId,
    Email,
    Initials,
    Area,
    AsItStands,
}

/// The kinds, with their names in a configuration and what they mean.
pub const KINDS: [(&str, FieldKind, &str); 12] = [
    ("forename", FieldKind::Forename, "a given name, or several"),
    ("surname", FieldKind::Surname, "a family name"),
    ("full name", FieldKind::FullName, "all names in one column, in any order"),
    ("date of birth", FieldKind::BirthDate, "a date, or a part of one"),
    ("sex", FieldKind::Sex, "sex or gender as recorded"),
    ("postcode", FieldKind::Postcode, "a postcode; United Kingdom postcodes are compared by part"),
    ("address part", FieldKind::AddressPart, "a house number, street or line of an address"),
    ("national id", FieldKind::NationalId, "a number that should be one person's: NHS, PNC, National Insurance, prison number"),
    ("email", FieldKind::Email, "an email address"),
    ("initials", FieldKind::Initials, "initials instead of names"),
    ("area", FieldKind::Area, "a town, birthplace, local authority, occupation: one of a list of names"),
    ("as it stands", FieldKind::AsItStands, "any text, compared letter by letter as the table has it, not cleaned"),
];

/// What it means that a record has no value in a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// Nothing: the field is left out of the match weight.
    #[default]
    SaysNothing,
    /// What training finds: how often the value is missing for one person's records, and for strangers.
    IsMeasured,
    /// The same as two values that disagree.
    Disagrees,
}

/// A field: a column of the combined tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: String,
    pub kind: FieldKind,
    pub missing: Missing,
}
