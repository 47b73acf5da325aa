//! Without a test clock, a run may wait: in charge periods of ten minutes, where the target file allows them.

use std::fs;

use crate::support::{run, run_json, text};
use crate::whole_run::plain;

/// The rates of the first scenario make a charge of 30 tokens. Half a minute of an hour is five seconds of ten minutes.
const FEATURE: &str = r#"@client
Feature: Waiting
  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01-Elastic" of 1000 tokens
    And a session
    And LisaBarry uses in the session:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |

  @DM-REF-001 @clock
  Scenario: A part of a period
    When 0.5 minutes pass
    And the client closes the session
    Then "ACT01-Elastic" has used 0.25 tokens

  @DM-TIME-005 @clock
  Scenario: A missed heartbeat
    When 91 minutes pass
    Then the session is TERMINATED

  @DM-SES-001
  Scenario: No time at all
    Then the session is ACTIVE
"#;

const BOTH: &str = "[versions]\ndynamic_monetization = [\"v1.0\", \"v1.1\"]\n";

#[test]
fn a_run_in_real_time_shortens_the_charge_period_and_gives_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let features = folder.path().join("features");
    fs::create_dir(&features).unwrap();
    fs::write(features.join("waiting.feature"), FEATURE).unwrap();
    let (_server, target) = plain(folder.path(), &format!("{BOTH}[timing]\nshort_periods = true\n"));
    let play = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let (features, out_text) = (features.display().to_string(), out.display().to_string());
        let fixed = ["conformance", "--real-time", "--target", &target, "--features", &features];
        let output = run(&[fixed.as_slice(), &["--out", &out_text], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        // Lines of the summary end where the terminal does.
        let said: Vec<String> = text(&output).split_whitespace().map(str::to_owned).collect();
        (run_json(&out), said.join(" "))
    };
    let (report, said) = play("run", &[]);
    let scenarios = &report["conformance"]["scenarios"];
    // The one without waiting in both versions, and the part of a period in the one that knows short ones.
    assert_eq!((&scenarios["passed"], &scenarios["not_tested"]), (&3.into(), &3.into()), "{said}");
    assert!(
        said.contains("real time: 1 scenarios wait for time to pass, the longest for 1 minutes"),
        "{said}"
    );
    assert!(report["notes"].to_string().contains("is PT10M for this run, and PT1H again"), "{said}");
    assert!(said.contains("the heartbeat window of a charge period of ten minutes is left open"), "{said}");
    // What the first run found, the second finds again.
    let (report, said) = play("again", &["--id", "DM-SES-001"]);
    assert!(report["notes"].to_string().contains("and PT1H again"), "{said}");
}
