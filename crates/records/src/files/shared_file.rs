//! A file that several threads read from different places at the same time.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use parquet::file::reader::{ChunkReader, Length};

/// A file that several threads read from different places. The library's own way to read a file moves one cursor for all of them.
#[derive(Clone)]
pub struct SharedFile {
    file: Arc<Mutex<File>>,
    length: u64,
}

impl SharedFile {
    pub(super) fn new(file: File) -> io::Result<SharedFile> {
        let length = file.metadata()?.len();
        Ok(SharedFile { file: Arc::new(Mutex::new(file)), length })
    }

    /// Reads from a place as much as fits, or less at the end of the file.
    pub(super) fn read_at(&self, into: &mut [u8], at: u64) -> io::Result<usize> {
        let mut file = self.from(at)?;
        let mut read = 0;
        while read < into.len() {
            match file.read(&mut into[read..])? {
                0 => break,
                more => read += more,
            }
        }
        Ok(read)
    }

    /// The file from a place on.
    pub(super) fn reader(&self, at: u64) -> ReadFrom {
        ReadFrom { source: self.clone(), at }
    }

    /// The locked file, at a place.
    fn from(&self, at: u64) -> io::Result<MutexGuard<'_, File>> {
        // A thread that panicked on damaged bytes does no harm: every read seeks first.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        Ok(file)
    }
}

/// The file from a place on.
pub struct ReadFrom {
    source: SharedFile,
    at: u64,
}

impl Read for ReadFrom {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read_at(into, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Length for SharedFile {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for SharedFile {
    type T = BufReader<ReadFrom>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        // Pages are read whole; this buffer is only for their headers.
        Ok(BufReader::with_capacity(512, ReadFrom { source: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let end = start.checked_add(length as u64).filter(|end| *end <= self.length);
        let mut bytes = Vec::with_capacity(end.map_or(0, |_| length));
        match self.from(start)?.by_ref().take(length as u64).read_to_end(&mut bytes)? {
            read if end.is_some() && read == length => Ok(bytes.into()),
            _ => Err(parquet::errors::ParquetError::EOF("a column reaches beyond the file".into())),
        }
    }
}
