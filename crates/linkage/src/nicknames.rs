//! Nicknames: short forms and pet forms of English and Welsh given names. The same person may be Bill in one table and William
//! in another, and no comparison of letters shows it. The list is plain, and a configuration can replace it. A form that
//! several names share (Alex, Bert, Sam) is listed under the most common one, or under none where no name is clearly the most
//! common.

use std::collections::BTreeMap;

/// A full name, then its short forms.
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

/// The full name of each short form.
#[must_use]
pub fn usual() -> BTreeMap<String, String> {
    let lines = NAMES.lines().filter_map(|line| line.split_once(": "));
    lines.flat_map(|(full, short)| short.split(' ').map(|short| (short.to_owned(), full.to_owned()))).collect()
}

/// A forename with its first word in full, if the list has it.
#[must_use]
pub fn in_full(names: &BTreeMap<String, String>, text: &str) -> String {
    let (first, rest) = text.split_at(text.find(' ').unwrap_or(text.len()));
    names.get(first).map_or_else(|| text.to_owned(), |full| format!("{full}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No form is listed under two names or under itself, and no full name is short for another. One look-up is therefore
    /// enough.
    #[test]
    fn every_form_has_one_full_name() {
        let names = usual();
        let listed: usize =
            NAMES.lines().filter_map(|line| line.split_once(": ")).map(|(_, short)| short.split(' ').count()).sum();
        assert_eq!(names.len(), listed, "a form is listed under two names");
        let twice: Vec<_> = names.values().filter(|full| names.contains_key(*full)).collect();
        assert!(twice.is_empty(), "{twice:?}");
        assert!(names.iter().all(|(short, full)| short.chars().chain(full.chars()).all(|letter| letter.is_ascii_lowercase())));
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
