//! Zip archives for tests, right or wrong in whatever way is asked for.

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// One part as it is packed and as the archive says it is.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) packed: Vec<u8>,
    pub(crate) size: u32,
    pub(crate) crc: u32,
    pub(crate) flags: u16,
}

pub(crate) fn part(name: &str, bytes: impl AsRef<[u8]>) -> Part {
    let bytes = bytes.as_ref();
    let mut crc = Crc::new();
    crc.update(bytes);
    let mut to = DeflateEncoder::new(Vec::new(), Compression::fast());
    to.write_all(bytes).expect("memory");
    Part { name: name.into(), packed: to.finish().expect("memory"), size: bytes.len() as u32, crc: crc.sum(), flags: 0 }
}

/// The parts, one after the other; `shift` moves where the list says that each begins.
pub(crate) fn archive(parts: &[Part], shift: impl Fn(usize, u32) -> u32) -> Vec<u8> {
    let (mut out, mut list) = (Vec::new(), Vec::new());
    for (number, part) in parts.iter().enumerate() {
        let at = shift(number, out.len() as u32);
        let mut common = Vec::new();
        [20, part.flags, 8, 0, 33].iter().for_each(|field: &u16| common.extend(field.to_le_bytes()));
        [part.crc, part.packed.len() as u32, part.size].iter().for_each(|field| common.extend(field.to_le_bytes()));
        common.extend((part.name.len() as u16).to_le_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend([0; 2]);
        out.extend(part.name.as_bytes());
        out.extend(&part.packed);
        list.extend(b"PK\x01\x02\x14\0");
        list.extend(&common);
        list.extend([0; 12]);
        list.extend(at.to_le_bytes());
        list.extend(part.name.as_bytes());
    }
    let (start, size, count) = (out.len() as u32, list.len() as u32, parts.len() as u16);
    out.extend(list);
    out.extend(b"PK\x05\x06\0\0\0\0");
    [count, count].iter().for_each(|field| out.extend(field.to_le_bytes()));
    [size, start].iter().for_each(|field| out.extend(field.to_le_bytes()));
    out.extend([0; 2]);
    out
}

/// An Excel workbook of one sheet, of which the sheet and the shared texts are given.
pub(crate) fn excel(sheet: impl AsRef<[u8]>, shared: impl AsRef<[u8]>) -> Vec<Part> {
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    vec![
        part("[Content_Types].xml", "<Types/>"),
        part("xl/workbook.xml", "<workbook><sheets><sheet name=\"starts\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"),
        part(
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships><Relationship Id=\"rId1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        part("xl/sharedStrings.xml", shared),
        part("xl/worksheets/sheet1.xml", sheet),
    ]
}

/// An OpenDocument spreadsheet of one sheet with these rows.
pub(crate) fn open_document(rows: &str) -> Vec<Part> {
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"starts\">{rows}</table:table>\
         </office:spreadsheet></office:body></office:document-content>"
    );
    vec![part("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), part("content.xml", content)]
}

pub(crate) fn whole(parts: &[Part]) -> Vec<u8> {
    archive(parts, |_, at| at)
}
