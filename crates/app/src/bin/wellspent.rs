//! The program: all of it is in the library, so that tests and fuzz targets can call what reads files.

use std::process::ExitCode;

fn main() -> ExitCode {
    wellspent::main()
}
