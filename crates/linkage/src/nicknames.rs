//! Short and pet forms of English and Welsh given names: whoever is Bill here may be William there, and no likeness of letters
//! says so. A plain list, which a configuration can replace with one of its own. A form that several names share (Alex, Bert,
//! Sam) stands under the one that is commonest, or under none where no one is.

use std::collections::BTreeMap;

/// A full name, and the forms by which its bearers are called.
const NAMES: &str = "
abigail: abbie abby gail
albert: bertie
alexander: alasdair alec alistair sandy xander
alfred: alf alfie fred
andrew: andy drew
anne: ann anna annie nan nancy
anthony: tony
archibald: archie
arthur: art artie
barbara: babs barbie
benjamin: ben benji benny
bernard: bernie
catherine: cath cathy kate katherine kathleen kathryn kathy katie katy kitty
charles: charley charlie chas chuck
christina: chrissie tina
christopher: kester kit topher
clifford: cliff
cornelius: con neil
daniel: dan danny
david: dafydd dai dave davey davy dewi
deborah: deb debbie debra
derek: deryck rick
donald: don donnie
dorothy: dolly dot dottie
edmund: eamon
edward: ed eddie eddy ned neddy ted teddy
eleanor: elinor ellie nell nellie nora
elizabeth: bess bessie beth betsy betty elisabeth eliza elsie libby lisbeth liz liza lizzie lizzy
ellen: elen nelly
emily: em emmy
eugene: gene
evan: ifan
florence: flo florrie flossie
frances: fan fanny fran francie
francis: frank frankie
frederick: freddie freddy
gabriel: gabe
george: geordie georgie
gerald: gerry
geraldine: geri
gertrude: gertie trudy
gilbert: gil
gregory: greg
gwendolen: gwen gwenda
harold: hal
harriet: hattie
helen: nelle
henrietta: etta hetty
henry: hank hari harry
herbert: bert herb
howell: hywel
hugh: hughie hugo huw
isaac: ike zac
isabel: bel bella ella isabella isobel izzy
jacob: jake
jacqueline: jackie jacqui
james: jamie jas jem jim jimmie jimmy
jane: janey janie jenny
janet: jan
jennifer: jen jennie
jeremiah: jerry
jeremy: jez
jessica: jess jessie
joan: joanie
john: ian ieuan ioan ivan jack jock johnnie johnny jon sean shaun
jonathan: jonathon jonty
joseph: jo joe joey
josephine: josie
joshua: josh
judith: jude judy
kenneth: ken kenny
laurence: larry laurie lawrence lawrie
leonard: len lenny leo
leslie: les
lewis: lew lou louis
llewellyn: lyn
lydia: liddy
madeleine: maddie
magdalene: lena
malcolm: mal
margaret: daisy madge maggie maisie mared marge margery marjorie meg megan meggie peg peggy
maria: mariah mia
martha: marty mattie patty
mary: mair mamie mari marie may minnie molly polly
matilda: maud tilda tilly
matthew: mat matt matty
maurice: mo morris
maxwell: max
michael: mick mickey micky mike mikey
mildred: millie
millicent: milly
mohammed: mohamed mohammad muhammad
nathaniel: nat nate nathan
nicholas: nick nicky nico
norman: norm
oliver: ollie
owen: owain
pamela: pam
patricia: pat patsy pattie tricia trish
patrick: paddy padraig
peter: pedr pete
philip: phil phillip pip
priscilla: cilla
rachel: rachael rae
raymond: ray
rebecca: becca becky
rees: rhys
reginald: reg reggie
richard: dick dickie dicky rich richie rickie ricky
robert: bob bobbie bobby rab rob robbie robby robin rupert
roderick: rod roddy
roger: rodge
ronald: ron ronnie
rosemary: rosie
rowland: roland rolly
samuel: sam sammy
sarah: sadie sally sara
sidney: sid syd sydney
simon: si
solomon: sol
stanley: stan
stephen: steffan steph steve steven stevie
susan: sue sukie susanna susannah susie suzanne suzie
sylvester: sly
terence: terry
theodore: theo
theresa: teresa terri tess tessa tracy
thomas: tam tom tommie tommy tomos twm
timothy: tim timmy
valerie: val
victor: vic
victoria: vicki vicky
vincent: vin vince vinny
virginia: ginny
walter: wally walt wat
wilfred: wilf
wilhelmina: mina
william: bill billie billy gwilym liam wil will willie willy wm
winifred: freda win winnie
zachary: zach zack
";

/// For each short form the full name.
#[must_use]
pub fn usual() -> BTreeMap<String, String> {
    let lines = NAMES.lines().filter_map(|line| line.split_once(": "));
    lines.flat_map(|(full, short)| short.split(' ').map(|short| (short.to_owned(), full.to_owned()))).collect()
}

/// A forename with its first word in full, where the list has it.
#[must_use]
pub fn in_full(names: &BTreeMap<String, String>, text: &str) -> String {
    let (first, rest) = text.split_at(text.find(' ').unwrap_or(text.len()));
    names.get(first).map_or_else(|| text.to_owned(), |full| format!("{full}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{Field, Kind, Missing, comparisons};
    use crate::gather::{Agency, Raw, Table, gather};
    use crate::model::Model;
    use crate::score::Scorer;
    use crate::values::Numbering;
    use records::batch::Texts;

    /// No form stands under two names, none stands under itself, and no full name is short for another: one look is enough.
    #[test]
    fn every_form_has_one_full_name() {
        let names = usual();
        let said: usize = NAMES.lines().filter_map(|line| line.split_once(": ")).map(|(_, short)| short.split(' ').count()).sum();
        assert_eq!(names.len(), said, "a form stands under two names");
        let twice: Vec<_> = names.values().filter(|full| names.contains_key(*full)).collect();
        assert!(twice.is_empty(), "{twice:?}");
        assert!(names.iter().all(|(short, full)| short.chars().chain(full.chars()).all(|letter| letter.is_ascii_lowercase())));
    }

    /// Two forms of one name are a level of their own, below the same name and one that begins the other.
    #[test]
    fn forms_of_one_name_agree() {
        let fields = [Field { name: "forename".into(), kind: Kind::Forename, missing: Missing::default() }];
        let (mut model, _) = comparisons(&fields);
        let level = |model: &Model, one: &str, other: &str| {
            let mut numbering = Numbering::default();
            let rows = [one, other].map(|name| numbering.number(name)).to_vec();
            let mut ids = Texts::default();
            ["1", "2"].iter().for_each(|id| ids.push(id));
            let columns = vec![Some(Raw { values: numbering.finish(), rows })];
            let records = gather(&fields, &[None], vec![Table { agency: Agency::One("a".into()), ids, columns }]);
            let scorer = Scorer::new(model, &records).expect("it can be made ready");
            let levels = scorer.levels(0, 1);
            model.comparisons[0].levels[usize::from(levels[0])].label.clone()
        };
        assert_eq!(level(&model, "Bill", "William"), "one name in full");
        assert_eq!(level(&model, "Billy Joe", "Willy Joe"), "one name in full");
        assert_eq!(level(&model, "Rob", "Robert"), "one begins the other");
        assert_eq!(level(&model, "Bill", "Robert"), "different");
        model.call_in_full(&BTreeMap::from([("bill".to_owned(), "robert".to_owned())]));
        assert_eq!(level(&model, "Bill", "Robert"), "one name in full");
        assert_ne!(level(&model, "Bill", "William"), "one name in full");
    }

    #[test]
    fn the_first_word_is_in_full() {
        let names = usual();
        for (text, full) in
            [("bill", "william"), ("bob lee", "robert lee"), ("william", "william"), ("lee bob", "lee bob"), ("", "")]
        {
            assert_eq!(in_full(&names, text), full);
        }
    }
}
