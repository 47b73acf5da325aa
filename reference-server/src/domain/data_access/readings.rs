//! Readings of the Data Access API: the other legal values of what its documents leave open.

use crate::domain::DAY;
use crate::domain::readings::{Reading, reading};

pub(in crate::domain) const READINGS: &[Reading] = &[
    reading("data_access.date_to", "DAPI-028", "excluded", "included", |r| r.data_access.after_date_to = DAY),
    reading("data_access.batch_links", "DAPI-037", "absent", "present", |r| r.data_access.batch_links = true),
    reading("data_access.period_names", "DAPI-042", "nested", "flat", |r| r.data_access.shaped = |row| row),
    reading("data_access.invalid.http", "DAPI-046", "400", "422", |r| r.data_access.invalid = 422),
    reading("data_access.unknown_group.http", "DAPI-046", "404", "400", |r| {
        r.data_access.unknown_group = 400;
    }),
];
