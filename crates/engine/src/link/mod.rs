//! Who is who? Records of many agencies become persons with ids that last, and are shown only for a stated purpose.

pub mod identity;
