//! What a request for a report says: dates, format, page, mode and filters (DAPI-020 to DAPI-029).

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::filters::Filter;
use super::rules::DataAccessRules;
use super::schema::Entity;
use crate::domain::{DAY, Millis};

/// A filter that is valid for every group.
#[derive(Clone, Copy, Debug)]
pub struct GlobalFilter {
    /// Its name.
    pub name: &'static str,
    /// The type of its values.
    pub kind: &'static str,
    /// What it does.
    pub says: &'static str,
}

const fn global(name: &'static str, kind: &'static str, says: &'static str) -> GlobalFilter {
    GlobalFilter { name, kind, says }
}

/// Every filter that is valid for every group (DAPI-010).
pub const GLOBAL_FILTERS: [GlobalFilter; 8] = [
    global("dateFrom", "string", "first day, YYYY-MM-DD in UTC"),
    global(
        "dateTo",
        "string",
        "day at whose beginning the range ends, YYYY-MM-DD in UTC; at most 30 days after dateFrom",
    ),
    global(
        "pastDays",
        "number",
        "days before now, 1 to 30, if dateFrom and dateTo are not both given; 1 by default",
    ),
    global("format", "string", "json or csv; json by default"),
    global("limitRecords", "number", "rows on a page, 1 to 2500; 500 by default"),
    global("pageNumber", "number", "page, from 1, which is the default"),
    global("mode", "string", "BATCH or INTERACTIVE; BATCH by default"),
    global("query", "string", "URL-encoded JSON of filters with operators"),
];

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// An object with `header` and `data`.
    Json,
    /// A heading line and a line a row.
    Csv,
}

/// How a report is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Page by page, by number.
    Batch,
    /// By the links in the header, with the number of rows and pages.
    Interactive,
}

/// A request for a report.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportRequest {
    /// First moment, ms.
    pub from: Millis,
    /// First moment after the range, ms.
    pub until: Millis,
    /// How it is written.
    pub format: Format,
    /// Rows on a page.
    pub limit: usize,
    /// Number of the page, from 1.
    pub page: usize,
    /// How it is walked.
    pub mode: Mode,
    /// What rows have to be like.
    pub filter: Filter,
}

impl ReportRequest {
    /// Reads the parameters of a request, in their order; the first of a name counts.
    ///
    /// # Errors
    /// In words, when a value is none that is allowed.
    pub fn read(
        parameters: &[(String, String)],
        entity: &Entity,
        rules: &DataAccessRules,
        now: Millis,
    ) -> Result<Self, String> {
        let mut given = BTreeMap::new();
        for (name, value) in parameters {
            given.entry(name.as_str()).or_insert(value.as_str());
        }
        let (from, until) = range(&given, rules, now)?;
        let limit = number(&given, "limitRecords", rules.default_limit, rules.most_records)?;
        let page = number(&given, "pageNumber", 1, usize::MAX)?;
        let format = match given.get("format") {
            None => rules.default_format,
            Some(word) if word.eq_ignore_ascii_case("json") => Format::Json,
            Some(word) if word.eq_ignore_ascii_case("csv") => Format::Csv,
            Some(word) => return Err(format!("`format` is json or csv, not `{word}`")),
        };
        let mode = match given.get("mode") {
            None => rules.default_mode,
            Some(word) if (rules.same_mode)(word, "BATCH") => Mode::Batch,
            Some(word) if (rules.same_mode)(word, "INTERACTIVE") => Mode::Interactive,
            Some(word) => return Err(format!("`mode` is BATCH or INTERACTIVE, not `{word}`")),
        };
        Ok(Self { from, until, format, limit, page, mode, filter: filter(&given, entity, rules)? })
    }
}

fn filter(given: &BTreeMap<&str, &str>, entity: &Entity, rules: &DataAccessRules) -> Result<Filter, String> {
    let mut clauses = Vec::new();
    for (name, value) in given {
        if *name == "query" {
            match Filter::read(value, entity)? {
                Filter::All(parts) => clauses.push((rules.joined)(parts)),
                other => clauses.push(other),
            }
        } else if rules.plain_filters && !GLOBAL_FILTERS.iter().any(|global| global.name == *name) {
            clauses.push(Filter::equal(name, value, entity)?);
        }
    }
    Ok(Filter::All(clauses))
}

/// The moments that a report covers. With both dates, `pastDays` does not count (DAPI-022); with one alone it does.
fn range(
    given: &BTreeMap<&str, &str>,
    rules: &DataAccessRules,
    now: Millis,
) -> Result<(Millis, Millis), String> {
    let days = number(given, "pastDays", rules.default_past_days, rules.most_past_days)?;
    let past = Millis::try_from(days).unwrap_or(Millis::MAX).saturating_mul(DAY);
    let dates = (date(given, "dateFrom")?, date(given, "dateTo")?);
    let (Some(from), Some(to)) = dates else { return Ok((now - past, now + 1)) };
    if from > to {
        return Err("`dateTo` lies before `dateFrom`".to_owned());
    }
    if to - from > rules.longest_span {
        return Err("`dateFrom` and `dateTo` lie more than 30 days apart".to_owned());
    }
    if rules.past_days_beat_dates && given.contains_key("pastDays") {
        return Ok((now - past, now + 1));
    }
    Ok((from, to + rules.after_date_to))
}

/// The beginning of a day in UTC.
fn date(given: &BTreeMap<&str, &str>, name: &str) -> Result<Option<Millis>, String> {
    let Some(text) = given.get(name) else { return Ok(None) };
    let date = text.parse::<Date>().ok().filter(|date| date.to_string() == **text);
    let start = date.and_then(|date| date.to_zoned(TimeZone::UTC).ok());
    let start = start.ok_or_else(|| format!("`{name}` is no date of the form YYYY-MM-DD"))?;
    Ok(Some(start.timestamp().as_millisecond()))
}

/// A whole number from 1 to the most that is allowed.
fn number(given: &BTreeMap<&str, &str>, name: &str, default: usize, most: usize) -> Result<usize, String> {
    let Some(text) = given.get(name) else { return Ok(default) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| digits && (1..=most).contains(number));
    number.ok_or_else(|| match most {
        usize::MAX => format!("`{name}` is a whole number from 1"),
        most => format!("`{name}` is a whole number from 1 to {most}"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::schema::entity;
    use super::*;

    fn read(parameters: &[(&str, &str)]) -> Result<ReportRequest, String> {
        let parameters: Vec<(String, String)> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        ReportRequest::read(&parameters, entity("usage").unwrap(), &DataAccessRules::default(), 40 * DAY)
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let request = read(&[]).unwrap();
        assert_eq!((request.from, request.until), (39 * DAY, 40 * DAY + 1));
        assert_eq!((request.limit, request.page), (500, 1));
        assert_eq!((request.format, request.mode), (Format::Json, Mode::Batch));
        assert_eq!(request.filter, Filter::All(Vec::new()));
    }

    #[test]
    fn both_dates_are_needed_and_the_second_is_excluded() {
        let both = read(&[("dateFrom", "1970-01-02"), ("dateTo", "1970-01-04"), ("pastDays", "5")]).unwrap();
        assert_eq!((both.from, both.until), (DAY, 3 * DAY));
        let one = read(&[("dateFrom", "1970-01-02"), ("pastDays", "5")]).unwrap();
        assert_eq!(one.from, 35 * DAY);
        assert!(read(&[("dateFrom", "1970-01-01"), ("dateTo", "1970-01-31")]).is_ok());
    }

    #[test]
    fn what_is_not_allowed_is_refused_by_name() {
        for (name, value) in [
            ("limitRecords", "0"),
            ("limitRecords", "2501"),
            ("limitRecords", "ten"),
            ("pageNumber", "0"),
            ("pageNumber", "-1"),
            ("pastDays", "31"),
            ("pastDays", "+1"),
            ("format", "parquet"),
            ("mode", "fast"),
            ("dateFrom", "2026-1-5"),
            ("dateTo", "2026-02-30"),
            ("query", "{"),
            ("colour", "red"),
        ] {
            let refused = read(&[(name, value)]).unwrap_err();
            assert!(refused.contains(name), "{name}={value}: {refused}");
        }
        assert!(read(&[("dateFrom", "1970-01-01"), ("dateTo", "1970-02-01")]).is_err());
        assert!(read(&[("dateFrom", "1970-01-02"), ("dateTo", "1970-01-01")]).is_err());
    }

    #[test]
    fn words_come_in_either_case_and_filters_without_a_query() {
        let request = read(&[("mode", "interactive"), ("format", "CSV"), ("meterType", "elastic")]).unwrap();
        assert_eq!((request.mode, request.format), (Mode::Interactive, Format::Csv));
        assert_ne!(request.filter, Filter::All(Vec::new()));
    }
}
